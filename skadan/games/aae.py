"""The paper's third baseline: an adversarial autoencoder."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import pi
from typing import ClassVar

import torch
from torch import Tensor

from .base import Terms, Turn
from .batch import Batch
from .checks import check_counts, check_members
from .divergences import NON_SATURATING, Critic, Divergence
from .networks import Conditioned, Networks, mlp
from .terms import squared_error


@dataclass(frozen=True)
class AAEGame:
    """Encoder E, decoder R and critic D of codes, of equations 7 to 9.

    The prior of the codes is a mixture of Gaussians in the plane: one for each class, on a circle.

    Parameters
    ----------
    divergence : Divergence, default=CrossEntropy(saturating=False)
        How D tells the prior from codes of rows.
    autoencoder_layers : sequence of int, default=(800, 800)
        Hidden widths of E; R mirrors them.
    latent_layers : sequence of int, default=(100, 100)
        Hidden widths of D.
    prior_radius : float, default=3.0
        Radius of the circle.
    prior_std : float, default=0.5
        Standard deviation of each Gaussian.
    n_latent, n_noise : int, default=2
        Sizes of a code and of z. The prior lies in the plane, so both are 2.

    Raises
    ------
    TypeError
        If `divergence` lacks a method.
    ValueError
        If a width is not a whole number of 1 or more, or `n_latent` or `n_noise` is not 2.

    Examples
    --------
    >>> from skadan.games import AAEGame
    >>> [turn.moves for turn in AAEGame().turns]
    [('encoder', 'decoder'), ('critic',), ('encoder',)]
    """

    divergence: Divergence = NON_SATURATING
    autoencoder_layers: Sequence[int] = (800, 800)
    latent_layers: Sequence[int] = (100, 100)
    prior_radius: float = 3.0
    prior_std: float = 0.5
    n_latent: int = 2
    n_noise: int = 2

    capturable: ClassVar[bool] = True

    def __post_init__(self) -> None:
        check_members(self.divergence, Divergence)
        check_counts(autoencoder_layers=self.autoencoder_layers, latent_layers=self.latent_layers)
        if (self.n_latent, self.n_noise) != (2, 2):
            raise ValueError(
                f"n_latent={self.n_latent!r}, n_noise={self.n_noise!r}: the prior lies in the "
                "plane, so both are 2."
            )

    def networks(
        self, n_features: int, n_classes: int, device: torch.device | str = "cpu"
    ) -> Networks:
        """The three networks; the decoder mirrors the encoder."""
        encoder = (n_features, *self.autoencoder_layers, self.n_latent)
        return Networks(
            encoder=mlp(encoder, device),
            decoder=mlp(encoder[::-1], device),
            critic=Conditioned((self.n_latent, *self.latent_layers, 1), n_classes, device),
        )

    @property
    def turns(self) -> tuple[Turn, ...]:
        """One iteration: E and R, then D, then E against D, in the order of the AAE's authors.

        Each of E's two losses has an Adam of its own: their sizes differ by orders of magnitude.
        """
        return (
            Turn(("encoder", "decoder"), self.reconstruction_loss),
            Turn(("critic",), self.critic_loss, redraw=True),
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
        return lambda h: networks.critic(h, batch.y)
