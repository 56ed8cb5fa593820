"""Samplers that train a game: from a table to networks, and back to rows."""

import inspect
import os
from abc import abstractmethod
from contextlib import AbstractContextManager
from dataclasses import dataclass, fields, is_dataclass
from typing import Any, ClassVar

import numpy as np
import torch

from .._models.arrays import one_hot, to_tensor, weights_of
from .._models.coordinates import choose_coordinates
from .._models.on_disk import scaled
from .._models.real_rows import Blend, RealRows
from .._models.trained import TrainedModel
from .._torch.devices import resolve_device
from .._torch.seeding import TRAINING, seeded_rng
from .._torch.settings import torch_settings
from .._training.batches import Batches, Table
from .._training.checkpoint import Checkpoint
from .._training.loop import Schedule, train
from .._training.monitor import LONGEST_EPOCH, Monitor, hold_out, most_epochs
from .._training.precision import in_precision
from .._version import __version__
from ..games.base import Game
from ..games.networks import Networks, Width
from ._callbacks import EpochCallbacks
from ._checks import check_betas, is_count
from ._class_weights import class_weights
from ._fitted import OF_EVERY_SAMPLER, OF_TRAINING, Attribute
from ._parameters import record_of
from ._sizes import is_auto
from .base import SyntheticSampler


def source_of(game: Any) -> list[str]:
    """What a game is made of: its fields, and the source code of its own and their classes.

    A checkpoint of a game whose code has changed since is of another game.
    """
    values = [getattr(game, field.name) for field in fields(game)]
    parts = [part for value in values if is_dataclass(value) for part in source_of(value)]
    kinds = type(game).__mro__[:-1]
    names = [f"{cls.__module__}.{cls.__qualname__}" for cls in kinds]
    return [repr(game), *names, *map(_code, kinds), *parts]


def _code(cls: type) -> str:
    """The source of a class; empty for this package's, whose version stands for it."""
    try:
        return "" if cls.__module__.partition(".")[0] == "skadan" else inspect.getsource(cls)
    except (OSError, TypeError):  # typed into a console
        return ""


@dataclass(frozen=True)
class Additions:
    """What a sampler may add to the training of its game; the defaults add nothing."""

    class_weight: Any = None
    input_noise: float = 0.0


class AdversarialSampler(SyntheticSampler):
    """A sampler that trains a game; a subclass says which one in `_game`."""

    row_space: bool | str
    precision: str
    max_epochs: int | str
    batch_size: int
    learning_rate: float
    betas: tuple[float, float]
    n_threads: int
    device: str
    checkpoint: str | os.PathLike | None
    checkpoint_epochs: int
    verbose: int

    _fitted: ClassVar[tuple[Attribute, ...]] = (*OF_EVERY_SAMPLER, *OF_TRAINING)
    _only_for_sampling: ClassVar[dict[str, Any]] = {
        **SyntheticSampler._only_for_sampling,
        # The fields of `Blend`.
        **{"residuals": True, "anchor": 1.0, "center": "shrunken", "own_share": "auto"},
    }

    @abstractmethod
    def _game(self) -> Game:
        """Make the game from the sampler's parameters."""

    def _game_for(self, n_coordinates: int) -> Game:
        """Make the game for a table of which the networks see so many columns."""
        return self._game()

    def _check_settings(self, classes: np.ndarray, counts: np.ndarray) -> None:
        self._game()  # it refuses sizes that are none
        check_betas(self.betas)
        resolve_device(self.device)
        class_weights(record_of(Additions, self).class_weight, classes, counts)

    def _resources(self) -> AbstractContextManager:
        return torch_settings(self.n_threads)

    def _learn(
        self, rows: np.ndarray, class_index: np.ndarray, classes: np.ndarray, counts: np.ndarray
    ) -> TrainedModel:
        device = resolve_device(self.device)
        rng = seeded_rng(self.random_state, TRAINING, device)
        checkpoint = self._checkpoint(rng, rows, class_index, classes)
        additions = record_of(Additions, self)
        scaling, x = scaled(rows, device)
        coordinates = choose_coordinates(self.row_space, x, rng)
        u = coordinates.project_table(x)
        game = self._game_for(coordinates.n_coordinates)
        weight = class_weights(additions.class_weight, classes, counts)[class_index]
        table = Table(
            u,
            to_tensor(one_hot(class_index, len(classes)), device),
            to_tensor(weight.astype(np.float32), device),
            coordinates.n_columns,
        )
        trained, watched, longest = table, None, None
        if is_auto(self.max_epochs):
            (trained, watched), longest = hold_out(table, rng), LONGEST_EPOCH
        noise = (game.n_noise, additions.input_noise)
        batches = Batches(trained, self.batch_size, *noise, rng, longest)
        networks = self._networks(game, batches)
        monitor = None if watched is None else Monitor.of(game, watched, batches)

        def model() -> TrainedModel:
            blend = record_of(Blend, self)
            real_rows = RealRows.of(game, networks, u, class_index, blend)
            weights = weights_of(networks)
            return TrainedModel(game, weights, scaling, coordinates, counts, str(device), real_rows)

        n_epochs = self._max_epochs(len(rows))
        self.history_ = train(
            game,
            in_precision(networks, self.precision),
            batches,
            Schedule(n_epochs, self.learning_rate, (self.betas[0], self.betas[1])),
            EpochCallbacks(self, n_epochs, model),
            checkpoint,
            monitor,
        )
        self.n_iter_, self.device_ = len(next(iter(self.history_.values()))), str(device)
        return model()

    def _max_epochs(self, n_rows: int) -> int:
        if isinstance(self.max_epochs, str):  # "auto"
            return most_epochs(n_rows, self.batch_size)
        return self.max_epochs

    def _networks(self, game: Game, batches: Batches) -> Networks:
        """Make the networks, with their first weights."""
        table, rng = batches.table, batches.rng
        width = Width(table.x.shape[1], fan=table.n_columns)
        networks = game.networks(width, table.y.shape[1], rng.device)
        self._check_networks(game, networks)
        return networks.initialise(rng)

    def _check_networks(self, game: Game, networks: Networks) -> None:
        """Refuse networks that cannot be trained reproducibly; the package's own can."""

    def _checkpoint(self, rng: torch.Generator, *data: np.ndarray) -> Checkpoint | None:
        """Make the checkpoint of this training, named for its data, parameters and versions."""
        if self.checkpoint is None:
            return None
        params = self.get_params(deep=False)
        params["game"] = source_of(self._game())
        for name in ("checkpoint", "checkpoint_epochs", "verbose", *self._only_for_sampling):
            params.pop(name, None)  # the networks do not depend on these
        if not is_count(self.random_state):
            params["random_state"] = None
        origin = (type(self).__name__, sorted(params.items()), __version__, torch.__version__)
        return Checkpoint(self.checkpoint, self.checkpoint_epochs, rng, *origin, *data)
