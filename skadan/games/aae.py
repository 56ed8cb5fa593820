"""The paper's third baseline: an adversarial autoencoder."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import pi
from typing import ClassVar

import torch
from torch import Tensor

from .base import Turn, squared_error
from .batch import Batch
from .divergences import NON_SATURATING, Critic, Divergence, Terms
from .networks import Conditioned, Networks, mlp


@dataclass(frozen=True)
class AAEGame:
    """Encoder E, decoder R and discriminator D of codes: Eqs. 7 to 9.

    The prior of the codes is a mixture of Gaussians in the plane, one a class, on a circle.

    Parameters
    ----------
    divergence : Divergence, default=NON_SATURATING
    autoencoder_layers : sequence of int, default=(800, 800)
        Hidden widths of E; R mirrors them.
    latent_layers : sequence of int, default=(100, 100)
        Hidden widths of D.
    prior_radius, prior_std : float, default=3.0, 0.5
        Of the circle and of each Gaussian.
    """

    divergence: Divergence = NON_SATURATING
    autoencoder_layers: Sequence[int] = (800, 800)
    latent_layers: Sequence[int] = (100, 100)
    prior_radius: float = 3.0
    prior_std: float = 0.5
    n_latent: int = 2
    n_noise: int = 2

    capturable: ClassVar[bool] = True

    def networks(
        self,
        n_features: int,
        n_classes: int,
        device: torch.device | str = "cpu",
        n_columns: int | None = None,
    ) -> Networks:
        """The three networks; the decoder mirrors the encoder."""
        inner = (*self.autoencoder_layers, self.n_latent)
        encoder, full = (n_features, *inner), (n_columns or n_features, *inner)
        critic = (self.n_latent, *self.latent_layers, 1)
        return Networks(
            encoder=mlp(encoder, device, full),
            decoder=mlp(encoder[::-1], device, full[::-1]),
            discriminator=Conditioned(critic, n_classes, device),
        )

    @property
    def turns(self) -> tuple[Turn, ...]:
        """One iteration: E and R, then D, then E against D, as the AAE's authors take turns.

        E has an Adam for each of its two losses: their sizes differ by orders of magnitude.
        """
        return (
            Turn(("encoder", "decoder"), self.reconstruction_loss),
            Turn(("discriminator",), self.critic_loss, redraw=True),
            Turn(("encoder",), self.encoder_loss),
        )

    def embed(self, networks: Networks, batch: Batch) -> Batch:
        """The batch with h = E(x)."""
        return replace(batch, h=self.encode(networks, batch.x))

    def reconstruction_loss(self, networks: Networks, batch: Batch) -> Terms:
        """Eq. 9, for R and E."""
        x_hat = self.decode(networks, batch.h)  # (m, d)
        return {"reconstruction": squared_error(batch.x, x_hat).mean()}

    def encoder_loss(self, networks: Networks, batch: Batch) -> Terms:
        """Eq. 8, of codes by the E that the reconstruction has just moved."""
        h = self.encode(networks, batch.x)
        return self.divergence.generator_loss(self._critic(networks, batch), h)

    def critic_loss(self, networks: Networks, batch: Batch) -> Terms:
        """Eq. 7: the prior is real, E(x) is fake."""
        prior = self.generate(networks, batch.draw.z, batch.y)
        critic = self._critic(networks, batch)
        return self.divergence.critic_loss(critic, prior, batch.h.detach(), batch.draw.mu)

    def encode(self, networks: Networks, x: Tensor) -> Tensor:
        """h = E(x), (m, 2)."""
        return networks.encoder(x)

    def decode(self, networks: Networks, h: Tensor) -> Tensor:
        """R(h), (m, n_features)."""
        return networks.decoder(h)

    def generate(self, networks: Networks, z: Tensor, y: Tensor) -> Tensor:
        """Codes from the prior's component of each label, (m, 2)."""
        angle = torch.arange(y.shape[1], device=y.device, dtype=y.dtype) * (2 * pi / y.shape[1])
        centres = self.prior_radius * torch.stack([angle.cos(), angle.sin()], dim=1)  # (K, 2)
        return y @ centres + self.prior_std * z

    def _critic(self, networks: Networks, batch: Batch) -> Critic:
        """D of a code and its label.

        NOTE[DIFF] Eqs. 7 and 8 print D(z). Without the label nothing ties a class to a component,
        and rows decoded from one would have no class; the AAE's authors feed it to D as well.
        """
        return lambda h: networks.discriminator(h, batch.y)
