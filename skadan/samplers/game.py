"""Over-sample with any game, including your own."""

from typing import Annotated, Any

import numpy as np

from .._training.batches import Batches
from .._training.rehearsal import check_networks, rehearse
from ..games.adan import ADANGame
from ..games.base import Game
from ..games.checks import check_members
from ..games.divergences import WassersteinDivergence
from ..games.networks import Networks
from ._parameters import (
    AutoShare,
    Betas,
    ClassWeight,
    Count,
    Device,
    Flag,
    Folder,
    NonNegative,
    OptionalCenter,
    Positive,
    Precision,
    RandomState,
    RowSpace,
    Share,
    Strategy,
    Verbose,
    with_parameters,
)
from .latent import LatentSampler


@with_parameters
class GameSampler(LatentSampler):
    """Over-sample with any game, including your own.

    The sampler trains any object with the methods of `skadan.games.Game`, and draws from it. If you
    only need your own divergence, pass it to `skadan.games.ADANGame`. By default nothing is added
    to the game: no noise, no class weights and no share of real rows.

    Parameters
    ----------
    game : Game, default=None
        A frozen dataclass with the methods of `skadan.games.Game`. None is
        ``ADANGame(WassersteinDivergence())``, the paper's WADAN. Before training, one iteration on
        a copy checks the game for errors.

    {sampling_strategy}

    {random_state}

    {clip}

    {whole_numbers}

    {class_weight}

    {input_noise}

    {center}

    {own_share}

    {anchor}

    {residuals}

    {training_parameters}

    Attributes
    ----------
    {attributes}

    See Also
    --------
    WADANSampler : The paper's game, with the defaults that worked best.
    save_sampler : Takes your own classes in its argument `trusted`.

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

    game: Annotated[Game | None, object] = None
    sampling_strategy: Strategy = "auto"
    random_state: RandomState = None
    clip: Flag = False
    whole_numbers: Flag = False
    class_weight: ClassWeight = None
    input_noise: NonNegative = 0.0
    center: OptionalCenter = None
    own_share: AutoShare = "auto"
    anchor: Share = 0.0
    residuals: Flag = False
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

    def make_game(self) -> Game:
        """Return the game with the sampler's parameters.

        Returns
        -------
        game : Game
            Networks, turns and losses.
        """
        return ADANGame(WassersteinDivergence()) if self.game is None else self.game

    def _has_encoder(self) -> bool:
        return hasattr(self.make_game(), "encode")

    def for_any_draw(self) -> Any:
        """Return an unfitted sampler whose fit serves any values of sampling-only parameters.

        Returns
        -------
        sampler : object
            A clone with other values of parameters such as ``sampling_strategy`` and ``anchor``.
        """
        made = super().for_any_draw()
        # Without an encoder there are no residuals, and `_check_settings` refuses residuals=True.
        return made if self._has_encoder() else made.set_params(residuals=False)

    def _check_settings(self, classes: np.ndarray, counts: np.ndarray) -> None:
        super()._check_settings(classes, counts)
        game = self.make_game()
        check_members(game, Game)
        if self.residuals and not self._has_encoder():
            raise TypeError(
                f"residuals=True needs codes of real rows, but {type(game).__name__} has no "
                "encode(networks, x): give it one, or pass residuals=False."
            )

    def _check_networks(self, game: Game, networks: Networks) -> None:
        check_networks(game, networks)

    def _networks(self, game: Game, batches: Batches) -> Networks:
        networks = super()._networks(game, batches)
        rehearse(game, networks, batches)
        return networks
