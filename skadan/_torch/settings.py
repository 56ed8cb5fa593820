"""Choose a torch device, and set torch's global settings for a training."""

import os
import warnings
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import torch
from torch import nn


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


AUTOCAST = ("cpu", "cuda", "mps", "xpu")  # devices that a training can use
# Ids of the processes that used several threads in `torch_settings`. A forked process inherits the
# set with its parent's id in it, which is how `_safe_n_threads` recognises a fork.
_threaded_pids: set[int] = set()


@contextmanager
def torch_settings(n_threads: int) -> Iterator[None]:
    """Use `n_threads` threads, with gradients and without autocast, inside this context.

    The caller's settings are restored afterwards.

    If the process was forked from one that used several threads, it uses one thread and warns: more
    would wait forever for threads that a fork does not copy.
    """
    n_threads = _safe_n_threads(n_threads)
    before = torch.get_num_threads()
    torch.set_num_threads(n_threads)
    try:
        with torch.inference_mode(False), torch.enable_grad(), _without_autocast():
            yield
    finally:
        torch.set_num_threads(before)


@contextmanager
def _without_autocast() -> Iterator[None]:
    """Switch off autocast on the devices where the caller has switched it on."""
    with ExitStack() as stack:
        for device in AUTOCAST:
            if torch.is_autocast_enabled(device):
                stack.enter_context(torch.autocast(device, enabled=False))
        yield


@contextmanager
def evaluating(networks: nn.Module) -> Iterator[None]:
    """Put networks into evaluation mode, without gradients, and restore their mode afterwards."""
    training = networks.training
    networks.eval()
    try:
        with torch.no_grad():
            yield
    finally:
        networks.train(training)


def _safe_n_threads(n_threads: int) -> int:
    """Return `n_threads`, or 1 with a warning if this process was forked from a threaded one."""
    if n_threads == 1:
        return 1
    if _threaded_pids - {os.getpid()}:
        warnings.warn(
            f"n_threads={n_threads}: this process was forked from one that used several threads, "
            "where more than one would wait forever; one is used. Start processes by spawn or "
            "joblib's loky, or pass n_threads=1.",
            UserWarning,
            stacklevel=5,
        )
        return 1
    _threaded_pids.add(os.getpid())
    return n_threads
