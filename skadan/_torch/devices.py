"""Torch devices, by name and by what they know."""

import torch


def resolve_device(device: str) -> torch.device:
    """Return the torch device of a name; "auto" is a GPU where there is one.

    Raises
    ------
    ValueError
        If torch knows no such device, or finds no GPU.
    """
    if device == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    try:
        resolved = torch.device(device)
    except RuntimeError as error:
        raise ValueError(f"device={device!r} is no torch device: use 'auto' or 'cpu'.") from error
    if resolved.type == "cuda" and not torch.cuda.is_available():
        raise ValueError(f"device={device!r}, but torch finds no GPU: use 'auto' or 'cpu'.")
    return resolved


def as_float64(tensor: torch.Tensor) -> torch.Tensor:
    """Return a copy in float64; on the CPU where the tensor's device has no such numbers."""
    there = tensor.cpu() if tensor.device.type == "mps" else tensor
    return there.to(torch.float64, copy=True)
