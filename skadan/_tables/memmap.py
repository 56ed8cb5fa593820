"""Write a table that does not fit into memory to a file that can be memory-mapped."""

import os
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
from scipy import sparse

from .._files import written_whole
from .columns import (
    as_numbers,
    check_range,
    is_missing,
    is_pandas,
    list_names,
    with_index_as_columns,
)
from .labels import join_blocks, numbers_or_text, refuse_missing
from .parquet import check_names, files_of, frames_of
from .polars_frames import is_polars, refuse_lazy

BLOCK_ROWS = 4096


def write_memmap(
    source: Any, path: str | os.PathLike, *, target: str | None = None
) -> tuple[np.memmap, np.ndarray | None]:
    """Write a table that does not fit into memory to a NumPy file, block by block, and map it.

    Pass the result to ``fit`` of a sampler, which reads arrays of a gigabyte or more from the file
    as needed, without a copy in memory. Columns are read as in ``fit``: those with text, dates or
    other non-numeric values raise an error that names them, and missing values become NaN.

    Parameters
    ----------
    source : path, table, dask array, dask DataFrame or iterable
        A parquet file or a folder of them, which may be partitioned; a table; or an iterable of
        blocks. A block is a pandas or polars frame, a sparse matrix, an array, or a row of numbers.
        Blocks are computed one at a time. Frames may have their columns in any order.
    path : path
        The file to write, usually ``.npy``. An existing one is replaced as a whole or not at all.
    target : str, default=None
        Name of the column with the labels, in frames and parquet files. All other columns are
        features, in the order of the first block.

    Returns
    -------
    X : memmap of shape (n_samples, n_features)
        The features, float32, read-only. ``np.load(path, mmap_mode="r")`` opens them again.
    y : ndarray of shape (n_samples,) or None
        The labels, as `skadan.datasets.load_table` reads them; None without `target`.

    Raises
    ------
    ImportError
        If `source` is a parquet file and the ``tables`` extra is not installed.
    OSError
        If a file cannot be read or written.
    TypeError
        If `source` or a block is not a table.
    ValueError
        If there are no rows, blocks have different columns, a column is not numeric or has numbers
        beyond float32, `target` is not a column, or a row has no label. The message names the
        column, and the block or file.

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
    blocks = _with_source_errors(_blocks(source))
    n_rows, columns = 0, None
    labels: dict[str, list[np.ndarray]] = {}  # by file or block
    with written_whole(path) as file:
        for where, block in blocks:
            try:
                rows, names, y = _read(block, target, n_rows)
                if columns is None:
                    columns = names
                    # Written again at the end, when the number of rows is known.
                    _write_header(file, 0, rows.shape[1])
                rows = _reorder(rows, names, columns)
            except (TypeError, ValueError) as error:
                # Not type(error): a UnicodeDecodeError, for example, cannot be made from one text.
                kind = TypeError if isinstance(error, TypeError) else ValueError
                raise kind(f"{where}: {error}") from error
            file.write(np.ascontiguousarray(rows, dtype=np.float32).tobytes())
            labels |= {} if y is None else {where: [*labels.get(where, []), y]}
            n_rows += len(rows)
        if not n_rows or columns is None:
            raise ValueError("The table has no rows.")
        y = None if target is None else join_blocks(labels)
        file.seek(0)
        _write_header(file, n_rows, len(columns))
    return np.load(path, mmap_mode="r"), y


def _write_header(file: Any, n_rows: int, n_columns: int) -> None:
    """Write a header of NumPy's npy format; its length does not depend on the number of rows."""
    header = {"descr": "<f4", "fortran_order": False, "shape": (n_rows, n_columns)}
    np.lib.format.write_array_header_1_0(file, header)


def _blocks(source: Any) -> Iterator[tuple[str, Any]]:
    """Return an iterator over blocks, each with the name of its origin for messages."""
    if isinstance(source, str | os.PathLike):
        return frames_of(files_of(source), BLOCK_ROWS)
    if hasattr(source, "numblocks"):  # a dask array; dask frames are below
        if source.ndim != 2:
            raise TypeError(f"source: a dask array of shape {source.shape} is not a table.")
        # One chunk across all columns, so that each block has whole rows.
        whole = source.rechunk({1: -1})
        return _with_numbers(whole.blocks[i].compute() for i in range(whole.numblocks[0]))
    if hasattr(source, "npartitions") and hasattr(source, "partitions"):
        return _with_numbers(source.partitions[i].compute() for i in range(source.npartitions))
    refuse_lazy("source", source)
    if hasattr(source, "shape") and hasattr(source, "dtype") | hasattr(source, "columns"):
        return iter([("source", source)])  # one block: iterating over a frame gives its columns
    if isinstance(source, Iterable) and not isinstance(source, bytes | dict):
        return _with_numbers(source)
    raise TypeError(
        f"source={type(source).__name__}: pass the path of parquet files, a dask array or "
        "DataFrame, a table, or an iterable of blocks."
    )


def _with_numbers(blocks: Iterable[Any]) -> Iterator[tuple[str, Any]]:
    return ((f"Block {i}", block) for i, block in enumerate(blocks))


def _with_source_errors(blocks: Iterator[tuple[str, Any]]) -> Iterator[tuple[str, Any]]:
    """Yield blocks; make errors in reading the source differ from errors in writing the file."""
    while True:
        try:
            yield next(blocks)
        except StopIteration:
            return
        except OSError as error:
            # `written_whole` takes an OSError without a file name for an error of its output.
            path = error.filename or "source"
            raise OSError(error.errno, f"The source cannot be read: {error}", path) from error


def _read(
    block: Any, target: str | None, first_row: int
) -> tuple[np.ndarray, list[Any], np.ndarray | None]:
    """Return the features of a block, the names of their columns, and the labels."""
    refuse_lazy("a block", block)
    if hasattr(block, "dask"):
        raise TypeError("a block is not computed yet: pass block.compute().")
    if hasattr(block, "to_pandas") and not is_polars(block):  # an Arrow table
        block = with_index_as_columns(block.to_pandas(integer_object_nulls=True))
    # NumPy refuses a tensor that requires gradients.
    block = block.detach() if hasattr(block, "detach") else block
    block = block.reshape(1, -1) if sparse.issparse(block) and block.ndim == 1 else block
    if not (hasattr(block, "columns") or sparse.issparse(block)):
        is_series = is_pandas(block) or is_polars(block)
        block = np.asarray(block) if not isinstance(block, np.ma.MaskedArray) else block
        if is_series or block.ndim not in (1, 2):
            raise TypeError(f"a block of shape {block.shape} is not a table: pass rows of columns.")
        block = block if block.ndim == 2 else block[None]
    names = list(getattr(block, "columns", range(block.shape[1])))
    if len(set(names)) < len(names):
        raise ValueError("two columns have the same name: rename one.")
    y = None
    if target is not None:
        if not hasattr(block, "columns") or target not in names:
            raise ValueError(f"target={target!r} is not a column of the table.")
        y = numbers_or_text(block[target])
        refuse_missing(y, target, first_row)
        names.remove(target)
        block = block[names]
    rows = as_numbers(block)
    rows = rows.toarray() if sparse.issparse(rows) else _to_array(rows)
    if rows.dtype == object:  # numbers, or `as_numbers` would have refused them
        cells = [np.nan if is_missing(cell) else float(cell) for cell in rows.flat]
        rows = np.array(cells).reshape(rows.shape)
    if rows.dtype.kind not in "biuf":
        raise ValueError(f"columns {list_names(names)} hold {rows.dtype}, not real numbers.")
    check_range(rows, np.array(names, dtype=object), "float32")
    return rows, names, y


def _to_array(rows: Any) -> np.ndarray:
    """Return an array or frame of numbers as an array, with NaN for missing values."""
    if is_pandas(rows):
        return rows.to_numpy(dtype=float, na_value=np.nan)
    return np.asarray(rows)


def _reorder(rows: np.ndarray, names: list[Any], columns: list[Any]) -> np.ndarray:
    """Return rows with their columns in the order of the first block."""
    if names == columns:
        return rows
    check_names("it", names, columns)
    place = {name: j for j, name in enumerate(names)}
    return rows[:, [place[name] for name in columns]]
