"""Plan a draw of synthetic rows: the class, the real rows and the random state of each.

A draw is made in blocks of `arrays.BLOCK_ROWS` rows. All random numbers of a block depend only on
the draw's seed and the block's number. Any process can therefore make any block, and the rows are
the same for any number of processes.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple, Protocol

import numpy as np
import torch

from .._torch.seeding import Streams
from . import arrays

# First key of a random stream in a draw: the noise of a block, or the order of a class's rows.
NOISE, ORDERS = 0, 1
# Rows of a class that are shuffled at a time, in as many rounds as needed: a class of three rows
# would otherwise need a new generator for every third synthetic row.
ROWS_ORDERED = 4096


class Wanted(Protocol):
    """List the class of each row of a draw, or of a section of a draw."""

    def __len__(self) -> int: ...

    def __getitem__(self, part: slice) -> tuple[np.ndarray, np.ndarray]:
        """Return each row's class index, and its rank: the earlier rows of its class."""

    def section(self, part: slice) -> "Wanted":
        """Return only these rows of the draw; they keep their ranks."""


@dataclass(frozen=True)
class Listed:
    """List rows whose classes are given one by one.

    Parameters
    ----------
    class_index, rank : ndarray of shape (n,)
        As ``Wanted[part]`` returns them.
    """

    class_index: np.ndarray
    rank: np.ndarray

    @classmethod
    def of(cls, class_index: np.ndarray) -> "Listed":
        """List a whole draw of rows with these class indices (n,)."""
        order, rank = np.argsort(class_index, kind="stable"), np.empty(len(class_index), dtype=int)
        counts = np.bincount(class_index)
        # In the sorted order, ranks count up from 0 within each class.
        rank[order] = np.arange(len(rank)) - np.repeat(np.cumsum(counts) - counts, counts)
        return cls(class_index, rank)

    def __len__(self) -> int:
        return len(self.class_index)

    def __getitem__(self, part: slice) -> tuple[np.ndarray, np.ndarray]:
        return self.class_index[part], self.rank[part]

    def section(self, part: slice) -> "Listed":
        """Return only these rows of the draw."""
        return Listed(*self[part])


@dataclass(frozen=True)
class InTurn:
    """List all rows of one class, then all of the next, without storing them.

    Parameters
    ----------
    counts : ndarray of shape (K,)
        Number of rows of each class.
    rows : range
        Which rows of the whole draw this section has.
    """

    counts: np.ndarray
    rows: range

    @classmethod
    def of(cls, counts: np.ndarray) -> "InTurn":
        """List a whole draw with these numbers of rows per class (K,)."""
        return cls(counts, range(int(counts.sum())))

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, part: slice) -> tuple[np.ndarray, np.ndarray]:
        row_indices, ends = np.array(self.rows[part], dtype=int), np.cumsum(self.counts)
        class_index = np.searchsorted(ends, row_indices, side="right")
        return class_index, row_indices - (ends - self.counts)[class_index]

    def section(self, part: slice) -> "InTurn":
        """Return only these rows of the draw."""
        return InTurn(self.counts, self.rows[part])


@dataclass(frozen=True)
class Block:
    """Hold the rows of a draw that are made together, with one random state.

    Parameters
    ----------
    part : slice
        Position of the rows in the section.
    class_index, rank : ndarray of shape (m,)
        Class of each row, and number of earlier rows of its class in the whole draw.
    index : ndarray of shape (m,)
        Position of each row in the whole draw.
    rng : torch.Generator
        Random state of this block only.
    """

    part: slice
    class_index: np.ndarray
    rank: np.ndarray
    index: np.ndarray
    rng: torch.Generator


@dataclass(frozen=True)
class DrawPlan:
    """Describe a whole draw, or a section of whole blocks.

    Parameters
    ----------
    wanted : Wanted
        Classes of the rows.
    streams : Streams
        Random streams of the whole draw.
    first : int, default=0
        Number of the section's first block in the whole draw.
    """

    wanted: Wanted
    streams: Streams
    first: int = 0

    def __len__(self) -> int:
        return len(self.wanted)

    def blocks(self) -> Iterator[Block]:
        """Yield the blocks in order; one empty block if there are no rows."""
        for number, part in enumerate(arrays.row_slices(len(self)), self.first):
            # The number counts from the start of the whole draw, so a section gets the same seeds.
            index = np.arange(part.start, part.stop) + self.first * arrays.BLOCK_ROWS
            yield Block(part, *self.wanted[part], index, self.streams.rng(NOISE, number))

    def section(self, first: int, stop: int) -> "DrawPlan":
        """Return the section of blocks `first` to `stop` - 1 of this draw."""
        rows = slice(first * arrays.BLOCK_ROWS, min(stop * arrays.BLOCK_ROWS, len(self)))
        return DrawPlan(self.wanted.section(rows), self.streams, self.first + first)


class Rounds:
    """Choose the real row behind each synthetic row, from a table sorted by class.

    Real rows of a class are used in rounds. Each round is a new random order of the whole class, so
    a synthetic set of the table's size uses every row once. Drawing with replacement would leave
    out a third of the rows.

    Parameters
    ----------
    counts : ndarray of shape (K,)
        Number of rows of each class in the table.
    streams : Streams
        Random streams of the draw. Each order has its own stream, numbered by class and round.
    whole : bool, default=False
        Whether to treat the whole table as one class, with separate orders.
    """

    def __init__(self, counts: np.ndarray, streams: Streams, whole: bool = False) -> None:
        self.counts = counts.sum(keepdims=True) if whole else counts
        self.first = np.cumsum(self.counts) - self.counts
        self.streams = streams
        # The table as one class has the stream number K, behind those of the classes 0 to K - 1.
        self.table = len(counts) if whole else 0
        # Consecutive blocks need the same orders, so the latest orders of each class are cached.
        self._latest: dict[int, tuple[int, np.ndarray]] = {}

    def take(self, class_index: np.ndarray, rank: np.ndarray) -> np.ndarray:
        """Return row indices (m,) in the table, for rows of these classes and ranks (m,)."""
        row_indices = np.empty(len(rank), dtype=int)
        for k in np.unique(class_index).tolist():
            in_class = np.flatnonzero(class_index == k)
            # `_orders` shuffles several rounds at once: which shuffle, and where in it.
            shuffle, place = np.divmod(rank[in_class], self._n_rounds(k) * self.counts[k])
            for number in np.unique(shuffle).tolist():
                is_here = shuffle == number
                chosen = self._orders(k, number)[place[is_here]]
                row_indices[in_class[is_here]] = self.first[k] + chosen
        return row_indices

    def _n_rounds(self, k: int) -> int:
        return int(-(-ROWS_ORDERED // self.counts[k]))  # rounded up

    def _orders(self, k: int, number: int) -> np.ndarray:
        """Return the orders of several rounds of class k, concatenated; `number` selects them."""
        latest, orders = self._latest.get(k, (-1, np.empty(0)))
        if latest != number:
            rng = self.streams.rng(ORDERS, self.table + k, number)
            shape = (self._n_rounds(k), int(self.counts[k]))
            # Sorting random keys shuffles each round. float64 makes equal keys all but impossible.
            keys = torch.rand(shape, generator=rng, dtype=torch.float64, device="cpu")
            orders = arrays.to_array(keys).argsort(axis=1).ravel()
            self._latest[k] = number, orders
        return orders


class Partners(NamedTuple):
    """Hold the two real rows behind each row of a block, as indices into a table sorted by class.

    `own` (m,) is a row of the same class, `of_any` (m,) a row of any class, and `donor` (m,) is the
    class of `of_any`.
    """

    own: np.ndarray
    of_any: np.ndarray
    donor: np.ndarray


def partners_of(counts: np.ndarray, draw: DrawPlan) -> Callable[[Block], Partners]:
    """Return a function that draws the partners of a block, given the class counts (K,)."""
    of_class, of_table = Rounds(counts, draw.streams), Rounds(counts, draw.streams, whole=True)
    class_of = np.repeat(np.arange(len(counts)), counts)

    def partners(block: Block) -> Partners:
        own = of_class.take(block.class_index, block.rank)
        # With the whole table as one class, the class index is 0 and the rank is the position.
        of_any = of_table.take(np.zeros_like(block.class_index), block.index)
        return Partners(own, of_any, class_of[of_any])

    return partners


def own_rows(counts: np.ndarray, draw: DrawPlan) -> np.ndarray:
    """Return for each row of a draw the index of its `own` row, (n,), as in `Partners`."""
    of_class = Rounds(counts, draw.streams)
    return np.concatenate([of_class.take(block.class_index, block.rank) for block in draw.blocks()])
