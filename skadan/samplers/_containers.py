"""The user's containers: rows and labels go back as what they came in."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from scipy import sparse

from ._layouts import empty, layout_of
from ._layouts import is_pandas as _is_pandas


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

    def __setstate__(self, state: dict[str, Any]) -> None:
        if "like" in state:  # earlier pickles held the empty piece itself
            state = {"layout": layout_of(state["like"]), "dtype": state["dtype"]}
        self.__dict__.update(state)

    @classmethod
    def of(cls, X: Any, rows: np.ndarray) -> "RowFormat":
        """Describe `X`; `rows` is the dense array that validation made of it."""
        return cls(layout_of(X), rows.dtype.str)

    def wrap(self, n_rows: int, n_columns: int, blocks: Iterable[np.ndarray]) -> Any:
        """Put float64 blocks of rows into one table of this format.

        An array is filled block by block: nothing is held beside it but one block. Other containers
        are made from such an array.
        """
        if sparse.issparse(self.like):
            dense = self._filled(np.empty((n_rows, n_columns), self.dtype), blocks)
            return type(self.like)(dense)
        if _is_pandas(self.like):
            return self._frame(self._filled(np.empty((n_rows, n_columns)), blocks))
        dense = self._filled(np.empty((n_rows, n_columns), self.dtype), blocks)
        return dense.tolist() if isinstance(self.like, list) else dense

    @staticmethod
    def _filled(out: np.ndarray, blocks: Iterable[np.ndarray]) -> np.ndarray:
        start = 0
        for block in blocks:
            out[start : start + len(block)] = cast(block, out.dtype)
            start += len(block)
        return out

    def _frame(self, rows: np.ndarray) -> Any:
        import pandas as pd

        columns = {
            j: pd.Series(cast(rows[:, j], numpy_dtype(dtype))).astype(dtype)
            for j, dtype in enumerate(self.like.dtypes)
        }
        frame = pd.DataFrame(columns, index=range(len(rows)))
        frame.columns = self.like.columns
        return frame

    def stack(self, X: Any, rows: np.ndarray, n_new: int, blocks: Iterable[np.ndarray]) -> Any:
        """Put the original table, untouched, above blocks of new rows; `rows` is its array."""
        if self.like is None:
            both = np.empty((len(rows) + n_new, rows.shape[1]), self.dtype)
            both[: len(rows)] = rows
            self._filled(both[len(rows) :], blocks)
            return both
        X_new = self.wrap(n_new, rows.shape[1], blocks)
        if sparse.issparse(X):
            return sparse.vstack([X, X_new], format=X.format, dtype=self.dtype)
        if _is_pandas(X):
            import pandas as pd

            return pd.concat([X, X_new], ignore_index=True)
        return rows.tolist() + X_new


def numpy_dtype(dtype: Any) -> np.dtype:
    """Return the numpy dtype behind a pandas column: nullable and sparse ones have one inside."""
    for name in ("numpy_dtype", "subtype"):
        dtype = getattr(dtype, name, dtype)
    return dtype if isinstance(dtype, np.dtype) else np.dtype(np.float64)


def stack_labels(y: Any, labels: np.ndarray, new: np.ndarray, classes: np.ndarray) -> Any:
    """Put the original target above the new labels, in the kind of `y`.

    `labels` is `y` as the plain array that validation made of it; where `y` was a one-vs-all
    indicator matrix, both go back to one.
    """
    if getattr(y, "ndim", 1) == 2 and np.shape(y)[1] > 1:
        new = (new[:, None] == classes).astype(np.asarray(y).dtype)
        labels = np.asarray(y)
    if _is_pandas(y):
        import pandas as pd

        if isinstance(y, pd.DataFrame):
            fresh = pd.DataFrame(new, columns=y.columns).astype(y.dtypes)
        else:
            fresh = pd.Series(new, name=y.name).astype(y.dtype)
        return pd.concat([y, fresh], ignore_index=True)
    both = np.concatenate([labels, new.astype(labels.dtype, copy=False)])
    return both.tolist() if isinstance(y, list) else both
