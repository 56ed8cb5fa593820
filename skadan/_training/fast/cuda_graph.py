"""Record an iteration as a CUDA graph, so that a GPU launches all its kernels at once."""

from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor

from ...games.base import Game

Iteration = Callable[[Tensor], dict[str, Tensor]]  # maps row indices (m,) to loss terms

# Ordinary iterations before the capture. In these, cuBLAS sets itself up, which must not happen
# during a capture.
WARM_UP = 3


def capture_if_possible(iteration: Iteration, game: Game, rng: torch.Generator) -> Iteration:
    """Return a CUDA graph of `iteration` if device and game allow one, else `iteration` itself."""
    if rng.device.type == "cuda" and getattr(game, "capturable", False):
        return CapturedIteration(iteration, rng)
    return iteration


class Capture(NamedTuple):
    """Hold a recorded iteration, and the tensors at fixed addresses that it reads and writes."""

    graph: torch.cuda.CUDAGraph
    row_indices: Tensor
    losses: Tensor
    names: list[str]


class CapturedIteration:
    """Run an iteration normally a few times, then record it as a CUDA graph and replay that.

    The networks here are small: launching their kernels one by one takes longer than running them.
    All batches have the same shape, all random numbers come from `rng`, and no iteration waits for
    the host. The graph therefore computes exactly what the plain iteration would, with the same
    random numbers.

    Parameters
    ----------
    iteration : Iteration
        The plain iteration.
    rng : torch.Generator
        The generator, on the GPU, that `iteration` draws from.
    """

    def __init__(self, iteration: Iteration, rng: torch.Generator) -> None:
        self._iteration, self._rng = iteration, rng
        self._stream = torch.cuda.Stream(rng.device)
        self._n_warm = 0
        self._capture: Capture | None = None

    def __call__(self, row_indices: Tensor) -> dict[str, Tensor]:
        """Run an iteration on the rows of these indices (m,); return the loss terms."""
        if self._n_warm < WARM_UP:
            self._n_warm += 1
            return self._plain(row_indices)
        if self._capture is None:
            self._capture = self._record(row_indices)
        graph, static_indices, losses, names = self._capture
        # The graph reads its input from the address that it was recorded with.
        static_indices.copy_(row_indices)
        graph.replay()
        # clone: the next replay overwrites the losses.
        return dict(zip(names, losses.clone(), strict=True))

    def _plain(self, row_indices: Tensor) -> dict[str, Tensor]:
        """Run the plain iteration on the capture's stream, which must not be the default one."""
        self._stream.wait_stream(torch.cuda.current_stream(row_indices.device))
        with torch.cuda.stream(self._stream):
            terms = self._iteration(row_indices)
        torch.cuda.current_stream(row_indices.device).wait_stream(self._stream)
        return terms

    def _record(self, row_indices: Tensor) -> Capture:
        """Record an iteration without running it."""
        graph, row_indices = torch.cuda.CUDAGraph(), row_indices.clone()
        # Otherwise every replay would repeat the random numbers of the recording.
        graph.register_generator_state(self._rng)
        with torch.cuda.graph(graph, stream=self._stream):
            terms = self._iteration(row_indices)
            losses = torch.stack(list(terms.values()))
        return Capture(graph, row_indices, losses, list(terms))
