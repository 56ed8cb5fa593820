"""Read the columns of a table as numbers, or refuse them by name.

Samplers, `load_table` and `write_memmap` all use this module, so a column that is a feature for one
of them is a feature for all.
"""

import datetime
import numbers
from collections.abc import Iterable
from decimal import Decimal
from typing import Any, NamedTuple

import numpy as np
from scipy import sparse

from .polars_frames import as_floats, is_numeric, is_polars, refuse_lazy

# Dtypes that pandas does not call numeric, but whose values are booleans or all missing.
ARROW_NUMBERS = ("bool[pyarrow]", "null[pyarrow]")


class Reading(NamedTuple):
    """Hold the columns of a pandas frame that need conversion or cannot be converted.

    Parameters
    ----------
    floats : dict of int to ndarray
        The values of columns of numbers without a numeric dtype, by position: booleans with missing
        values, decimals, categories.
    non_numeric : dict of str
        What other columns hold, by name, for example "text, such as 'a'".
    large : list of str
        Columns with numbers beyond float64.
    """

    floats: dict[int, np.ndarray]
    non_numeric: dict[Any, str]
    large: list[Any]


def is_pandas(container: Any) -> bool:
    """Return whether the container is one of pandas, without importing pandas."""
    return type(container).__module__.partition(".")[0] == "pandas"


def as_numbers(X: Any) -> Any:
    """Return a table of numbers with its column names.

    A table of numbers is returned as it is. Columns of categories or objects that are numbers
    become floats.

    Raises
    ------
    TypeError
        If `X` is a lazy frame of polars or dask.
    ValueError
        If a column holds text, dates or other non-numeric values, or numbers beyond float64, or if
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


def list_names(columns: Iterable[Any]) -> str:
    """Return the first five names or numbers of columns as text, for a message."""
    texts = [repr(name) if isinstance(name, str) else str(name) for name in columns]
    return ", ".join(texts[:5]) + (f" and {len(texts) - 5} more" if len(texts) > 5 else "")


def refuse_columns(contents: dict[Any, str]) -> None:
    """Refuse non-numeric columns, given what each of them contains."""
    if contents:
        first, what = next(iter(contents.items()))
        raise ValueError(
            f"Input X: could not convert column(s) {list_names(contents)} to numbers: "
            f"{list_names([first])} holds {what}. Drop them, or convert them to numbers before the "
            "sampler, e.g. with sklearn.preprocessing.OneHotEncoder."
        )


def refuse_large(columns: Iterable[Any], dtype: str = "float64") -> None:
    """Refuse columns with finite numbers beyond a float dtype."""
    limit = np.finfo(dtype).max
    raise ValueError(
        f"Input X: column(s) {list_names(columns)} hold numbers beyond {dtype}, {limit:.4g}: scale "
        "them first."
    )


def check_range(rows: np.ndarray, names: np.ndarray | None, dtype: str = "float64") -> None:
    """Refuse finite numbers beyond a float dtype, by default float64, which samplers use."""
    # Integers of any size up to 64 bits are within float32's range.
    if rows.dtype.kind == "f" and rows.dtype.itemsize > np.dtype(dtype).itemsize:
        bad = np.isfinite(rows) & (np.abs(rows) > np.finfo(dtype).max)
        if bad.any():
            columns = np.flatnonzero(bad.any(0))
            refuse_large(columns if names is None else names[columns], dtype)


def refuse_not_finite(
    blocks: Iterable[np.ndarray], n_columns: int, names: np.ndarray | None
) -> None:
    """Refuse NaN and infinity in blocks of rows (m, n_columns); the error names the columns."""
    n_bad, kinds, columns = 0, set(), np.zeros(n_columns, dtype=bool)
    for block in blocks:
        bad = ~np.isfinite(block)
        if bad.any():
            n_bad += int(bad.sum())
            columns |= bad.any(0)
            kinds.add("NaN" if np.isnan(block[bad]).any() else "infinity")
    if not n_bad:
        return
    found, kind = np.flatnonzero(columns), "NaN" if "NaN" in kinds else "infinity"
    raise ValueError(
        f"Input X contains {kind} in {n_bad} place(s), column(s) "
        f"{list_names(found if names is None else names[found])}. "
        "Impute or drop them before the sampler, e.g. with sklearn.impute.SimpleImputer."
    )


def _unmasked(X: Any) -> np.ndarray:
    masked = np.ma.getmaskarray(X)
    if masked.any():
        columns = np.flatnonzero(masked.any(0)) if masked.ndim == 2 else [0]
        raise ValueError(
            f"X is a masked array with {masked.sum()} masked value(s), in column(s) "
            f"{list_names(columns)}: impute them, or drop these rows or columns."
        )
    return np.asarray(X.data)


def _numeric_frame(X: Any) -> Any:
    """Return a pandas frame with its categories and objects as floats."""
    reading = read_columns(X)
    refuse_columns(reading.non_numeric)
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
            # A missing value has code -1, so NaN is appended as the last category.
            values = np.append(np.asarray(dtype.categories, dtype=float), np.nan)
            found.floats[j] = values[X.iloc[:, j].cat.codes.to_numpy()]
        elif kind == "category":
            found.non_numeric[name] = f"categories of {_in_words(dtype.categories.dtype)}"
        elif kind in ARROW_NUMBERS:
            found.floats[j] = X.iloc[:, j].to_numpy(dtype=float, na_value=np.nan)
        elif not are_numbers(dtype):
            found.non_numeric[name] = _in_words(dtype)
    return found


def _read_objects(found: Reading, j: int, name: Any, cells: np.ndarray) -> None:
    odd = next((cell for cell in cells if not (is_number(cell) or is_missing(cell))), None)
    if odd is not None:
        found.non_numeric[name] = _describe(odd)
    elif any(map(_is_large, cells)):
        found.large.append(name)
    else:
        values = np.array([np.nan if is_missing(c) else float(c) for c in cells])
        rounded = [c for c, v in zip(cells, values, strict=True) if _is_rounded(c, v)]
        if rounded:
            found.non_numeric[name] = (
                f"whole numbers with more digits than are kept, such as {rounded[0]}"
            )
        found.floats[j] = values


def are_numbers(dtype: Any) -> bool:
    """Return whether a pandas dtype holds real numbers or booleans."""
    import pandas as pd

    return pd.api.types.is_numeric_dtype(dtype) and not pd.api.types.is_complex_dtype(dtype)


def _in_words(dtype: Any) -> str:
    """Return what a pandas dtype holds, in words."""
    import pandas as pd

    is_of = pd.api.types
    if is_of.is_string_dtype(dtype):
        return "text"
    # pandas' functions do not recognise durations and times of pyarrow.
    if is_of.is_timedelta64_dtype(dtype) or str(dtype).startswith("duration"):
        return "durations"
    if is_of.is_datetime64_any_dtype(dtype) or str(dtype).startswith(("date", "time")):
        return "dates"
    return "complex numbers" if is_of.is_complex_dtype(dtype) else str(dtype)


def with_columns(X: Any, columns: dict[int, Any]) -> Any:
    """Return a copy of a pandas frame with the columns at these positions replaced."""
    if not columns:
        return X
    X = X.copy()
    for j, values in columns.items():
        # isetitem replaces the column and its dtype, whereas iloc would keep the old dtype.
        X.isetitem(j, values)
    return X


def with_index_as_columns(X: Any) -> Any:
    """Return a frame of a parquet file with its named index levels as columns.

    An unnamed index is dropped, also if dask has given it a name.
    """
    has_names = any(name not in (None, "__null_dask_index__") for name in X.index.names)
    return X.reset_index() if has_names else X.reset_index(drop=True)


def is_number(cell: Any) -> bool:
    """Return whether an object is a real number or a boolean."""
    return isinstance(cell, numbers.Real | Decimal | np.bool_)


def is_missing(cell: Any) -> bool:
    """Return whether an object is a missing value: None, NaN, or pandas' NA or NaT."""
    # By name, so that pandas need not be imported.
    if cell is None or type(cell).__name__ in ("NAType", "NaTType"):
        return True
    # Only NaN differs from itself. np.isnan would refuse a Decimal.
    return isinstance(cell, numbers.Number) and bool(cell != cell)


def _is_rounded(cell: Any, value: float) -> bool:
    """Return whether a whole number differs from its value as float64."""
    return isinstance(cell, numbers.Integral) and int(value) != int(cell)


def _is_large(cell: Any) -> bool:
    """Return whether a number is finite and beyond float64."""
    if not is_number(cell):
        return False
    try:
        # float() raises OverflowError for an integer beyond float64, but returns inf for a Decimal.
        return np.isinf(float(cell)) and abs(cell) != np.inf
    except OverflowError:
        return True


def _describe(cell: Any) -> str:
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
    """Refuse text, dates and numbers beyond float64 in an array or list."""
    try:
        cells = np.asarray(X)
        if cells.dtype.kind not in "USTOmM" or cells.ndim != 2:
            return
        # From X again, because NumPy has made text of numbers beside text. Not for dates: only an
        # array turns np.datetime64 into Python's dates.
        cells = np.asarray(X if cells.dtype.kind in "USO" else cells, dtype=object)
    except (ValueError, TypeError, OverflowError):  # a ragged list: scikit-learn raises the error
        return
    columns = list(enumerate(cells.T))
    odd = {j: [cell for cell in column if _is_odd(cell)] for j, column in columns}
    refuse_columns({j: _describe(found[0]) for j, found in odd.items() if found})
    large = [j for j, column in columns if any(map(_is_large, column))]
    if large:
        refuse_large(large)


def _is_odd(cell: Any) -> bool:
    """Return whether a cell is not a number.

    For dicts and complex numbers the answer is False: NumPy and scikit-learn refuse them later,
    with errors that scikit-learn's estimator checks expect.
    """
    return not (is_number(cell) or is_missing(cell) or isinstance(cell, dict | complex))
