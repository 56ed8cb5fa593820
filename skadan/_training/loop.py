"""The training loop: fit, epoch, step."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import torch
from torch import Tensor
from torch.optim import Adam

from ..games.base import Game, Turn
from ..games.batch import Batch
from ..games.networks import Networks
from .batches import Batches
from .checkpoint import Checkpoint

History = dict[str, np.ndarray]
Advance = Callable[[Tensor], dict[str, Tensor]]  # an iteration on rows (m,): its loss terms


class Optimizers:
    """Adam for each set of networks that moves together."""

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
                [p for name in moves for p in getattr(networks, name).parameters()],
                lr=learning_rate,
                betas=betas,
                fused=True,
                capturable=device.type == "cuda",
            )
            for moves in {turn.moves: None for turn in turns}
        }

    def state(self) -> list[dict]:
        """Adam's moments and step counts, set by set."""
        return [adam.state_dict() for adam in self._adam.values()]

    def load_state(self, saved: list[dict]) -> None:
        """Go on from what `state` gave."""
        for adam, state in zip(self._adam.values(), saved, strict=True):
            adam.load_state_dict(state)

    def descend(self, turn: Turn, loss: Tensor) -> None:
        """One Adam step on `loss`, for the networks of this turn and no other."""
        adam = self._adam[turn.moves]
        parameters = adam.param_groups[0]["params"]
        gradients = torch.autograd.grad(loss, parameters)
        for parameter, gradient in zip(parameters, gradients, strict=True):
            parameter.grad = gradient
        adam.step()


def step(
    game: Game, networks: Networks, optimizers: Optimizers, batch: Batch, draw: Callable
) -> dict[str, Tensor]:
    """One iteration of a game; returns the last value of each loss term."""
    terms: dict[str, Tensor] = {}
    batch = game.embed(networks, batch)
    for turn in game.turns:
        if turn.redraw:
            batch = replace(batch, draw=draw())
        losses = turn.loss(networks, batch)
        optimizers.descend(turn, sum(losses.values()))
        terms |= {name: value.detach() for name, value in losses.items()}
    return terms


def train(
    game: Game,
    networks: Networks,
    batches: Batches,
    max_epochs: int,
    learning_rate: float,
    betas: tuple[float, float],
    before_epoch: Callable[[], None] = lambda: None,
    after_epoch: Callable[[int, dict[str, float]], bool | None] = lambda epoch, losses: None,
    prepare: Callable[[Advance], Advance] = lambda advance: advance,
    checkpoint: Checkpoint | None = None,
) -> History:
    """Train `networks` in place and return the mean of each loss term, epoch by epoch.

    The host reads from the device once an epoch. `after_epoch` is called with the number of epochs
    done and the last one's losses, and ends the training by True. `prepare` may replace the
    iteration by an equal, faster one. `checkpoint` keeps the state, and the training goes on from
    what it kept.

    Raises
    ------
    FloatingPointError
        A loss is no longer finite; the message names the epoch and the loss.
    """
    optimizers = Optimizers(networks, game.turns, learning_rate, betas)
    advance = prepare(
        lambda rows: step(game, networks, optimizers, batches.batch(rows), batches.draw)
    )
    start, names, rows = checkpoint.restore(networks, optimizers) if checkpoint else (0, [], [])
    for epoch in range(start + 1, max_epochs + 1):
        before_epoch()
        steps = [advance(numbers) for numbers in batches.epoch()]
        names = list(steps[0])
        means = torch.stack([torch.stack(list(terms.values())) for terms in steps]).mean(0)
        rows.append(means.tolist())
        losses = dict(zip(names, rows[-1], strict=True))
        check_finite(losses, epoch)
        if after_epoch(epoch, losses):
            break
        if checkpoint:
            checkpoint.save(epoch, names, rows, networks, optimizers)
    if checkpoint:
        checkpoint.remove()
    return dict(zip(names, np.array(rows).T.copy(), strict=True))


def check_finite(losses: dict[str, float], epoch: int) -> None:
    """Stop a training that has diverged."""
    for name, value in losses.items():
        if not np.isfinite(value):
            raise FloatingPointError(
                f"Training stopped: the loss {name!r} became {value} in epoch {epoch}. "
                f"A smaller learning_rate usually helps; for WADAN also a smaller penalty_power."
            )
