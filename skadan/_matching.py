"""Match the columns of two tables, and check that labels are of the same kind."""

from numbers import Number
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from sklearn.utils import _safe_indexing

from ._tables.columns import is_missing


def with_columns_of(X: Any, X_new: Any) -> Any:
    """Return `X_new` with its columns in the order of `X`, if both tables name their columns.

    As in scikit-learn, names must match if all of them are text.

    Raises
    ------
    ValueError
        If a column of one table is missing in the other, or two columns share a name.
    """
    names, new_names = _names(X), _names(X_new)
    if names == new_names or not names or not new_names:
        return X_new
    # Names that are not text, such as pandas' default 0, 1, 2, are ignored if they differ.
    known, places = set(names), {name: place for place, name in enumerate(new_names)}
    missing = [name for name in names if name not in places][:5]
    unknown = [name for name in new_names if name not in known][:5]
    if not (missing or unknown) and len(known) == len(names) == len(new_names):
        return _safe_indexing(X_new, [places[name] for name in names], axis=1)
    if not all(isinstance(name, str) for name in names + new_names):
        return X_new
    if missing or unknown:
        raise ValueError(
            f"The feature names of X and X_new should match: X_new lacks {missing}, and X lacks "
            f"{unknown}."
        )
    raise ValueError("X and X_new have columns that share a name: give each column its own name.")


def _names(table: Any) -> list[Any]:
    """Return the names of a table's columns; an empty list if it names none."""
    # A pyarrow Table has `columns` too, but they hold the data.
    is_arrow = type(table).__module__.partition(".")[0] == "pyarrow"
    return list(getattr(table, "column_names" if is_arrow else "columns", ()))


def check_same_kind(**labels: ArrayLike | None) -> None:
    """Refuse labels of another kind than the first ones, such as numbers and text.

    Numbers and text never match, so a classifier would seem to be wrong on every row. Keywords are
    the names of the arguments, for the message.

    Raises
    ------
    ValueError
        The message names both arguments and a label of each.
    """
    (first, known), *others = ((name, _kinds(y)) for name, y in labels.items() if y is not None)
    for name, kinds in others:
        # `known` is empty if NumPy cannot read the first labels, or all of them are missing.
        for kind in kinds.keys() - known.keys() if known else ():
            expected = " and ".join(f"{k} such as {label!r}" for k, label in known.items())
            raise ValueError(
                f"{name} has labels that are {kind}, such as {kinds[kind]!r}, but those of {first} "
                f"are {expected}: convert one of them, since no label would match."
            )


def _kinds(labels: ArrayLike) -> dict[str, Any]:
    """Return one label of each kind, by the name of the kind; empty if NumPy cannot read them."""
    try:
        values = np.asarray(labels)
    except (TypeError, RuntimeError):  # a tensor on a GPU
        return {}
    # Only object arrays can mix kinds; in all others the first label tells.
    cells = values.ravel() if values.dtype == object else values.ravel()[:1]
    # Reversed, so that the first label of each kind stays in the dict.
    kinds = {_kind(cell): cell for cell in cells.tolist()[::-1]}
    return {kind: label for kind, label in kinds.items() if kind}


def _kind(label: Any) -> str:
    """Return the name of a label's kind; empty for a missing value."""
    if is_missing(label):
        return ""
    if isinstance(label, Number | np.bool_):
        return "numbers"
    return {"str": "text", "str_": "text"}.get(type(label).__name__, type(label).__name__)
