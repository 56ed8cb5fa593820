"""How close training comes to the limit of the machine, from counts of operations and rates."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import pairwise
from math import ceil
from typing import Any

import numpy as np
import torch
from paper_setting import N_CLASSES, in_words, paper_sampler
from performance_page import Section
from timing import alternate, call_timer, epoch_timer
from torch import nn
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils.flop_counter import flop_registry

from skadan.games import ADANGame, WassersteinDivergence, mlp

BATCH_SIZE = 128
ADAM_BYTES = 28  # per weight: four float32 values are read, three are written


class CountOperations(TorchDispatchMode):
    """Count the floating-point operations of torch's matrix products inside the block."""

    total = 0

    def __torch_dispatch__(self, function: Any, types: Any, args: Any = (), kwargs: Any = None):
        """Call the function, and count its operations if it is a matrix product."""
        kwargs = kwargs or {}
        out = function(*args, **kwargs)
        count = flop_registry.get(function._overloadpacket)
        if count is not None:
            self.total += count(*args, **kwargs, out_val=out)
        return out


@contextmanager
def without_onednn() -> Iterator[None]:
    """Let torch multiply by its default library, because only those products can be counted."""
    before, torch.backends.mkldnn.enabled = torch.backends.mkldnn.enabled, False
    try:
        yield
    finally:
        torch.backends.mkldnn.enabled = before


def operations_of_an_epoch(X: np.ndarray, y: np.ndarray, row_space: bool) -> int:
    """Return the operations of a fit of two epochs minus those of a fit of one."""
    totals = []
    for n_epochs in (1, 2):
        sampler = paper_sampler("WADAN", row_space=row_space, max_epochs=n_epochs)
        with without_onednn(), CountOperations() as counter:
            sampler.fit(X, y)
        totals.append(counter.total)
    return totals[1] - totals[0]


def autoencoder_layers(n_columns: int, n_rows: int) -> tuple[Callable[[], None], int]:
    """Return a function that runs each layer of an autoencoder on its own, and its operations.

    The forward and backward pass of a layer are three matrix products.
    """
    generator = torch.Generator().manual_seed(0)
    layers, n_operations = [], 0
    for n_in, n_out in pairwise((n_columns, 800, 800, 100, 800, 800, n_columns)):
        layer = mlp((n_in, n_out))
        for parameter in layer.parameters():
            nn.init.normal_(parameter, generator=generator)
        x = torch.randn(n_rows, n_in, generator=generator).requires_grad_()
        gradient = torch.randn(n_rows, n_out, generator=generator)
        layers.append((layer, x, gradient))
        n_operations += 3 * 2 * n_rows * n_in * n_out

    def run() -> None:
        for layer, x, gradient in layers:
            torch.autograd.grad(layer(x), (x, *layer.parameters()), gradient)

    return run, n_operations


def limit_line(X: np.ndarray, y: np.ndarray, row_space: bool, n_rounds: int) -> tuple[str, ...]:
    """Return operations, bytes, rates and the share of the limit of an epoch, as text."""
    n_rows, n_columns = X.shape
    # The rows are centred first, so they span one dimension less than there are rows.
    width = min(n_rows - 1, n_columns) if row_space else n_columns
    n_batches = ceil(n_rows / BATCH_SIZE)
    layers, layer_operations = autoencoder_layers(width, ceil(n_rows / n_batches))
    a, b = (torch.ones(2**24) for _ in range(2))

    def layers_by_default() -> None:
        with without_onednn():
            layers()

    timers = {
        "epoch": epoch_timer(paper_sampler("WADAN", row_space=row_space), X, y),
        "fastest": call_timer(layers),
        "default": call_timer(layers_by_default),
        "memory": call_timer(lambda: torch.add(a, b, out=a)),
    }
    seconds = {name: np.array(values) for name, values in alternate(timers, n_rounds).items()}
    networks = ADANGame(WassersteinDivergence()).networks(width, N_CLASSES, "meta")
    n_weights = sum(parameter.numel() for parameter in networks.parameters())
    work, moved = operations_of_an_epoch(X, y, row_space), ADAM_BYTES * n_weights * n_batches
    rate, bandwidth = layer_operations / seconds["fastest"], 3 * 4 * a.numel() / seconds["memory"]
    needed = work / rate
    return (
        "row space" if row_space else "full width",
        f"{work / 1e9:.1f}",
        f"{moved / 1e9:.2f}",
        f"{np.median(layer_operations / seconds['default']) / 1e9:.0f}",
        f"{np.median(rate) / 1e9:.0f}",
        f"{np.median(bandwidth) / 1e9:.1f}",
        f"{np.median(needed / seconds['epoch']):.2f}",
        f"{np.median((needed + moved / bandwidth) / seconds['epoch']):.2f}",
    )


def limit_section(X: np.ndarray, y: np.ndarray, n_rounds: int) -> Section:
    """Compare an epoch with the machine's limit, in all columns and in the row space."""

    def lines() -> Iterator[tuple[str, ...]]:
        for row_space in (False, True):
            yield limit_line(X, y, row_space, n_rounds)

    return Section(
        "Share of the machine's limit",
        f"A WADAN epoch in float32, {in_words(X)}. GFLOP counts its matrix products; Adam's GB "
        "are what it reads and writes (28 bytes per weight). The matrix rates are those of the "
        "autoencoder's layers alone, forward and backward, with torch's default library and with "
        "the one that training calls, which sets the limit. The memory rate is that of adding two "
        "long vectors.",
        (
            "training",
            "GFLOP",
            "Adam, GB",
            "default matrix rate, GFLOP/s",
            "matrix rate, GFLOP/s",
            "memory rate, GB/s",
            "share, products alone",
            "share, products and Adam",
        ),
        lines(),
    )
