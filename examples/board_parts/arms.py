"""Arms of the board: ways to make a training set, or to weigh or bag the one there is."""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
from imblearn.ensemble import BalancedBaggingClassifier, BalancedRandomForestClassifier
from imblearn.over_sampling import ADASYN, SMOTE, SVMSMOTE, BorderlineSMOTE, RandomOverSampler
from imblearn.under_sampling import RandomUnderSampler

from skadan import ADANSampler, NoiseSampler, WADANSampler
from skadan.model_selection import smote_neighbors

NEIGHBORS = {
    SMOTE: "k_neighbors",
    BorderlineSMOTE: "k_neighbors",
    SVMSMOTE: "k_neighbors",
    ADASYN: "n_neighbors",
}
SAMPLERS: dict[str, Callable[..., Any]] = {
    "duplication": RandomOverSampler,
    "SMOTE": SMOTE,
    "BorderlineSMOTE": BorderlineSMOTE,
    "SVMSMOTE": SVMSMOTE,
    "ADASYN": ADASYN,
    "under-sampling": RandomUnderSampler,
    "noise": NoiseSampler,
    "ADAN": ADANSampler,
    "WADAN": WADANSampler,
}
N_BAGS = 15


def training_set(
    arm: str, Z: np.ndarray, y: np.ndarray, strategy: Any, seed: int
) -> tuple[np.ndarray, np.ndarray]:
    """Rows and labels that the classifiers are fitted on.

    Samplers that refuse a table (no neighbour of another class, a class of one row) leave it as it
    is: so would their user.
    """
    if arm not in SAMPLERS or strategy is None:
        return Z, y
    sampler = SAMPLERS[arm](sampling_strategy=strategy, random_state=seed)
    if type(sampler) in NEIGHBORS:
        sampler.set_params(**{NEIGHBORS[type(sampler)]: smote_neighbors(y)})
    try:
        return sampler.fit_resample(Z, y)
    except (RuntimeError, ValueError):
        if type(sampler) not in NEIGHBORS:
            raise
        return Z, y


def in_bags(classifier: Any, name: str, seed: int) -> Any:
    """The same classifier, bagged over balanced under-samples; a forest has its own kind."""
    if name == "forest":
        leaf = classifier.min_samples_leaf
        return BalancedRandomForestClassifier(
            100,
            min_samples_leaf=leaf,
            sampling_strategy="all",
            replacement=True,
            bootstrap=False,
            random_state=seed,
        )
    return BalancedBaggingClassifier(
        classifier, n_estimators=N_BAGS, bootstrap=False, random_state=seed
    )


def wrapper(arm: str, name: str, seed: int) -> Callable[[Any], Any]:
    """What an arm puts around a classifier."""
    return partial(in_bags, name=name, seed=seed) if arm == "bagged under-sampling" else lambda c: c


ARMS = ("none", "class weights", "bagged under-sampling", *SAMPLERS)
