"""The samplers that the paper compares, and their synthetic rows."""

from typing import Any

import numpy as np
from imblearn.over_sampling import SMOTE, RandomOverSampler

from skadan import (
    AAESampler,
    ADANSampler,
    ConditionalGANSampler,
    GANSampler,
    NoiseSampler,
    Replicate,
    WADANSampler,
)
from skadan.model_selection import smote_neighbors

TRAINED = {
    "GAN": GANSampler,
    "cGAN": ConditionalGANSampler,
    "AAE": AAESampler,
    "ADAN": ADANSampler,
    "WADAN": WADANSampler,
}
SAMPLERS = {"duplication": RandomOverSampler, "noise": NoiseSampler, "SMOTE": SMOTE} | TRAINED


def new_sampler(arm: str, epochs: int | None, seed: int, **keywords: Any) -> Any:
    """Return a sampler. `epochs` is for trained ones; None leaves their default."""
    if arm in TRAINED and epochs is not None:
        keywords["max_epochs"] = epochs
    return SAMPLERS[arm](random_state=seed, **keywords)


def synthetic_rows(
    arm: str, X: np.ndarray, y: np.ndarray, labels: np.ndarray, epochs: int | None, seed: int
) -> np.ndarray:
    """Return synthetic rows for these labels, by a sampler fitted on X and y."""
    if arm in TRAINED or arm == "noise":
        return new_sampler(arm, epochs, seed).fit(X, y).sample(labels)[0]
    return resampled_rows(arm, X, y, labels, seed)


def resampled_rows(
    arm: str, X: np.ndarray, y: np.ndarray, labels: np.ndarray, seed: int
) -> np.ndarray:
    """Return rows for these labels from whole sets, made by a sampler of imbalanced-learn."""
    classes = np.unique(labels)
    n_sets = max(-(-np.sum(labels == c) // np.sum(y == c)) for c in classes)
    sampler = SAMPLERS[arm](sampling_strategy=Replicate(int(n_sets)), random_state=seed)
    if arm == "SMOTE":
        sampler.set_params(k_neighbors=smote_neighbors(y))
    X_new, y_new = (values[len(X) :] for values in sampler.fit_resample(X, y))
    rows = {c: iter(np.flatnonzero(y_new == c)) for c in classes}
    return X_new[[next(rows[c]) for c in labels]]
