"""Torch as a training needs it, whatever the caller has set."""

import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import nn

_threaded: set[int] = set()  # processes that let torch use several threads here


@contextmanager
def torch_settings(n_threads: int) -> Iterator[None]:
    """Let torch use `n_threads` threads and record gradients; restore the settings afterwards.

    A process that was forked from one with several threads would wait for them for ever: it uses
    one, with a warning.
    """
    n_threads = _safe(n_threads)
    before = torch.get_num_threads()
    torch.set_num_threads(n_threads)
    try:
        with torch.inference_mode(False), torch.enable_grad():
            yield
    finally:
        torch.set_num_threads(before)


@contextmanager
def evaluating(networks: nn.Module) -> Iterator[None]:
    """Put networks into evaluation mode, without gradients, and back into their own mode."""
    training = networks.training
    networks.eval()
    try:
        with torch.no_grad():
            yield
    finally:
        networks.train(training)


def _safe(n_threads: int) -> int:
    """The number of threads that does no harm in this process."""
    if n_threads == 1:
        return 1
    if _threaded - {os.getpid()}:
        warnings.warn(
            f"n_threads={n_threads}: this process was forked from one that used several threads, "
            "where more than one would wait for ever; one is used. Start processes by spawn or "
            "joblib's loky, or pass n_threads=1.",
            UserWarning,
            stacklevel=5,
        )
        return 1
    _threaded.add(os.getpid())
    return n_threads
