"""The paper's GAN baselines, which play in the space of the rows themselves."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from .base import Turn, rounds
from .batch import Batch
from .divergences import NON_SATURATING, Critic, Divergence, Terms
from .networks import Conditioned, Networks


@dataclass(frozen=True)
class GANGame:
    """Generator G and discriminator D: Eqs. 2, 3 and 5, 6.

    Parameters
    ----------
    conditioning : type of nn.Module
        How networks take the label: `PerClass` networks are a GAN for each class (Eqs. 2, 3),
        `Conditioned` ones a conditional GAN (Eqs. 5, 6).
    divergence : Divergence, default=NON_SATURATING
    n_noise : int, default=100
        Size of z.
    hidden_layers : sequence of int, default=(800, 800)
        Hidden widths of G; D mirrors them.
    critic_steps : int, default=1
        Updates of D before each update of G.
    """

    conditioning: type[nn.Module] = Conditioned
    divergence: Divergence = NON_SATURATING
    n_noise: int = 100
    hidden_layers: Sequence[int] = (800, 800)
    critic_steps: int = 1

    @property
    def capturable(self) -> bool:
        """As the networks are."""
        return self.conditioning.capturable

    def networks(
        self,
        n_features: int,
        n_classes: int,
        device: torch.device | str = "cpu",
        n_columns: int | None = None,
    ) -> Networks:
        """The two networks."""
        hidden = tuple(self.hidden_layers)
        n_columns = n_columns or n_features

        def network(sizes: Sequence[int], stands_for: Sequence[int]) -> nn.Module:
            return self.conditioning(sizes, n_classes, device, stands_for)

        return Networks(
            generator=network(
                (self.n_noise, *hidden, n_features), (self.n_noise, *hidden, n_columns)
            ),
            discriminator=network((n_features, *hidden[::-1], 1), (n_columns, *hidden[::-1], 1)),
        )

    @property
    def turns(self) -> tuple[Turn, ...]:
        """One iteration: D, then G."""
        return rounds(
            Turn(("discriminator",), self.critic_loss),
            Turn(("generator",), self.generator_loss),
            self.critic_steps,
        )

    def embed(self, networks: Networks, batch: Batch) -> Batch:
        """Nothing is shared."""
        return batch

    def critic_loss(self, networks: Networks, batch: Batch) -> Terms:
        """Eq. 2 or 5, for as many fake rows of each class as the batch has real ones."""
        with torch.no_grad():
            x_hat = self.generate(networks, batch.draw.z, batch.y)
        critic = self._critic(networks, batch)
        return self.divergence.critic_loss(critic, batch.x, x_hat, batch.draw.mu)

    def generator_loss(self, networks: Networks, batch: Batch) -> Terms:
        """Eq. 3 or 6."""
        x_hat = self.generate(networks, batch.draw.z, batch.y)  # (m, d)
        return self.divergence.generator_loss(self._critic(networks, batch), x_hat)

    def generate(self, networks: Networks, z: Tensor, y: Tensor) -> Tensor:
        """x^ = G(z, y), (m, d)."""
        return networks.generator(z, y)

    def decode(self, networks: Networks, h: Tensor) -> Tensor:
        """A code is a row."""
        return h

    def _critic(self, networks: Networks, batch: Batch) -> Critic:
        return lambda x: networks.discriminator(x, batch.y)
