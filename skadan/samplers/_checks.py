"""Check input and parameters before training."""

import numbers
from collections.abc import Sequence
from typing import Any

import numpy as np

from .._models.on_disk import row_blocks
from .._tables.columns import refuse_not_finite


def refuse_duplicate_names(X: Any) -> None:
    """Refuse columns that share a name, because they cannot be told apart."""
    names = getattr(X, "columns", None)
    if names is None or getattr(names, "is_unique", True):
        return
    twice = names[names.duplicated()].unique().tolist()
    raise ValueError(
        f"X has more than one column named {', '.join(map(repr, twice[:5]))}: give each column a "
        "name of its own, or pass X.to_numpy()."
    )


def check_finite_columns(rows: np.ndarray, names: np.ndarray | None) -> None:
    """Refuse NaN and infinity; the error names their columns."""
    if rows.dtype.kind == "f":
        refuse_not_finite(row_blocks(rows), rows.shape[1], names)


def check_varies(rows: np.ndarray) -> None:
    """Refuse a table whose rows are all equal."""
    if all((block == rows[0]).all() for block in row_blocks(rows)):
        raise ValueError(
            f"All {rows.shape[1]} column(s) of X are constant: there is nothing to learn from."
        )


def is_count(value: Any) -> bool:
    """Return whether `value` is a number of rows, that is an integer but not a boolean."""
    return isinstance(value, numbers.Integral) and not isinstance(value, bool)


def check_betas(betas: Sequence[float]) -> None:
    """Refuse Adam's decay rates unless they are two numbers in [0, 1)."""
    if len(betas) != 2 or not all(0 <= beta < 1 for beta in betas):
        raise ValueError(f"betas={betas!r}: Adam takes two numbers of 0 or more and below 1.")
