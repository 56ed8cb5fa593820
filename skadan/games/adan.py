"""Define the paper's game: ADAN with cross-entropy, WADAN with the Wasserstein divergence."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

import torch
from torch import Tensor

from .base import Batch, Terms, Turn
from .checks import check_counts, check_members
from .divergences import Critic, Divergence
from .networks import Networks, concatenate, mlp
from .terms import cross_entropy, merge_terms, rounds, squared_error


@dataclass(frozen=True)
class ADANGame:
    """Train encoder E, decoder R, classifier C, generator G and critic D, as in figure 1.

    The paper calls D the discriminator. The code calls it `critic` for both divergences. The
    defaults are the paper's.

    Parameters
    ----------
    divergence : Divergence
        How D's scores of real and synthetic codes become losses.
    n_latent, n_noise : int, default=100
        Sizes of a code and of z.
    autoencoder_layers : sequence of int, default=(800, 800)
        Hidden widths of E; R mirrors them.
    latent_layers : sequence of int, default=(100, 100)
        Hidden widths of C, G and D.
    alpha : float, default=1.0
        Weight of the class term in G's loss (Eqs. 14, 18).
    critic_steps : int, default=1
        Updates of D before each update of G.
    latent_steps : int, default=1
        Rounds of D and G turns for each update of C, E and R.
    conditional_critic : bool, default=False
        Whether D takes the label as well as the code, as in a cGAN (Eqs. 5, 6).
    reconstruction_weight : float or {"mean"}, default=1.0
        Weight of Eq. 12 in the sum Eq. 13; "mean" is 1 over the number of columns.

    Raises
    ------
    TypeError
        If `divergence` lacks a method.
    ValueError
        If a size is not a whole number of 1 or more, or `reconstruction_weight` is a string other
        than "mean".

    Examples
    --------
    >>> from skadan.games import ADANGame, WassersteinDivergence
    >>> [turn.moves for turn in ADANGame(WassersteinDivergence()).turns]
    [('classifier', 'encoder', 'decoder'), ('critic',), ('generator',)]
    """

    divergence: Divergence
    n_latent: int = 100
    n_noise: int = 100
    autoencoder_layers: Sequence[int] = (800, 800)
    latent_layers: Sequence[int] = (100, 100)
    alpha: float = 1.0
    critic_steps: int = 1
    latent_steps: int = 1
    conditional_critic: bool = False
    reconstruction_weight: float | str = 1.0

    capturable: ClassVar[bool] = True

    def __post_init__(self) -> None:
        check_members(self.divergence, Divergence)
        check_counts(
            n_latent=self.n_latent,
            n_noise=self.n_noise,
            autoencoder_layers=self.autoencoder_layers,
            latent_layers=self.latent_layers,
            critic_steps=self.critic_steps,
            latent_steps=self.latent_steps,
        )
        if isinstance(self.reconstruction_weight, str) and self.reconstruction_weight != "mean":
            raise ValueError(
                f"reconstruction_weight={self.reconstruction_weight!r}: use a number or 'mean'."
            )

    def networks(
        self, n_features: int, n_classes: int, device: torch.device | str = "cpu"
    ) -> Networks:
        """Build the five networks; the decoder mirrors the encoder."""
        encoder = (n_features, *self.autoencoder_layers, self.n_latent)
        hidden, n_label = self.latent_layers, n_classes if self.conditional_critic else 0
        return Networks(
            encoder=mlp(encoder, device),
            decoder=mlp(encoder[::-1], device),
            classifier=mlp((self.n_latent, *hidden, n_classes), device),
            generator=mlp((self.n_noise + n_classes, *hidden, self.n_latent), device),
            critic=mlp((self.n_latent + n_label, *hidden, 1), device),
        )

    @property
    def turns(self) -> tuple[Turn, ...]:
        """Return the turns of one iteration of Algorithm 1, which follow `embed`.

        NOTE[DIFF] Algorithm 1 updates C, D, R, E, G, each after a separate forward pass. Here C,
        E and R are updated together: one forward pass gives the gradients of Eqs. 11, 13 and 12 at
        the weights at the start of the iteration. C, R and D are updated exactly as printed
        (neither C nor R enters D's loss, and D uses codes from before E's update). The only
        difference is that E uses R and C from one step earlier. This halves the work.
        """
        return (
            Turn(("classifier", "encoder", "decoder"), self.autoencoder_loss),
            *rounds(
                Turn(("critic",), self.critic_loss),
                Turn(("generator",), self.generator_loss),
                self.critic_steps,
                self.latent_steps,
            ),
        )

    def embed(self, networks: Networks, batch: Batch) -> Batch:
        """Return the batch with h = E(x).

        NOTE[DIFF] `x_noise` is not in the paper. Without it E and C fit the training rows
        perfectly, and G learns codes that C classifies with more confidence than any new row's.
        """
        # All turns share this forward pass. D and G therefore see the codes from before E's update
        # in this iteration; see `turns`.
        return replace(batch, h=self.encode(networks, self.seen_by_encoder(batch)))

    def seen_by_encoder(self, batch: Batch) -> Tensor:
        """Return the rows that the encoder sees, with `x_noise` added if there is any."""
        return batch.x if batch.x_noise is None else batch.x + batch.x_noise

    def autoencoder_loss(self, networks: Networks, batch: Batch) -> Terms:
        """Return Eq. 12 for R and Eq. 11 for C; their sum is Eq. 13, for E.

        Class weights multiply the cross-entropy of real rows, both in Eq. 11 and in Eq. 13.

        NOTE[DIFF] Eq. 12 sums over columns, often thousands. The class term is then too small to
        matter for E, and classes overlap in its codes. `reconstruction_weight` restores the
        balance. In the row space the sum is over coordinates and has the same value; "mean"
        still divides it by the number of columns.
        """
        # One sum serves all three networks: Eq. 11 does not depend on R, nor Eq. 12 on C.
        x_hat = self.decode(networks, batch.h)  # (m, d)
        error = squared_error(batch.x, x_hat)  # (m,)
        log_loss = cross_entropy(networks.classifier(batch.h), batch.y)  # (m,)
        return {
            "reconstruction": self.weight_of_reconstruction(batch) * error.mean(),
            "real_class": (batch.weight * log_loss).mean(),
        }

    def critic_loss(self, networks: Networks, batch: Batch) -> Terms:
        """Return Eq. 10 (ADAN) or Eq. 17 (WADAN); no gradient reaches E or G."""
        with torch.no_grad():
            h_hat = self.fake(networks, batch)
        critic = self._critic(networks, batch)
        return self.divergence.critic_loss(critic, batch.h.detach(), h_hat, batch.draw.mu)

    def generator_loss(self, networks: Networks, batch: Batch) -> Terms:
        """Return Eq. 14 (ADAN) or Eq. 18 (WADAN)."""
        h_hat = self.fake(networks, batch)  # (m, n_latent)
        adversarial = self.divergence.generator_loss(self._critic(networks, batch), h_hat)
        log_loss = cross_entropy(networks.classifier(h_hat), self.fake_labels(batch))  # (m,)
        return merge_terms(adversarial, {"fake_class": self.alpha * log_loss.mean()})

    def fake(self, networks: Networks, batch: Batch) -> Tensor:
        """Return synthetic codes G(z, y) for the noise of the batch, (m, n_latent)."""
        return self.generate(networks, batch.draw.z, self.fake_labels(batch))

    def encode(self, networks: Networks, x: Tensor) -> Tensor:
        """Return h = E(x), (m, n_latent)."""
        return networks.encoder(x)

    def decode(self, networks: Networks, h: Tensor) -> Tensor:
        """Return R(h), (m, n_features)."""
        return networks.decoder(h)

    def generate(self, networks: Networks, z: Tensor, y: Tensor) -> Tensor:
        """Return h^ = G(z, y), (m, n_latent)."""
        return networks.generator(concatenate(z, y))

    def weight_of_reconstruction(self, batch: Batch) -> float:
        """Return the weight of Eq. 12 in the sum Eq. 13."""
        if isinstance(self.reconstruction_weight, str):  # "mean"
            # Of the table, not of x: in the row space x has fewer columns.
            return 1 / (batch.n_columns or batch.x.shape[1])
        return self.reconstruction_weight

    def fake_labels(self, batch: Batch) -> Tensor:
        """Return the labels of the synthetic codes: fresh ones, or the batch's for a cGAN."""
        # A conditional D compares real and fake codes of the same class, so it needs equal labels.
        return batch.y if self.conditional_critic else batch.draw.y

    def _critic(self, networks: Networks, batch: Batch) -> Critic:
        if not self.conditional_critic:
            return networks.critic
        return lambda h: networks.critic(concatenate(h, batch.y))
