"""One iteration of a game: its turns, each one step of Adam."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import reduce
from typing import Any

import torch
from torch import Tensor, nn

from ..games.base import Game, Gradients, Turn, WithGradients
from ..games.batch import Batch, Draw
from ..games.networks import Networks

Iteration = Callable[[Tensor], dict[str, Tensor]]  # from row indices (m,) to its loss terms


# What torch.optim.Adam passes to its kernel by default.
ADAM: dict[str, Any] = {"amsgrad": False, "maximize": False, "weight_decay": 0.0, "eps": 1e-8}
KEPT = ("means", "squares", "steps")  # of `Moments`


@dataclass(frozen=True)
class Moments:
    """Weights, and what Adam keeps of their gradients; they all have taken the same steps."""

    weights: list[Tensor]
    means: list[Tensor]
    squares: list[Tensor]
    steps: list[Tensor]

    @classmethod
    def of(cls, weights: list[nn.Parameter]) -> "Moments":
        """Begin with nothing kept."""
        means, squares = ([torch.zeros_like(w.detach()) for w in weights] for _ in range(2))
        step = torch.zeros((), dtype=torch.float32, device=weights[0].device)
        return cls([w.detach() for w in weights], means, squares, [step])


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
        (step,) = own.steps
        step += 1
        # The kernel behind torch.optim.Adam(fused=True), whose bookkeeping takes longer than it
        # does for networks of the latent space.
        torch._fused_adam_(
            own.weights,
            gradients,
            own.means,
            own.squares,
            [],
            own.steps * len(own.weights),
            **self._keywords,
        )


def parameters_of(networks: Networks, names: tuple[str, ...]) -> list[torch.nn.Parameter]:
    """Return all weights of the networks of these names."""
    known = dict(networks.named_children())
    unknown = [name for name in names if name not in known]
    if unknown:
        raise ValueError(f"A turn moves {unknown}, but the game's networks are {list(known)}.")
    return [parameter for name in names for parameter in known[name].parameters()]


class ByAutograd:
    """The gradients of a game's turns, from its losses.

    Parameters
    ----------
    game : Game
        The game.
    networks : Networks
        Its networks.
    """

    def __init__(self, game: Game, networks: Networks) -> None:
        self.game, self.networks = game, networks
        self._weights = {t.moves: parameters_of(networks, t.moves) for t in game.turns}

    def embed(self, batch: Batch) -> Batch:
        """Return the batch with what all turns of an iteration share."""
        return self.game.embed(self.networks, batch)

    def of(self, turn: Turn, batch: Batch) -> WithGradients:
        """Return the terms of a turn's loss, and their gradients by the weights that it moves."""
        losses = turn.loss(self.networks, batch)
        total = reduce(torch.add, losses.values())
        gradients = torch.autograd.grad(total, self._weights[turn.moves])
        return lambda: {name: value.detach() for name, value in losses.items()}, list(gradients)


def gradients_of(game: Game, networks: Networks) -> Gradients:
    """Return the gradients of a training: the game's own where it has them, or autograd's."""
    written_out = getattr(game, "written_out", lambda networks: None)
    return written_out(networks) or ByAutograd(game, networks)


class Step:
    """One iteration of a game: every turn, in order.

    Parameters
    ----------
    game : Game
        The game.
    networks : Networks
        Its networks.
    optimizers : Optimizers
        Adam for each set of networks.
    draw : callable
        Makes a fresh draw.
    """

    def __init__(
        self, game: Game, networks: Networks, optimizers: Optimizers, draw: Callable[[], Draw]
    ) -> None:
        self._turns, self._gradients = game.turns, gradients_of(game, networks)
        self._optimizers, self._draw = optimizers, draw
        kinds = [(turn.moves, turn.loss) for turn in self._turns]
        self._is_last = [kind not in kinds[i + 1 :] for i, kind in enumerate(kinds)]

    def __call__(self, batch: Batch) -> dict[str, Tensor]:
        """Take all turns on one batch; return the last value of each loss term."""
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
