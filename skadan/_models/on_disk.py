"""Read rows from their file, if a table is memory-mapped and too large for memory."""

import mmap
import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, cast

import numpy as np

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


def _is_mapped(array: Any) -> bool:
    mapping = getattr(array, "_mmap", None)
    return isinstance(array, np.memmap) and mapping is not None and bool(array.filename)
