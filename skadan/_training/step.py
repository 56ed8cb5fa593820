"""Run one iteration of a game: one step of Adam for each turn."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import Tensor, nn

from ..games.base import Turn
from ..games.batch import Batch, Draw
from ..games.networks import Networks
from .autograd import Gradients, parameters_of

Iteration = Callable[[Tensor], dict[str, Tensor]]  # maps row indices (m,) to loss terms


# Arguments that torch.optim.Adam passes to its kernel by default.
ADAM: dict[str, Any] = {"amsgrad": False, "maximize": False, "weight_decay": 0.0, "eps": 1e-8}
KEPT = ("means", "squares", "steps")  # fields of `Moments` that a checkpoint stores


@dataclass(frozen=True)
class Moments:
    """Hold weights with Adam's running means of their gradients and squared gradients.

    All weights have taken the same number of steps, so `steps` holds one tensor.
    """

    weights: list[Tensor]
    means: list[Tensor]
    squares: list[Tensor]
    steps: list[Tensor]

    @classmethod
    def of(cls, weights: list[nn.Parameter]) -> "Moments":
        """Start with moments of 0."""
        means, squares = ([torch.zeros_like(w.detach()) for w in weights] for _ in range(2))
        # A tensor on the device, not an int: a captured CUDA graph has to count its replays.
        step = torch.zeros((), dtype=torch.float32, device=weights[0].device)
        return cls([w.detach() for w in weights], means, squares, [step])


class Optimizers:
    """Run Adam separately for each set of networks that a turn updates.

    Parameters
    ----------
    networks : Networks
        The networks, with initialised weights.
    turns : tuple of Turn
        The turns of the game.
    learning_rate : float
        Adam's learning rate.
    betas : tuple of two float
        Adam's decay rates.

    Raises
    ------
    ValueError
        If a turn updates a network that does not exist.
    """

    def __init__(
        self,
        networks: Networks,
        turns: tuple[Turn, ...],
        learning_rate: float,
        betas: tuple[float, float],
    ) -> None:
        # Two turns that move the same networks share their moments. AAE's encoder is in two
        # different sets and has moments in each.
        sets = {turn.moves: parameters_of(networks, turn.moves) for turn in turns}
        self._adam = {moves: Moments.of(weights) for moves, weights in sets.items()}
        self._keywords = ADAM | {"lr": learning_rate, "beta1": betas[0], "beta2": betas[1]}

    def state(self) -> list[dict[str, list[Tensor]]]:
        """Return Adam's moments and step count for each set of networks."""
        return [{name: getattr(moments, name) for name in KEPT} for moments in self._adam.values()]

    def load_state(self, saved: list[dict[str, list[Tensor]]]) -> None:
        """Restore what `state` returned."""
        for moments, state in zip(self._adam.values(), saved, strict=True):
            for name, tensors in state.items():
                for current, stored in zip(getattr(moments, name), tensors, strict=True):
                    current.copy_(stored)

    @torch.no_grad()
    def descend(self, turn: Turn, gradients: list[Tensor]) -> None:
        """Take one step of Adam with the networks of this turn only."""
        moments = self._adam[turn.moves]
        (step,) = moments.steps
        step += 1  # in place; the kernel reads the count but does not increase it
        # This private function is the kernel of torch.optim.Adam(fused=True). For the small
        # networks of the latent space the optimizer's own bookkeeping takes longer than the kernel.
        torch._fused_adam_(
            moments.weights,
            gradients,
            moments.means,
            moments.squares,
            [],  # maxima of the squares, which only amsgrad uses
            moments.steps * len(moments.weights),  # the one tensor, repeated for each weight
            **self._keywords,
        )


class Step:
    """Run one iteration of a game: all turns, in order.

    Parameters
    ----------
    turns : tuple of Turn
        The turns of the game.
    gradients : Gradients
        Computes the gradients of a turn.
    optimizers : Optimizers
        Takes the step of a turn.
    draw : callable
        Returns a new `Draw`.
    """

    def __init__(
        self,
        turns: tuple[Turn, ...],
        gradients: Gradients,
        optimizers: Optimizers,
        draw: Callable[[], Draw],
    ) -> None:
        self._turns, self._gradients = turns, gradients
        self._optimizers, self._draw = optimizers, draw
        # A turn may occur several times in an iteration; only its last loss is reported.
        kinds = [(turn.moves, turn.loss) for turn in self._turns]
        self._is_last = [kind not in kinds[i + 1 :] for i, kind in enumerate(kinds)]

    def __call__(self, batch: Batch) -> dict[str, Tensor]:
        """Run all turns on one batch; return the last value of each loss term."""
        terms: dict[str, Tensor] = {}
        batch = self._gradients.embed(batch)
        for turn, is_last in zip(self._turns, self._is_last, strict=True):
            if turn.redraw:
                batch = replace(batch, draw=self._draw())
            terms_of, gradients = self._gradients.of(turn, batch)
            self._optimizers.descend(turn, gradients)
            if is_last:
                terms |= terms_of()
        return terms
