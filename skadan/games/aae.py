"""Define the game of the paper's third baseline, the adversarial autoencoder."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import pi
from typing import ClassVar

import torch
from torch import Tensor

from .base import Batch, Terms, Turn
from .checks import check_counts, check_members
from .divergences import NON_SATURATING, Critic, Divergence
from .networks import Conditioned, Networks, mlp
from .terms import squared_error


@dataclass(frozen=True)
class AAEGame:
    """Train an adversarial autoencoder: encoder E, decoder R and critic D (equations 7 to 9).

    The prior of the codes is a mixture of Gaussians in the plane. It has one component for each
    class, and the components are spread evenly on a circle.

    Parameters
    ----------
    divergence : Divergence, default=CrossEntropy(saturating=False)
        How D's scores of the prior and of encoded rows become losses.
    autoencoder_layers : sequence of int, default=(800, 800)
        Hidden widths of E; R mirrors them.
    latent_layers : sequence of int, default=(100, 100)
        Hidden widths of D.
    prior_radius : float, default=3.0
        Radius of the circle on which the components are centred.
    prior_std : float, default=0.5
        Standard deviation of each Gaussian.
    n_latent, n_noise : int, default=2
        Sizes of a code and of z. Both must be 2, because the prior is in the plane.

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
                f"n_latent={self.n_latent!r}, n_noise={self.n_noise!r}: both must be 2, because "
                "the prior is in the plane."
            )

    def networks(
        self, n_features: int, n_classes: int, device: torch.device | str = "cpu"
    ) -> Networks:
        """Build the three networks; the decoder mirrors the encoder."""
        encoder = (n_features, *self.autoencoder_layers, self.n_latent)
        return Networks(
            encoder=mlp(encoder, device),
            decoder=mlp(encoder[::-1], device),
            critic=Conditioned((self.n_latent, *self.latent_layers, 1), n_classes, device),
        )

    @property
    def turns(self) -> tuple[Turn, ...]:
        """Return the turns of one iteration: E and R, then D, then E against D.

        This is the order of the AAE's authors. E moves in two turns, and each has its own Adam
        state, because the two losses differ by orders of magnitude.
        """
        return (
            Turn(("encoder", "decoder"), self.reconstruction_loss),
            Turn(("critic",), self.critic_loss, redraw=True),
            Turn(("encoder",), self.encoder_loss),
        )

    def embed(self, networks: Networks, batch: Batch) -> Batch:
        """Return the batch with h = E(x)."""
        return replace(batch, h=self.encode(networks, batch.x))

    def reconstruction_loss(self, networks: Networks, batch: Batch) -> Terms:
        """Return Eq. 9, which R and E minimise."""
        x_hat = self.decode(networks, batch.h)  # (m, d)
        return {"reconstruction": squared_error(batch.x, x_hat).mean()}

    def encoder_loss(self, networks: Networks, batch: Batch) -> Terms:
        """Return Eq. 8, which E minimises."""
        # Not batch.h: the reconstruction turn has just updated E, so the codes are computed again.
        h = self.encode(networks, batch.x)
        return self.divergence.generator_loss(self._critic(networks, batch), h)

    def critic_loss(self, networks: Networks, batch: Batch) -> Terms:
        """Return Eq. 7: codes from the prior are real, E(x) is fake."""
        # batch.y, not batch.draw.y: D sees the labels of the batch beside both kinds of codes.
        prior = self.generate(networks, batch.draw.z, batch.y)
        critic = self._critic(networks, batch)
        return self.divergence.critic_loss(critic, prior, batch.h.detach(), batch.draw.mu)

    def encode(self, networks: Networks, x: Tensor) -> Tensor:
        """Return h = E(x), (m, 2)."""
        return networks.encoder(x)

    def decode(self, networks: Networks, h: Tensor) -> Tensor:
        """Return R(h), (m, n_features)."""
        return networks.decoder(h)

    def generate(self, networks: Networks, z: Tensor, y: Tensor) -> Tensor:
        """Draw codes from the prior's component of each label, (m, 2)."""
        angle = torch.arange(y.shape[1], device=y.device, dtype=y.dtype) * (2 * pi / y.shape[1])
        centres = self.prior_radius * torch.stack([angle.cos(), angle.sin()], dim=1)  # (K, 2)
        return y @ centres + self.prior_std * z

    def _critic(self, networks: Networks, batch: Batch) -> Critic:
        """Return D as a function of codes, joined with the batch's labels.

        NOTE[DIFF] Eqs. 7 and 8 print D(z). Without the label nothing ties a class to a component,
        and rows decoded from a component would have no class; the AAE's authors also give D the
        label.
        """
        return lambda h: networks.critic(h, batch.y)
