"""A draw of synthetic rows: which are wanted, and what is random in each.

A draw is made in pages of `arrays.CHUNK` rows. What is random in a page depends on the seed of the
draw and the page's number alone, so that any process can make any page, and all get the same rows.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple, Protocol

import numpy as np
import torch

from .._torch.seeding import Streams
from . import arrays

NOISE, ORDERS = 0, 1  # purposes of the streams of a draw
ROWS_ORDERED = 4096  # of a class at once, in as many rounds as that takes


class Wanted(Protocol):
    """The classes of the rows of a draw, or of a section of one."""

    def __len__(self) -> int: ...

    def __getitem__(self, part: slice) -> tuple[np.ndarray, np.ndarray]:
        """Return the class index of each row, and how many rows of its class come before it."""

    def section(self, part: slice) -> "Wanted":
        """Return these rows of the draw alone; they keep their ranks."""


@dataclass(frozen=True)
class Listed:
    """Rows whose classes are given one by one.

    Parameters
    ----------
    class_index, rank : ndarray of shape (n,)
        As ``Wanted[part]`` returns them.
    """

    class_index: np.ndarray
    rank: np.ndarray

    @classmethod
    def of(cls, class_index: np.ndarray) -> "Listed":
        """A whole draw of these classes (n,)."""
        order, rank = np.argsort(class_index, kind="stable"), np.empty(len(class_index), dtype=int)
        counts = np.bincount(class_index)
        rank[order] = np.arange(len(rank)) - np.repeat(np.cumsum(counts) - counts, counts)
        return cls(class_index, rank)

    def __len__(self) -> int:
        return len(self.class_index)

    def __getitem__(self, part: slice) -> tuple[np.ndarray, np.ndarray]:
        return self.class_index[part], self.rank[part]

    def section(self, part: slice) -> "Listed":
        """Return these rows of the draw alone."""
        return Listed(*self[part])


@dataclass(frozen=True)
class InTurn:
    """All rows of one class, then all of the next; their number takes no memory.

    Parameters
    ----------
    counts : ndarray of shape (K,)
        Rows of each class.
    rows : range
        Which of them all.
    """

    counts: np.ndarray
    rows: range

    @classmethod
    def of(cls, counts: np.ndarray) -> "InTurn":
        """A whole draw of so many rows of each class (K,)."""
        return cls(counts, range(int(counts.sum())))

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, part: slice) -> tuple[np.ndarray, np.ndarray]:
        rows, ends = np.array(self.rows[part], dtype=int), np.cumsum(self.counts)
        class_index = np.searchsorted(ends, rows, side="right")
        return class_index, rows - (ends - self.counts)[class_index]

    def section(self, part: slice) -> "InTurn":
        """Return these rows of the draw alone."""
        return InTurn(self.counts, self.rows[part])


@dataclass(frozen=True)
class Page:
    """Rows of a draw that are made together.

    Parameters
    ----------
    part : slice
        Their place in the section that is made.
    class_index, rank : ndarray of shape (m,)
        The class of each, and how many rows of its class come before it in the whole draw.
    index : ndarray of shape (m,)
        Its place in the whole draw.
    rng : Generator
        Of this page alone.
    """

    part: slice
    class_index: np.ndarray
    rank: np.ndarray
    index: np.ndarray
    rng: torch.Generator


@dataclass(frozen=True)
class Draw:
    """A whole draw, or a section of whole pages.

    Parameters
    ----------
    wanted : Wanted
        The classes of its rows.
    streams : Streams
        Of the whole draw.
    first : int, default=0
        Number of the section's first page in the whole draw.
    """

    wanted: Wanted
    streams: Streams
    first: int = 0

    def __len__(self) -> int:
        return len(self.wanted)

    def pages(self) -> Iterator[Page]:
        """Yield the pages, one after the other; one empty page where there are no rows."""
        for number, part in enumerate(arrays.parts(len(self)), self.first):
            index = np.arange(part.start, part.stop) + self.first * arrays.CHUNK
            yield Page(part, *self.wanted[part], index, self.streams.rng(NOISE, number))

    def section(self, first: int, stop: int) -> "Draw":
        """Return the pages from number `first` of this draw up to, but without, `stop`."""
        rows = slice(first * arrays.CHUNK, min(stop * arrays.CHUNK, len(self)))
        return Draw(self.wanted.section(rows), self.streams, self.first + first)


class Rounds:
    """Which rows of a table that is sorted by class a draw takes, page after page.

    Rows of a class come in rounds, each a new order of the whole class: a set of the size of the
    table holds every row once, where drawing with replacement leaves out a third of them.

    Parameters
    ----------
    counts : ndarray of shape (K,)
        Rows of each class in the table.
    streams : Streams
        Of the draw. An order has one of its own, by the numbers of its class and of its rounds.
    whole : bool, default=False
        Whether the table is one class here. Its orders are others than those of the classes.
    """

    def __init__(self, counts: np.ndarray, streams: Streams, whole: bool = False) -> None:
        self.counts = counts.sum(keepdims=True) if whole else counts
        self.first = np.cumsum(self.counts) - self.counts
        self.streams = streams
        self.table = len(counts) if whole else 0  # the number of its first order
        self._latest: dict[int, tuple[int, np.ndarray]] = {}  # a class's orders serve many pages

    def take(self, class_index: np.ndarray, rank: np.ndarray) -> np.ndarray:
        """Return a row of the table for each (m,), by its class and its rank in it."""
        rows = np.empty(len(rank), dtype=int)
        for k in np.unique(class_index).tolist():
            mine = np.flatnonzero(class_index == k)
            together, place = np.divmod(rank[mine], self._n_rounds(k) * self.counts[k])
            for number in np.unique(together).tolist():
                here = together == number
                rows[mine[here]] = self.first[k] + self._orders(k, number)[place[here]]
        return rows

    def _n_rounds(self, k: int) -> int:
        return int(-(-ROWS_ORDERED // self.counts[k]))

    def _orders(self, k: int, number: int) -> np.ndarray:
        """Return the orders of some rounds of class k, one behind the other."""
        latest, orders = self._latest.get(k, (-1, np.empty(0)))
        if latest != number:
            rng = self.streams.rng(ORDERS, self.table + k, number)
            shape = (self._n_rounds(k), int(self.counts[k]))
            keys = torch.rand(shape, generator=rng, dtype=torch.float64, device="cpu")
            orders = arrays.to_array(keys).argsort(axis=1).ravel()
            self._latest[k] = number, orders
        return orders


class Partners(NamedTuple):
    """The real rows behind each row of a page (m,), by their place in a table sorted by class.

    `own` is a row of its class, `of_any` one of any class, and `donor` is the class of that.
    """

    own: np.ndarray
    of_any: np.ndarray
    donor: np.ndarray


def partners_of(counts: np.ndarray, draw: Draw) -> Callable[[Page], Partners]:
    """Return what draws the partners of a page, for a table of so many rows of each class (K,)."""
    of_class, of_table = Rounds(counts, draw.streams), Rounds(counts, draw.streams, whole=True)
    class_of = np.repeat(np.arange(len(counts)), counts)

    def partners(page: Page) -> Partners:
        own = of_class.take(page.class_index, page.rank)
        of_any = of_table.take(np.zeros_like(page.class_index), page.index)
        return Partners(own, of_any, class_of[of_any])

    return partners


def own_rows(counts: np.ndarray, draw: Draw) -> np.ndarray:
    """Return the row of its class behind each row of a draw, (n,), in a table sorted by class."""
    of_class = Rounds(counts, draw.streams)
    return np.concatenate([of_class.take(page.class_index, page.rank) for page in draw.pages()])
