"""Batches: everything that a loss sees, and the only place where randomness arrives."""

from dataclasses import dataclass
from math import ceil
from typing import Any

import numpy as np
import torch
from sklearn.utils import check_random_state
from torch import Tensor

TRAINING, SAMPLING = 0, 1  # purposes of a seed: their streams never coincide


def seeded_generator(random_state: Any, purpose: int, device: torch.device) -> torch.Generator:
    """A torch generator that depends on one draw of ``random_state`` and on nothing global.

    None takes fresh entropy, not numpy's global state, which belongs to the caller.
    """
    if random_state is None:
        drawn = np.random.SeedSequence().entropy
    else:
        drawn = check_random_state(random_state).randint(np.iinfo(np.int32).max)
    state = np.random.SeedSequence([drawn, purpose]).generate_state(1, np.uint64)[0]
    return torch.Generator(device=device).manual_seed(int(state >> np.uint64(1)))


@dataclass(frozen=True)
class Table:
    """The training rows, on the device.

    `x` (n, d) scaled features, `y` (n, K) one-hot labels, `weight` (n,) class weight of each row.
    """

    x: Tensor
    y: Tensor
    weight: Tensor


@dataclass(frozen=True)
class Draw:
    """One draw of the random inputs of the latent players (lines 3 to 5 of Algorithm 1).

    `z` (m, n_noise) from N(0, 1), `y` (m, K) labels from the data, `mu` (m, 1) from U[0, 1].
    """

    z: Tensor
    y: Tensor
    mu: Tensor


@dataclass(frozen=True)
class Batch:
    """What the losses of one turn see.

    `x` (m, d), `y` (m, K) and `weight` (m,) are rows of the table; `x_noise` (m, d), or None, is
    added to what the encoder sees; `draw` belongs to the latent players; `h` (m, n_latent) is the
    code of `x`, set once an iteration by the game's `embed`.
    """

    x: Tensor
    y: Tensor
    weight: Tensor
    x_noise: Tensor | None
    draw: Draw | None = None
    h: Tensor | None = None


class Batches:
    """Seeded batches of one table, all of one shape and on its device.

    An epoch is ``ceil(n / batch_size)`` batches of equal size, each row at least once; where n does
    not divide, the last batch is filled up from the front of the same permutation.

    NOTE[DIFF] Algorithm 1 (line 2) draws rows from the data and leaves the last batch open. Equal
    batches waste no row, need no short step, and keep the shapes that a captured step needs.

    Parameters
    ----------
    table : Table
    batch_size : int
        Upper bound of the rows in a batch.
    n_noise : int
        Size of z.
    input_noise : float
        Standard deviation of the noise on the encoder's input; 0 for none.
    generator : torch.Generator
    """

    def __init__(
        self,
        table: Table,
        batch_size: int,
        n_noise: int,
        input_noise: float,
        generator: torch.Generator,
    ) -> None:
        n_rows = len(table.x)
        self.table, self.n_noise, self.input_noise = table, n_noise, input_noise
        self.n_batches = ceil(n_rows / batch_size)
        self.size = ceil(n_rows / self.n_batches)
        self.generator = generator

    def epoch(self) -> tuple[Tensor, ...]:
        """Row numbers (m,) of each batch of one pass over the table."""
        order = self._indices(torch.randperm, len(self.table.x))
        return torch.cat([order, order])[: self.n_batches * self.size].split(self.size)

    def batch(self, rows: Tensor) -> Batch:
        """These rows of the table, with fresh noise for the encoder."""
        x, y, weight = (t.index_select(0, rows) for t in vars(self.table).values())
        noise = self.input_noise * self._normal(*x.shape) if self.input_noise else None
        return Batch(x, y, weight, noise)

    def draw(self) -> Draw:
        """Fresh noise, labels and mixing weights for the latent players."""
        device = self.table.x.device  # and dtype: the caller may have set other defaults
        rows = self._indices(torch.randint, len(self.table.y), (self.size,))
        mu = torch.rand(self.size, 1, generator=self.generator, device=device, dtype=torch.float32)
        return Draw(self._normal(self.size, self.n_noise), self.table.y.index_select(0, rows), mu)

    def _indices(self, function, *args) -> Tensor:
        return function(*args, generator=self.generator, device=self.table.x.device)

    def _normal(self, *shape: int) -> Tensor:
        device = self.table.x.device
        return torch.randn(*shape, generator=self.generator, device=device, dtype=torch.float32)
