"""Return synthetic rows in the container and dtypes of the training data."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import torch
from scipy import sparse
from torch import Tensor

from .._models.arrays import to_array
from .._tables import polars_frames
from .._tables.columns import is_pandas as _is_pandas
from ._input import is_tensor
from ._layouts import empty, layout_of


def cast(values: np.ndarray, dtype: np.dtype) -> np.ndarray:
    """Return float64 `values` as `dtype`: rounded for integers, and clipped to its range."""
    if dtype.kind == "b":
        return values >= 0.5
    if dtype.kind in "iu":
        info = np.iinfo(dtype)
        # float64 cannot represent the largest int64, so values are compared before the conversion.
        whole = np.rint(values)
        low, high = whole <= float(info.min), whole >= float(info.max)
        inside = np.where(low | high, 0, whole).astype(dtype)
        return np.where(low, info.min, np.where(high, info.max, inside)).astype(dtype)
    if dtype.kind == "f":
        return np.clip(values, np.finfo(dtype).min, np.finfo(dtype).max).astype(dtype)
    return values


@dataclass(frozen=True)
class RowFormat:
    """Describe the rows of the training data: container, dtypes and column names.

    Parameters
    ----------
    layout : tuple or None
        What `layout_of` returns for the table: small to pickle, and a file can hold it.
    dtype : str
        NumPy's name of the dtype. joblib.hash would tell a dtype object that is shared with other
        objects from an equal one that is not.
    """

    layout: Any
    dtype: str

    @cached_property
    def like(self) -> Any:
        """Return a table of this format without rows; None for an array."""
        return empty(self.layout)

    def __getstate__(self) -> dict[str, Any]:
        # Without `like`, which may be a tensor: pickles of a sampler hold plain values only.
        return {"layout": self.layout, "dtype": self.dtype}

    @classmethod
    def of(cls, X: Any, rows: np.ndarray) -> "RowFormat":
        """Describe `X`; `rows` is the dense array that validation returned for it."""
        return cls(layout_of(X), rows.dtype.str)

    def wrap(self, n_rows: int, n_columns: int, blocks: Iterable[Tensor]) -> Any:
        """Put float64 blocks of rows into one table of this format.

        An array or tensor is filled block by block, so that no second copy of the rows is in
        memory. Other containers are made from such an array.
        """
        if sparse.issparse(self.like):
            dense = self._fill(np.empty((n_rows, n_columns), self.dtype), blocks)
            return type(self.like)(dense)
        if _is_pandas(self.like):
            return self._frame(self._fill(np.empty((n_rows, n_columns)), blocks))
        if polars_frames.is_polars(self.like):
            rows = self._fill(np.empty((n_rows, n_columns)), blocks)
            parts = zip(rows.T, self.like.dtypes, strict=True)
            return polars_frames.frame_like(self.like, [_polars_values(*part) for part in parts])
        dense = self._fill(self._allocate(n_rows, n_columns), blocks)
        return dense.tolist() if isinstance(self.like, list) else dense

    def _allocate(self, n_rows: int, n_columns: int) -> Any:
        """Return an uninitialized array or tensor of this format."""
        if is_tensor(self.like):
            return self.like.new_empty((n_rows, n_columns))
        return np.empty((n_rows, n_columns), self.dtype)

    @staticmethod
    def _fill(out: Any, blocks: Iterable[Tensor]) -> Any:
        to_dtype: Any = cast_tensor if is_tensor(out) else _cast_to_array
        start = 0
        for block in blocks:
            out[start : start + len(block)] = to_dtype(block, out.dtype)
            start += len(block)
        if start != len(out):  # the rest of `out` is uninitialized memory
            raise RuntimeError(f"{start} rows made in place of {len(out)}: please report this.")
        return out

    def _frame(self, rows: np.ndarray) -> Any:
        import pandas as pd

        columns = {j: _pandas_values(rows[:, j], dtype) for j, dtype in enumerate(self.like.dtypes)}
        frame = pd.DataFrame(columns, index=range(len(rows)))
        # Set afterwards, because the keys of a dict cannot be an index with levels or a name.
        frame.columns = self.like.columns
        return frame

    def stack(self, X: Any, rows: np.ndarray, n_new: int, blocks: Iterable[Tensor]) -> Any:
        """Append blocks of new rows to the table `X`, which is not changed; `rows` is its array."""
        if self.like is None or is_tensor(self.like):
            both = self._allocate(len(rows) + n_new, rows.shape[1])
            both[: len(rows)] = rows if self.like is None else X.detach()
            self._fill(both[len(rows) :], blocks)
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
    """Return the numpy dtype inside a pandas dtype, such as a nullable or sparse one."""
    for name in ("numpy_dtype", "subtype"):
        dtype = getattr(dtype, name, dtype)
    return dtype if isinstance(dtype, np.dtype) else np.dtype(np.float64)


def _pandas_values(values: np.ndarray, dtype: Any) -> Any:
    """Return float64 `values` as a pandas column; a categorical one gets the nearest categories."""
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
    """Return the index of the nearest category for each value."""
    order = np.argsort(categories)
    # Halved before they are added, because the sum of two large categories would be infinite.
    ends = categories[order] / 2
    return order[np.searchsorted(ends[:-1] + ends[1:], values)]


def cast_tensor(values: Tensor, dtype: torch.dtype) -> Tensor:
    """Return float64 `values` as `dtype`, as `cast` does for arrays."""
    if dtype == torch.bool:
        return values >= 0.5
    if dtype.is_floating_point:
        limits = torch.finfo(dtype)
        return values.clamp(limits.min, limits.max).to(dtype)
    info = torch.iinfo(dtype)
    whole = values.round()
    low, high = whole <= float(info.min), whole >= float(info.max)
    inside = whole.masked_fill(low | high, 0).to(dtype)
    inside = _signed(inside)
    ends = (torch.tensor(end, dtype=dtype, device=values.device) for end in (info.min, info.max))
    for beyond, end in zip((low, high), ends, strict=True):
        inside = torch.where(beyond, _signed(end), inside)
    return inside.view(dtype)


def _signed(values: Tensor) -> Tensor:
    """View integers as signed: older versions of torch lack ``where`` for unsigned ones."""
    signed = (torch.int8, torch.int16, torch.int32, torch.int64)
    return values.view({kind.itemsize: kind for kind in signed}[values.dtype.itemsize])
