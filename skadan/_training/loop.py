"""The training loop: epochs of iterations, watched and kept."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
import torch

from ..games.base import Game
from ..games.networks import Networks
from .batches import Batches
from .checkpoint import Checkpoint
from .cuda_graph import captured
from .monitor import Monitor
from .step import Optimizers, Step

History = dict[str, np.ndarray]


@dataclass(frozen=True)
class Schedule:
    """How long to train, and with which Adam."""

    max_epochs: int
    learning_rate: float
    betas: tuple[float, float]


class Observer(Protocol):
    """What the loop tells of its progress, epoch by epoch."""

    def epoch_begins(self) -> None:
        """Called before each epoch."""

    def epoch_ends(self, epoch: int, losses: dict[str, float]) -> bool:
        """Called with the number of epochs done and the last one's losses; True ends training."""


class NoObserver:
    """An observer that does nothing."""

    def epoch_begins(self) -> None:
        """Do nothing."""

    def epoch_ends(self, epoch: int, losses: dict[str, float]) -> bool:
        """Let the training go on."""
        return False


def train(
    game: Game,
    networks: Networks,
    batches: Batches,
    schedule: Schedule,
    observer: Observer | None = None,
    checkpoint: Checkpoint | None = None,
    monitor: Monitor | None = None,
) -> History:
    """Train `networks` in place and return the mean of each loss term, epoch by epoch.

    The host reads from the device once an epoch. `checkpoint` keeps the state, and the training
    goes on from what it kept. `monitor` adds its figures, and ends the training once they settle.

    Raises
    ------
    FloatingPointError
        A loss is no longer finite; the message names the epoch and the loss.
    """
    observer = observer or NoObserver()
    optimizers = Optimizers(networks, game.turns, schedule.learning_rate, schedule.betas)
    step = Step(game, networks, optimizers, batches.draw)

    def iterate(row_index: torch.Tensor) -> dict[str, torch.Tensor]:
        return step(batches.batch(row_index))

    # What reads a file in every step cannot be captured.
    iteration = captured(iterate, game, batches.rng) if batches.table.in_memory else iterate
    start, names, means = checkpoint.restore(networks, optimizers) if checkpoint else (0, [], [])
    for epoch in range(start + 1, schedule.max_epochs + 1):
        observer.epoch_begins()
        terms = [iteration(row_index) for row_index in batches.epoch()]
        values = torch.stack([torch.stack(list(values.values())) for values in terms])
        losses = dict(zip(terms[0], values.mean(0).tolist(), strict=True))
        check_finite(losses, epoch)
        if monitor:
            losses |= monitor.look(networks, names, means)
        names = list(losses)
        means.append(list(losses.values()))
        ends = observer.epoch_ends(epoch, losses)
        if ends or (monitor and monitor.is_settled(names, means)):
            break
        if checkpoint:
            checkpoint.save(epoch, names, means, networks, optimizers)
    if checkpoint:
        checkpoint.remove()
    return dict(zip(names, np.array(means).T.copy(), strict=True))


def check_finite(losses: dict[str, float], epoch: int) -> None:
    """Stop a training that has diverged."""
    for name, value in losses.items():
        if not np.isfinite(value):
            raise FloatingPointError(
                f"Training stopped: the loss {name!r} became {value} in epoch {epoch}. "
                f"A smaller learning_rate usually helps; for WADAN also a smaller penalty_power."
            )
