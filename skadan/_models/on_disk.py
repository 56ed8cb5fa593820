"""Read training rows from their file when they are needed, and scale them as they are read."""

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
from .in_host import HostRows, place_rows
from .scaling import Scaling

LARGE = 2**30  # bytes as float32; smaller tables are copied into memory
READ_BYTES = 2**24  # bytes per read when all rows are read


@dataclass(frozen=True)
class File:
    """Read rows that are stored contiguously in a file.

    The file is read and not memory-mapped, because mapped pages would count as memory of the
    process.

    Parameters
    ----------
    path : str
        Path of the file.
    offset : int
        Position of the first row, in bytes.
    dtype : str
        dtype of the values.
    shape : tuple of int
        Numbers of rows and columns.
    changed, size : int
        Time of the last change in nanoseconds, and size in bytes. Reading fails if they differ.
    """

    path: str
    offset: int
    dtype: str
    shape: tuple[int, int]
    changed: int
    size: int

    @property
    def row_bytes(self) -> int:
        """Return the size of a row in bytes."""
        return self.shape[1] * np.dtype(self.dtype).itemsize

    def take(self, row_indices: np.ndarray) -> np.ndarray:
        """Read the rows of these indices (m,)."""
        rows = np.empty((len(row_indices), self.shape[1]), self.dtype)
        with self._open() as file:
            # In the order of the file, so that a disk need not seek back and forth.
            for place in np.argsort(row_indices, kind="stable"):
                file.seek(self.offset + int(row_indices[place]) * self.row_bytes)
                self._fill(file, rows[place])
        return rows

    def blocks(self) -> Iterator[np.ndarray]:
        """Read all rows, block by block."""
        step = max(1, READ_BYTES // self.row_bytes)
        with self._open() as file:
            file.seek(self.offset)
            for start in range(0, self.shape[0], step):
                rows = np.empty((min(step, self.shape[0] - start), self.shape[1]), self.dtype)
                self._fill(file, rows)
                yield rows

    def read_ahead(self, row_indices: np.ndarray) -> None:
        """Prefetch hint: rows that will be read soon."""
        if not hasattr(os, "posix_fadvise"):  # macOS and Windows
            return
        with self._open() as file:
            for row in row_indices.tolist():
                place = self.offset + row * self.row_bytes
                os.posix_fadvise(file.fileno(), place, self.row_bytes, os.POSIX_FADV_WILLNEED)

    def _open(self) -> Any:
        """Open the file; refuse it if it has changed since the sampler was fitted."""
        # Unbuffered: a buffer would read 8 KiB for every row, however short.
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
        """Read into `out` until it is full: one call of readinto may return fewer bytes."""
        view = memoryview(cast(Any, out.reshape(-1).view(np.uint8)))
        n = 0
        while n < len(view):
            n_read = file.readinto(view[n:])
            if not n_read:
                raise OSError(f"{self.path} ends before its last row.")
            n += n_read


def file_of(rows: np.ndarray) -> File | None:
    """Return the file behind large memory-mapped rows (n, d), or None for other rows."""
    # Slicing or np.asarray of a memmap returns a view; the memmap is among its bases.
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
        return None  # copy-on-write: changes are in memory only, not in the file
    # memmap.offset is the caller's, but the mapping begins at a multiple of the page size.
    start = memmap.offset - memmap.offset % mmap.ALLOCATIONGRANULARITY
    within = rows.__array_interface__["data"][0] - np.frombuffer(memmap._mmap, np.uint8).ctypes.data
    path = os.path.abspath(memmap.filename)
    memmap.flush()  # before os.stat: a later flush would change the file's time
    state = os.stat(path)
    shape = (rows.shape[0], rows.shape[1])
    return File(path, start + within, rows.dtype.str, shape, state.st_mtime_ns, state.st_size)


def row_blocks(rows: np.ndarray) -> Iterator[np.ndarray]:
    """Yield rows (n, d) block by block, from their file if `file_of` finds one."""
    file = file_of(rows)
    if file is not None:
        yield from file.blocks()
        return
    step = max(1, READ_BYTES // max(1, rows.shape[1] * rows.dtype.itemsize))
    for start in range(0, len(rows), step):
        yield rows[start : start + step]


def scaled(rows: np.ndarray, device: torch.device) -> "tuple[Scaling, TableRows]":
    """Fit a scaling to rows (n, d) and return it with the scaled rows.

    Scaled rows are a tensor on the device, `HostRows` if the device has no room, or `ScaledRows` if
    the rows are in a large file.
    """
    file = file_of(rows)
    if file is None:
        scaling = Scaling.fit(rows)
        return scaling, place_rows(to_tensor(scaling.scale_rows(rows)), device)
    scaling = Scaling.of_blocks(file.blocks())
    return scaling, ScaledRows(file, scaling, device)


def load_all(x: "TableRows") -> Tensor:
    """Return all rows as a tensor on the device."""
    return x if isinstance(x, Tensor) else x.whole()


def _is_mapped(array: Any) -> bool:
    mapping = getattr(array, "_mmap", None)
    return isinstance(array, np.memmap) and mapping is not None and bool(array.filename)


def residuals_of(game: Game, networks: Networks, x: Tensor) -> Tensor:
    """Return the reconstruction residuals x - R(E(x)) of rows x (m, r)."""
    return x - game.decode(networks, cast(EncodingGame, game).encode(networks, x))


@dataclass(frozen=True)
class ScaledRows:
    """Read scaled rows from a file, with the methods of a tensor (n, d) that training uses.

    Parameters
    ----------
    file : File
        The file of the rows.
    scaling : Scaling
        Map from the file's units to z-scores.
    device : torch.device
        Device that rows are copied to.
    index : ndarray of shape (n,) or None, default=None
        Indices of the rows that belong to this object; None for all rows of the file.
    """

    file: File
    scaling: Scaling
    device: torch.device
    index: np.ndarray | None = None

    @property
    def shape(self) -> tuple[int, int]:
        """Return the numbers of rows and of columns that are not constant."""
        n_rows = self.file.shape[0] if self.index is None else len(self.index)
        return n_rows, int(self.scaling.varies.sum())

    def __len__(self) -> int:
        return self.shape[0]

    def part(self, row_indices: Tensor) -> "ScaledRows":
        """Return a subset of the rows, which stay in the file."""
        return replace(self, index=self._in_file(to_array(row_indices)))

    def index_select(self, dim: int, row_indices: Tensor) -> Tensor:
        """Read the rows of these indices (m,), as `torch.Tensor.index_select`; `dim` is 0."""
        return to_tensor(self[to_array(row_indices)], self.device)

    def __getitem__(self, row_indices: np.ndarray) -> np.ndarray:
        """Read and scale the rows of these indices (m,)."""
        return self.scaling.scale_rows(self.file.take(self._in_file(row_indices)))

    def read_ahead(self, row_indices: Tensor) -> None:
        """Prefetch hint: rows that will be read soon."""
        self.file.read_ahead(self._in_file(to_array(row_indices)))

    def blocks(self) -> Iterator[np.ndarray]:
        """Read and scale all rows of the file, block by block, whatever `index` is."""
        return map(self.scaling.scale_rows, self.file.blocks())

    def whole(self) -> Tensor:
        """Read all rows into memory."""
        return to_tensor(np.concatenate(list(self.blocks())), self.device)

    def _in_file(self, row_indices: np.ndarray) -> np.ndarray:
        """Return these indices as indices into the file."""
        return row_indices if self.index is None else self.index[row_indices]


TableRows = Tensor | HostRows | ScaledRows  # (n, d): on the device, in the host's memory, in a file


@dataclass(frozen=True)
class LostRows:
    """Compute the residuals x - R(E(x)) of rows in a file when they are needed.

    Parameters
    ----------
    rows : ScaledRows
        The rows x.
    game : Game
        The game, which builds the networks.
    weights : dict of str to ndarray
        Weights of the networks, by dotted name.
    n_classes : int
        Number of classes.
    """

    rows: ScaledRows
    game: Game
    weights: dict[str, np.ndarray] = field(repr=False)
    n_classes: int

    @cached_property
    def networks(self) -> Networks:
        """Build the networks, with their weights, on the CPU."""
        networks = self.game.networks(self.rows.shape[1], self.n_classes, "meta")
        return with_weights(networks, self.weights, torch.device("cpu"))

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, row_indices: np.ndarray) -> np.ndarray:
        """Compute the residuals of the rows of these indices (m,)."""
        x = to_tensor(self.rows[row_indices])
        with torch.no_grad():
            return to_array(residuals_of(self.game, self.networks, x))

    def __getstate__(self) -> dict[str, Any]:
        # The networks can be built again from `weights`: a pickle needs the numbers only once.
        return {name: value for name, value in vars(self).items() if name != "networks"}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
