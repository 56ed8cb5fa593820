"""Define the games of the paper's GAN baselines, which generate rows without an autoencoder."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from .base import Batch, Terms, Turn
from .checks import check_counts, check_members
from .divergences import NON_SATURATING, Critic, Divergence
from .networks import Conditioned, Networks
from .terms import rounds


@dataclass(frozen=True)
class GANGame:
    """Train generator G and critic D on rows (equations 1 to 3, 5 and 6).

    Parameters
    ----------
    conditioning : type of nn.Module, default=Conditioned
        How networks take the label. `PerClass` trains a GAN for each class (Eqs. 1 to 3),
        `Conditioned` a conditional GAN (Eqs. 5, 6).
    divergence : Divergence, default=CrossEntropy(saturating=False)
        How D's scores of real and synthetic rows become losses. A saturating cross-entropy is
        Eq. 1.
    n_noise : int, default=100
        Size of z.
    hidden_layers : sequence of int, default=(800, 800)
        Hidden widths of G; D mirrors them.
    critic_steps : int, default=1
        Updates of D before each update of G.

    Raises
    ------
    TypeError
        If `divergence` lacks a method.
    ValueError
        If a size is not a whole number of 1 or more.

    Examples
    --------
    >>> from skadan.games import GANGame
    >>> [turn.moves for turn in GANGame(critic_steps=2).turns]
    [('critic',), ('critic',), ('generator',)]
    """

    conditioning: type[nn.Module] = Conditioned
    divergence: Divergence = NON_SATURATING
    n_noise: int = 100
    hidden_layers: Sequence[int] = (800, 800)
    critic_steps: int = 1

    def __post_init__(self) -> None:
        check_members(self.divergence, Divergence)
        check_counts(
            n_noise=self.n_noise, hidden_layers=self.hidden_layers, critic_steps=self.critic_steps
        )

    @property
    def capturable(self) -> bool:
        """Return whether an iteration can run as a CUDA graph."""
        return getattr(self.conditioning, "capturable", False)

    def networks(
        self, n_features: int, n_classes: int, device: torch.device | str = "cpu"
    ) -> Networks:
        """Build the two networks; the critic mirrors the generator."""
        hidden = tuple(self.hidden_layers)
        return Networks(
            generator=self.conditioning((self.n_noise, *hidden, n_features), n_classes, device),
            critic=self.conditioning((n_features, *hidden[::-1], 1), n_classes, device),
        )

    @property
    def turns(self) -> tuple[Turn, ...]:
        """Return the turns of one iteration: D, then G."""
        return rounds(
            Turn(("critic",), self.critic_loss),
            Turn(("generator",), self.generator_loss),
            self.critic_steps,
        )

    def embed(self, networks: Networks, batch: Batch) -> Batch:
        """Return the batch unchanged, because the turns share nothing."""
        return batch

    def critic_loss(self, networks: Networks, batch: Batch) -> Terms:
        """Return Eq. 2 or 5, with as many fake rows of each class as the batch has real ones."""
        with torch.no_grad():
            x_hat = self.generate(networks, batch.draw.z, batch.y)
        critic = self._critic(networks, batch)
        return self.divergence.critic_loss(critic, batch.x, x_hat, batch.draw.mu)

    def generator_loss(self, networks: Networks, batch: Batch) -> Terms:
        """Return Eq. 3 or 6, or the generator's part of Eq. 1 if the divergence saturates."""
        # batch.y, not batch.draw.y: the critic that `_critic` returns conditions on batch.y.
        x_hat = self.generate(networks, batch.draw.z, batch.y)  # (m, d)
        return self.divergence.generator_loss(self._critic(networks, batch), x_hat)

    def generate(self, networks: Networks, z: Tensor, y: Tensor) -> Tensor:
        """Return x^ = G(z, y), (m, d)."""
        return networks.generator(z, y)

    def decode(self, networks: Networks, h: Tensor) -> Tensor:
        """Return the code unchanged, because it is already a row."""
        return h

    def _critic(self, networks: Networks, batch: Batch) -> Critic:
        return lambda x: networks.critic(x, batch.y)
