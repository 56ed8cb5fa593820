"""The same iteration, captured: on a GPU all its kernels are one launch."""

import torch
from torch import Tensor

from ..games.base import Game
from .loop import Advance

WARM_UP = 3  # ordinary iterations before the capture: Adam and cuBLAS set themselves up in them


def captured(advance: Advance, game: Game, generator: torch.Generator) -> Advance:
    """`advance` itself, or a CUDA graph of it where its device and its game allow one."""
    if generator.device.type == "cuda" and game.capturable:
        return CapturedIteration(advance, generator)
    return advance


class CapturedIteration:
    """An iteration that is recorded as a CUDA graph once it is warm, and replayed from then on.

    The networks here are small: launching their kernels one by one takes longer than running them.
    All batches have one shape, everything random comes from `generator`, and no iteration waits for
    the host, so the graph computes what the plain iteration would, draw for draw.

    Parameters
    ----------
    advance : Advance
        The plain iteration.
    generator : torch.Generator
        The one, on the GPU, that `advance` draws from.
    """

    def __init__(self, advance: Advance, generator: torch.Generator) -> None:
        self._advance, self._generator = advance, generator
        self._stream = torch.cuda.Stream(generator.device)
        self._n_warm = 0
        self._graph: torch.cuda.CUDAGraph | None = None

    def __call__(self, rows: Tensor) -> dict[str, Tensor]:
        """Advance on these rows of the table, (m,); the loss terms."""
        if self._n_warm < WARM_UP:
            self._n_warm += 1
            return self._plain(rows)
        if self._graph is None:
            self._capture(rows)
        self._rows.copy_(rows)
        self._graph.replay()
        return dict(zip(self._names, self._losses.clone(), strict=True))

    def _plain(self, rows: Tensor) -> dict[str, Tensor]:
        """On the stream of the capture, which must not be the default one."""
        self._stream.wait_stream(torch.cuda.current_stream(rows.device))
        with torch.cuda.stream(self._stream):
            terms = self._advance(rows)
        torch.cuda.current_stream(rows.device).wait_stream(self._stream)
        return terms

    def _capture(self, rows: Tensor) -> None:
        """Record without running; rows and losses keep their place in memory from now on."""
        self._rows, graph = rows.clone(), torch.cuda.CUDAGraph()
        graph.register_generator_state(self._generator)
        with torch.cuda.graph(graph, stream=self._stream):
            terms = self._advance(self._rows)
            self._losses = torch.stack(list(terms.values()))
        self._names, self._graph = list(terms), graph
