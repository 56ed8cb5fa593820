"""Samplers whose model is a trained game: from a table to networks, and back to rows."""

import os
from abc import abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from numbers import Integral, Real
from typing import Any, ClassVar

import numpy as np
import torch
from numpy.typing import ArrayLike
from sklearn.utils import check_array
from sklearn.utils._param_validation import Interval, StrOptions

from .._models.coordinates import choose_coordinates
from .._models.real_rows import RealRows
from .._models.scaling import Scaling
from .._models.trained import TrainedModel, one_hot
from .._strategy import class_weights
from .._torch.devices import resolve_device
from .._torch.seeding import TRAINING, seeded_generator
from .._torch.settings import torch_settings
from .._training.batches import Batches, Table
from .._training.checkpoint import Checkpoint
from .._training.cuda_graph import captured
from .._training.loop import train
from .._training.precision import in_precision
from .._version import __version__
from ..games.base import Game
from ._checks import check_betas, check_layers, is_count
from .base import SyntheticSampler


@dataclass(kw_only=True, eq=False, repr=False)
class AdversarialSampler(SyntheticSampler):
    """A sampler that trains a game."""

    row_space: bool | str = "auto"
    precision: str = "float32"
    max_epochs: int = 200
    batch_size: int = 128
    learning_rate: float = 5e-4
    betas: tuple[float, float] = (0.5, 0.9)
    n_threads: int = 1
    device: str = "auto"
    checkpoint: str | os.PathLike | None = None
    checkpoint_epochs: int = 20
    verbose: int = 0

    # Constructor keywords of the samplers whose game has a use for them.
    class_weight: ClassVar[Any] = None
    input_noise: ClassVar[float] = 0.0
    residuals: ClassVar[str | None] = None
    anchor: ClassVar[float] = 0.0
    shrink: ClassVar[float | str] = 1.0

    _parameter_constraints: ClassVar[dict] = {
        **SyntheticSampler._parameter_constraints,
        "row_space": [StrOptions({"auto"}), "boolean"],
        "precision": [StrOptions({"float32", "bfloat16"})],
        "max_epochs": [Interval(Integral, 1, None, closed="left")],
        "batch_size": [Interval(Integral, 1, None, closed="left")],
        "learning_rate": [Interval(Real, 0, None, closed="neither")],
        "betas": [tuple, list],
        "n_threads": [Interval(Integral, 1, None, closed="left")],
        "device": [str],
        "checkpoint": [str, os.PathLike, None],
        "checkpoint_epochs": [Interval(Integral, 1, None, closed="left")],
        "verbose": ["verbose"],
    }

    @abstractmethod
    def _game(self, n_columns: int) -> Game:
        """Who plays, on a table of so many columns that vary."""

    def _check_settings(self, classes: np.ndarray, counts: np.ndarray) -> None:
        for name, value in self.get_params(deep=False).items():
            if name.endswith("_layers"):
                check_layers(name, value)
        check_betas(self.betas)
        resolve_device(self.device)
        class_weights(self.class_weight, classes, counts)

    def _resources(self) -> Any:
        return torch_settings(self.n_threads)

    def _learn(
        self, rows: np.ndarray, numbers: np.ndarray, classes: np.ndarray, counts: np.ndarray
    ) -> TrainedModel:
        device = resolve_device(self.device)
        generator = seeded_generator(self.random_state, TRAINING, device)
        checkpoint = self._checkpoint(generator, rows, numbers, classes)
        scaling = Scaling.fit(rows)

        def tensor(array: np.ndarray) -> torch.Tensor:
            return torch.as_tensor(array, dtype=torch.float32, device=device)

        x = tensor(scaling.scale_rows(rows))
        game = self._game(x.shape[1])
        coordinates = choose_coordinates(self.row_space, x, generator)
        u = coordinates.project(x)
        weight = class_weights(self.class_weight, classes, counts)[numbers]
        table = Table(u, tensor(one_hot(numbers, len(classes))), tensor(weight))
        batches = Batches(table, self.batch_size, game.n_noise, self.input_noise, generator)
        networks = game.networks(u.shape[1], len(classes), device, coordinates.n_columns)
        networks.initialise(generator)

        def model() -> TrainedModel:
            real_rows = RealRows.of(
                game, networks, u, numbers, self.residuals, self.anchor, self.shrink
            )
            weights = networks.to_numpy()
            return TrainedModel(game, weights, scaling, coordinates, counts, str(device), real_rows)

        self.history_ = train(
            game,
            in_precision(networks, self.precision),
            batches,
            max_epochs=self.max_epochs,
            learning_rate=self.learning_rate,
            betas=(self.betas[0], self.betas[1]),
            before_epoch=self._before_epoch,
            after_epoch=partial(self._after_epoch, model),
            prepare=partial(captured, game=game, generator=generator),
            checkpoint=checkpoint,
        )
        self.n_iter_, self.device_ = len(next(iter(self.history_.values()))), str(device)
        return model()

    def _checkpoint(self, generator: torch.Generator, *data: np.ndarray) -> Checkpoint | None:
        """Of this training, which its data, parameters and versions tell from any other."""
        if self.checkpoint is None:
            return None
        params = self.get_params(deep=False)
        for name in ("checkpoint", "checkpoint_epochs", "sampling_strategy", "verbose"):
            del params[name]  # the networks do not depend on these
        if not is_count(self.random_state):
            params["random_state"] = None
        origin = (type(self).__name__, sorted(params.items()), __version__, torch.__version__)
        return Checkpoint(self.checkpoint, self.checkpoint_epochs, generator, *origin, *data)

    def _before_epoch(self) -> None:
        self._epoch = self._callback_fit_ctx.subcontext(task_name="epoch")
        self._epoch.call_on_fit_task_begin(estimator=self)

    def _after_epoch(
        self, model: Callable[[], TrainedModel], epoch: int, losses: dict[str, float]
    ) -> bool:
        """Tell callbacks, or whoever reads `verbose`; whether a callback wants to stop."""
        if not getattr(self, "_skl_callbacks", []):
            self._report(epoch, losses)
        return self.__dict__.pop("_epoch").call_on_fit_task_end(
            estimator=self,
            metadata={"epoch": epoch, "losses": losses},
            reconstruction_attributes=lambda: {"_model": model()},
        )

    def _report(self, epoch: int, losses: dict[str, float]) -> None:
        """A plain bar, about ten lines of it, where ``verbose`` asks for it."""
        if self.verbose and (epoch % max(1, self.max_epochs // 10) == 0):
            values = "  ".join(f"{name} {value:.4g}" for name, value in losses.items())
            bar = "#" * (10 * epoch // self.max_epochs)
            print(f"[{type(self).__name__}] [{bar:.<10}] {epoch}/{self.max_epochs}  {values}")


@dataclass(kw_only=True, eq=False, repr=False)
class AutoencodingSampler(AdversarialSampler):
    """A sampler whose game has an encoder and a decoder: it shows its latent space."""

    autoencoder_layers: Sequence[int] = (800, 800)
    latent_layers: Sequence[int] = (100, 100)

    _parameter_constraints: ClassVar[dict] = {
        **AdversarialSampler._parameter_constraints,
        "autoencoder_layers": ["array-like"],
        "latent_layers": ["array-like"],
    }

    def sample_latent(self, y: ArrayLike | int, *, random_state: Any = None) -> np.ndarray:
        """Draw synthetic codes G(z, y), the ones that `sample` decodes.

        Parameters
        ----------
        y : int or array-like of shape (n_samples,)
            As for `sample`.
        random_state : int, RandomState instance or None, default=None
            As for `sample`.

        Returns
        -------
        H : ndarray of shape (n_samples, n_latent)
            Codes, float32.
        """
        model, numbers = self._trained(), self._class_numbers(y)
        with self._resources():
            return model.sample_latent(numbers, self._generator(random_state))

    def encode(self, X: ArrayLike) -> np.ndarray:
        """Codes E(x) of real rows.

        Parameters
        ----------
        X : {array-like, dataframe, sparse matrix} of shape (n_samples, n_features)
            Rows in the units and columns of the training data.

        Returns
        -------
        H : ndarray of shape (n_samples, n_latent)
            Codes, float32.

        Raises
        ------
        ValueError
            If the columns are not those of the training data, or hold NaN or infinity.
        """
        model = self._trained()
        rows = self._new_rows(X)
        with self._resources():
            return model.encode(rows)

    def decode(self, H: ArrayLike) -> Any:
        """Rows R(h) of codes.

        Parameters
        ----------
        H : array-like of shape (n_samples, n_latent)
            Codes, as `encode` and `sample_latent` give them.

        Returns
        -------
        X : {ndarray, dataframe, sparse matrix, list} of shape (n_samples, n_features)
            Rows in the units, container and dtypes of the training data.

        Raises
        ------
        ValueError
            If the codes do not have ``n_latent`` columns.
        """
        model = self._trained()
        h = check_array(H, dtype=np.float32)
        if h.shape[1] != model.game.n_latent:
            raise ValueError(f"H has {h.shape[1]} columns, but n_latent={model.game.n_latent}.")
        return self._wrap(len(h), model.decode(h))
