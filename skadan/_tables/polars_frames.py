"""Convert polars frames to numbers and back. polars is imported only if a frame is from polars."""

from collections.abc import Sequence
from typing import Any

import numpy as np


def is_polars(container: Any) -> bool:
    """Return whether the container is one of polars, without importing polars."""
    return type(container).__module__.partition(".")[0] == "polars"


def refuse_lazy(name: str, container: Any) -> None:
    """Refuse lazy frames of polars and dask.

    NumPy would compute dask frames, but lose their names, dtypes and index.
    """
    if type(container).__module__.startswith("dask.") and hasattr(container, "to_dask_array"):
        raise TypeError(
            f"{name} is a dask {type(container).__name__}, which holds no rows yet: pass "
            f"{name}.compute(), or, if that does not fit into memory, what "
            "skadan.distributed.write_memmap returns for it."
        )
    if is_polars(container) and type(container).__name__ in ("LazyFrame", "Expr"):
        raise TypeError(
            f"{name} is a polars {type(container).__name__}, which holds no rows yet: pass "
            f"{name}.collect()."
        )


def is_numeric(dtype: Any) -> bool:
    """Return whether synthetic values can have this polars dtype."""
    return dtype.is_integer() or dtype.is_float() or str(dtype) == "Boolean"


def as_floats(frame: Any) -> Any:
    """Return a frame of numbers and booleans with all columns as float64."""
    import polars as pl

    return frame.cast(pl.Float64)


def frame_like(like: Any, columns: Any) -> Any:
    """Return a frame with the names and dtypes of `like`, given an array per column."""
    import polars as pl

    parts = zip(like.columns, like.dtypes, columns, strict=True)
    return pl.DataFrame([pl.Series(name, values).cast(dtype) for name, dtype, values in parts])


def in_range(values: np.ndarray, dtype: Any) -> np.ndarray:
    """Return float64 `values` rounded and clipped to the range of a 128-bit integer dtype."""
    low, high = (-(2.0**127), 2.0**127) if str(dtype) == "Int128" else (0.0, 2.0**128)
    # float64 rounds the largest integers up to `high`, which is out of range and which polars
    # refuses.
    return np.rint(np.clip(values, low, np.nextafter(high, 0)))


def has_numpy_dtype(dtype: Any) -> bool:
    """Return whether NumPy has this polars dtype; it lacks 128-bit integers."""
    return str(dtype) not in ("Int128", "UInt128")


def numpy_dtype(dtype: Any) -> np.dtype:
    """Return the NumPy dtype for a numeric polars dtype."""
    return np.dtype("bool" if str(dtype) == "Boolean" else str(dtype).lower())


def schema_of(frame: Any) -> list:
    """Return the names and dtypes of a frame as lists of text."""
    return [[name, *_plain_dtype(dtype)] for name, dtype in frame.schema.items()]


def empty_frame(schema: Sequence) -> Any:
    """Return an empty frame with this schema, as `schema_of` returns it."""
    import polars as pl

    dtypes = {
        name: pl.Enum(list(more[0])) if more else getattr(pl, kind) for name, kind, *more in schema
    }
    return pl.DataFrame(schema=dtypes)


def _plain_dtype(dtype: Any) -> list:
    if type(dtype).__name__ == "Enum":
        return ["Enum", dtype.categories.to_list()]
    return [type(dtype).__name__]
