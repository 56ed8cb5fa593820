"""Check features, labels and groups before the first fold."""

import warnings
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from scipy import sparse
from sklearn.impute import SimpleImputer
from sklearn.utils import check_array, check_consistent_length

from .._tables.columns import as_numbers, refuse_not_finite
from .._tables.labels import missing_rows, numbers_or_text
from ..datasets._wording import passing


class Problem(NamedTuple):
    """Hold rows X (n, d), labels y (n,), and groups (n,) if rows are held out by groups."""

    X: np.ndarray
    y: np.ndarray
    groups: np.ndarray | None

    def take(self, rows: np.ndarray) -> "Problem":
        """Return the problem of some of the rows."""
        return Problem(
            self.X[rows], self.y[rows], None if self.groups is None else self.groups[rows]
        )


def read_problem(
    X: Any, y: Any, groups: Any, impute: str | None, group_name: str | None
) -> Problem:
    """Return features, labels and groups as arrays; refuse what cannot be evaluated."""
    rows, labels = dense(X), one_per_row("y", y)
    check_consistent_length(rows, labels, groups)
    check_cells(rows, getattr(X, "columns", None), impute)
    check_labels(labels)
    if groups is None:
        return Problem(rows, labels, None)
    return Problem(rows, labels, unless_row_ids(one_per_row("groups", groups), group_name))


def one_per_row(name: str, values: Any) -> np.ndarray:
    """Return labels or groups (n,) as numbers or text; refuse missing ones.

    A column is taken for a vector, and an object array of numbers for numbers.
    """
    shape = getattr(values, "shape", ())
    if len(shape) > 1:
        if shape[1:] != (1,):
            raise ValueError(f"{name} has the shape {shape}: pass one value for each row.")
        values = np.asarray(values)[:, 0]
    if isinstance(values, np.ndarray) and values.dtype == object:
        numbers = np.asarray(values.tolist())
        values = numbers if numbers.dtype.kind in "iufb" and numbers.ndim == 1 else values
    found = numbers_or_text(values)
    missing = missing_rows(found)
    if len(missing):
        raise ValueError(
            f"{name} has no value in row {missing[0] + 1} (of {len(missing)} such rows): fill it "
            "in, or take the row out."
        )
    return found


def dense(X: Any) -> np.ndarray:
    """Return a table of numbers as a dense array, with NaN for missing cells."""
    # `check_cells` refuses cells that are not finite, and names their columns.
    rows = check_array(as_numbers(X), accept_sparse=["csr", "csc"], ensure_all_finite=False)
    return rows.toarray() if sparse.issparse(rows) else rows


def imputer_of(strategy: str) -> SimpleImputer:
    """Return what fills missing cells; a column without a value in the training rows becomes 0."""
    return SimpleImputer(strategy=strategy, keep_empty_features=True)


def check_cells(rows: np.ndarray, names: Sequence[Any] | None, impute: str | None) -> None:
    """Refuse infinite cells, and missing ones if they are not imputed; say what to do."""
    filled = np.where(np.isnan(rows), 0, rows) if impute else rows
    columns = None if names is None else np.array(list(names), dtype=object)
    try:
        refuse_not_finite([filled], filled.shape[1], columns)
    except ValueError as error:
        found = str(error).partition(" Impute or drop")[0]
        option = passing("impute", "median")
        way = (
            f"Drop the columns, or leave these cells empty and pass {option}."
            if impute or np.isinf(rows).any()
            else f"Pass {option} to fill missing cells with the median of the "
            "column's training rows, or drop the columns."
        )
        raise ValueError(f"{found} {way}") from None


def check_labels(y: np.ndarray) -> None:
    """Refuse labels that no classifier can learn."""
    labels = np.unique(y)
    if len(labels) == 1:
        raise ValueError(
            f"Every row has the label '{labels[0]}': there are no classes to tell apart."
        )
    if y.dtype.kind == "f" and (y % 1).any():
        raise ValueError(
            f"The labels are {len(labels)} different numbers, such as {labels[0]:g}. They have to "
            "be classes, text or whole numbers: is this the right column? A measurement needs a "
            "regressor, or has to be cut into classes first."
        )


def unless_row_ids(groups: np.ndarray, name: str | None) -> np.ndarray | None:
    """Return the groups, or None with a warning if each row is a separate group."""
    if len(np.unique(groups)) < len(groups):
        return groups
    option = passing("groups", name) if name else "groups"
    warnings.warn(
        f"{option}: each row is a separate group, so it is a row id rather than a group. "
        "It is ignored.",
        UserWarning,
        stacklevel=4,
    )
    return None
