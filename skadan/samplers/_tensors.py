"""Tensors of torch: to numbers, and back on their device, where scikit-learn dispatches."""

from typing import Any

import numpy as np
import torch
from sklearn import get_config
from sklearn.utils import check_array
from torch import Tensor

from .._models.arrays import to_array, to_tensor


def is_tensor(container: Any) -> bool:
    """Tell whether this is a tensor."""
    return isinstance(container, Tensor)


def comes_back(container: Any) -> bool:
    """Tell whether this is a tensor that comes back as one, as ``array_api_dispatch`` says."""
    return is_tensor(container) and get_config()["array_api_dispatch"]


def as_array(name: str, tensor: Tensor) -> np.ndarray:
    """Return a tensor's values as an array in host memory.

    Raises
    ------
    TypeError
        If it is sparse, or of a dtype that numpy does not have, or lies on another device and
        scikit-learn does not dispatch.
    """
    _refuse_unreadable(name, tensor)
    return to_array(tensor) if comes_back(tensor) else np.asarray(tensor)


def as_codes(H: Any) -> Tensor:
    """Validate codes; return them as a float32 tensor, on the device where they lie."""
    if not is_tensor(H):
        return to_tensor(check_array(H, dtype=np.float32))
    _refuse_unreadable("H", H)
    if not comes_back(H):
        return to_tensor(check_array(np.asarray(H), dtype=np.float32))
    return check_array(H.detach(), dtype=torch.float32)


def as_container(like: Any, values: Tensor) -> Any:
    """Return values as a tensor on the device of `like`, where that is a tensor; else an array."""
    return values.to(like.device) if is_tensor(like) else to_array(values)


def layout_of_tensor(tensor: Tensor) -> tuple[str, str, str]:
    """Describe a tensor: its dtype and its device."""
    return ("tensor", str(tensor.dtype).removeprefix("torch."), str(tensor.device))


def empty_tensor(dtype: str, device: str) -> Tensor:
    """Return a tensor of no rows on this device; on the CPU if it is not there."""
    kind = getattr(torch, dtype)
    try:
        return torch.empty(0, dtype=kind, device=device)
    except (AssertionError, RuntimeError):  # as torch says that it has no such device
        return torch.empty(0, dtype=kind)


def cast(values: Tensor, dtype: torch.dtype) -> Tensor:
    """Return float64 `values` as `dtype`, as `_containers.cast` does for arrays."""
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
    """The same bits as signed numbers: older torches choose among no others."""
    signed = (torch.int8, torch.int16, torch.int32, torch.int64)
    return values.view({kind.itemsize: kind for kind in signed}[values.dtype.itemsize])


def _refuse_unreadable(name: str, tensor: Tensor) -> None:
    """Refuse a tensor that is sparse, and one that numpy cannot read where it has to."""
    if tensor.layout != torch.strided:
        raise TypeError(f"{name} is a tensor of {tensor.layout}: pass {name}.to_dense().")
    becomes_float32 = tensor.dtype == torch.bfloat16 and comes_back(tensor)
    if not (becomes_float32 or _numpy_has(tensor.dtype)):
        raise TypeError(
            f"{name} is a tensor of {tensor.dtype}, a dtype that NumPy does not have: pass "
            f"{name}.float()."
        )
    if tensor.device.type != "cpu" and not comes_back(tensor):
        raise TypeError(
            f"{name} is a tensor on {tensor.device}: call "
            "sklearn.set_config(array_api_dispatch=True), which needs SCIPY_ARRAY_API=1 in the "
            f"environment before Python starts, and tensors come back; or pass {name}.cpu()."
        )


def _numpy_has(dtype: torch.dtype) -> bool:
    """Tell whether numpy has this dtype."""
    try:
        torch.empty(0, dtype=dtype).numpy()
    except TypeError:
        return False
    return True
