"""Load feature tables from files of many formats."""

import os
import tokenize
import zipfile
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.utils import Bunch

from .._optional import require
from .._tables.columns import read_columns, with_columns
from .._tables.parquet import files_of, frames_of
from ._anndata import read_h5ad
from ._arff import read_arff
from ._delimited import Columns, read_delimited
from ._metadata import UNNAMED, join
from ._npz import read_npz
from ._numbers import fully_numeric_columns, numeric_columns
from ._roles import Raw, bunch_of, column_names, may_be_a_feature
from ._wording import passing
from ._workbooks import read_workbook

TEXT = (".csv", ".tsv", ".txt", ".arff")
BOOKS = (".xlsx", ".xlsm", ".xls", ".ods")
BATCH_ROWS = 2**20  # rows of a parquet file that are read at a time
CELLS = (*BOOKS, ".csv", ".tsv", ".txt", ".csv.gz", ".tsv.gz", ".txt.gz")  # cells as text
KINDS = (*TEXT, *(f"{kind}.gz" for kind in TEXT), *BOOKS, ".parquet", ".npz", ".h5ad")
# What NumPy, zipfile, pandas and pyarrow raise for damaged files, besides ValueError and OSError.
DAMAGED = (
    EOFError,
    LookupError,  # a name that its metadata should have
    NotImplementedError,  # a version or compression of zip that nobody has written
    tokenize.TokenError,  # the header of a NumPy array is Python text
    zipfile.BadZipFile,
    zlib.error,
)
UNREADABLE = (ValueError, OSError, *DAMAGED)


def load_table(
    path: str | os.PathLike,
    *,
    target: str | None = None,
    groups: str | None = None,
    drop: Sequence[str] = (),
    encoding: str | None = None,
    sep: str | None = None,
    decimal: str | None = None,
    transpose: bool = False,
    layer: str | None = None,
    sheet: str | None = None,
    metadata: str | os.PathLike | None = None,
    metadata_sheet: str | None = None,
) -> Bunch:
    """Load a feature table from a file: CSV, Excel, ARFF, parquet, npz or h5ad.

    A cell that might be read wrongly raises an error that names it, and a table is the same in
    every format. Numbers, decimals, categories that are numbers, and flags are features. CSV may be
    separated by commas, semicolons (as openSMILE writes it), tabs, bars or blanks, and may have
    decimal commas, thousands separators and any usual mark for missing values. Lines before the
    header that begin with # are left out, and so are row names that R writes. Needs the ``tables``
    extra, except for npz; workbooks also need ``excel``, and h5ad needs ``anndata``.

    Parameters
    ----------
    path : path
        ``.csv``, ``.tsv``, ``.txt`` or ``.arff``, which may be compressed and end in ``.gz``;
        ``.xlsx``, ``.xls`` or ``.ods``; ``.parquet``, ``.npz`` or ``.h5ad``. An npz file holds
        ``X``, and ``feature_names`` if it has names. In an h5ad file the features are ``X``, which
        may be sparse, and labels and groups are columns of ``obs``.
    target : str, default=None
        Column, or array of an npz file, with the labels; None for a table without labels, or for
        ``y`` of an npz file. Labels are the text in the file without blanks at the ends. They
        become numbers or booleans if that loses nothing: "01" and "NA" stay text.
    groups : str, default=None
        Column, or array of an npz file, with the groups, such as speakers; None for a table
        without groups, or for ``groups`` of an npz file if it exists. Read like labels.
    drop : sequence of str, default=()
        Columns to leave out of the features.
    encoding : str, default=None
        Encoding of a text file, such as "latin-1"; None is UTF-8, or UTF-16 if the
        file begins with its byte order mark.
    sep : str, default=None
        Separator of the cells of a text file; None detects it.
    decimal : {".", ","}, default=None
        Decimal mark of a text file; None detects it, or raises an error if it is ambiguous.
    transpose : bool, default=False
        Whether a text file or workbook has samples in columns, and features, labels and groups in
        rows, whose names are in the first column.
    layer : str, default=None
        Layer of an h5ad file with the features; None is ``X``.
    sheet : str, default=None
        Sheet of a workbook; None is the first.
    metadata : path, default=None
        A second text file or workbook, from which labels and groups are taken if the table does not
        have them: one row per sample, and the sample names in the first column, as in the table.
        The table must be a text file or workbook as well.
    metadata_sheet : str, default=None
        Sheet of a workbook of metadata, which may be that of the table; None is the first.

    Returns
    -------
    table : Bunch
        ``data``, the features (DataFrame; array for npz), ``target``, ``groups`` (arrays or None),
        ``feature_names``, ``frame``, the whole table (None for npz), ``cells``, the same as text,
        with ``sep`` and ``decimal`` (None except for CSV), ``is_synthetic``, which rows `augment`
        made (array or None), and ``left_out``, a dict from columns that are not features to the
        reason, such as text, dates, durations, or no values.

    Raises
    ------
    ImportError
        Without the ``tables`` extra.
    FileNotFoundError
        If there is no such file.
    ValueError
        If the format is unknown, the file is damaged or has another format, a column is missing, a
        cell cannot be read, there are no rows, a row has no label or no group, or no column is left
        for features. The message names the file.

    Warns
    -----
    UserWarning
        If a column looks like a group but is not `groups`, or looks like an identifier.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> from skadan.datasets import load_table
    >>> path = pathlib.Path(tempfile.mkdtemp(), "features.csv")
    >>> _ = path.write_text("name;pitch;energy;emotion\\na;1,5;2;sad\\nb;2,5;3;glad\\n")
    >>> table = load_table(path, target="emotion")
    >>> table.data.to_dict("list"), table.target.tolist()
    ({'pitch': [1.5, 2.5], 'energy': [2, 3]}, ['sad', 'glad'])
    """
    path = Path(path)
    kind = kind_of(path)
    for file in (path, metadata):
        if file is not None and not Path(file).exists():
            raise FileNotFoundError(f"There is no file {file}.")
    if kind not in KINDS:
        raise ValueError(f"{path.name}: {kind!r} is not one of {', '.join(KINDS)}.")
    if isinstance(drop, str):
        raise ValueError(f"drop={drop!r}: give a list of columns, [{drop!r}].")
    if layer is not None and kind != ".h5ad":
        raise ValueError(f"layer={layer!r}: {path.name} has no layers, which only .h5ad has.")
    for option, value in (("transpose", transpose), ("metadata", metadata)):
        if value and kind not in CELLS:
            raise ValueError(
                f"{passing(option, value)}: {path.name} is not a text file or workbook."
            )
    if sheet is not None and kind not in BOOKS:
        raise ValueError(f"{passing('sheet', sheet)}: {path.name} is not a workbook.")
    if sep is not None and len(sep) != 1:
        raise ValueError(f"sep={sep!r}: give one character, such as ';' or a tab.")
    try:
        if kind == ".npz":
            return read_npz(path, target, groups, drop)
        if kind == ".h5ad":
            return read_h5ad(path, target, groups, drop, layer)
        if kind == ".parquet":
            return bunch_of(_parquet(path, {target, groups}), target, groups, drop)
        if kind.startswith(".arff"):
            return bunch_of(read_arff(path, encoding), target, groups, drop)
        if kind in BOOKS:
            keys = [] if metadata is None else [0, 1]  # where sample names may be
            as_written: list[str | int] = [
                *keys,
                *(name for name in (target, groups) if name is not None),
            ]
            cells = read_workbook(path, sheet, as_written=as_written)
        else:
            cells = read_delimited(path, encoding, sep)
        if transpose:
            cells = transpose_table(*cells)
        else:
            check_direction(cells[0], target, groups)
        if metadata is not None:
            roles = (target, groups)
            joined, key = with_metadata(cells[0], Path(metadata), roles, encoding, metadata_sheet)
            cells, drop = (joined, *cells[1:]), [*drop, key]  # sample names are not features
        return bunch_of(_text(*cells, {target, groups}, drop, decimal), target, groups, drop)
    except UNREADABLE as error:
        raise ValueError(f"{path.name}: {_short(error)}.") from error


def with_metadata(
    columns: Columns,
    path: Path,
    roles: tuple[str | None, ...],
    encoding: str | None,
    sheet: str | None,
) -> tuple[Columns, str]:
    """Return a table with labels and groups from a second file, and the column of sample names."""
    kind = kind_of(path)
    try:
        if kind not in CELLS:
            raise ValueError("it is not a text file or workbook")
        if kind in BOOKS:
            metadata, *_ = read_workbook(path, sheet, "metadata_sheet", None)
        else:
            metadata, *_ = read_delimited(path, encoding)
    except UNREADABLE as error:
        raise ValueError(f"{passing('metadata', str(path))}: {_short(error)}") from error
    return join(columns, metadata, roles, path.name)


def _short(error: Exception) -> str:
    """Return the beginning of an error message, without the full stop at its end."""
    text = str(error).strip()[:500].rstrip(".")
    if isinstance(error, DAMAGED):
        return f"it is damaged, or not what its name says ({type(error).__name__}: {text})"
    return text or type(error).__name__


def kind_of(path: Path) -> str:
    """Return the suffix of a file in lower case; for .gz with the suffix before it."""
    suffixes = [suffix.lower() for suffix in path.suffixes]
    return "".join(suffixes[-2:] if suffixes[-1:] == [".gz"] else suffixes[-1:])


def check_direction(columns: Columns, *roles: str | None) -> None:
    """Refuse a table with labels or groups in a row, which needs `transpose`."""
    first = next(iter(columns.values()))
    for name in roles:
        if name is not None and name not in columns and name in first:
            raise ValueError(
                f"{name!r} is not a column, but the name of a row, so the samples seem to be in "
                f"columns: pass {passing('transpose', True)}"
            )


def transpose_table(columns: Columns, lines: list[int], sep: str) -> tuple[Columns, list[int], str]:
    """Transpose a table with samples in columns. The line number of each sample is 1."""
    (_, names), *samples = columns.items()
    if not samples:
        raise ValueError("it has one column, which has the names of its rows: no sample is left")
    header = column_names(names)
    rows = zip(*(cells for _, cells in samples), strict=True)
    found = dict(zip(header, map(list, rows), strict=True))
    found.setdefault(UNNAMED, [name for name, _ in samples])
    return found, [1] * len(samples), sep


def _text(
    columns: Columns,
    lines: list[int],
    separator: str,
    roles: set[str | None],
    drop: Sequence[str],
    decimal: str | None,
) -> Raw:
    """Read columns of text as numbers, except labels and groups."""
    pandas = require("pandas", "tables")
    if decimal not in (None, ".", ","):
        raise ValueError(f"decimal={decimal!r}: use '.' or ','")
    # Cells of dropped columns are not checked: an error about a cell advises to drop its column.
    apart = {*roles, *drop}
    kept = {n: c for n, c in columns.items() if n not in apart and may_be_a_feature(n)}
    numbers, mark = numeric_columns(kept, decimal, lines)
    others = {n: c for n, c in columns.items() if n not in kept and n not in roles}
    frame = pandas.DataFrame(columns | numbers | fully_numeric_columns(others, mark))
    return Raw(numbers, frame, {}, columns, separator, mark)


def _parquet(path: Path, roles: set[str | None]) -> Raw:
    """Read a parquet file; a named index becomes columns."""
    frames = [frame for _, frame in frames_of(files_of(path), BATCH_ROWS)]
    if not frames:
        raise ValueError("it has no rows")
    frame = require("pandas", "tables").concat(frames, ignore_index=True)
    frame.columns = column_names(list(frame.columns))
    reading = read_columns(frame)
    others = {name: what.partition(", such as ")[0] for name, what in reading.non_numeric.items()}
    others |= dict.fromkeys(reading.large, "numbers beyond float64")
    # Labels are read from the original cells. Categories stay categories, as samplers handle them.
    stay = [n in roles or str(t) == "category" for n, t in frame.dtypes.items()]
    frame = with_columns(frame, {j: v for j, v in reading.floats.items() if not stay[j]})
    numbers = {name: _as_array(frame[name]) for name in frame.columns if name not in others}
    return Raw(numbers, frame, others)


def _as_array(column: Any) -> np.ndarray:
    """Return the values of a numeric column; NaN for missing ones."""
    values = column.to_numpy()
    return values if values.dtype != object else column.to_numpy(dtype=float, na_value=np.nan)
