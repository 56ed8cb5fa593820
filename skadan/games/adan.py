"""The paper's game: ADAN under cross-entropy, WADAN under the Wasserstein divergence."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

import torch
from torch import Tensor

from .base import Gradients, Terms, Turn
from .batch import Batch
from .checks import check_counts, check_members
from .divergences import Critic, Divergence
from .networks import Networks, concatenate, mlp
from .terms import cross_entropy, merged, rounds, squared_error
from .written_out import WrittenADAN


@dataclass(frozen=True)
class ADANGame:
    """Encoder E, decoder R, classifier C, generator G and critic D, as in figure 1.

    The paper calls D the discriminator; under the Wasserstein divergence it is a critic, and that
    is its name here. The defaults are the paper's.

    Parameters
    ----------
    divergence : Divergence
        How D tells real codes from synthetic ones.
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
        Rounds of D and G for each update of C, E and R.
    conditional_critic : bool, default=False
        D sees the label beside the code, as in a cGAN (Eqs. 5, 6).
    reconstruction_weight : float or {"mean"}, default=1.0
        Weight of Eq. 12 beside Eq. 11 in Eq. 13; "mean" is one over the number of columns.

    Raises
    ------
    TypeError
        If `divergence` lacks a method.
    ValueError
        If a size is not a whole number of 1 or more, or `reconstruction_weight` is another word
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
        """The five networks; the decoder mirrors the encoder."""
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
        """One iteration of Algorithm 1, after `embed`.

        NOTE[DIFF] Algorithm 1 updates C, D, R, E, G, each after a forward pass of its own. Here C,
        E and R move together: their gradients are those of Eqs. 11, 13 and 12 at the weights that
        the iteration began with, from one pass. C, R and D move exactly as printed (neither C nor
        R enters D's loss, and D saw the encoder before its update); only E reads R and C one step
        earlier. This halves the work.
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
        """The batch with h = E(x), from the one pass of the encoder that all turns share.

        NOTE[DIFF] `x_noise` is not in the paper. Without it E and C fit the training rows
        perfectly, and G learns codes that are surer of their class than those of any new row.
        """
        return replace(batch, h=self.encode(networks, self.seen_by_encoder(batch)))

    def seen_by_encoder(self, batch: Batch) -> Tensor:
        """The rows, with noise where there is any."""
        return batch.x if batch.x_noise is None else batch.x + batch.x_noise

    def autoencoder_loss(self, networks: Networks, batch: Batch) -> Terms:
        """Eq. 12 for R, Eq. 11 for C, and their sum, Eq. 13, for E."""
        x_hat = self.decode(networks, batch.h)  # (m, d)
        return self.autoencoder_terms(batch, x_hat, networks.classifier(batch.h))

    def autoencoder_terms(self, batch: Batch, x_hat: Tensor, logits: Tensor) -> Terms:
        """`autoencoder_loss`, from reconstructions (m, d) and C's logits (m, K) of the batch.

        Class weights multiply the cross-entropy of real rows, in Eq. 13 as in Eq. 11: one term
        serves both.

        NOTE[DIFF] Eq. 12 sums over columns, thousands of them: E then hardly hears the class term,
        and classes overlap in its codes. `reconstruction_weight` restores the balance. In the
        row space the sum is over coordinates, and equal; the columns are what it is divided by.
        """
        log_loss = cross_entropy(logits, batch.y)  # (m,)
        error = squared_error(batch.x, x_hat).mean()
        return {
            "reconstruction": self.weight_of_reconstruction(batch) * error,
            "real_class": (batch.weight * log_loss).mean(),
        }

    def critic_loss(self, networks: Networks, batch: Batch) -> Terms:
        """Eq. 10 (ADAN) or 17 (WADAN), with E and G at rest."""
        with torch.no_grad():
            h_hat = self.fake(networks, batch)
        critic = self._critic(networks, batch)
        return self.divergence.critic_loss(critic, batch.h.detach(), h_hat, batch.draw.mu)

    def generator_loss(self, networks: Networks, batch: Batch) -> Terms:
        """Eq. 14 (ADAN) or 18 (WADAN)."""
        h_hat = self.fake(networks, batch)  # (m, n_latent)
        adversarial = self.divergence.generator_loss(self._critic(networks, batch), h_hat)
        return self.generator_terms(batch, adversarial, networks.classifier(h_hat))

    def generator_terms(self, batch: Batch, adversarial: Terms, logits: Tensor) -> Terms:
        """`generator_loss`, from the divergence's terms and C's logits (m, K) of G's codes."""
        log_loss = cross_entropy(logits, self.fake_labels(batch))
        return merged(adversarial, {"fake_class": self.alpha * log_loss.mean()})

    def fake(self, networks: Networks, batch: Batch) -> Tensor:
        """Codes G(z, y) of the batch's draw, (m, n_latent)."""
        return self.generate(networks, batch.draw.z, self.fake_labels(batch))

    def written_out(self, networks: Networks) -> Gradients | None:
        """The gradients of all turns as products; None in a subclass, which may have other losses.

        They are also None where the divergence has none, and of networks that are not those of
        `mlp`, such as large ones in bfloat16.
        """
        return WrittenADAN.for_networks(self, networks) if type(self) is ADANGame else None

    def encode(self, networks: Networks, x: Tensor) -> Tensor:
        """h = E(x), (m, n_latent)."""
        return networks.encoder(x)

    def decode(self, networks: Networks, h: Tensor) -> Tensor:
        """R(h), (m, n_features)."""
        return networks.decoder(h)

    def generate(self, networks: Networks, z: Tensor, y: Tensor) -> Tensor:
        """h^ = G(z, y), (m, n_latent)."""
        return networks.generator(concatenate(z, y))

    def weight_of_reconstruction(self, batch: Batch) -> float:
        """The weight of Eq. 12 beside Eq. 11."""
        if isinstance(self.reconstruction_weight, str):  # "mean"
            return 1 / (batch.n_columns or batch.x.shape[1])
        return self.reconstruction_weight

    def fake_labels(self, batch: Batch) -> Tensor:
        """Labels drawn anew, or those of the real rows where D compares class by class."""
        return batch.y if self.conditional_critic else batch.draw.y

    def _critic(self, networks: Networks, batch: Batch) -> Critic:
        if not self.conditional_critic:
            return networks.critic
        return lambda h: networks.critic(concatenate(h, batch.y))
