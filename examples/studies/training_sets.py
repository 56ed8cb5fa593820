"""Training sets for the evidence study: real rows, and what each arm adds to them."""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
from imblearn.over_sampling import ADASYN, SMOTE, RandomOverSampler
from imblearn.utils import check_sampling_strategy
from sklearn.covariance import LedoitWolf

from skadan import ADANSampler, NoiseSampler, WADANSampler
from skadan.model_selection import smote_neighbors

TrainingSet = tuple[np.ndarray, np.ndarray]  # X (n, d) and y (n,)

# %%
# Two reference samplers need no network. One moves rows of any class to the mean of the wanted
# class. The other moves copies towards the mean of all rows, which gives a rare class more room.


def mean_and_residual(X: np.ndarray, y: np.ndarray, strategy: Any, seed: int) -> TrainingSet:
    """Add rows: the mean of the wanted class plus the deviation of any row from its class mean."""
    rng = np.random.default_rng(seed)
    classes, numbers = np.unique(y, return_inverse=True)
    means = np.stack([X[numbers == k].mean(0) for k in range(len(classes))])
    missing = check_sampling_strategy(strategy, y, "over-sampling")
    wanted = np.searchsorted(classes, np.repeat(list(missing), list(missing.values())))
    rows = rng.integers(len(X), size=len(wanted))
    new = means[wanted] + X[rows] - means[numbers[rows]]
    return np.vstack([X, new]), np.concatenate([y, classes[wanted]])


def shrunken_copies(
    X: np.ndarray, y: np.ndarray, strategy: Any, seed: int, shrink: float = 0.65
) -> TrainingSet:
    """Add copies of rows at `shrink` times their distance from the mean of all rows."""
    sampler = RandomOverSampler(sampling_strategy=strategy, random_state=seed)
    X_new, y_new = sampler.fit_resample(X, y)
    mean, copied = X.mean(0), np.arange(len(X_new)) >= len(X)
    X_new[copied] = mean + shrink * (X_new[copied] - mean)
    return X_new, y_new


# %%
# Two more reference samplers replace the codes from WADAN's generator. The encoder, the decoder and
# all later steps are those of WADAN.

DrawCodes = Callable[[np.ndarray, int, np.random.Generator], np.ndarray]


def decoded_codes(
    X: np.ndarray, y: np.ndarray, strategy: Any, seed: int, draw: DrawCodes
) -> TrainingSet:
    """Add rows that WADAN decodes from codes, which ``draw(codes of a class, n, rng)`` returns."""
    return with_codes(WADANSampler(random_state=seed).fit(X, y), X, y, strategy, seed, draw)


def with_codes(
    sampler: Any, X: np.ndarray, y: np.ndarray, strategy: Any, seed: int, draw: DrawCodes
) -> TrainingSet:
    """Add rows as `decoded_codes` does, with a fitted sampler."""
    rng = np.random.default_rng(seed)
    missing = check_sampling_strategy(strategy, y, "over-sampling")
    y_new = np.repeat(np.array(list(missing), dtype=y.dtype), list(missing.values()))
    H = sampler.encode(X)
    H_new = [draw(H[y == c], n, rng) for c, n in missing.items()]
    new = sampler.sample_from_codes(np.concatenate(H_new), y_new, random_state=seed)
    return np.vstack([X, new]), np.concatenate([y, y_new])


def gaussian(codes: np.ndarray, n: int, rng: np.random.Generator) -> np.ndarray:
    """Draw codes from a Gaussian with the mean and Ledoit-Wolf covariance of a class."""
    if len(codes) < 2:
        return np.repeat(codes, n, axis=0)
    codes = codes.astype(float)
    covariance = LedoitWolf().fit(codes).covariance_  # singular for two codes
    return rng.multivariate_normal(codes.mean(0), covariance, n, method="eigh")


def mixture(codes: np.ndarray, n: int, rng: np.random.Generator) -> np.ndarray:
    """Draw points on lines between two codes of a class."""
    one, two = codes[rng.integers(len(codes), size=(2, n))]
    return one + rng.random((n, 1)) * (two - one)


# %%
# The arms. Class weights leave the training set as it is and act in the classifier.

REFERENCE_SAMPLERS = {
    "latent Gaussian": partial(decoded_codes, draw=gaussian),
    "latent mixing": partial(decoded_codes, draw=mixture),
    "mean and residual": mean_and_residual,
    "shrunken copies": shrunken_copies,
}
SAMPLERS = {
    "duplication": RandomOverSampler,
    "SMOTE": SMOTE,
    "ADASYN": ADASYN,
    "noise": NoiseSampler,
    "ADAN": ADANSampler,
    "WADAN": WADANSampler,
}
# WADAN without one of its departures from the paper, or with another value of a parameter.
ABLATIONS = {
    "no centre": {"center": None},
    "class means": {"center": "mean"},
    "own scatter": {"own_share": 1.0},
    "anchor 0": {"anchor": 0.0},
    "no residuals": {"residuals": False},
    "summed reconstruction": {"reconstruction_weight": 1.0},
    "blind critic": {"conditional_critic": False},
    "one latent step": {"latent_steps": 1},
    "no input noise": {"input_noise": 0.0},
    "the paper's Adam": {"learning_rate": 1e-4, "betas": (0.9, 0.999)},
    "bfloat16": {"precision": "bfloat16"},
    "anchor 0.5, no centre": {"anchor": 0.5, "center": None},
    "all columns": {"row_space": False},
}
SAMPLERS |= {f"WADAN, {name}": partial(WADANSampler, **kw) for name, kw in ABLATIONS.items()}
NEIGHBORS = {"SMOTE": "k_neighbors", "ADASYN": "n_neighbors"}
ARMS = ("none", "class weights", *SAMPLERS, *REFERENCE_SAMPLERS)


def training_set(arm: str, X: np.ndarray, y: np.ndarray, strategy: Any, seed: int) -> TrainingSet:
    """Return the rows and labels that the classifiers are fitted on."""
    if arm in ("none", "class weights"):
        return X, y
    if arm in REFERENCE_SAMPLERS:
        return REFERENCE_SAMPLERS[arm](X, y, strategy, seed)
    keywords = {"sampling_strategy": strategy, "random_state": seed}
    if arm in NEIGHBORS:
        keywords[NEIGHBORS[arm]] = smote_neighbors(y)
    try:
        return SAMPLERS[arm](**keywords).fit_resample(X, y)
    except (RuntimeError, ValueError):
        if arm != "ADASYN":
            raise
        return X, y  # ADASYN refuses if no rare row has a neighbour of another class
