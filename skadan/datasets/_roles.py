"""Split a table into features, labels and groups, and leave out other columns."""

import difflib
import re
import warnings
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from sklearn.utils import Bunch

from .._tables.labels import missing_rows, parse_labels, read_typed, refuse_missing
from ._wording import passing

# Columns that openSMILE and audformat write besides the features.
NOT_FEATURES = ("name", "frameIndex", "frameTime", "file", "start", "end")
SYNTHETIC = "is_synthetic"  # the column that `python -m skadan augment` adds
GROUPS = re.compile(
    r"(speaker|spk|subject|patient|participant|actor|donor|group|session|batch|fold)s?([ _-]?id)?",
    re.IGNORECASE,
)
IDENTIFIER = re.compile(r"(.*[ _-])?(id|index|idx|nr|no|number|key|uid)|id[ _-].*", re.IGNORECASE)
LONGEST_VALUE = 20  # letters of a value that a summary quotes
# What pandas calls columns, or levels of a header, that have no name.
UNNAMED = re.compile(r"Unnamed: \d+(_level_\d+)?")


class Raw(NamedTuple):
    """Hold the contents of a file.

    Parameters
    ----------
    numbers : dict of str to ndarray
        The numeric columns.
    frame : DataFrame
        All columns.
    non_numeric : dict of str
        What a column holds that is not numeric, such as "dates"; by default it is text.
    text : dict of list of str, default=None
        The cells of all columns of a text file.
    sep, decimal : str, default=None
        Separator and decimal mark of a delimited file.
    """

    numbers: Mapping[str, np.ndarray]
    frame: Any
    non_numeric: Mapping[str, str]
    text: Mapping[str, list[str]] | None = None
    sep: str | None = None
    decimal: str | None = None


def bunch_of(raw: Raw, target: str | None, groups: str | None, drop: Sequence[str]) -> Bunch:
    """Return features, labels and groups, and which columns are left out and why.

    Raises
    ------
    ValueError
        If there are no rows, a column is missing, a row has no label or no group, or no column is
        left for features.
    """
    columns, dropped = dict.fromkeys(raw.frame.columns), set(drop)
    if not len(raw.frame):
        raise ValueError("it has no rows")
    roles = {"target": target, "groups": groups}
    for role, column in [*roles.items(), *(("columns to drop", name) for name in drop)]:
        if column is not None:
            check_column(column, columns, role)
    apart = {column for column in roles.values() if column is not None}
    left_out = {
        name: why for name in columns if name not in apart and (why := _why(name, raw, dropped))
    }
    names = [n for n in columns if n in raw.numbers and n not in apart and n not in left_out]
    if not names:
        raise ValueError("no column of numbers is left for the features")
    is_synthetic = _flags(raw) if SYNTHETIC in columns else None
    real = slice(None) if is_synthetic is None else ~is_synthetic
    numbers = {name: raw.numbers[name][real] for name in names}
    if is_synthetic is not None:  # these rows have no identifier, so the column is float
        numbers = {name: _as_integers(values) for name, values in numbers.items()}
    _warn(left_out, numbers, raw.frame[real])
    return Bunch(
        data=raw.frame[names],
        target=None if target is None else check_target(_labels(raw, target), target),
        groups=None if groups is None else check_groups(_labels(raw, groups), groups, real),
        feature_names=names,
        frame=raw.frame,
        # type(raw.frame) is DataFrame, which this module does not import.
        cells=None if raw.sep is None else type(raw.frame)(raw.text, dtype=object),
        sep=raw.sep,
        decimal=raw.decimal,
        is_synthetic=is_synthetic,
        left_out=left_out,
    )


def bunch_of_arrays(
    X: Any,
    target: np.ndarray | None,
    groups: np.ndarray | None,
    names: list[str],
    drop: Sequence[str],
) -> Bunch:
    """Return the Bunch of `bunch_of` for a file that holds arrays instead of a frame."""
    if not X.shape[0]:
        raise ValueError("it has no rows")
    if X.dtype.kind not in "iufb":
        raise ValueError(f"its features are {X.dtype}, which are not real numbers")
    for name in drop:
        check_column(name, names, "columns to drop")
    kept = [j for j, name in enumerate(names) if name not in set(drop)]
    if not kept:
        raise ValueError("no column is left for the features")
    X, names = (X[:, kept], [names[j] for j in kept]) if drop else (X, names)
    return Bunch(
        data=X,
        target=target,
        groups=groups,
        feature_names=names,
        frame=None,
        cells=None,
        sep=None,
        decimal=None,
        is_synthetic=None,
        left_out=dict.fromkeys(drop, "dropped"),
    )


def check_column(column: str, columns: Collection[str], role: str) -> None:
    """Refuse a column that does not exist, and suggest similar names."""
    if column in columns:
        return
    close = difflib.get_close_matches(str(column), columns) or list(columns)[-5:]
    raise ValueError(
        f"it has no {column!r} for the {role}; did you mean one of "
        f"{', '.join(repr(name)[:80] for name in close)}"
    )


def may_be_a_feature(name: str) -> bool:
    """Return whether a column of this name is read as numbers."""
    return name not in NOT_FEATURES and not UNNAMED.fullmatch(name)


def _why(name: str, raw: Raw, dropped: set[str]) -> str | None:
    """Return why a column is not a feature; None if it is one."""
    if name in dropped:
        return "dropped"
    if name == SYNTHETIC:
        return "says which rows are synthetic"
    if UNNAMED.fullmatch(str(name)):
        return "has no name"
    if name in NOT_FEATURES:
        return "written by openSMILE or audformat"
    if GROUPS.fullmatch(str(name)):
        return "looks like a group"
    if name not in raw.numbers:
        why = raw.non_numeric.get(name, "text")
        return _text_of(raw.frame[name]) if why == "text" else why
    values = raw.numbers[name]
    return "has no values" if values.dtype.kind == "f" and np.isnan(values).all() else None


def _text_of(column: Any) -> str:
    """Describe a column of text: with its values if there are two, as it could be a feature."""
    values = sorted({str(cell).strip() for cell in column.dropna().unique()} - {""})
    # Of two rows, any two texts would look like the two values of a flag.
    if len(values) != 2 or len(column) <= 2 or max(map(len, values)) > LONGEST_VALUE:
        return "text"
    return f"text, {values[0]} or {values[1]}: write 0 and 1 to use it"


def _warn(left_out: dict[str, str], numbers: Mapping[str, np.ndarray], frame: Any) -> None:
    """Warn of columns that look like groups but are not `groups`, and of likely identifiers."""
    texts = [
        f"The column {name!r} looks like a group, so it is not a feature: pass "
        + (
            f"{passing('drop', name)} if it is an identifier, as it differs in every row."
            if len(frame) > 1 and frame[name].is_unique
            else f"{passing('groups', name)}, or rename it."
        )
        for name, why in left_out.items()
        if why == "looks like a group"
    ]
    texts += [
        f"The column {name!r} has a different whole number in each row, like an identifier: pass "
        f"{passing('drop', name)} if it is one."
        for name, values in numbers.items()
        if _identifies(str(name), values)
    ]
    for text in texts:
        warnings.warn(text, UserWarning, stacklevel=4)


def _as_integers(values: np.ndarray) -> np.ndarray:
    """Return whole numbers of up to 2^53 as integers, and other values as they are."""
    with np.errstate(invalid="ignore"):
        whole = (values == np.rint(values)) & (np.abs(values) < 2**53)
    return values.astype(np.int64) if values.dtype.kind == "f" and whole.all() else values


def _identifies(name: str, values: np.ndarray) -> bool:
    """Return whether integers differ in all rows, and are consecutive or named like identifiers."""
    n_rows = len(values)
    # In a few rows, whole numbers often differ by chance.
    if values.dtype.kind not in "iu" or n_rows < 5 or len(np.unique(values)) < n_rows:
        return False
    consecutive = int(values.max()) - int(values.min()) == n_rows - 1
    return consecutive or IDENTIFIER.fullmatch(name) is not None


def _flags(raw: Raw) -> np.ndarray:
    """Return which rows are synthetic, from the column `SYNTHETIC`."""
    flags = np.char.lower(read_typed(raw.frame[SYNTHETIC]).astype(str))
    odd = flags[~np.isin(flags, ["true", "false", "1", "0", "1.0", "0.0"])]
    if len(odd):
        raise ValueError(f"the column {SYNTHETIC!r} holds {odd[0][:80]!r}: use True or False")
    return np.isin(flags, ["true", "1", "1.0"])


def _labels(raw: Raw, column: str) -> np.ndarray:
    """Return the labels or groups in a column; text becomes numbers if that loses nothing."""
    return read_typed(raw.frame[column]) if raw.text is None else parse_labels(raw.text[column])


def check_target(labels: np.ndarray, name: str) -> np.ndarray:
    """Return labels; refuse missing ones."""
    refuse_missing(labels, name)
    return labels


def check_groups(groups: np.ndarray, name: str, real: Any = slice(None)) -> np.ndarray:
    """Return groups; refuse missing ones in real rows.

    `augment` leaves the group of a synthetic row empty if no real row is behind it.
    """
    rows = np.arange(len(groups))[real]
    missing = rows[missing_rows(groups[real])]
    if len(missing):
        raise ValueError(
            f"the groups {name!r} are missing in row {missing[0] + 1} (of {len(missing)} such "
            "rows): enter the group, or delete the row"
        )
    return groups


def column_names(names: Sequence[Any]) -> list[str]:
    """Return column names as text, without blanks at the ends.

    Raises
    ------
    ValueError
        If two columns have the same name.
    """
    texts = [str(name).strip() or f"Unnamed: {j}" for j, name in enumerate(names)]
    if len(set(texts)) < len(texts):
        twice = next(name for name, count in Counter(texts).items() if count > 1)
        raise ValueError(f"more than one column is named {twice[:80]!r}: rename them")
    return texts
