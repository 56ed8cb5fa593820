"""Train the networks of a game on a table, and draw rows from them."""

import inspect
import os
from abc import abstractmethod
from contextlib import AbstractContextManager
from dataclasses import fields, is_dataclass
from functools import partial
from typing import Any, ClassVar, NamedTuple

import numpy as np
import torch

from .._models.arrays import one_hot, to_tensor, weights_of
from .._models.coordinates import Coordinates, choose_coordinates
from .._models.real_rows import Blend, RealRows
from .._models.scaling import Scaling
from .._models.table_rows import TableRows, scale_table
from .._models.trained import TrainedModel
from .._torch.seeding import TRAINING, seeded_rng
from .._torch.settings import resolve_device, torch_settings
from .._training.batches import Batches, Table
from .._training.checkpoint import Checkpoint
from .._training.loop import Schedule, train
from .._training.monitor import LONGEST_EPOCH, Monitor, hold_out, most_epochs
from .._training.precision import in_precision, n_weights
from .._version import __version__
from ..games.base import Game
from ..games.networks import Networks, Width
from ._callbacks import EpochCallbacks
from ._fitted import OF_EVERY_SAMPLER, OF_TRAINING, Attribute
from ._parameters import check_betas, class_weights, is_auto
from ._wanted import is_count, memory
from .base import SyntheticSampler

BYTES_OF_A_WEIGHT = 16  # float32: the weight, its gradient, and the two moments of Adam


def source_of(game: Any) -> list[str]:
    """Return a game's fields, and the source code of its class and of its fields' classes.

    They are part of a checkpoint's name, so that a fit does not resume with changed code.
    """
    values = [getattr(game, field.name) for field in fields(game)]
    parts = [part for value in values if is_dataclass(value) for part in source_of(value)]
    kinds = type(game).__mro__[:-1]
    names = [f"{cls.__module__}.{cls.__qualname__}" for cls in kinds]
    return [repr(game), *names, *map(_code, kinds), *parts]


def _code(cls: type) -> str:
    """Return the source of a class; empty for this package's classes, known by its version."""
    try:
        return "" if cls.__module__.partition(".")[0] == "skadan" else inspect.getsource(cls)
    except (OSError, TypeError):  # defined in a console
        return ""


class Prepared(NamedTuple):
    """Hold a table that is ready for training.

    Parameters
    ----------
    u : Tensor or rows of a file, of shape (n, r)
        Scaled rows, or their coordinates in the row space.
    table : Table
        The same rows with one-hot labels and weights.
    class_index : ndarray of shape (n,)
        The class of each row.
    counts : ndarray of shape (K,)
        Rows of each class.
    scaling, coordinates : Scaling, Coordinates
        Convert from the table's units to what the networks see, and back.
    """

    u: TableRows
    table: Table
    class_index: np.ndarray
    counts: np.ndarray
    scaling: Scaling
    coordinates: Coordinates


class AdversarialSampler(SyntheticSampler):
    """Base class of samplers that train a game, which a subclass returns from `make_game`."""

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

    # Additions to the training of a game and to the rows that it generates. Some samplers have
    # these as parameters; the others add nothing.
    class_weight: Any = None
    input_noise: float = 0.0
    residuals: bool = False
    anchor: float = 0.0
    center: str | None = None
    own_share: float | str = "auto"

    _fitted_attributes: ClassVar[tuple[Attribute, ...]] = (*OF_EVERY_SAMPLER, *OF_TRAINING)
    _only_for_sampling: ClassVar[dict[str, Any]] = {
        **SyntheticSampler._only_for_sampling,
        # The fields of `Blend`.
        **{"residuals": True, "anchor": 1.0, "center": "shrunken", "own_share": "auto"},
    }

    model_class: ClassVar[type] = TrainedModel
    _memory_advice: ClassVar[str] = "choose smaller layers"

    @abstractmethod
    def make_game(self) -> Game:
        """Return the game with the sampler's parameters.

        Returns
        -------
        game : Game
            Networks, turns and losses.
        """

    def _game_for(self, n_coordinates: int) -> Game:
        """Return the game for networks that see `n_coordinates` columns."""
        return self.make_game()

    def _check_settings(self, classes: np.ndarray, counts: np.ndarray) -> None:
        self.make_game()  # raises if a size is invalid
        check_betas(self.betas)
        resolve_device(self.device)
        class_weights(self.class_weight, classes, counts)

    def _resources(self) -> AbstractContextManager:
        return torch_settings(self.n_threads)

    def _learn(
        self, rows: np.ndarray, class_index: np.ndarray, classes: np.ndarray, counts: np.ndarray
    ) -> TrainedModel:
        rng = seeded_rng(self.random_state, TRAINING, resolve_device(self.device))
        # Before the first draw: it sets rng to the state with which the stored training began.
        checkpoint = self._checkpoint(rng, rows, class_index, classes)
        weight = class_weights(self.class_weight, classes, counts)
        prepared = self._prepare(rows, class_index, counts, weight, rng)
        game, networks = self._train(prepared, rng, checkpoint)
        return self._keep(prepared, game, networks)

    def _prepare(
        self,
        rows: np.ndarray,
        class_index: np.ndarray,
        counts: np.ndarray,
        weight: np.ndarray,
        rng: torch.Generator,
    ) -> Prepared:
        """Scale rows (n, d), and move them to the device; `weight` (K,) has one value per class."""
        scaling, x = scale_table(rows, rng.device)
        coordinates = choose_coordinates(self.row_space, x, rng)
        u = coordinates.project_table(x)
        table = Table(
            u,
            to_tensor(one_hot(class_index, len(counts)), rng.device),
            to_tensor(weight[class_index].astype(np.float32), rng.device),
            coordinates.n_columns,
        )
        return Prepared(u, table, class_index, counts, scaling, coordinates)

    def _train(
        self, prepared: Prepared, rng: torch.Generator, checkpoint: Checkpoint | None
    ) -> tuple[Game, Networks]:
        """Train the networks; return them with their game, whose sizes fit the table."""
        game = self._game_for(prepared.coordinates.n_coordinates)
        training_table, watched_table, longest_epoch = prepared.table, None, None
        if is_auto(self.max_epochs):
            training_table, watched_table = hold_out(prepared.table, rng)
            longest_epoch = LONGEST_EPOCH
        batches = Batches(
            training_table, self.batch_size, game.n_noise, self.input_noise, rng, longest_epoch
        )
        networks = self._networks(game, batches)
        n_epochs = self._max_epochs(len(prepared.class_index))
        make_model = partial(self._keep, prepared, game, networks)
        with EpochCallbacks(self, n_epochs, make_model) as callbacks:
            self.history_ = train(
                game,
                in_precision(networks, self.precision),
                batches,
                Schedule(n_epochs, self.learning_rate, (self.betas[0], self.betas[1])),
                callbacks,
                checkpoint,
                None if watched_table is None else Monitor.of(game, watched_table, batches),
            )
        self.n_iter_, self.device_ = len(next(iter(self.history_.values()))), str(rng.device)
        return game, networks

    def _keep(self, prepared: Prepared, game: Game, networks: Networks) -> TrainedModel:
        """Return a model with what sampling needs of the trained networks and the real rows."""
        blend = Blend(self.residuals, self.anchor, self.center, self.own_share)
        class_index, counts = prepared.class_index, prepared.counts
        real_rows = RealRows.of(game, networks, prepared.u, class_index, blend)
        device = next(networks.parameters()).device
        scaling, coordinates = prepared.scaling, prepared.coordinates
        return TrainedModel(
            game, weights_of(networks), scaling, coordinates, counts, str(device), real_rows
        )

    def _max_epochs(self, n_rows: int) -> int:
        if isinstance(self.max_epochs, str):  # "auto"
            return most_epochs(n_rows, self.batch_size)
        return self.max_epochs

    def _networks(self, game: Game, batches: Batches) -> Networks:
        """Return the networks with initial weights."""
        table, rng = batches.table, batches.rng
        width, n_classes = Width(table.x.shape[1], fan=table.n_columns), table.y.shape[1]
        networks = game.networks(width, n_classes, rng.device)
        self._check_networks(game, networks)
        if rng.device.type == "cpu":  # systems grant CPU memory that they do not have
            self._check_memory(networks, n_classes)
        return networks.initialise(rng)

    def _check_memory(self, networks: Networks, n_classes: int) -> None:
        """Refuse networks that do not fit into memory during training."""
        n, available = n_weights(networks), memory()
        if n * BYTES_OF_A_WEIGHT > available:
            raise ValueError(
                f"Training {type(self).__name__} on {n_classes} classes takes "
                f"{n * BYTES_OF_A_WEIGHT / 2**30:.1f} GiB for {n} weights, but this machine has "
                f"{available / 2**30:.1f} GiB of memory: {self._memory_advice}."
            )

    def _check_networks(self, game: Game, networks: Networks) -> None:
        """Refuse networks that cannot be trained reproducibly; this package's own always can."""

    def _checkpoint(self, rng: torch.Generator, *data: np.ndarray) -> Checkpoint | None:
        """Return the checkpoint of this training, named by its data, parameters and versions."""
        if self.checkpoint is None:
            return None
        params = self.get_params(deep=False)
        params["game"] = source_of(self.make_game())
        for name in ("checkpoint", "checkpoint_epochs", "verbose", *self._only_for_sampling):
            params.pop(name, None)  # the networks do not depend on these
        # The repr of a RandomState has its address, so no later fit would find the checkpoint.
        if not is_count(self.random_state):
            params["random_state"] = None
        origin = (type(self).__name__, sorted(params.items()), __version__, torch.__version__)
        return Checkpoint(self.checkpoint, self.checkpoint_epochs, rng, *origin, *data)
