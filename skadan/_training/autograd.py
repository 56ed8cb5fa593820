"""Compute the gradients of a game's turns with autograd."""

from collections.abc import Callable
from functools import reduce
from typing import Protocol

import torch
from torch import Tensor

from ..games.base import Batch, Game, Terms, Turn
from ..games.networks import Networks

# A pair: a function that returns the terms of a loss, and the gradients of their sum. The terms
# come from a function because only their last values in an iteration are recorded: see `Step`.
WithGradients = tuple[Callable[[], Terms], list[Tensor]]


class Gradients(Protocol):
    """Compute the gradients of a game's turns."""

    def embed(self, batch: Batch) -> Batch:
        """Return the batch with the values that all turns share; see `Game.embed`."""

    def of(self, turn: Turn, batch: Batch) -> WithGradients:
        """Return the terms of a turn's loss, and the gradients of the weights that it updates."""


class ByAutograd:
    """Compute the gradients of any game by automatic differentiation.

    Parameters
    ----------
    game : Game
        The game.
    networks : Networks
        Networks of the game.
    """

    def __init__(self, game: Game, networks: Networks) -> None:
        self.game, self.networks = game, networks
        self._weights = {t.moves: parameters_of(networks, t.moves) for t in game.turns}

    def embed(self, batch: Batch) -> Batch:
        """Return the batch with the values that all turns of an iteration share."""
        return self.game.embed(self.networks, batch)

    def of(self, turn: Turn, batch: Batch) -> WithGradients:
        """Return the terms of a turn's loss, and the gradients of the weights that it updates."""
        losses = turn.loss(self.networks, batch)
        total = reduce(torch.add, losses.values())
        # Not backward(), which would also compute gradients of the networks that do not move.
        gradients = torch.autograd.grad(total, self._weights[turn.moves])
        return lambda: {name: value.detach() for name, value in losses.items()}, list(gradients)


def parameters_of(networks: Networks, names: tuple[str, ...]) -> list[torch.nn.Parameter]:
    """Return all weights of the networks with these names.

    Raises
    ------
    ValueError
        If there is no network with one of the names.
    """
    known = dict(networks.named_children())
    unknown = [name for name in names if name not in known]
    if unknown:
        raise ValueError(f"A turn moves {unknown}, but the game's networks are {list(known)}.")
    return [parameter for name in names for parameter in known[name].parameters()]
