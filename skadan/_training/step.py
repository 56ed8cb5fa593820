"""One iteration of a game: its turns, each one step of Adam."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import reduce
from typing import Any

import torch
from torch import Tensor, nn
from torch.optim.adam import adam

from ..games.base import Game, Turn, WrittenOut
from ..games.batch import Batch, Draw
from ..games.networks import Networks

Iteration = Callable[[Tensor], dict[str, Tensor]]  # from row indices (m,) to its loss terms


ADAM: dict[str, Any] = {
    "fused": True,
    "foreach": False,
    "amsgrad": False,
    "maximize": False,
    "differentiable": False,
    "weight_decay": 0.0,
    "eps": 1e-8,
}

KEPT = ("means", "squares", "steps")


@dataclass(frozen=True)
class Moments:
    """Weights, and what Adam keeps of their gradients."""

    weights: list[Tensor]
    means: list[Tensor]
    squares: list[Tensor]
    steps: list[Tensor]

    @classmethod
    def of(cls, weights: list[nn.Parameter]) -> "Moments":
        """Begin with nothing kept."""
        means, squares = ([torch.zeros_like(w.detach()) for w in weights] for _ in range(2))
        steps = [torch.zeros((), dtype=torch.float32, device=w.device) for w in weights]
        return cls([w.detach() for w in weights], means, squares, steps)


class Optimizers:
    """Adam for each set of networks that moves together.

    Parameters
    ----------
    networks : Networks
        The networks, with weights.
    turns : tuple of Turn
        The turns of the game.
    learning_rate : float
        Adam's.
    betas : tuple of two float
        Adam's.

    Raises
    ------
    ValueError
        If a turn moves a network that is not there.
    """

    def __init__(
        self,
        networks: Networks,
        turns: tuple[Turn, ...],
        learning_rate: float,
        betas: tuple[float, float],
    ) -> None:
        sets = {turn.moves: parameters_of(networks, turn.moves) for turn in turns}
        self._adam = {moves: Moments.of(weights) for moves, weights in sets.items()}
        self._keywords = ADAM | {"lr": learning_rate, "beta1": betas[0], "beta2": betas[1]}

    def state(self) -> list[dict[str, list[Tensor]]]:
        """Return Adam's moments and step counts, set by set."""
        return [{name: getattr(own, name) for name in KEPT} for own in self._adam.values()]

    def load_state(self, saved: list[dict[str, list[Tensor]]]) -> None:
        """Go on from what `state` returned."""
        for moments, state in zip(self._adam.values(), saved, strict=True):
            for name, tensors in state.items():
                for own, kept in zip(getattr(moments, name), tensors, strict=True):
                    own.copy_(kept)

    @torch.no_grad()
    def descend(self, turn: Turn, gradients: list[Tensor]) -> None:
        """Take one step of Adam with the networks of this turn and no other."""
        own = self._adam[turn.moves]
        capturable = own.weights[0].device.type == "cuda"
        adam(
            own.weights,
            gradients,
            own.means,
            own.squares,
            [],
            own.steps,
            capturable=capturable,
            **self._keywords,
        )


def parameters_of(networks: Networks, names: tuple[str, ...]) -> list[torch.nn.Parameter]:
    """Return all weights of the networks of these names."""
    known = dict(networks.named_children())
    unknown = [name for name in names if name not in known]
    if unknown:
        raise ValueError(f"A turn moves {unknown}, but the game's networks are {list(known)}.")
    return [parameter for name in names for parameter in known[name].parameters()]


def step(
    game: Game, networks: Networks, optimizers: Optimizers, batch: Batch, draw: Callable[[], Draw]
) -> dict[str, Tensor]:
    """Take all turns of one iteration; return the last value of each loss term."""
    terms: dict[str, Tensor] = {}
    batch = game.embed(networks, batch)
    for turn in game.turns:
        if turn.redraw:
            batch = replace(batch, draw=draw())
        losses, gradients = gradients_of(turn, networks, batch)
        optimizers.descend(turn, gradients)
        terms |= {name: value.detach() for name, value in losses.items()}
    return terms


def gradients_of(turn: Turn, networks: Networks, batch: Batch) -> WrittenOut:
    """Return the terms of a turn's loss, and the gradients of their sum by what the turn moves."""
    if turn.gradients is not None:
        with torch.no_grad():
            written = turn.gradients(networks, batch)
        if written is not None:
            return written
    losses = turn.loss(networks, batch)
    total = reduce(torch.add, losses.values())
    return losses, list(torch.autograd.grad(total, parameters_of(networks, turn.moves)))
