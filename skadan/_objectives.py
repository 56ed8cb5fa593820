"""Who plays: one frozen object a game, with its networks, its turns and their losses."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor
from torch.nn.functional import log_softmax

from ._batch import Batch
from ._divergences import Critic, Divergence, Terms
from ._networks import Networks, concatenate, mlp


@dataclass(frozen=True)
class Turn:
    """One move of a game: the networks that are updated, and the loss that they descend.

    `redraw` asks for fresh noise, labels and mixing weights before the turn.
    """

    moves: tuple[str, ...]
    loss: Callable[[Networks, Batch], Terms]
    redraw: bool = False


@dataclass(frozen=True)
class ADANGame:
    """Encoder E, decoder R, classifier C, generator G and discriminator D (Fig. 1).

    With `CrossEntropy` it is ADAN, with `WassersteinDivergence` WADAN.

    Parameters
    ----------
    divergence : Divergence
    alpha : float, default=1.0
        Weight of the class term in G's loss (Eqs. 14, 18).
    critic_steps : int, default=1
        Updates of D before each update of G.
    latent_steps : int, default=1
        Rounds of D and G for each update of C, E and R.
    conditional_critic : bool, default=False
        D sees the label beside the code, as in a cGAN (Eqs. 5, 6).
    """

    divergence: Divergence
    alpha: float = 1.0
    critic_steps: int = 1
    latent_steps: int = 1
    conditional_critic: bool = False

    def networks(
        self,
        n_features: int,
        n_classes: int,
        n_latent: int,
        n_noise: int,
        autoencoder_layers: Sequence[int],
        latent_layers: Sequence[int],
        device: torch.device | str = "cpu",
        n_columns: int | None = None,
    ) -> Networks:
        """The five networks, without weights yet; the decoder mirrors the encoder.

        `n_columns` is the width of the table, where `n_features` coordinates stand for it.
        """
        hidden, n_seen = tuple(latent_layers), n_classes * self.conditional_critic
        inner = (*autoencoder_layers, n_latent)
        encoder, full = (n_features, *inner), (n_columns or n_features, *inner)
        return Networks(
            encoder=mlp(encoder, device, full),
            decoder=mlp(encoder[::-1], device, full[::-1]),
            classifier=mlp((n_latent, *hidden, n_classes), device),
            generator=mlp((n_noise + n_classes, *hidden, n_latent), device),
            discriminator=mlp((n_latent + n_seen, *hidden, 1), device),
        )

    @property
    def turns(self) -> tuple[Turn, ...]:
        """One iteration of Algorithm 1, after `embed`.

        NOTE[DIFF] Algorithm 1 updates C, D, R, E, G, each after a forward pass of its own. Here C,
        E and R move together: their gradients are those of Eqs. 11, 13 and 12 at the weights the
        iteration began with, from one pass. C, R and D move exactly as printed (neither C nor R
        enters D's loss, and D saw the encoder before its update); only E reads R and C one step
        earlier. Half the work.
        """
        autoencoder = Turn(("classifier", "encoder", "decoder"), self.autoencoder_loss)
        critic = Turn(("discriminator",), self.critic_loss)
        generator = Turn(("generator",), self.generator_loss)
        round_ = [critic] * self.critic_steps + [generator]
        round_[0] = replace(critic, redraw=True)
        return autoencoder, *round_ * self.latent_steps

    def embed(self, networks: Networks, batch: Batch) -> Batch:
        """The batch with h = E(x), the one pass of the encoder that all turns share.

        NOTE[DIFF] `x_noise` is not in the paper: without it E and C fit the training rows
        perfectly, and G learns codes surer of their class than those of any new row.
        """
        x = batch.x if batch.x_noise is None else batch.x + batch.x_noise
        return replace(batch, h=networks.encoder(x))  # (m, n_latent)

    def autoencoder_loss(self, networks: Networks, batch: Batch) -> Terms:
        """Eq. 12 for R, Eq. 11 for C, and their sum, Eq. 13, for E.

        Class weights multiply the cross-entropy of real rows, in Eq. 13 as in Eq. 11: one term
        serves both.
        """
        x_hat = networks.decoder(batch.h)  # (m, d)
        error = (batch.x - x_hat).square().sum(1)  # (m,)
        return {
            "reconstruction": error.mean(),
            "real_class": (
                batch.weight * cross_entropy(networks.classifier(batch.h), batch.y)
            ).mean(),
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
        log_loss = cross_entropy(networks.classifier(h_hat), self._fake_labels(batch))
        adversarial = self.divergence.generator_loss(self._critic(networks, batch), h_hat)
        return adversarial | {"fake_class": self.alpha * log_loss.mean()}

    def fake(self, networks: Networks, batch: Batch) -> Tensor:
        """Codes G(z, y) of the batch's draw, (m, n_latent)."""
        return self.generate(networks, batch.draw.z, self._fake_labels(batch))

    def generate(self, networks: Networks, z: Tensor, y: Tensor) -> Tensor:
        """h^ = G(z, y), (m, n_latent)."""
        return networks.generator(concatenate(z, y))

    def _fake_labels(self, batch: Batch) -> Tensor:
        """Labels drawn anew; the real rows' own where D compares real and fake class by class."""
        return batch.y if self.conditional_critic else batch.draw.y

    def _critic(self, networks: Networks, batch: Batch) -> Critic:
        if not self.conditional_critic:
            return networks.discriminator
        return lambda h: networks.discriminator(concatenate(h, batch.y))


def cross_entropy(logits: Tensor, y: Tensor) -> Tensor:
    """-sum_k y_k log softmax(logits)_k, (m,)."""
    return -(y * log_softmax(logits, dim=1)).sum(1)
