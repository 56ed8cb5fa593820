"""Draw batches of a table; all random numbers of a training are drawn here."""

from dataclasses import dataclass
from math import ceil
from typing import Protocol

import torch
from torch import Tensor

from .._torch.seeding import normal
from ..games.base import Batch, Draw


class Rows(Protocol):
    """Define the tensor methods that training uses, for rows (n, d) that are off the device."""

    @property
    def shape(self) -> tuple[int, ...]: ...

    def __len__(self) -> int: ...

    def index_select(self, dim: int, row_indices: Tensor) -> Tensor:
        """Return the rows of these indices (m,), on the device."""

    def part(self, row_indices: Tensor) -> "Rows":
        """Return a subset of the rows, without loading them."""

    def read_ahead(self, row_indices: Tensor) -> None:
        """Prefetch hint: rows that the next batches will need."""


@dataclass(frozen=True)
class Table:
    """Hold the training rows with their labels and weights.

    Parameters
    ----------
    x : Tensor or Rows of shape (n, d)
        Scaled rows, or their coordinates in the row space.
    y : Tensor of shape (n, K)
        One-hot labels.
    weight : Tensor of shape (n,)
        Class weight of each row.
    n_columns : int or None
        Columns of the table; None if `x` has all of them.
    """

    x: Tensor | Rows
    y: Tensor
    weight: Tensor
    n_columns: int | None = None

    @property
    def in_memory(self) -> bool:
        """Return whether all rows are on the device."""
        return isinstance(self.x, Tensor)

    def batch(self, row_indices: Tensor, x_noise: Tensor | None = None) -> Batch:
        """Return a batch of the rows of these indices (m,)."""
        return Batch(*self._at(row_indices), x_noise, n_columns=self.n_columns)

    def rows(self, row_indices: Tensor) -> "Table":
        """Return a table of the rows of these indices (m,), loaded onto the device."""
        return Table(*self._at(row_indices), self.n_columns)

    def _at(self, row_indices: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        x, y, weight = (t.index_select(0, row_indices) for t in (self.x, self.y, self.weight))
        return x, y, weight

    def part(self, row_indices: Tensor) -> "Table":
        """Return a table of the rows of these indices (m,); rows off the device stay there."""
        if isinstance(self.x, Tensor):
            return self.rows(row_indices)
        y, weight = (t.index_select(0, row_indices) for t in (self.y, self.weight))
        return Table(self.x.part(row_indices), y, weight, self.n_columns)


class Batches:
    """Draw seeded batches of one table, all with the same number of rows.

    An epoch is ``ceil(n / batch_size)`` batches of equal size, with each row at least once. If the
    size does not divide n, the last batch is filled up from the front of the same permutation. With
    `max_batches` an epoch of a large table ends early, and the next epoch has its own permutation.

    NOTE[DIFF] Algorithm 1 (line 2) draws rows from the data and does not say what the last batch
    holds. Equal batches use every row, avoid a last step on fewer rows, and have the constant shape
    that a CUDA graph needs.

    Parameters
    ----------
    table : Table
        The training rows.
    batch_size : int
        Largest number of rows in a batch.
    n_noise : int
        Size of z.
    input_noise : float
        Standard deviation of the noise on the encoder's input; 0 for no noise.
    rng : torch.Generator
        Random state, on the device of the table.
    max_batches : int or None, default=None
        Largest number of batches in an epoch.
    """

    def __init__(
        self,
        table: Table,
        batch_size: int,
        n_noise: int,
        input_noise: float,
        rng: torch.Generator,
        max_batches: int | None = None,
    ) -> None:
        self.table, self.n_noise, self.input_noise, self.rng = table, n_noise, input_noise, rng
        # Equal batches may be smaller than batch_size: 100 rows at 64 give two batches of 50.
        in_a_pass = ceil(len(table.x) / batch_size)
        self.size = ceil(len(table.x) / in_a_pass)
        self.n_batches = min(in_a_pass, max_batches or in_a_pass)

    def spare(self) -> "Batches":
        """Return batches of the same table for a check before the training."""
        # A separate generator, so that a check does not change the training's random numbers.
        rng = torch.Generator(self.rng.device).manual_seed(0)
        return Batches(self.table, self.size, self.n_noise, self.input_noise, rng)

    def epoch(self) -> tuple[Tensor, ...]:
        """Draw the row indices (m,) of each batch of one pass over the table."""
        n_rows, device = len(self.table.x), self.rng.device
        order = torch.randperm(n_rows, generator=self.rng, device=device)
        row_indices = torch.cat([order, order])[: self.n_batches * self.size]
        if not isinstance(self.table.x, Tensor):
            self.table.x.read_ahead(row_indices)
        return row_indices.split(self.size)

    def batch(self, row_indices: Tensor) -> Batch:
        """Return a batch of the rows of these indices (m,), with new noise for the encoder."""
        if not self.input_noise:
            return self.table.batch(row_indices)
        noise = normal(len(row_indices), self.table.x.shape[1], rng=self.rng)
        return self.table.batch(row_indices, self.input_noise * noise)

    def draw(self) -> Draw:
        """Draw noise, labels and mixing weights for generator and critic."""
        size, rng, device = self.size, self.rng, self.rng.device
        # Labels of random rows, so that classes are as frequent in a draw as in the data.
        row_indices = torch.randint(len(self.table.y), (size,), generator=rng, device=device)
        # The dtype is given because the caller may have changed torch's default.
        mu = torch.rand(size, 1, generator=rng, device=device, dtype=torch.float32)
        z = normal(size, self.n_noise, rng=rng)
        return Draw(z, self.table.y.index_select(0, row_indices), mu)
