"""Batches of a table, and the only place where the randomness of training arrives."""

from dataclasses import dataclass
from math import ceil
from typing import Protocol

import torch
from torch import Tensor

from .._torch.seeding import normal
from ..games.batch import Batch, Draw


class Rows(Protocol):
    """Rows that memory does not hold, (n, d): what of a tensor training needs."""

    @property
    def shape(self) -> tuple[int, ...]: ...

    def __len__(self) -> int: ...

    def index_select(self, dim: int, index: Tensor) -> Tensor:
        """Return the rows of these indices (m,), on the device."""

    def part(self, rows: Tensor) -> "Rows":
        """Return some of the rows, which memory does not hold either."""

    def read_ahead(self, rows: Tensor) -> None:
        """Hear which rows will be wanted soon."""


@dataclass(frozen=True)
class Table:
    """The training rows, on the device.

    Parameters
    ----------
    x : Tensor or Rows of shape (n, d)
        Scaled rows, or their coordinates in a narrower space.
    y : Tensor of shape (n, K)
        One-hot labels.
    weight : Tensor of shape (n,)
        Class weight of each row.
    n_columns : int or None
        Columns of the table; None for as many as `x` has.
    """

    x: Tensor | Rows
    y: Tensor
    weight: Tensor
    n_columns: int | None = None

    @property
    def in_memory(self) -> bool:
        """Whether the device holds all rows."""
        return isinstance(self.x, Tensor)

    def batch(self, row_index: Tensor, x_noise: Tensor | None = None) -> Batch:
        """Return the rows of these indices (m,)."""
        return Batch(*self._at(row_index), x_noise, n_columns=self.n_columns)

    def rows(self, row_index: Tensor) -> "Table":
        """Return the table of the rows of these indices (m,)."""
        return Table(*self._at(row_index), self.n_columns)

    def _at(self, row_index: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        x, y, weight = (t.index_select(0, row_index) for t in (self.x, self.y, self.weight))
        return x, y, weight

    def part(self, row_index: Tensor) -> "Table":
        """Return the same table; rows that memory does not hold stay where they are."""
        if isinstance(self.x, Tensor):
            return self.rows(row_index)
        y, weight = (t.index_select(0, row_index) for t in (self.y, self.weight))
        return Table(self.x.part(row_index), y, weight, self.n_columns)


class Batches:
    """Seeded batches of one table, all of one shape and on its device.

    An epoch is ``ceil(n / batch_size)`` batches of equal size, each row at least once. Where n does
    not divide, the last batch is filled up from the front of the same permutation. With
    `max_batches` an epoch of a large table ends early, and the next one has a permutation of its
    own.

    NOTE[DIFF] Algorithm 1 (line 2) draws rows from the data and leaves the last batch open. Equal
    batches waste no row, avoid a smaller last step, and keep the shapes that a captured step needs.

    Parameters
    ----------
    table : Table
        The training rows.
    batch_size : int
        Upper bound of the rows in a batch.
    n_noise : int
        Size of z.
    input_noise : float
        Standard deviation of the noise on the encoder's input; 0 for none.
    rng : torch.Generator
        On the device of the table.
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
        in_a_pass = ceil(len(table.x) / batch_size)
        self.size = ceil(len(table.x) / in_a_pass)
        self.n_batches = min(in_a_pass, max_batches or in_a_pass)

    def epoch(self) -> tuple[Tensor, ...]:
        """Draw the row indices (m,) of each batch of one pass over the table."""
        n_rows, device = len(self.table.x), self.rng.device
        order = torch.randperm(n_rows, generator=self.rng, device=device)
        rows = torch.cat([order, order])[: self.n_batches * self.size]
        if not isinstance(self.table.x, Tensor):
            self.table.x.read_ahead(rows)
        return rows.split(self.size)

    def batch(self, row_index: Tensor) -> Batch:
        """Return the rows of these indices (m,), with fresh noise for the encoder."""
        if not self.input_noise:
            return self.table.batch(row_index)
        noise = normal(len(row_index), self.table.x.shape[1], rng=self.rng)
        return self.table.batch(row_index, self.input_noise * noise)

    def draw(self) -> Draw:
        """Draw noise, labels and mixing weights for generator and critic."""
        size, rng, device = self.size, self.rng, self.rng.device
        row_index = torch.randint(len(self.table.y), (size,), generator=rng, device=device)
        mu = torch.rand(size, 1, generator=rng, device=device, dtype=torch.float32)
        z = normal(size, self.n_noise, rng=rng)
        return Draw(z, self.table.y.index_select(0, row_index), mu)
