"""Read the table that is passed to a sampler."""

from typing import Any

from .._tables.columns import as_numbers
from ._older_sklearn import with_names
from ._tensors import as_array, is_tensor


def numeric_table(X: Any) -> Any:
    """Return a table of numbers with its column names; a tensor becomes an array.

    Raises
    ------
    TypeError
        If `X` is a polars LazyFrame, or a tensor on a device that numpy cannot read.
    ValueError
        As `as_numbers`.
    """
    return as_array("X", X) if is_tensor(X) else with_names(as_numbers(X))
