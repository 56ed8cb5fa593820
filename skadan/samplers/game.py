"""A sampler for any game, one's own among them."""

from dataclasses import is_dataclass
from typing import Annotated, Any

import numpy as np

from ..games.adan import ADANGame
from ..games.base import Game, check_members
from ..games.divergences import WassersteinDivergence
from ._parameters import (
    Betas,
    ClassWeight,
    Count,
    Device,
    Folder,
    NonNegative,
    Positive,
    Precision,
    RandomState,
    Residuals,
    RowSpace,
    Share,
    Shrink,
    Strategy,
    Verbose,
    with_parameters,
)
from .latent import LatentSampler


@with_parameters
class GameSampler(LatentSampler):
    """Over-sampling by a game of one's own.

    It trains any object with the methods of `skadan.games.Game`, and draws from it. A divergence of
    one's own goes into `skadan.games.ADANGame`. By default nothing is added to the game: no noise,
    no class weights, no part of a real row.

    Parameters
    ----------
    game : Game, default=None
        Who plays: a dataclass with the methods of `skadan.games.Game`. None is
        ``ADANGame(WassersteinDivergence())``, the paper's WADAN.

    {sampling_strategy}

    {random_state}

    {class_weight}

    {input_noise}

    {residuals}

    {anchor}

    {shrink}

    {training_parameters}

    Attributes
    ----------
    {attributes}

    See Also
    --------
    WADANSampler : The paper's game, with the defaults that served best.
    save_generator : Takes the classes of one's own by its argument `trusted`.

    Examples
    --------
    >>> from skadan import GameSampler, Replicate
    >>> from skadan.datasets import make_speaker_classification
    >>> from skadan.games import ADANGame, CrossEntropy
    >>> X, y, _ = make_speaker_classification(n_samples=40, n_features=60, random_state=0)
    >>> game = ADANGame(CrossEntropy(), n_latent=8, reconstruction_weight="mean")
    >>> sampler = GameSampler(
    ...     game=game, sampling_strategy=Replicate(1), max_epochs=2, random_state=0
    ... )
    >>> X_new, y_new = sampler.fit_resample(X, y)
    >>> X_new.shape
    (80, 60)
    """

    game: Annotated[Any, object] = None
    sampling_strategy: Strategy = "auto"
    random_state: RandomState = None
    class_weight: ClassWeight = None
    input_noise: NonNegative = 0.0
    residuals: Residuals = None
    anchor: Share = 0.0
    shrink: Shrink = 1.0
    row_space: RowSpace = "auto"
    precision: Precision = "float32"
    max_epochs: Count = 200
    batch_size: Count = 128
    learning_rate: Positive = 5e-4
    betas: Betas = (0.5, 0.9)
    n_threads: Count = 1
    device: Device = "auto"
    checkpoint: Folder = None
    checkpoint_epochs: Count = 20
    verbose: Verbose = 0

    def _game(self) -> Game:
        return ADANGame(WassersteinDivergence()) if self.game is None else self.game

    def _check_settings(self, classes: np.ndarray, counts: np.ndarray) -> None:
        super()._check_settings(classes, counts)
        game = self._game()
        check_members(game, Game)
        name = type(game).__name__
        if isinstance(game, type) or not is_dataclass(game):
            raise TypeError(f"game={game!r}: pass an instance of a dataclass.")
        if self.residuals is not None and not hasattr(game, "encode"):
            raise TypeError(
                f"residuals={self.residuals!r} needs codes of real rows, but {name} has no "
                "encode(networks, x): give it one, or pass residuals=None."
            )
