"""Convert torch tensors to arrays, and arrays to tensors if array API dispatch is on."""

from typing import Any

import numpy as np
import torch
from sklearn import get_config
from sklearn.utils import check_array
from torch import Tensor

from .._models.arrays import to_array, to_tensor


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
    """View integers as signed: older versions of torch lack ``where`` for unsigned ones."""
    signed = (torch.int8, torch.int16, torch.int32, torch.int64)
    return values.view({kind.itemsize: kind for kind in signed}[values.dtype.itemsize])


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
