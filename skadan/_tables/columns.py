"""Read the columns of a table as numbers, or refuse them by name.

Samplers, `load_table` and `write_memmap` all read columns here, so that a column which is a feature
for one of them is a feature for all.
"""

import datetime
import numbers
from collections.abc import Iterable
from decimal import Decimal
from typing import Any, NamedTuple

import numpy as np
from scipy import sparse

from .polars_frames import as_floats, is_numeric, is_polars, refuse_lazy

# Dtypes of numbers, or of nothing but missing ones, that pandas does not call numeric.
ARROW_NUMBERS = ("bool[pyarrow]", "null[pyarrow]")


class Reading(NamedTuple):
    """How the columns of a pandas frame are read.

    Parameters
    ----------
    floats : dict of int to ndarray
        The values of columns, by their places, that are numbers but not of a numeric dtype: flags
        with a hole, decimals, categories.
    held : dict of str
        What the columns that are not numbers hold, by their names, such as "text, such as 'a'".
    large : list of str
        Columns with numbers beyond float64.
    """

    floats: dict[int, np.ndarray]
    held: dict[Any, str]
    large: list[Any]


def is_pandas(container: Any) -> bool:
    """Tell whether pandas made this; it is not imported for that."""
    return type(container).__module__.partition(".")[0] == "pandas"


def as_numbers(X: Any) -> Any:
    """Return a table that holds numbers only, with its names.

    A table of numbers comes back as it is. Columns of categories and of objects that are numbers
    become floats.

    Raises
    ------
    TypeError
        If `X` is a frame that is not computed yet, of polars or dask.
    ValueError
        If a column holds text, dates or other things, or numbers that are beyond float64, or if
        values are masked; the message names the columns.
    """
    refuse_lazy("X", X)
    if is_polars(X) and hasattr(X, "schema"):
        refuse_columns({name: str(t) for name, t in X.schema.items() if not is_numeric(t)})
        return as_floats(X)
    if is_pandas(X) and hasattr(X, "columns"):
        return _numeric_frame(X)
    if isinstance(X, np.ma.MaskedArray):
        return _unmasked(X)
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


def refuse_large(columns: Iterable[Any], dtype: str = "float64") -> None:
    """Refuse columns of finite numbers that a type of float cannot hold."""
    limit = np.finfo(dtype).max
    raise ValueError(
        f"Input X: column(s) {named(columns)} hold numbers beyond {dtype}, {limit:.4g}: scale them "
        "first."
    )


def check_range(rows: np.ndarray, names: np.ndarray | None, dtype: str = "float64") -> None:
    """Refuse finite numbers that a type of float cannot hold; samplers compute in float64."""
    # Integers of any size up to 64 bits are within float32's range.
    if rows.dtype.kind == "f" and rows.dtype.itemsize > np.dtype(dtype).itemsize:
        bad = np.isfinite(rows) & (np.abs(rows) > np.finfo(dtype).max)
        if bad.any():
            columns = np.flatnonzero(bad.any(0))
            refuse_large(columns if names is None else names[columns], dtype)


def refuse_not_finite(
    blocks: Iterable[np.ndarray], n_columns: int, names: np.ndarray | None
) -> None:
    """Refuse NaN and infinity in blocks of rows (m, n_columns), and name their columns."""
    places, kinds, columns = 0, set(), np.zeros(n_columns, dtype=bool)
    for block in blocks:
        bad = ~np.isfinite(block)
        if bad.any():
            places += int(bad.sum())
            columns |= bad.any(0)
            kinds.add("NaN" if np.isnan(block[bad]).any() else "infinity")
    if not places:
        return
    found, kind = np.flatnonzero(columns), "NaN" if "NaN" in kinds else "infinity"
    raise ValueError(
        f"Input X contains {kind} in {places} place(s), column(s) "
        f"{named(found if names is None else names[found])}. "
        "Impute or drop them before the sampler, e.g. with sklearn.impute.SimpleImputer."
    )


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
    reading = read_columns(X)
    refuse_columns(reading.held)
    if reading.large:
        refuse_large(reading.large)
    return with_columns(X, reading.floats)


def read_columns(X: Any) -> Reading:
    """Read the columns of a pandas frame."""
    found = Reading({}, {}, [])
    for j, (name, dtype) in enumerate(zip(X.columns, X.dtypes, strict=True)):
        kind = str(dtype)
        if kind == "object":
            _read_objects(found, j, name, X.iloc[:, j].to_numpy())
        elif kind == "category" and are_numbers(dtype.categories.dtype):
            # Code -1 stands for a value that is missing.
            values = np.append(np.asarray(dtype.categories, dtype=float), np.nan)
            found.floats[j] = values[X.iloc[:, j].cat.codes.to_numpy()]
        elif kind == "category":
            found.held[name] = f"categories of {_in_words(dtype.categories.dtype)}"
        elif kind in ARROW_NUMBERS:
            found.floats[j] = X.iloc[:, j].to_numpy(dtype=float, na_value=np.nan)
        elif not are_numbers(dtype):
            found.held[name] = _in_words(dtype)
    return found


def _read_objects(found: Reading, j: int, name: Any, cells: np.ndarray) -> None:
    odd = next((cell for cell in cells if not (is_number(cell) or is_missing(cell))), None)
    if odd is not None:
        found.held[name] = _described(odd)
    elif any(map(_is_large, cells)):
        found.large.append(name)
    else:
        values = np.array([np.nan if is_missing(c) else float(c) for c in cells])
        whole = [k for k, c in enumerate(cells) if type(c) is int and int(values[k]) != c]
        if whole:
            found.held[name] = (
                f"whole numbers of more digits than are kept, such as {cells[whole[0]]}"
            )
        found.floats[j] = values


def are_numbers(dtype: Any) -> bool:
    """Tell whether a dtype of pandas is one of real numbers or booleans."""
    import pandas as pd

    return pd.api.types.is_numeric_dtype(dtype) and not pd.api.types.is_complex_dtype(dtype)


def _in_words(dtype: Any) -> str:
    """Say what a dtype of pandas holds."""
    import pandas as pd

    is_of = pd.api.types
    if is_of.is_string_dtype(dtype):
        return "text"
    if is_of.is_timedelta64_dtype(dtype) or str(dtype).startswith("duration"):
        return "durations"
    if is_of.is_datetime64_any_dtype(dtype) or str(dtype).startswith(("date", "time")):
        return "dates"
    return "complex numbers" if is_of.is_complex_dtype(dtype) else str(dtype)


def with_columns(X: Any, columns: dict[int, Any]) -> Any:
    """Return a pandas frame with other values in the columns of these places."""
    if not columns:
        return X
    X = X.copy()
    for j, values in columns.items():
        X.isetitem(j, values)
    return X


def with_index_as_columns(X: Any) -> Any:
    """Return a frame of a parquet file, with an index that has names as columns.

    dask gives a name to an index that has none.
    """
    has_names = any(name not in (None, "__null_dask_index__") for name in X.index.names)
    return X.reset_index() if has_names else X.reset_index(drop=True)


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
    if isinstance(cell, str | bytes):
        what = "text"
    elif isinstance(cell, datetime.date | datetime.time):
        what = "dates"
    elif isinstance(cell, datetime.timedelta):
        what = "durations"
    elif isinstance(cell, list | tuple | np.ndarray):
        what = "lists"
    else:
        what = f"a {type(cell).__name__}"
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
        refuse_large(large)


def _is_odd(cell: Any) -> bool:
    """Tell whether a cell is no number; of dictionaries scikit-learn wants numpy's own error."""
    return not (is_number(cell) or is_missing(cell) or isinstance(cell, dict | complex))
