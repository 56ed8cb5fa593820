"""Training rows that stay in their file: read when they are needed, scaled as they are read."""

import mmap
import os
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, cast

import numpy as np
import torch
from torch import Tensor

from ..games.base import EncodingGame, Game
from ..games.networks import Networks
from .arrays import to_array, to_tensor, with_weights
from .in_host import HostRows, placed
from .scaling import Scaling

LARGE = 2**30  # bytes as float32: what is smaller has a copy in memory
BLOCK = 2**24  # bytes that are read at once when all rows are


@dataclass(frozen=True)
class File:
    """Rows of a table in a file, one behind the other.

    They are read, not mapped: what was read does not count as memory of the process.

    Parameters
    ----------
    path : str
        The file.
    offset : int
        Of the first row, in bytes.
    dtype : str
        Of the values.
    shape : tuple of int
        Rows and columns.
    changed, size : int
        When the file was written last, in nanoseconds, and its bytes.
    """

    path: str
    offset: int
    dtype: str
    shape: tuple[int, int]
    changed: int
    size: int

    @property
    def row_bytes(self) -> int:
        """Bytes of a row."""
        return self.shape[1] * np.dtype(self.dtype).itemsize

    def take(self, rows: np.ndarray) -> np.ndarray:
        """Read rows by their numbers (m,)."""
        found = np.empty((len(rows), self.shape[1]), self.dtype)
        with self._open() as file:
            for place in np.argsort(rows, kind="stable"):  # in the order of the file
                file.seek(self.offset + int(rows[place]) * self.row_bytes)
                self._fill(file, found[place])
        return found

    def blocks(self) -> Iterator[np.ndarray]:
        """Read all rows, block by block."""
        step = max(1, BLOCK // self.row_bytes)
        with self._open() as file:
            file.seek(self.offset)
            for start in range(0, self.shape[0], step):
                found = np.empty((min(step, self.shape[0] - start), self.shape[1]), self.dtype)
                self._fill(file, found)
                yield found

    def read_ahead(self, rows: np.ndarray) -> None:
        """Tell the system which rows will be read soon."""
        if not hasattr(os, "posix_fadvise"):
            return
        with self._open() as file:
            for row in rows.tolist():
                place = self.offset + row * self.row_bytes
                os.posix_fadvise(file.fileno(), place, self.row_bytes, os.POSIX_FADV_WILLNEED)

    def _open(self) -> Any:
        file = open(self.path, "rb", buffering=0)  # noqa: SIM115  (callers close it)
        state = os.fstat(file.fileno())
        if (state.st_mtime_ns, state.st_size) != (self.changed, self.size):
            file.close()
            raise ValueError(
                f"{self.path} has changed since the sampler was fitted on it: the sampler reads "
                "its real rows from there. Fit it again."
            )
        return file

    def _fill(self, file: Any, out: np.ndarray) -> None:
        view = memoryview(cast(Any, out.reshape(-1).view(np.uint8)))
        n = 0
        while n < len(view):
            n_read = file.readinto(view[n:])
            if not n_read:
                raise OSError(f"{self.path} ends before its last row.")
            n += n_read


def file_of(rows: np.ndarray) -> File | None:
    """Return the file of large memory-mapped rows (n, d); None for rows that memory holds."""
    mapped = rows
    while mapped.base is not None and not _is_mapped(mapped):
        if not isinstance(mapped.base, np.ndarray):
            return None
        mapped = mapped.base
    plain = rows.dtype.kind in "fiu" and rows.dtype.isnative and rows.flags.c_contiguous
    if not (_is_mapped(mapped) and plain and 4 * rows.size >= LARGE):
        return None
    memmap = cast(Any, mapped)
    if memmap.mode == "c":
        return None  # changes of such a mapping are not in the file
    start = memmap.offset - memmap.offset % mmap.ALLOCATIONGRANULARITY
    within = rows.__array_interface__["data"][0] - np.frombuffer(memmap._mmap, np.uint8).ctypes.data
    path = os.path.abspath(memmap.filename)
    memmap.flush()
    state = os.stat(path)
    shape = (rows.shape[0], rows.shape[1])
    return File(path, start + within, rows.dtype.str, shape, state.st_mtime_ns, state.st_size)


def row_blocks(rows: np.ndarray) -> Iterator[np.ndarray]:
    """Yield the rows (n, d) in turn, block by block, whether memory or a file holds them."""
    file = file_of(rows)
    if file is not None:
        yield from file.blocks()
        return
    step = max(1, BLOCK // max(1, rows.shape[1] * rows.dtype.itemsize))
    for start in range(0, len(rows), step):
        yield rows[start : start + step]


def scaled(rows: np.ndarray, device: torch.device) -> "tuple[Scaling, TableRows]":
    """Measure rows (n, d), and scale them: where the device has no room, what fetches them."""
    file = file_of(rows)
    if file is None:
        scaling = Scaling.fit(rows)
        return scaling, placed(to_tensor(scaling.scale_rows(rows)), device)
    scaling = Scaling.of_blocks(file.blocks())
    return scaling, ScaledRows(file, scaling, device)


def whole(x: "TableRows") -> Tensor:
    """Return all rows as a tensor."""
    return x if isinstance(x, Tensor) else x.whole()


def _is_mapped(array: Any) -> bool:
    mapping = getattr(array, "_mmap", None)
    return isinstance(array, np.memmap) and mapping is not None and bool(array.filename)


def lost(game: Game, networks: Networks, x: Tensor) -> Tensor:
    """Return what the decoder lost of rows x (m, r), x - R(E(x))."""
    return x - game.decode(networks, cast(EncodingGame, game).encode(networks, x))


@dataclass(frozen=True)
class ScaledRows:
    """Rows of a file as the networks see them: what of a tensor (n, d) the training needs.

    Parameters
    ----------
    file : File
        The rows.
    scaling : Scaling
        From the file's units to z-scores.
    device : torch.device
        Where rows go.
    index : ndarray of shape (n,) or None, default=None
        Which rows of the file; None for all of them.
    """

    file: File
    scaling: Scaling
    device: torch.device
    index: np.ndarray | None = None

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns, as the networks see them."""
        n_rows = self.file.shape[0] if self.index is None else len(self.index)
        return n_rows, int(self.scaling.varies.sum())

    def __len__(self) -> int:
        return self.shape[0]

    def part(self, rows: Tensor) -> "ScaledRows":
        """Return some of the rows, which stay in their file."""
        return replace(self, index=self._numbers(to_array(rows)))

    def index_select(self, dim: int, rows: Tensor) -> Tensor:
        """Read rows (m,), as `torch.Tensor.index_select` does for the dimension 0."""
        return to_tensor(self[to_array(rows)], self.device)

    def __getitem__(self, rows: np.ndarray) -> np.ndarray:
        """Read rows (m,), scaled."""
        return self.scaling.scale_rows(self.file.take(self._numbers(rows)))

    def read_ahead(self, rows: Tensor) -> None:
        """Tell the system which rows will be read soon."""
        self.file.read_ahead(self._numbers(to_array(rows)))

    def blocks(self) -> Iterator[np.ndarray]:
        """Read all rows of the file in turn, scaled."""
        return map(self.scaling.scale_rows, self.file.blocks())

    def whole(self) -> Tensor:
        """Read all rows into memory."""
        return to_tensor(np.concatenate(list(self.blocks())), self.device)

    def _numbers(self, rows: np.ndarray) -> np.ndarray:
        return rows if self.index is None else self.index[rows]


TableRows = Tensor | HostRows | ScaledRows  # (n, d): on the device, in the host's memory, in a file


@dataclass(frozen=True)
class LostRows:
    """What the decoder lost of rows of a file, x - R(E(x)), computed when it is asked for.

    Parameters
    ----------
    rows : ScaledRows
        The rows x.
    game : Game
        It makes the networks again, and encodes.
    weights : dict of str to ndarray
        Their weights.
    n_classes : int
        Number of classes.
    """

    rows: ScaledRows
    game: Game
    weights: dict[str, np.ndarray] = field(repr=False)
    n_classes: int

    @cached_property
    def networks(self) -> Networks:
        """The networks, with their weights, on a CPU."""
        networks = self.game.networks(self.rows.shape[1], self.n_classes, "meta")
        return with_weights(networks, self.weights, torch.device("cpu"))

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, rows: np.ndarray) -> np.ndarray:
        """Compute the rows (m,)."""
        x = to_tensor(self.rows[rows])
        with torch.no_grad():
            return to_array(lost(self.game, self.networks, x))

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in vars(self).items() if name != "networks"}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
