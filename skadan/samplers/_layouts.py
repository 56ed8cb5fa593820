"""Describe a container of rows by numbers and text, and make an empty container from that.

A layout is None for an array, ``("list",)``, ``("csr_matrix", n_columns)`` and the like for a
sparse container, ``("frame", columns, dtypes)`` for pandas, ``("polars", schema)``, or
``("tensor", dtype, device)``. Unlike an empty container it is small to pickle, and a file can hold
it.
"""

from typing import Any

import numpy as np
import torch
from scipy import sparse
from torch import Tensor

from .._tables.columns import is_pandas
from .._tables.polars_frames import empty_frame, is_polars, schema_of
from ._input import is_dispatched

FORMATS = ("bsr", "coo", "csc", "csr", "dia", "dok", "lil")
SPARSE = {
    f"{layout}_{kind}": getattr(sparse, f"{layout}_{kind}")
    for layout in FORMATS
    for kind in ("matrix", "array")
}


def layout_of(X: Any) -> Any:
    """Return the layout of a container of rows."""
    if sparse.issparse(X):
        kind = "array" if isinstance(X, sparse.sparray) else "matrix"
        return (f"{X.format}_{kind}", int(X.shape[1]))
    if is_pandas(X):
        dtypes = {dtype: _plain_dtype(dtype) for dtype in X.dtypes.unique()}
        return ("frame", _plain_index(X.columns), tuple(dtypes[dtype] for dtype in X.dtypes))
    if is_polars(X):
        return ("polars", tuple(map(as_tuples, schema_of(X))))
    if is_dispatched(X):
        return layout_of_tensor(X)
    return ("list",) if isinstance(X, list) else None


def empty(layout: Any) -> Any:
    """Return an empty container with this layout; None for an array."""
    if layout is None:
        return None
    kind, *rest = layout
    if kind == "list":
        return []
    if kind == "polars":
        return empty_frame(*rest)
    if kind == "tensor":
        return empty_tensor(*rest)
    return _empty_frame(*rest) if kind == "frame" else SPARSE[kind]((0, *rest))


def _empty_frame(columns: Any, dtypes: tuple) -> Any:
    import pandas as pd

    # By repr, because a layout of categories may hold an index, which has no hash.
    kinds = {repr(dtype): dtype for dtype in dtypes}  # wide tables repeat a few dtypes
    made = {text: pd.Series(dtype=_dtype(dtype)) for text, dtype in kinds.items()}
    frame = pd.DataFrame({j: made[repr(dtype)] for j, dtype in enumerate(dtypes)}, index=range(0))
    frame.columns = _index(columns)
    return frame


def as_tuples(value: Any) -> Any:
    """Convert lists, and lists in them, to tuples."""
    return tuple(map(as_tuples, value)) if isinstance(value, list) else value


def _plain(value: Any) -> Any:
    """Convert NumPy scalars, also in tuples, to Python's; return other values as they are."""
    if isinstance(value, tuple):
        return tuple(map(_plain, value))
    return value.item() if isinstance(value, np.generic) else value


def _plain_index(index: Any) -> Any:
    """Describe a pandas index by its kind, its values and its name."""
    import pandas as pd

    if isinstance(index, pd.RangeIndex):
        return ("range", (index.start, index.stop, index.step), _plain(index.name))
    if isinstance(index, pd.MultiIndex):
        return ("multi", tuple(map(_plain, index)), tuple(map(_plain, index.names)))
    if type(index) is pd.Index:
        return (str(index.dtype), tuple(map(_plain, index)), _plain(index.name))
    return index[:]  # dates, intervals and others have no description: keep the index itself


def _index(columns: Any) -> Any:
    import pandas as pd

    if not isinstance(columns, tuple):
        return columns
    kind, names, name = columns
    if kind == "range":
        return pd.RangeIndex(*names, name=name)
    if kind == "multi":
        return pd.MultiIndex.from_tuples(names, names=name)
    # Otherwise names that are tuples would become a MultiIndex.
    return pd.Index(names, dtype=kind, name=name, tupleize_cols=False)


def _plain_dtype(dtype: Any) -> Any:
    """Describe a column's dtype by its name or its parts; return the dtype if neither is enough."""
    import pandas as pd

    if isinstance(dtype, pd.CategoricalDtype) and dtype.categories is not None:
        return ("category", _plain_index(dtype.categories), bool(dtype.ordered))
    if isinstance(dtype, pd.SparseDtype):
        return ("sparse", str(dtype.subtype), _plain(dtype.fill_value))
    arrow: Any = getattr(dtype, "pyarrow_dtype", None)
    if str(arrow).startswith("decimal128"):
        return ("decimal128", arrow.precision, arrow.scale)
    try:
        named = pd.api.types.pandas_dtype(str(dtype)) == dtype
    except (TypeError, NotImplementedError):
        named = False
    return str(dtype) if named else dtype


def _dtype(plain: Any) -> Any:
    if not isinstance(plain, tuple):
        return plain
    import pandas as pd

    kind, first, second = plain
    if kind == "category":
        return pd.CategoricalDtype(_index(first), ordered=second)
    if kind == "sparse":
        return pd.SparseDtype(first, second)
    import pyarrow

    return pd.ArrowDtype(pyarrow.decimal128(first, second))


def layout_of_tensor(tensor: Tensor) -> tuple[str, str, str]:
    """Return the dtype and device of a tensor as text."""
    return ("tensor", str(tensor.dtype).removeprefix("torch."), str(tensor.device))


def empty_tensor(dtype: str, device: str) -> Tensor:
    """Return an empty tensor on this device, or on the CPU if the device does not exist here."""
    kind = getattr(torch, dtype)
    try:
        return torch.empty(0, dtype=kind, device=device)
    except (AssertionError, RuntimeError):  # torch's errors for a device that it lacks
        return torch.empty(0, dtype=kind)
