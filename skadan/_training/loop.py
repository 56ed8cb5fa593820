"""Train the networks of a game: epochs, iterations, and turns."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
import torch
from torch import Tensor

from ..games.base import Batch, Draw, Game, Turn
from ..games.networks import Networks
from .adam import Optimizers
from .autograd import ByAutograd, Gradients
from .batches import Batches
from .checkpoint import Checkpoint
from .fast.checked import checked_gradients
from .fast.cuda_graph import Iteration, capture_if_possible

History = dict[str, np.ndarray]


@dataclass(frozen=True)
class Schedule:
    """Hold the number of epochs and the settings of Adam."""

    max_epochs: int
    learning_rate: float
    betas: tuple[float, float]


class Observer(Protocol):
    """Receive the progress of a training, epoch by epoch."""

    def epoch_begins(self) -> None:
        """Handle the beginning of an epoch."""

    def epoch_ends(self, epoch: int, losses: dict[str, float]) -> bool:
        """Handle the end of epoch number `epoch`; return True to end the training."""


class NoObserver:
    """Observe nothing."""

    def epoch_begins(self) -> None:
        """Do nothing."""

    def epoch_ends(self, epoch: int, losses: dict[str, float]) -> bool:
        """Return False: the training continues."""
        return False


class StoppingRule(Protocol):
    """Decide when a training ends; `Monitor` is the rule of ``max_epochs="auto"``."""

    def look(self, networks: Networks, names: list[str], past: list[list[float]]) -> dict:
        """Return figures to add to the history after one more epoch than `past` has."""

    def is_settled(self, names: list[str], past: list[list[float]]) -> bool:
        """Return whether to stop, given the values of `names` for each epoch."""


def train(
    game: Game,
    networks: Networks,
    batches: Batches,
    schedule: Schedule,
    observer: Observer | None = None,
    checkpoint: Checkpoint | None = None,
    monitor: StoppingRule | None = None,
) -> History:
    """Train `networks` in place and return the mean of each loss term for each epoch.

    With a `checkpoint`, the training resumes from the stored state, if there is one, and stores
    its own. A `monitor` adds its figures to the history, and ends the training when they no longer
    fall.

    Raises
    ------
    FloatingPointError
        If a loss is not finite; the message names the epoch and the loss.
    """
    observer = observer or NoObserver()
    optimizers = Optimizers(networks, game.turns, schedule.learning_rate, schedule.betas)
    gradients = checked_gradients(game, networks, batches) or ByAutograd(game, networks)
    step = Step(game.turns, gradients, optimizers, batches.draw)

    def iterate(row_indices: torch.Tensor) -> dict[str, torch.Tensor]:
        return step(batches.batch(row_indices))

    iteration: Iteration = iterate
    if batches.table.in_memory:  # a CUDA graph cannot read from a file or from the host's memory
        iteration = capture_if_possible(iterate, game, batches.rng)
    start, names, means = checkpoint.restore(networks, optimizers) if checkpoint else (0, [], [])
    for epoch in range(start + 1, schedule.max_epochs + 1):
        observer.epoch_begins()
        terms = [iteration(row_indices) for row_indices in batches.epoch()]
        # One transfer per epoch: each read of a loss makes the host wait for the device.
        values = torch.stack([torch.stack(list(of_iteration.values())) for of_iteration in terms])
        losses = dict(zip(terms[0], values.mean(0).tolist(), strict=True))
        check_finite(losses, epoch)
        if monitor:
            losses |= monitor.look(networks, names, means)
        names = list(losses)
        means.append(list(losses.values()))
        ends = observer.epoch_ends(epoch, losses)
        if ends or (monitor and monitor.is_settled(names, means)):
            break  # saves no checkpoint, because the training is complete
        if checkpoint:
            checkpoint.save(epoch, names, means, networks, optimizers)
    if checkpoint:
        checkpoint.remove()
    # Copied, because joblib.hash tells strided arrays from equal contiguous ones: two equal fits
    # would have different hashes.
    return dict(zip(names, np.array(means).T.copy(), strict=True))


def check_finite(losses: dict[str, float], epoch: int) -> None:
    """Raise FloatingPointError if a loss is infinite or NaN."""
    for name, value in losses.items():
        if not np.isfinite(value):
            raise FloatingPointError(
                f"Training stopped: the loss {name!r} became {value} in epoch {epoch}. "
                f"A smaller learning_rate usually helps; for WADAN also a smaller penalty_power."
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
