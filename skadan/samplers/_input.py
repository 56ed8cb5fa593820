"""Read the tables, tensors and codes that are passed to a sampler."""

from typing import Any

import numpy as np
import torch
from sklearn import get_config
from sklearn.utils import check_array
from torch import Tensor

from .._models.arrays import to_array, to_tensor
from .._models.on_disk import row_blocks
from .._tables.columns import as_numbers, refuse_not_finite
from ._older_sklearn import with_names


def numeric_table(X: Any) -> Any:
    """Return a table of numbers with its column names; a tensor becomes an array.

    Raises
    ------
    TypeError
        If `X` is a polars LazyFrame, or a tensor on a device that numpy cannot read.
    ValueError
        As `as_numbers`; also if two columns share a name.
    """
    table = as_array("X", X) if is_tensor(X) else as_numbers(X)
    refuse_duplicate_names(X)
    return with_names(table)


def is_tensor(container: Any) -> bool:
    """Return whether this is a tensor."""
    return isinstance(container, Tensor)


def is_dispatched(container: Any) -> bool:
    """Return whether this is a tensor and ``array_api_dispatch`` is on: then output is a tensor."""
    return is_tensor(container) and get_config()["array_api_dispatch"]


def as_array(name: str, tensor: Tensor) -> np.ndarray:
    """Return a tensor's values as an array in host memory.

    Raises
    ------
    TypeError
        If it is sparse, has a dtype that NumPy lacks, or is on another device while array API
        dispatch is off.
    """
    _refuse_unreadable(name, tensor)
    return to_array(tensor) if is_dispatched(tensor) else np.asarray(tensor)


def as_codes(H: Any) -> Tensor:
    """Validate codes; return them as a float32 tensor on their device."""
    if not is_tensor(H):
        return to_tensor(check_array(H, dtype=np.float32))
    _refuse_unreadable("H", H)
    if not is_dispatched(H):
        return to_tensor(check_array(np.asarray(H), dtype=np.float32))
    return check_array(H.detach(), dtype=torch.float32)


def as_container(like: Any, values: Tensor) -> Any:
    """Return values as a tensor on the device of `like` if that is a tensor, else as an array."""
    return values.to(like.device) if is_tensor(like) else to_array(values)


def _refuse_unreadable(name: str, tensor: Tensor) -> None:
    """Refuse a sparse tensor, and one that NumPy would have to read but cannot."""
    if tensor.layout != torch.strided:
        raise TypeError(f"{name} is a tensor of {tensor.layout}: pass {name}.to_dense().")
    becomes_float32 = tensor.dtype == torch.bfloat16 and is_dispatched(tensor)
    if not (becomes_float32 or _numpy_has(tensor.dtype)):
        raise TypeError(
            f"{name} is a tensor of {tensor.dtype}, a dtype that NumPy does not have: pass "
            f"{name}.float()."
        )
    if tensor.device.type != "cpu" and not is_dispatched(tensor):
        raise TypeError(
            f"{name} is a tensor on {tensor.device}: call "
            "sklearn.set_config(array_api_dispatch=True), which needs SCIPY_ARRAY_API=1 in the "
            f"environment before Python starts, and tensors come back; or pass {name}.cpu()."
        )


def _numpy_has(dtype: torch.dtype) -> bool:
    """Return whether NumPy has this dtype."""
    try:
        torch.empty(0, dtype=dtype).numpy()
    except TypeError:
        return False
    return True


def refuse_duplicate_names(X: Any) -> None:
    """Refuse columns that share a name, because they cannot be told apart."""
    names = getattr(X, "columns", None)
    # The names of a polars frame are a list, and polars itself refuses duplicates.
    if names is None or getattr(names, "is_unique", True):
        return
    twice = names[names.duplicated()].unique().tolist()
    raise ValueError(
        f"X has more than one column named {', '.join(map(repr, twice[:5]))}: give each column a "
        "different name, or pass X.to_numpy()."
    )


def check_finite_columns(rows: np.ndarray, names: np.ndarray | None) -> None:
    """Refuse NaN and infinity; the error names their columns."""
    if rows.dtype.kind == "f":
        refuse_not_finite(row_blocks(rows), rows.shape[1], names)


def check_varies(rows: np.ndarray) -> None:
    """Refuse a table whose rows are all equal."""
    if all((block == rows[0]).all() for block in row_blocks(rows)):
        raise ValueError(
            f"All {rows.shape[1]} column(s) of X are constant: there is nothing to learn from."
        )
