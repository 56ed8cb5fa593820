"""Feature tables in the files that people already have."""

import os
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sklearn.utils import Bunch

from .._optional import require
from ._arff import read_arff
from ._columns import numeric_columns, readable
from ._delimited import read_delimited
from ._npz import read_npz
from ._roles import Raw, bunch_of, may_be_a_feature

KINDS = (".csv", ".tsv", ".txt", ".arff", ".parquet", ".npz")


def load_table(
    path: str | os.PathLike,
    *,
    target: str | None = None,
    groups: str | None = None,
    drop: Sequence[str] = (),
    encoding: str | None = None,
    sep: str | None = None,
    decimal: str | None = None,
) -> Bunch:
    """A feature table from a file: CSV, ARFF, parquet or npz.

    Cells are read right or refused by name, never changed. CSV may be separated by commas,
    semicolons (as openSMILE writes it), tabs or bars, have decimal commas, separated thousands, and
    any of the usual marks of missing values. Needs the ``tables`` extra, except for npz.

    Parameters
    ----------
    path : path
        ``.csv``, ``.tsv``, ``.txt``, ``.arff``, ``.parquet`` or ``.npz``. An npz file holds ``X``,
        and ``feature_names`` if it has names.
    target : str, default=None
        Column, or array of an npz file, with the labels; None for a table without, and ``y`` of an
        npz file. Labels are the text of the file; they become numbers where the text survives that:
        "01" and "NA" stay as they are.
    groups : str, default=None
        Column, or array of an npz file, with the groups, such as speakers; None for a table
        without, and ``groups`` of an npz file if it has that. Read like labels.
    drop : sequence of str, default=()
        Columns to leave out of the features.
    encoding : str, default=None
        Of a text file, such as "latin-1"; None is UTF-8, or UTF-16 where the file says so.
    sep : str, default=None
        What separates the cells of a text file; None finds it.
    decimal : {".", ","}, default=None
        Decimal mark of a text file; None finds it, or refuses what may be read either way.

    Returns
    -------
    table : Bunch
        ``data``, the features (DataFrame; array for npz), ``target``, ``groups`` (arrays or None),
        ``feature_names``, ``frame``, the whole table (None for npz), ``cells``, the same as text,
        with ``sep`` and ``decimal`` (None but for CSV), ``is_synthetic``, which rows `augment` made
        (array or None), and ``left_out``, a dict of the columns that are no features, with the
        reason.

    Raises
    ------
    ImportError
        Without the ``tables`` extra.
    FileNotFoundError
        If there is no such file.
    ValueError
        If the kind of file is unknown, the file is damaged, a column is missing, a cell cannot be
        read, a row has no label, or no column is left for features. The message names the file.

    Warns
    -----
    UserWarning
        If a column looks like a group that was not named, or like an identifier.

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
    kind = path.suffix.lower()
    if not path.exists():
        raise FileNotFoundError(f"There is no file {path}.")
    if kind not in KINDS:
        raise ValueError(f"{path.name}: {kind!r} is none of {', '.join(KINDS)}.")
    if isinstance(drop, str):
        raise ValueError(f"drop={drop!r}: give a list of columns, [{drop!r}].")
    try:
        if kind == ".npz":
            return read_npz(path, target, groups)
        if kind == ".parquet":
            return bunch_of(_parquet(path), target, groups, drop)
        if kind == ".arff":
            frame, numeric = read_arff(path, encoding)
            return bunch_of(_typed(frame, numeric), target, groups, drop)
        raw = _text(path, {target, groups}, drop, encoding, sep, decimal)
        return bunch_of(raw, target, groups, drop)
    except (ValueError, OSError, zipfile.BadZipFile, EOFError) as error:
        raise ValueError(f"{path.name}: {_short(error)}.") from error


def _short(error: Exception) -> str:
    """The beginning of an error's message, without its last stop."""
    return str(error).strip()[:500].rstrip(".") or type(error).__name__


def _text(
    path: Path,
    roles: set[str | None],
    drop: Sequence[str],
    encoding: str | None,
    sep: str | None,
    decimal: str | None,
) -> Raw:
    """Read a file of separated cells. Labels and groups stay text."""
    pandas = require("pandas", "tables")
    if decimal not in (None, ".", ","):
        raise ValueError(f"decimal={decimal!r}: use '.' or ','")
    columns, lines, separator = read_delimited(path, encoding, sep)
    apart = {*roles, *drop}
    kept = {n: c for n, c in columns.items() if n not in apart and may_be_a_feature(n)}
    numbers, mark = numeric_columns(kept, decimal, lines)
    others = {name: column for name, column in columns.items() if name not in {*kept, *roles}}
    frame = pandas.DataFrame(columns | numbers | readable(others, mark))
    return Raw(numbers, frame, pandas.DataFrame(columns, dtype=object), separator, mark)


def _parquet(path: Path) -> Raw:
    """Read a parquet file; an index with names becomes columns."""
    require("pyarrow", "tables")
    try:
        frame = require("pandas", "tables").read_parquet(path)
    except Exception as error:  # pyarrow's own are of many kinds
        raise ValueError(f"it is no parquet file, or a damaged one ({_short(error)})") from error
    frame = frame if frame.index.names == [None] else frame.reset_index()
    return _typed(frame, set(frame.select_dtypes(["number", "bool"]).columns))


def _typed(frame: Any, numeric: set[str]) -> Raw:
    return Raw({name: frame[name].to_numpy() for name in frame.columns if name in numeric}, frame)
