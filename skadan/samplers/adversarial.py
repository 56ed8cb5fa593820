"""Samplers that train a game: from a table to networks, and back to rows."""

import os
from abc import abstractmethod
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import torch

from .._models.arrays import one_hot, to_tensor, weights_of
from .._models.coordinates import choose_coordinates
from .._models.real_rows import Blend, RealRows
from .._models.scaling import Scaling
from .._models.trained import TrainedModel
from .._torch.devices import resolve_device
from .._torch.seeding import TRAINING, seeded_generator
from .._torch.settings import torch_settings
from .._training.batches import Batches, Table
from .._training.checkpoint import Checkpoint
from .._training.loop import Schedule, train
from .._training.precision import in_precision
from .._version import __version__
from ..games.base import Game
from ..games.networks import Width
from ._callbacks import EpochCallbacks
from ._checks import check_betas, check_layers, is_count
from ._class_weights import class_weights
from ._fitted import OF_EVERY_SAMPLER, OF_TRAINING, Attribute
from ._parameters import record_of
from .base import SyntheticSampler


@dataclass(frozen=True)
class Additions:
    """What a sampler may add to the training of its game; the defaults add nothing."""

    class_weight: Any = None
    input_noise: float = 0.0


class AdversarialSampler(SyntheticSampler):
    """A sampler that trains a game; a subclass says which one in `_game`."""

    row_space: bool | str
    precision: str
    max_epochs: int
    batch_size: int
    learning_rate: float
    betas: tuple[float, float]
    n_threads: int
    device: str
    checkpoint: str | os.PathLike | None
    checkpoint_epochs: int
    verbose: int

    _fitted: ClassVar[tuple[Attribute, ...]] = (*OF_EVERY_SAMPLER, *OF_TRAINING)

    @abstractmethod
    def _game(self) -> Game:
        """Make the game from the sampler's parameters."""

    def _check_settings(self, classes: np.ndarray, counts: np.ndarray) -> None:
        for name, value in self.get_params(deep=False).items():
            if name.endswith("_layers"):
                check_layers(name, value)
        check_betas(self.betas)
        resolve_device(self.device)
        class_weights(record_of(Additions, self).class_weight, classes, counts)

    def _resources(self) -> AbstractContextManager:
        return torch_settings(self.n_threads)

    def _learn(
        self, rows: np.ndarray, class_index: np.ndarray, classes: np.ndarray, counts: np.ndarray
    ) -> TrainedModel:
        device = resolve_device(self.device)
        rng = seeded_generator(self.random_state, TRAINING, device)
        checkpoint = self._checkpoint(rng, rows, class_index, classes)
        game, additions = self._game(), record_of(Additions, self)

        scaling = Scaling.fit(rows)
        x = to_tensor(scaling.scale_rows(rows), device)
        coordinates = choose_coordinates(self.row_space, x, rng)
        u = coordinates.project(x)
        y = to_tensor(one_hot(class_index, len(classes)), device)
        weight = class_weights(additions.class_weight, classes, counts)[class_index]
        weight = to_tensor(weight.astype(np.float32), device)
        table = Table(u, y, weight, coordinates.n_columns)
        batches = Batches(table, self.batch_size, game.n_noise, additions.input_noise, rng)
        width = Width(u.shape[1], fan=coordinates.n_columns)
        networks = game.networks(width, len(classes), device).initialise(rng)

        def model() -> TrainedModel:
            blend = record_of(Blend, self)
            real_rows = RealRows.of(game, networks, u, class_index, blend)
            weights = weights_of(networks)
            return TrainedModel(game, weights, scaling, coordinates, counts, str(device), real_rows)

        schedule = Schedule(self.max_epochs, self.learning_rate, (self.betas[0], self.betas[1]))
        trained = in_precision(networks, self.precision)
        watch = EpochCallbacks(self, model)
        self.history_ = train(game, trained, batches, schedule, watch, checkpoint)
        self.n_iter_, self.device_ = len(next(iter(self.history_.values()))), str(device)
        return model()

    def _checkpoint(self, rng: torch.Generator, *data: np.ndarray) -> Checkpoint | None:
        """Make the checkpoint of this training, named for its data, parameters and versions."""
        if self.checkpoint is None:
            return None
        params = self.get_params(deep=False)
        for name in ("checkpoint", "checkpoint_epochs", "sampling_strategy", "verbose"):
            del params[name]  # the networks do not depend on these
        if not is_count(self.random_state):
            params["random_state"] = None
        origin = (type(self).__name__, sorted(params.items()), __version__, torch.__version__)
        return Checkpoint(self.checkpoint, self.checkpoint_epochs, rng, *origin, *data)
