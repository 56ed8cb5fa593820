"""Torch as a training needs it, whatever the caller has set."""

from collections.abc import Iterator
from contextlib import contextmanager

import torch


@contextmanager
def torch_settings(n_threads: int) -> Iterator[None]:
    """Let torch use `n_threads` threads and record gradients; restore the settings afterwards."""
    before = torch.get_num_threads()
    torch.set_num_threads(n_threads)
    try:
        with torch.inference_mode(False), torch.enable_grad():
            yield
    finally:
        torch.set_num_threads(before)
