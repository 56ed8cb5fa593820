"""Batches of a table, and the only place where the randomness of training arrives."""

from dataclasses import dataclass
from math import ceil

import torch
from torch import Tensor

from ..games.batch import Batch, Draw


@dataclass(frozen=True)
class Table:
    """The training rows, on the device.

    `x` (n, d) scaled features, `y` (n, K) one-hot labels, `weight` (n,) class weight of each row.
    """

    x: Tensor
    y: Tensor
    weight: Tensor


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
