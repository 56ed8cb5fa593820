"""Feature tables in the files that people already have."""

import difflib
import os
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.utils import Bunch

from .._optional import require

# What openSMILE and audformat write beside the features.
NO_FEATURES = ("name", "frameTime", "file", "start", "end")


def load_table(
    path: str | os.PathLike, *, target: str | None = None, groups: str | None = None
) -> Bunch:
    """A feature table from a file: CSV, ARFF, parquet or npz.

    CSV may be separated by commas, semicolons (as openSMILE writes it) or tabs. Needs the
    ``tables`` extra, except for npz.

    Parameters
    ----------
    path : path
        ``.csv``, ``.tsv``, ``.arff``, ``.parquet`` or ``.npz``. An npz file holds ``X``, and
        ``feature_names`` if it has names.
    target : str, default=None
        Column, or array of an npz file, with the labels; None for a table without, and ``y`` of an
        npz file.
    groups : str, default=None
        Column, or array of an npz file, with the groups, such as speakers; None for a table
        without, and ``groups`` of an npz file if it has that.

    Returns
    -------
    table : Bunch
        ``data``, the features (DataFrame; array for npz), ``target``, ``groups`` (arrays or None),
        ``feature_names``, ``frame``, the whole table as it was read (None for npz). Columns of
        text, and those that openSMILE and audformat write beside the features (name, frameTime,
        file, start, end), are no features.

    Raises
    ------
    ImportError
        Without the ``tables`` extra.
    FileNotFoundError
        If there is no such file.
    ValueError
        If the kind of file is unknown, a column is missing, or no column is left for features.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> from skadan.datasets import load_table
    >>> path = pathlib.Path(tempfile.mkdtemp(), "features.csv")
    >>> _ = path.write_text("name;pitch;energy;emotion\\na;1.5;2;sad\\nb;2.5;3;glad\\n")
    >>> table = load_table(path, target="emotion")
    >>> table.feature_names, table.target.tolist()
    (['pitch', 'energy'], ['sad', 'glad'])
    """
    path = Path(path)
    if not path.exists():
        raise FileNotFoundError(f"There is no file {path}.")
    kind = path.suffix.lower()
    if kind == ".npz":
        return _npz(path, target, groups)
    if kind not in READERS:
        raise ValueError(f"{path.name}: {kind!r} is none of {', '.join([*READERS, '.npz'])}.")
    frame = READERS[kind](path)
    for role, column in (("target", target), ("groups", groups)):
        if column is not None:
            _check_column(column, list(frame.columns), role, path)
    numeric = frame.select_dtypes(["number", "bool"]).columns
    names = [c for c in numeric if c not in (target, groups, *NO_FEATURES)]
    if not names:
        raise ValueError(f"{path.name} has no column of numbers for the features.")
    return Bunch(
        data=frame[names],
        target=None if target is None else frame[target].to_numpy(),
        groups=None if groups is None else frame[groups].to_numpy(),
        feature_names=names,
        frame=frame,
    )


def separator(path: Path) -> str:
    """Guess the separator of a text file: the commonest candidate in its first line."""
    with path.open(encoding="utf-8-sig") as file:
        header = file.readline()
    return max(",;\t", key=header.count)


def _csv(path: Path) -> Any:
    return require("pandas", "tables").read_csv(path, sep=separator(path), encoding="utf-8-sig")


def _arff(path: Path) -> Any:
    pandas, arff = require("pandas", "tables"), require("arff", "tables")
    with path.open() as file:
        try:
            contents = arff.load(file)
        except arff.ArffException as error:
            raise ValueError(f"{path.name}: {error}") from error
    kinds = dict(contents["attributes"])
    numbers = [name for name, kind in kinds.items() if kind in ("NUMERIC", "REAL", "INTEGER")]
    frame = pandas.DataFrame(contents["data"], columns=list(kinds))
    return frame.astype(dict.fromkeys(numbers, float))


def _parquet(path: Path) -> Any:
    require("pyarrow", "tables")
    frame = require("pandas", "tables").read_parquet(path)
    return frame if frame.index.names == [None] else frame.reset_index()


READERS = {".csv": _csv, ".tsv": _csv, ".arff": _arff, ".parquet": _parquet}


def _npz(path: Path, target: str | None, groups: str | None) -> Bunch:
    with np.load(path) as arrays:
        found = list(arrays)
        if groups is None and "groups" in found:
            groups = "groups"
        roles = {"features": "X", "target": target or "y", "groups": groups}
        for role, name in roles.items():
            if name is not None:
                _check_column(name, found, role, path)
        data = arrays["X"]
        names = arrays["feature_names"].tolist() if "feature_names" in found else None
        return Bunch(
            data=data,
            target=arrays[roles["target"]],
            groups=None if groups is None else arrays[groups],
            feature_names=names or [f"x{j}" for j in range(data.shape[1])],
            frame=None,
        )


def _check_column(column: str, columns: list[str], role: str, path: Path) -> None:
    if column in columns:
        return
    close = difflib.get_close_matches(column, columns) or columns[-5:]
    raise ValueError(
        f"{path.name} has no {column!r} for the {role}; did you mean one of "
        f"{', '.join(map(repr, close))}?"
    )
