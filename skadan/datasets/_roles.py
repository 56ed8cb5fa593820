"""Which columns of a table are features, labels and groups, and which are left out."""

import difflib
import re
import warnings
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from sklearn.utils import Bunch

from ._columns import labels
from ._wording import passing

# What openSMILE and audformat write beside the features.
NO_FEATURES = ("name", "frameIndex", "frameTime", "file", "start", "end")
SYNTHETIC = "is_synthetic"  # the column that `python -m skadan augment` adds
GROUPS = re.compile(
    r"(speaker|spk|subject|patient|participant|actor|donor|group|session|batch|fold)s?([ _-]?id)?",
    re.IGNORECASE,
)
IDENTIFIER = re.compile(r"(.*[ _-])?(id|index|idx|nr|no|number|key|uid)|id[ _-].*", re.IGNORECASE)
UNNAMED = re.compile(r"Unnamed: \d+(_level_\d+)?")


class Raw(NamedTuple):
    """A file as it was read: its columns of numbers, the whole frame, and the same as text."""

    numbers: Mapping[str, np.ndarray]
    frame: Any
    cells: Any = None
    sep: str | None = None
    decimal: str | None = None


def bunch_of(raw: Raw, target: str | None, groups: str | None, drop: Sequence[str]) -> Bunch:
    """Put features, labels and groups apart, and say what is left out and why.

    Raises
    ------
    ValueError
        If a column is missing, a row has no label, or no column is left for features.
    """
    columns = list(raw.frame.columns)
    roles = {"target": target, "groups": groups}
    for role, column in [*roles.items(), *(("columns to drop", name) for name in drop)]:
        if column is not None:
            check_column(column, columns, role)
    apart = {column for column in roles.values() if column is not None}
    left_out = {
        name: why for name in columns if name not in apart and (why := _why(name, raw, drop))
    }
    names = [n for n in columns if n in raw.numbers and n not in apart and n not in left_out]
    if not names:
        raise ValueError("no column of numbers is left for the features")
    _warn(left_out, {name: raw.numbers[name] for name in names})
    return Bunch(
        data=raw.frame[names],
        target=None if target is None else _checked_labels(raw, target),
        groups=None if groups is None else _labels(raw, groups),
        feature_names=names,
        frame=raw.frame,
        cells=raw.cells,
        sep=raw.sep,
        decimal=raw.decimal,
        is_synthetic=_flags(raw) if SYNTHETIC in columns else None,
        left_out=left_out,
    )


def check_column(column: str, columns: list[str], role: str) -> None:
    """Refuse a column that is not there, and suggest one that is."""
    if column in columns:
        return
    close = difflib.get_close_matches(column, map(str, columns)) or columns[-5:]
    raise ValueError(
        f"it has no {column!r} for the {role}; did you mean one of "
        f"{', '.join(repr(name)[:80] for name in close)}"
    )


def may_be_a_feature(name: str) -> bool:
    """Whether a column of this name is read as numbers at all."""
    return name not in NO_FEATURES and not UNNAMED.fullmatch(name)


def _why(name: str, raw: Raw, drop: Sequence[str]) -> str | None:
    """Why a column is no feature; None if it is one."""
    if name in drop:
        return "dropped"
    if name == SYNTHETIC:
        return "says which rows are synthetic"
    if UNNAMED.fullmatch(str(name)):
        return "has no name"
    if name in NO_FEATURES:
        return "written by openSMILE or audformat"
    if GROUPS.fullmatch(str(name)):
        return "looks like a group"
    return None if name in raw.numbers else "text"


def _warn(left_out: dict[str, str], numbers: Mapping[str, np.ndarray]) -> None:
    """Warn of what a reader may have meant otherwise: groups that were not named, identifiers."""
    texts = [
        f"The column {name!r} looks like a group, so it is no feature: pass "
        f"{passing('groups', name)}, or rename it."
        for name, why in left_out.items()
        if why == "looks like a group"
    ]
    texts += [
        f"The column {name!r} is another whole number in each row, like an identifier: pass "
        f"{passing('drop', name)} if it is one."
        for name, values in numbers.items()
        if _identifies(str(name), values)
    ]
    for text in texts:
        warnings.warn(text, UserWarning, stacklevel=4)


def _identifies(name: str, values: np.ndarray) -> bool:
    """Whether integers differ in every row, and run on or have the name of an identifier."""
    n_rows = len(values)
    if values.dtype.kind not in "iu" or n_rows < 5 or len(np.unique(values)) < n_rows:
        return False
    runs_on = int(values.max()) - int(values.min()) == n_rows - 1
    return runs_on or IDENTIFIER.fullmatch(name) is not None


def _flags(raw: Raw) -> np.ndarray:
    """Which rows are synthetic, as the table says."""
    flags = raw.frame[SYNTHETIC].astype(str).str.lower()
    odd = flags[~flags.isin(["true", "false", "1", "0", "1.0", "0.0"])]
    if len(odd):
        raise ValueError(f"the column {SYNTHETIC!r} holds {odd.iloc[0][:80]!r}: use True or False")
    return flags.isin(["true", "1", "1.0"]).to_numpy()


def _labels(raw: Raw, column: str) -> np.ndarray:
    """Labels or groups of a column; text becomes numbers where it survives that."""
    if raw.cells is not None:
        return labels(raw.cells[column])
    values = raw.frame[column]
    if values.dtype.kind in "iufb":
        return values.to_numpy()
    return labels(["" if is_missing(value) else value for value in values])


def _checked_labels(raw: Raw, target: str) -> np.ndarray:
    """Labels, none of them missing."""
    values = _labels(raw, target)
    missing = np.flatnonzero([is_missing(value) or value == "" for value in values.tolist()])
    if len(missing):
        raise ValueError(
            f"the target {target!r} has no label in row {missing[0] + 1} (of {len(missing)} such "
            "rows): label it, or take the row out"
        )
    return values


def is_missing(value: Any) -> bool:
    """Whether a value of a typed table is missing."""
    return value is None or (isinstance(value, float) and np.isnan(value)) or str(value) == "<NA>"
