"""An iteration as a CUDA graph: on a GPU all its kernels are one launch."""

from typing import NamedTuple

import torch
from torch import Tensor

from ..games.base import Game
from .step import Iteration

WARM_UP = 3  # ordinary iterations before the capture, in which Adam and cuBLAS set themselves up


def captured(iteration: Iteration, game: Game, rng: torch.Generator) -> Iteration:
    """Return `iteration` itself, or a CUDA graph of it where device and game allow one."""
    if rng.device.type == "cuda" and getattr(game, "capturable", False):
        return CapturedIteration(iteration, rng)
    return iteration


class Capture(NamedTuple):
    """A recorded iteration. What it reads and writes keeps its place in memory."""

    graph: torch.cuda.CUDAGraph
    row_index: Tensor
    losses: Tensor
    names: list[str]


class CapturedIteration:
    """An iteration that is recorded as a CUDA graph once it is warm, and replayed from then on.

    The networks here are small: launching their kernels one by one takes longer than running them.
    All batches have one shape, everything random comes from `rng`, and no iteration waits for the
    host, so the graph computes what the plain iteration would, draw for draw.

    Parameters
    ----------
    iteration : Iteration
        The plain one.
    rng : torch.Generator
        The generator, on the GPU, that `iteration` draws from.
    """

    def __init__(self, iteration: Iteration, rng: torch.Generator) -> None:
        self._iteration, self._rng = iteration, rng
        self._stream = torch.cuda.Stream(rng.device)
        self._n_warm = 0
        self._capture: Capture | None = None

    def __call__(self, row_index: Tensor) -> dict[str, Tensor]:
        """Iterate on the rows of these indices (m,); return the loss terms."""
        if self._n_warm < WARM_UP:
            self._n_warm += 1
            return self._plain(row_index)
        if self._capture is None:
            self._capture = self._record(row_index)
        graph, kept, losses, names = self._capture
        kept.copy_(row_index)
        graph.replay()
        return dict(zip(names, losses.clone(), strict=True))

    def _plain(self, row_index: Tensor) -> dict[str, Tensor]:
        """Iterate on the stream of the capture, which must not be the default one."""
        self._stream.wait_stream(torch.cuda.current_stream(row_index.device))
        with torch.cuda.stream(self._stream):
            terms = self._iteration(row_index)
        torch.cuda.current_stream(row_index.device).wait_stream(self._stream)
        return terms

    def _record(self, row_index: Tensor) -> Capture:
        """Record an iteration without running it."""
        graph, row_index = torch.cuda.CUDAGraph(), row_index.clone()
        graph.register_generator_state(self._rng)
        with torch.cuda.graph(graph, stream=self._stream):
            terms = self._iteration(row_index)
            losses = torch.stack(list(terms.values()))
        return Capture(graph, row_index, losses, list(terms))
