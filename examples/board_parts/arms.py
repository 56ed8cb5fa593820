"""Arms of the board: each changes the training set, or how a classifier uses it."""

from collections.abc import Callable
from functools import cached_property, partial
from typing import Any

import numpy as np
from board_parts.classifiers import CORRECTION, LDA
from board_parts.peers import PACKAGES, peer_rows
from board_parts.wrappers import TunedThresholds, in_bags
from imblearn.over_sampling import ADASYN, SMOTE, SVMSMOTE, BorderlineSMOTE, RandomOverSampler
from imblearn.under_sampling import RandomUnderSampler
from studies import training_sets
from studies.training_sets import gaussian, mixture, with_codes

from skadan import (
    ADANSampler,
    FrozenSampler,
    NoiseSampler,
    PartialFill,
    ShrunkenSampler,
    WADANSampler,
)
from skadan.model_selection import smote_neighbors

NEIGHBORS = training_sets.NEIGHBORS | {"BorderlineSMOTE": "k_neighbors", "SVMSMOTE": "k_neighbors"}
SAMPLERS: dict[str, Callable[..., Any]] = {
    "duplication": RandomOverSampler,
    "smoothed bootstrap": partial(RandomOverSampler, shrinkage=1.0),
    "SMOTE": SMOTE,
    "BorderlineSMOTE": BorderlineSMOTE,
    "SVMSMOTE": SVMSMOTE,
    "ADASYN": ADASYN,
    "under-sampling": RandomUnderSampler,
    "noise": NoiseSampler,
    "ShrunkenSampler": ShrunkenSampler,
    "ADAN": ADANSampler,
}
PARTIAL = "partial "  # prefix of arms that fill rare classes only in part
CODES = {"latent Gaussian": gaussian, "latent mixing": mixture}
SHARING_WADAN = ("WADAN", PARTIAL + "WADAN", *CODES)  # in one task: WADAN is trained once
BAGGED = "bagged under-sampling"
TUNED = "tuned thresholds"
WRAPPERS = {BAGGED: in_bags, TUNED: TunedThresholds}
WITHOUT_ROWS = ("none", "prior correction", TUNED, "class weights", BAGGED, LDA)
WITH_FEW_ROWS = tuple(PARTIAL + arm + CORRECTION for arm in ("SMOTE", "ShrunkenSampler", "WADAN"))
ARMS = (*WITHOUT_ROWS, *SAMPLERS, "WADAN", *CODES, *WITH_FEW_ROWS, *PACKAGES)


class TrainingSets:
    """The training sets that arms make from the rows Z (n, d) and labels y (n,) of one fold.

    `strategy` says how many rows samplers add. Under-sampling ignores it, and cuts all classes to
    the size of the rarest. `own` are the samplers of a study file, by name.
    """

    def __init__(
        self,
        Z: np.ndarray,
        y: np.ndarray,
        strategy: Any,
        seed: int,
        own: dict[str, Callable[..., Any]] | None = None,
    ) -> None:
        self.Z, self.y, self.strategy, self.seed, self.own = Z, y, strategy, seed, own or {}

    @cached_property
    def wadan(self) -> WADANSampler:
        """WADAN trained on the rows, once for all arms that need it."""
        return WADANSampler(random_state=self.seed).fit(self.Z, self.y)

    def make(self, arm: str) -> tuple[np.ndarray, np.ndarray]:
        """Return rows and labels of an arm; RuntimeError or ValueError if the sampler refuses."""
        Z, y, strategy, seed = self.Z, self.y, self.strategy, self.seed
        centre: dict[str, Any] = {}
        if arm.startswith(PARTIAL):
            # The correction moves the boundary already, so rows are centred on the class means.
            arm, strategy, centre = arm.removeprefix(PARTIAL), PartialFill(), {"center": "mean"}
        if arm in self.own:
            return self._own_sampler_rows(arm)
        if arm in PACKAGES:
            return peer_rows(arm, Z, y, strategy, seed)
        if arm in CODES:
            return with_codes(self.wadan, Z, y, strategy, seed, CODES[arm])
        if arm == "WADAN":
            frozen = FrozenSampler(self.wadan, sampling_strategy=strategy, **centre)
            return frozen.fit_resample(Z, y)
        if arm not in SAMPLERS:
            return Z, y
        keywords: dict[str, Any] = {"random_state": seed}
        if arm == "ShrunkenSampler":
            keywords |= centre
        if arm != "under-sampling":
            keywords["sampling_strategy"] = strategy
        if arm in NEIGHBORS:
            keywords[NEIGHBORS[arm]] = smote_neighbors(y)
        return SAMPLERS[arm](**keywords).fit_resample(Z, y)

    def _own_sampler_rows(self, arm: str) -> tuple[np.ndarray, np.ndarray]:
        """Return rows and labels of a sampler of a study file, with its own parameters."""
        sampler = self.own[arm]()
        params = sampler.get_params()
        if "random_state" in params:
            sampler.set_params(random_state=self.seed)
        if params.get("sampling_strategy") == "auto":
            sampler.set_params(sampling_strategy=self.strategy)
        return sampler.fit_resample(self.Z, self.y)
