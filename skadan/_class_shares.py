"""Find out which class shares a classifier's probabilities assume."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import wraps
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from sklearn.calibration import CalibratedClassifierCV
from sklearn.ensemble import AdaBoostClassifier, VotingClassifier
from sklearn.frozen import FrozenEstimator
from sklearn.model_selection._search import BaseSearchCV
from sklearn.naive_bayes import ComplementNB
from sklearn.pipeline import Pipeline
from sklearn.svm import SVC, NuSVC
from sklearn.utils import column_or_1d
from sklearn.utils.class_weight import compute_class_weight

# Parameters that change the class shares inside a nested estimator, where they cannot be counted.
CHANGE_SHARES = ("class_weight", "sampling_strategy", "priors", "class_prior")
# Names of class weights in other libraries, and the value besides None that means no weights.
OTHER_WEIGHTS = {
    "scale_pos_weight": 1,
    "class_weights": None,
    "auto_class_weights": "None",
    "is_unbalance": False,
}
# Values of sampling_strategy with which imbalanced-learn's ensembles under-sample to equal classes.
EQUAL_SHARES = ("auto", "all", "not minority")


def last_step(estimator: Any) -> Any:
    """Return the innermost last step of a pipeline, or the estimator if it is not a pipeline."""
    while isinstance(estimator, Pipeline):
        estimator = estimator.steps[-1][1]
    return estimator


def class_counts(y: np.ndarray, classes: np.ndarray, weights: ArrayLike | None = None) -> Any:
    """Return the number of rows of each class, or the sum of their weights."""
    row_weights = np.broadcast_to(1.0 if weights is None else np.asarray(weights), y.shape)
    return np.array([row_weights[y == label].sum() for label in classes])


def row_counts(y: np.ndarray, classes: np.ndarray, allow_others: bool = False) -> Any:
    """Return the number of rows of each class.

    Raises
    ------
    ValueError
        If a class has no row, or a label is not among the classes and `allow_others` is False.
    """
    rows = class_counts(y, classes)
    unknown = set(y.tolist()) - set(classes.tolist())
    if not rows.all() or (unknown and not allow_others):
        raise ValueError(
            f"The classes of y are {np.unique(y).tolist()}, those of the fitted estimator "
            f"{classes.tolist()}: fit with a y that has rows of the same classes."
        )
    return rows


def fit_and_record(estimator: Any, X: Any, y: Any, params: dict) -> tuple[Any, dict]:
    """Fit an estimator; return the labels and parameters that its last step was fitted with."""
    step = last_step(estimator)
    # A frozen step learns nothing. Its clones share one object, which must not be changed.
    if isinstance(step, FrozenEstimator):
        estimator.fit(X, y, **params)
        return y, params
    with _recording(step) as seen:
        estimator.fit(X, y, **params)
    if "y" not in seen:
        raise ValueError(
            f"estimator: the fit of {type(estimator).__name__} did not call the fit of its last "
            f"step {step!r}, for example because it fits a clone of it. The rows that the step was "
            "trained with cannot be counted. Use a pipeline that fits the last step itself."
        )
    return seen["y"], seen["params"]


@contextmanager
def _recording(step: Any) -> Iterator[dict]:
    """Record the arguments of `step.fit`, by replacing the method on this instance."""
    seen: dict = {}
    fit = step.fit

    @wraps(fit)
    def record(X: Any, y: Any = None, **params: Any) -> Any:
        del step.fit  # before the fit: the step may pickle or clone itself while it trains
        seen.update(y=y, params=params)
        return fit(X, y, **params)

    step.fit = record
    try:
        yield seen
    finally:
        vars(step).pop("fit", None)  # in case the fit was never called


def check_shares_are_known(step: Any) -> None:
    """Refuse a last step that changes class shares internally, where they cannot be counted."""
    if isinstance(step, FrozenEstimator):
        check_shares_are_known(step.estimator)
    elif isinstance(step, Pipeline):  # inside a frozen estimator or a search
        for name, transformer in step.steps:
            if hasattr(transformer, "fit_resample"):
                raise ValueError(_hidden_change(step, name, transformer))
        check_shares_are_known(last_step(step))
    # The first kind fits its probabilities to the rows once more; the second states its shares.
    elif not _is_calibrated(step) and "priors" not in step.get_params(deep=False):
        _check_parameters(step)
        _check_balances(step)
        _check_scale(step)


def _check_parameters(step: Any) -> None:
    """Refuse parameters, nested ones included, whose effect on class shares cannot be counted."""
    # A search may choose weights itself; `trained_shares` takes those of its best estimator.
    is_search = isinstance(step, BaseSearchCV)
    for name, value in step.get_params(deep=True).items():
        nested = "__" in name and not is_search
        changes = nested and name.endswith(CHANGE_SHARES) and value is not None
        if changes or hasattr(value, "fit_resample"):
            raise ValueError(_hidden_change(step, name, value))
        if not is_search and _weights_classes(name.rsplit("__")[-1], value):
            raise ValueError(
                f"estimator: {name}={value!r} of {type(step).__name__} weights the classes, but is "
                "not counted among the class shares: they would be corrected twice. Leave it out, "
                "since the correction does its work."
            )


def _weights_classes(name: str, value: Any) -> bool:
    """Return whether a parameter sets class weights under another name."""
    if name not in OTHER_WEIGHTS or value is None:
        return False
    # Lists, dicts and arrays are always weights; comparing an array would give an array.
    return not np.isscalar(value) or value != OTHER_WEIGHTS[name]


def _check_scale(step: Any) -> None:
    """Refuse probabilities of AdaBoost, and averages of them."""
    if not isinstance(step, BaseSearchCV) and _is_boosted(step):
        raise ValueError(
            f"estimator: the probabilities of {step!r} come from AdaBoost and are not on the scale "
            "of class shares, so a corrected classifier may predict a single class. Wrap the "
            "estimator in sklearn.calibration.CalibratedClassifierCV."
        )


def _is_boosted(classifier: Any) -> bool:
    """Return whether a classifier is AdaBoost, or averages the probabilities of such ones."""
    classifier = last_step(classifier)
    if isinstance(classifier, CalibratedClassifierCV):
        return False
    if isinstance(classifier, VotingClassifier):
        return any(_is_boosted(voter) for _, voter in classifier.estimators)
    inner = getattr(classifier, "estimator", None)
    if inner is None:  # EasyEnsemble by name, so that imbalanced-learn is not imported for it
        names = [ancestor.__name__ for ancestor in type(classifier).__mro__]
        return "EasyEnsembleClassifier" in names or isinstance(classifier, AdaBoostClassifier)
    return isinstance(classifier, AdaBoostClassifier) or _is_boosted(inner)


def _hidden_change(step: Any, name: str, value: Any) -> str:
    """Return the error message for a parameter that changes class shares inside `step`."""
    outer = type(step).__name__
    return (
        f"estimator: {name}={value!r} inside {outer} changes the class shares that the classifier "
        "learns from, and they cannot be counted there. Put the correction inside instead, as in "
        f"{outer}(PriorCorrectedClassifier(...)). A frozen pipeline with a sampler has to be "
        "fitted again, without FrozenEstimator."
    )


def _check_balances(step: Any) -> None:
    """Refuse an ensemble that resamples internally to other than equal classes."""
    strategy = getattr(step, "sampling_strategy", None)
    equal = isinstance(strategy, str) and strategy in EQUAL_SHARES
    weighted = getattr(step, "class_weight", None) is not None
    if strategy is not None and (weighted or not equal):
        raise ValueError(
            f"estimator: {step!r} resamples internally. The class shares that it learns from "
            f"are known only if sampling_strategy is one of {EQUAL_SHARES} and class_weight is "
            "None."
        )


def _is_calibrated(step: Any) -> bool:
    """Return whether a classifier calibrates its probabilities on the rows, without class weights.

    Temperature scaling does not count: it has no intercept, so class weights remain in its
    probabilities.
    """
    if isinstance(step, CalibratedClassifierCV):
        return step.method in ("sigmoid", "isotonic")
    return isinstance(step, SVC | NuSVC)


def trained_shares(step: Any, y: Any, params: dict) -> np.ndarray:
    """Return the class shares that the probabilities of a fitted last step assume.

    `y` and `params` are the labels and parameters that it was fitted with.
    """
    if isinstance(step, FrozenEstimator):
        return trained_shares(step.estimator, y, params)
    if isinstance(step, Pipeline):
        return trained_shares(last_step(step), y, params)
    if isinstance(step, BaseSearchCV):
        _refuse_weights_in_search(step, params)
        check_shares_are_known(step.best_estimator_)
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
    """Refuse sample weights that were passed to a search."""
    weights = [name for name in params if name.endswith("sample_weight")]
    if weights:
        outer = type(search).__name__
        raise ValueError(
            f"{weights[0]} was given to {outer}, which may use it for fits, scores or both. Put "
            f"the search outside: {outer}(PriorCorrectedClassifier(...), ...)."
        )


def _stated_shares(step: Any) -> np.ndarray | None:
    """Return the class shares that a fitted classifier states in an attribute, if it does.

    Classifiers that use Bayes' rule do, and `PriorCorrectedClassifier`.
    """
    if isinstance(step, ComplementNB):  # it has priors but does not use them
        return np.ones(len(step.classes_))
    if hasattr(step, "class_log_prior_"):
        return np.exp(step.class_log_prior_)
    shares = getattr(step, "priors_", getattr(step, "class_prior_", None))
    return None if shares is None else np.asarray(shares, dtype=np.float64)


def _counted_shares(step: Any, y: np.ndarray, weights: ArrayLike | None) -> np.ndarray:
    """Return the weighted class counts of the rows that a classifier was fitted with."""
    rows = row_counts(y, step.classes_)
    if isinstance(step, SVC | NuSVC):  # libsvm calibrates its probabilities without weights
        return rows
    counts = class_counts(y, step.classes_, weights)
    if getattr(step, "sampling_strategy", None) is not None:
        return counts / rows  # equal classes, apart from sample weights
    return counts * _class_weights(step, y, weights)


def _class_weights(step: Any, y: np.ndarray, weights: ArrayLike | None) -> np.ndarray:
    """Return the weight of each class from a classifier's `class_weight`."""
    class_weight = getattr(step, "class_weight", None)
    if isinstance(class_weight, str):  # "balanced", or "balanced_subsample", its bootstrap version
        if weights is not None:
            raise ValueError(
                f"class_weight={class_weight!r} and sample_weight together: classifiers differ in "
                "what they balance. Give class_weight as a dict, or leave one of them out."
            )
        class_weight = "balanced"
    return compute_class_weight(class_weight, classes=step.classes_, y=y)


def parse_priors(priors: dict | Sequence | np.ndarray, classes: list) -> np.ndarray:
    """Return the user's priors as an array, in the order of the classes."""
    if hasattr(priors, "to_dict"):  # a pandas Series, whose order is rarely that of the classes
        priors = priors.to_dict()
    if isinstance(priors, dict):
        missing = [label for label in classes if label not in priors]
        unknown = [label for label in priors if label not in classes]
        if missing or unknown:
            raise ValueError(
                f"priors={priors!r}: missing labels {missing}, unknown labels {unknown}. Give one "
                f"number for each of the classes {classes}."
            )
        priors = [priors[label] for label in classes]
    try:
        shares = np.asarray(priors, dtype=np.float64)
    except (TypeError, ValueError):
        # NaN is refused below, with the same message as other wrong values.
        shares = np.array([np.nan])
    if shares.shape != (len(classes),) or not np.isfinite(shares).all() or shares.min() <= 0:
        raise ValueError(
            f"priors={priors!r}: give one positive, finite number for each of the classes "
            f"{classes}, in this order or as a dict."
        )
    return shares
