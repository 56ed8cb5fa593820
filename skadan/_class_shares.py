"""The class shares that a classifier's probabilities stand for."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from sklearn.calibration import CalibratedClassifierCV
from sklearn.frozen import FrozenEstimator
from sklearn.model_selection._search import BaseSearchCV
from sklearn.naive_bayes import ComplementNB
from sklearn.pipeline import Pipeline
from sklearn.svm import SVC, NuSVC
from sklearn.utils import column_or_1d
from sklearn.utils.class_weight import compute_class_weight

# Parameters of nested estimators that change class shares where they cannot be counted.
CHANGE_SHARES = ("class_weight", "sampling_strategy", "priors", "class_prior")
EQUAL_SHARES = ("auto", "all", "not minority")  # strategies that under-sample to equal classes


def last_step(estimator: Any) -> Any:
    """Return the innermost last step of a pipeline, or the estimator if it is not a pipeline."""
    while isinstance(estimator, Pipeline):
        estimator = estimator.steps[-1][1]
    return estimator


def class_counts(y: np.ndarray, classes: np.ndarray, weights: ArrayLike | None = None) -> Any:
    """Return the number of rows of each class, or the sum of their weights."""
    row_weights = np.broadcast_to(1.0 if weights is None else np.asarray(weights), y.shape)
    return np.array([row_weights[y == label].sum() for label in classes])


def fit_and_record(estimator: Any, X: Any, y: Any, params: dict) -> tuple[Any, dict]:
    """Fit an estimator; return the labels and the parameters that its last step was fitted to."""
    step = last_step(estimator)
    if isinstance(step, FrozenEstimator):  # it learns nothing, and its clones share one object
        estimator.fit(X, y, **params)
        return y, params
    with _recording(step) as seen:
        estimator.fit(X, y, **params)
    return seen["y"], seen["params"]


@contextmanager
def _recording(step: Any) -> Iterator[dict]:
    """Record what `step.fit` is called with, by shadowing the method on this instance."""
    seen: dict = {}
    fit = step.fit

    @wraps(fit)
    def record(X: Any, y: Any = None, **params: Any) -> Any:
        del step.fit  # first of all: a step may pickle or clone itself while it trains
        seen.update(y=y, params=params)
        return fit(X, y, **params)

    step.fit = record
    try:
        yield seen
    finally:
        vars(step).pop("fit", None)  # if it was never called


def check_shares_can_be_told(step: Any) -> None:
    """Raise if a last step changes class shares inside itself, out of sight."""
    if isinstance(step, FrozenEstimator):
        check_shares_can_be_told(step.estimator)
    elif isinstance(step, Pipeline):  # of a frozen estimator or of a search
        for name, transformer in step.steps:
            if hasattr(transformer, "fit_resample"):
                raise ValueError(_out_of_sight(step, name, transformer))
        check_shares_can_be_told(last_step(step))
    elif not _is_calibrated(step) and "priors" not in step.get_params(deep=False):
        for name, value in step.get_params(deep=True).items():
            # A search may choose weights; those of its best estimator are looked up later.
            nested = "__" in name and not isinstance(step, BaseSearchCV)
            changes = nested and name.endswith(CHANGE_SHARES) and value is not None
            if changes or hasattr(value, "fit_resample"):
                raise ValueError(_out_of_sight(step, name, value))
        _check_balances(step)


def _out_of_sight(step: Any, name: str, value: Any) -> str:
    outer = type(step).__name__
    return (
        f"estimator: {name}={value!r} inside {outer} changes the class shares that the classifier "
        "learns from, and they cannot be counted there. Put the correction inside instead, as in "
        f"{outer}(PriorCorrectedClassifier(...)). A frozen pipeline with a sampler has to be "
        "fitted again, without FrozenEstimator."
    )


def _check_balances(step: Any) -> None:
    """Raise if an ensemble resamples inside itself, but not to equal classes."""
    strategy = getattr(step, "sampling_strategy", None)
    equal = isinstance(strategy, str) and strategy in EQUAL_SHARES
    weighted = getattr(step, "class_weight", None) is not None
    if strategy is not None and (weighted or not equal):
        raise ValueError(
            f"estimator: {step!r} resamples inside itself. The class shares that it learns from "
            f"are known only if sampling_strategy is one of {EQUAL_SHARES} and class_weight is "
            "None."
        )


def _is_calibrated(step: Any) -> bool:
    """Whether a classifier fits its probabilities to the rows of y once more, unweighted by class.

    Temperature scaling has no intercept: class weights remain in its probabilities.
    """
    if isinstance(step, CalibratedClassifierCV):
        return step.method in ("sigmoid", "isotonic")
    return isinstance(step, SVC | NuSVC)


def trained_shares(step: Any, y: Any, params: dict) -> np.ndarray:
    """Return the class shares that the probabilities of a fitted last step stand for.

    `y` and `params` are what it was fitted to.
    """
    if isinstance(step, FrozenEstimator):
        return trained_shares(step.estimator, y, params)
    if isinstance(step, Pipeline):
        return trained_shares(last_step(step), y, params)
    if isinstance(step, BaseSearchCV):
        _refuse_weights_in_search(step, params)
        check_shares_can_be_told(step.best_estimator_)
        return trained_shares(step.best_estimator_, y, params)
    shares = _stated_shares(step)
    if shares is None:
        shares = _counted_shares(step, column_or_1d(y), params.get("sample_weight"))
    if not (shares > 0).all():
        raise ValueError(
            f"estimator: the classes {step.classes_[shares <= 0].tolist()} have no share, because "
            "sample_weight, class_weight or a prior is 0 for them. Make it positive."
        )
    return shares / shares.sum()


def _refuse_weights_in_search(search: Any, params: dict) -> None:
    weights = [name for name in params if name.endswith("sample_weight")]
    if weights:
        outer = type(search).__name__
        raise ValueError(
            f"{weights[0]} was given to {outer}, which may use it for fits, scores or both. Put "
            f"the search outside: {outer}(PriorCorrectedClassifier(...), ...)."
        )


def _stated_shares(step: Any) -> np.ndarray | None:
    """Return the class shares that a fitted classifier states itself, as those of Bayes' rule do.

    `PriorCorrectedClassifier` is one of them.
    """
    if isinstance(step, ComplementNB):  # it has priors but does not use them
        return np.ones(len(step.classes_))
    if hasattr(step, "class_log_prior_"):
        return np.exp(step.class_log_prior_)
    shares = getattr(step, "priors_", getattr(step, "class_prior_", None))
    return None if shares is None else np.asarray(shares, dtype=np.float64)


def _counted_shares(step: Any, y: np.ndarray, weights: ArrayLike | None) -> np.ndarray:
    """Return the weighted class counts of what a classifier was fitted to."""
    classes = step.classes_
    rows = class_counts(y, classes)
    unknown = sorted(set(y.tolist()) - set(classes.tolist()), key=str)
    if unknown or not rows.all():
        raise ValueError(
            f"The classes of y are {np.unique(y).tolist()}, those of the fitted estimator "
            f"{classes.tolist()}: fit with a y that has rows of the same classes."
        )
    if isinstance(step, SVC | NuSVC):  # the scaling of its scores to probabilities uses no weights
        return rows
    counts = class_counts(y, classes, weights)
    if getattr(step, "sampling_strategy", None) is not None:
        return counts / rows  # equal, but for sample weights
    return counts * _class_weights(step, y, weights)


def _class_weights(step: Any, y: np.ndarray, weights: ArrayLike | None) -> np.ndarray:
    """Return the weight of each class that a classifier's `class_weight` stands for."""
    class_weight = getattr(step, "class_weight", None)
    if isinstance(class_weight, str):  # or "balanced_subsample", which differs by chance only
        if weights is not None:
            raise ValueError(
                f"class_weight={class_weight!r} and sample_weight together: classifiers differ in "
                "what they balance. Give class_weight as a dict, or leave one of them out."
            )
        class_weight = "balanced"
    return compute_class_weight(class_weight, classes=step.classes_, y=y)
