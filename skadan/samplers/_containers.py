"""The user's containers: rows and labels go back as what they came in."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from scipy import sparse
from torch import Tensor

from .._models.arrays import to_array
from .._tables import polars_frames
from .._tables.columns import is_pandas as _is_pandas
from . import _tensors
from ._layouts import empty, layout_of


def cast(values: np.ndarray, dtype: np.dtype) -> np.ndarray:
    """Return float64 `values` as `dtype`, rounded for integers and held inside its range."""
    if dtype.kind == "b":
        return values >= 0.5
    if dtype.kind in "iu":
        info = np.iinfo(dtype)
        # The limits of int64 are no float64: clip by comparison, not by value.
        whole = np.rint(values)
        low, high = whole <= float(info.min), whole >= float(info.max)
        inside = np.where(low | high, 0, whole).astype(dtype)
        return np.where(low, info.min, np.where(high, info.max, inside)).astype(dtype)
    if dtype.kind == "f":
        return np.clip(values, np.finfo(dtype).min, np.finfo(dtype).max).astype(dtype)
    return values


@dataclass(frozen=True)
class RowFormat:
    """What the rows of a fitted table look like: container, dtypes, column names.

    `layout` is `layout_of` the table: plain, so that the format pickles small and files can hold
    it. `dtype` is numpy's name for it: a dtype object would be shared with others, which
    joblib.hash tells apart from an equal one.
    """

    layout: Any
    dtype: str

    @cached_property
    def like(self) -> Any:
        """An empty piece of the table, None for an array."""
        return empty(self.layout)

    def __getstate__(self) -> dict[str, Any]:
        return {"layout": self.layout, "dtype": self.dtype}

    @classmethod
    def of(cls, X: Any, rows: np.ndarray) -> "RowFormat":
        """Describe `X`; `rows` is the dense array that validation made of it."""
        return cls(layout_of(X), rows.dtype.str)

    def wrap(self, n_rows: int, n_columns: int, blocks: Iterable[Tensor]) -> Any:
        """Put float64 blocks of rows into one table of this format.

        An array or tensor is filled block by block: nothing is held beside it but one block. Other
        containers are made from such an array.
        """
        if sparse.issparse(self.like):
            dense = self._filled(np.empty((n_rows, n_columns), self.dtype), blocks)
            return type(self.like)(dense)
        if _is_pandas(self.like):
            return self._frame(self._filled(np.empty((n_rows, n_columns)), blocks))
        if polars_frames.is_polars(self.like):
            rows = self._filled(np.empty((n_rows, n_columns)), blocks)
            parts = zip(rows.T, self.like.dtypes, strict=True)
            return polars_frames.frame_like(self.like, [_polars_values(*part) for part in parts])
        dense = self._filled(self._blank(n_rows, n_columns), blocks)
        return dense.tolist() if isinstance(self.like, list) else dense

    def _blank(self, n_rows: int, n_columns: int) -> Any:
        """Return an array or tensor to be filled."""
        if _tensors.is_tensor(self.like):
            return self.like.new_empty((n_rows, n_columns))
        return np.empty((n_rows, n_columns), self.dtype)

    @staticmethod
    def _filled(out: Any, blocks: Iterable[Tensor]) -> Any:
        to_dtype: Any = _tensors.cast if _tensors.is_tensor(out) else _cast_to_array
        start = 0
        for block in blocks:
            out[start : start + len(block)] = to_dtype(block, out.dtype)
            start += len(block)
        if start != len(out):  # else memory that nobody has set would pass for rows
            raise RuntimeError(f"{start} rows made in place of {len(out)}: please report this.")
        return out

    def _frame(self, rows: np.ndarray) -> Any:
        import pandas as pd

        columns = {j: _pandas_values(rows[:, j], dtype) for j, dtype in enumerate(self.like.dtypes)}
        frame = pd.DataFrame(columns, index=range(len(rows)))
        frame.columns = self.like.columns
        return frame

    def stack(self, X: Any, rows: np.ndarray, n_new: int, blocks: Iterable[Tensor]) -> Any:
        """Put the original table, untouched, above blocks of new rows; `rows` is its array."""
        if self.like is None or _tensors.is_tensor(self.like):
            both = self._blank(len(rows) + n_new, rows.shape[1])
            both[: len(rows)] = rows if self.like is None else X.detach()
            self._filled(both[len(rows) :], blocks)
            return both
        X_new = self.wrap(n_new, rows.shape[1], blocks)
        if sparse.issparse(X):
            return sparse.vstack([X, X_new], format=X.format, dtype=self.dtype)
        if _is_pandas(X):
            import pandas as pd

            return pd.concat([X, X_new], ignore_index=True)
        if polars_frames.is_polars(X):
            return X.vstack(X_new)
        return rows.tolist() + X_new


def _cast_to_array(values: Tensor, dtype: np.dtype) -> np.ndarray:
    return cast(to_array(values), dtype)


def numpy_dtype(dtype: Any) -> np.dtype:
    """Return the numpy dtype behind a pandas column: nullable and sparse ones have one inside."""
    for name in ("numpy_dtype", "subtype"):
        dtype = getattr(dtype, name, dtype)
    return dtype if isinstance(dtype, np.dtype) else np.dtype(np.float64)


def _pandas_values(values: np.ndarray, dtype: Any) -> Any:
    """Return float64 `values` as a column of pandas; in one of categories, as the nearest."""
    import pandas as pd

    if isinstance(dtype, pd.CategoricalDtype):
        codes = nearest(np.asarray(dtype.categories, dtype=float), values)
        return pd.Series(pd.Categorical.from_codes(codes, dtype=dtype))
    return pd.Series(cast(values, numpy_dtype(dtype))).astype(dtype)


def _polars_values(values: np.ndarray, dtype: Any) -> np.ndarray:
    if polars_frames.has_numpy_dtype(dtype):
        return cast(values, polars_frames.numpy_dtype(dtype))
    return polars_frames.in_range(values, dtype)


def nearest(categories: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Return, for each value, the index of the category that is nearest to it."""
    order = np.argsort(categories)
    ends = categories[order] / 2
    return order[np.searchsorted(ends[:-1] + ends[1:], values)]
