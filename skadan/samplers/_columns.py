"""The columns of a table as numbers; one that cannot be is refused by its name."""

import numbers
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

import numpy as np
from scipy import sparse

from ._older_sklearn import with_names
from ._polars import as_floats, is_numeric, is_polars, refuse_lazy
from ._tensors import as_array, is_tensor

LIMIT = float(np.finfo(np.float64).max)


def is_pandas(container: Any) -> bool:
    """Tell whether pandas made this; it is not imported for that."""
    return type(container).__module__.partition(".")[0] == "pandas"


def numeric_table(X: Any) -> Any:
    """Return a table that holds numbers only, with its names; what is no number is refused.

    A table of numbers comes back as it is, a tensor as an array. Columns of categories and of
    objects that are numbers become floats.

    Raises
    ------
    TypeError
        If `X` is a polars LazyFrame, or a tensor on a device that numpy cannot read.
    ValueError
        If a column holds text, dates or other things, or numbers that are beyond float64, or if
        values are masked; the message names the columns.
    """
    refuse_lazy("X", X)
    if is_polars(X) and hasattr(X, "schema"):
        refuse_columns({name: str(t) for name, t in X.schema.items() if not is_numeric(t)})
        return with_names(as_floats(X))
    if is_pandas(X) and hasattr(X, "columns"):
        return _numeric_frame(X)
    if isinstance(X, np.ma.MaskedArray):
        return _unmasked(X)
    if is_tensor(X):
        return as_array("X", X)
    if not sparse.issparse(X) and isinstance(X, np.ndarray | list):
        _check_cells(X)
    return X


def named(columns: Iterable[Any]) -> str:
    """Return names or numbers of columns as a text, the first five of them."""
    texts = [repr(name) if isinstance(name, str) else str(name) for name in columns]
    return ", ".join(texts[:5]) + (f" and {len(texts) - 5} more" if len(texts) > 5 else "")


def refuse_columns(held: dict[Any, str]) -> None:
    """Refuse columns, given what each of them holds."""
    if held:
        first = next(iter(held))
        raise ValueError(
            f"Input X: could not convert column(s) {named(held)} to numbers: {named([first])} "
            f"holds {held[first]}. Drop them, or make them numbers before the sampler, e.g. with "
            "sklearn.preprocessing.OneHotEncoder."
        )


def _refuse_large(columns: Iterable[Any]) -> None:
    raise ValueError(
        f"Input X: column(s) {named(columns)} hold numbers beyond float64, {LIMIT:.4g}: scale them "
        "first."
    )


def check_range(rows: np.ndarray, names: np.ndarray | None) -> None:
    """Refuse finite numbers that float64, in which samplers compute, cannot hold."""
    if rows.dtype.kind == "f" and rows.dtype.itemsize > 8:
        bad = np.isfinite(rows) & (np.abs(rows) > LIMIT)
        if bad.any():
            columns = np.flatnonzero(bad.any(0))
            _refuse_large(columns if names is None else names[columns])


def _unmasked(X: Any) -> np.ndarray:
    masked = np.ma.getmaskarray(X)
    if masked.any():
        columns = np.flatnonzero(masked.any(0)) if masked.ndim == 2 else [0]
        raise ValueError(
            f"X is a masked array with {masked.sum()} masked value(s), in column(s) "
            f"{named(columns)}: impute them, or drop these rows or columns."
        )
    return np.asarray(X.data)


# Frames of pandas


def _numeric_frame(X: Any) -> Any:
    """Return a pandas frame with its categories and objects as floats."""
    held, large, floats = {}, [], {}
    for j, (name, dtype) in enumerate(zip(X.columns, X.dtypes, strict=True)):
        if str(dtype) == "object":
            cells = X.iloc[:, j].to_numpy()
            odd = [cell for cell in cells if not (is_number(cell) or is_missing(cell))]
            if odd:
                held[name] = _described(odd[0])
            elif any(map(_is_large, cells)):
                large.append(name)
            else:
                floats[j] = [np.nan if is_missing(cell) else float(cell) for cell in cells]
        elif str(dtype) == "category" and _are_numbers(dtype.categories.dtype):
            # Code -1 stands for a value that is missing.
            values = np.append(np.asarray(dtype.categories, dtype=float), np.nan)
            floats[j] = values[X.iloc[:, j].cat.codes.to_numpy()]
        elif str(dtype) == "category":
            held[name] = f"categories of {dtype.categories.dtype}"
        elif not _are_numbers(dtype):
            held[name] = str(dtype)
    refuse_columns(held)
    if large:
        _refuse_large(large)
    return _with_columns(X, floats)


def _are_numbers(dtype: Any) -> bool:
    """Tell whether a dtype of pandas is one of numbers or booleans."""
    import pandas as pd

    return pd.api.types.is_numeric_dtype(dtype)


def _with_columns(X: Any, columns: dict[int, Any]) -> Any:
    if not columns:
        return X
    X = X.copy()
    for j, values in columns.items():
        X.isetitem(j, values)
    return X


# Single cells


def is_number(cell: Any) -> bool:
    """Tell whether an object is a real number or a boolean."""
    return isinstance(cell, numbers.Real | Decimal | np.bool_)


def is_missing(cell: Any) -> bool:
    """Tell whether an object stands for nothing: None, NaN, pandas' NA or NaT."""
    if cell is None or type(cell).__name__ in ("NAType", "NaTType"):
        return True
    return isinstance(cell, numbers.Number) and bool(cell != cell)


def _is_large(cell: Any) -> bool:
    """Tell whether a number is finite and beyond float64."""
    if not is_number(cell):
        return False
    try:
        return np.isinf(float(cell)) and abs(cell) != np.inf
    except OverflowError:
        return True


def _described(cell: Any) -> str:
    what = "text" if isinstance(cell, str | bytes) else f"a {type(cell).__name__}"
    return f"{what}, such as {repr(cell)[:40]}"


def _check_cells(X: Any) -> None:
    """Refuse text and dates in an array or a list, and whole numbers that are beyond float64."""
    try:
        cells = np.asarray(X)
        if cells.dtype.kind not in "USTOmM" or cells.ndim != 2:
            return
        cells = np.asarray(X if cells.dtype.kind in "USO" else cells, dtype=object)
    except (ValueError, TypeError, OverflowError):  # of no shape: scikit-learn says what is wrong
        return
    columns = list(enumerate(cells.T))
    odd = {j: [cell for cell in column if _is_odd(cell)] for j, column in columns}
    refuse_columns({j: _described(found[0]) for j, found in odd.items() if found})
    large = [j for j, column in columns if any(map(_is_large, column))]
    if large:
        _refuse_large(large)


def _is_odd(cell: Any) -> bool:
    """Tell whether a cell is no number; of dictionaries scikit-learn wants numpy's own error."""
    return not (is_number(cell) or is_missing(cell) or isinstance(cell, dict | complex))
