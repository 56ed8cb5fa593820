"""One iteration of a game: its turns, each one step of Adam."""

from collections.abc import Callable
from dataclasses import replace
from functools import reduce

import torch
from torch import Tensor
from torch.optim import Adam

from ..games.base import Game, Turn
from ..games.batch import Batch, Draw
from ..games.networks import Networks

Iteration = Callable[[Tensor], dict[str, Tensor]]  # from row indices (m,) to its loss terms


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
        device = next(networks.parameters()).device
        self._adam = {
            moves: Adam(
                parameters_of(networks, moves),
                lr=learning_rate,
                betas=betas,
                fused=True,
                capturable=device.type == "cuda",
            )
            for moves in {turn.moves: None for turn in turns}
        }

    def state(self) -> list[dict]:
        """Return Adam's moments and step counts, set by set."""
        return [adam.state_dict() for adam in self._adam.values()]

    def load_state(self, saved: list[dict]) -> None:
        """Go on from what `state` returned."""
        for adam, state in zip(self._adam.values(), saved, strict=True):
            adam.load_state_dict(state)

    def descend(self, turn: Turn, loss: Tensor) -> None:
        """Take one step of Adam on `loss`, with the networks of this turn and no other."""
        adam = self._adam[turn.moves]
        parameters = adam.param_groups[0]["params"]
        gradients = torch.autograd.grad(loss, parameters)
        for parameter, gradient in zip(parameters, gradients, strict=True):
            parameter.grad = gradient
        adam.step()


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
        losses = turn.loss(networks, batch)
        optimizers.descend(turn, reduce(torch.add, losses.values()))
        terms |= {name: value.detach() for name, value in losses.items()}
    return terms
