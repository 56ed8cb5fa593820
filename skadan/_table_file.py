"""A table in blocks, put into one file that can be mapped into memory."""

import os
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np

from ._files import written_whole
from ._optional import require

BATCH_ROWS = 4096


def write_memmap(
    source: Any, path: str | os.PathLike, *, target: str | None = None
) -> tuple[np.memmap, np.ndarray | None]:
    """Write a table that memory does not hold into a NumPy file, block by block, and map it.

    ``fit`` of a sampler takes the result; of a gigabyte or more it reads from the file what it
    needs, and makes no copy in memory.

    Parameters
    ----------
    source : path, dask array, dask DataFrame or iterable
        A parquet file or a folder of them; or an iterable of blocks, each a frame or an array.
        Blocks are computed one at a time.
    path : path
        The file to write, usually ``.npy``. An existing one is replaced as a whole or not at all.
    target : str, default=None
        The column of labels, of frames and parquet. All others are features, in their order.

    Returns
    -------
    X : memmap of shape (n_samples, n_features)
        The features, float32, read only. ``np.load(path, mmap_mode="r")`` gives them again.
    y : ndarray of shape (n_samples,) or None
        The labels; None without `target`.

    Raises
    ------
    ImportError
        If parquet needs an extra: ``tables``.
    OSError
        If a file cannot be read or written.
    ValueError
        If there are no rows, blocks have different columns, a column is no number, or `target` is
        no column.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> import numpy as np
    >>> from skadan.distributed import write_memmap
    >>> blocks = (np.full((2, 3), i) for i in range(4))
    >>> X, _ = write_memmap(blocks, pathlib.Path(tempfile.mkdtemp(), "table.npy"))
    >>> X.shape
    (8, 3)
    """
    labels: list[np.ndarray] = []
    with written_whole(path) as file:
        n_rows, columns = 0, None
        for block in _blocks(source):
            block, y = _split(block, target)
            names = list(getattr(block, "columns", range(block.shape[1])))
            if columns is None:
                columns = names
                _write_header(file, 0, len(columns))
            if names != columns:
                raise ValueError(f"Blocks differ: one has columns {columns[:5]}, one {names[:5]}.")
            file.write(_numbers(block).tobytes())
            labels.append(y)
            n_rows += len(block)
        if not n_rows or columns is None:
            raise ValueError("The table has no rows.")
        end = file.tell()
        file.seek(0)
        _write_header(file, n_rows, len(columns))
        file.seek(end)
    X = np.load(path, mmap_mode="r")
    return X, None if target is None else np.concatenate(labels)


def _write_header(file: Any, n_rows: int, n_columns: int) -> None:
    """Write a header of NumPy's; it is equally long whatever the number of rows is."""
    header = {"descr": "<f4", "fortran_order": False, "shape": (n_rows, n_columns)}
    np.lib.format.write_array_header_1_0(file, header)


def _blocks(source: Any) -> Iterator[Any]:
    if isinstance(source, str | os.PathLike):
        data = require("pyarrow.dataset", "tables").dataset(os.fspath(source), format="parquet")
        return (batch.to_pandas() for batch in data.to_batches(batch_size=BATCH_ROWS))
    if hasattr(source, "numblocks"):  # dask's arrays, and its frames below
        whole_rows = source.rechunk({1: -1})
        return (whole_rows.blocks[i].compute() for i in range(whole_rows.numblocks[0]))
    if hasattr(source, "npartitions"):
        return (source.partitions[i].compute() for i in range(source.npartitions))
    if isinstance(source, Iterable):
        return iter(source)
    raise TypeError(
        f"source={type(source).__name__}: pass the path of parquet files, a dask array or "
        "DataFrame, or an iterable of blocks."
    )


def _split(block: Any, target: str | None) -> tuple[Any, Any]:
    """Return the features of a block, and its labels."""
    if target is None:
        return (block if hasattr(block, "columns") else np.atleast_2d(block)), None
    if target not in getattr(block, "columns", ()):
        raise ValueError(f"target={target!r} is no column of the table.")
    return block.drop(columns=target), np.asarray(block[target])


def _numbers(block: Any) -> np.ndarray:
    """Return a block as float32."""
    try:
        return np.ascontiguousarray(np.asarray(block, dtype=np.float32))
    except (TypeError, ValueError) as error:
        kinds = getattr(block, "dtypes", {})
        odd = [name for name, kind in dict(kinds).items() if str(kind) in ("object", "str")]
        raise ValueError(f"Column(s) {odd[:5]} hold no numbers: drop them first.") from error
