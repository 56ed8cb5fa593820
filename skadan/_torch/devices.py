"""Choose torch devices, and convert to dtypes that a device may lack."""

import torch


def resolve_device(device: str) -> torch.device:
    """Return the torch device of this name; "auto" means a CUDA GPU if there is one.

    Raises
    ------
    ValueError
        If torch does not know the device, or cannot use it on this machine.
    """
    if device == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    try:
        resolved = torch.device(device)
    except RuntimeError as error:
        raise ValueError(
            f"device={device!r} is not a torch device: use 'auto' or 'cpu'."
        ) from error
    # A name may be valid without the hardware, so this tries what a training does first.
    try:
        torch.Generator(resolved)
        torch.empty(1, device=resolved)
    except (RuntimeError, AssertionError, ImportError) as error:
        raise ValueError(
            f"device={device!r}: torch cannot use this device on this machine: use 'auto' or 'cpu'."
        ) from error
    return resolved


def as_float64(tensor: torch.Tensor) -> torch.Tensor:
    """Return a float64 copy, on the CPU if the tensor's device has no float64."""
    source = tensor.cpu() if tensor.device.type == "mps" else tensor
    return source.to(torch.float64, copy=True)
