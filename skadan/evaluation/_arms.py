"""Define the arms of an evaluation, and fit them with a penalty chosen for each."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import numpy as np
from imblearn.over_sampling import RandomOverSampler
from imblearn.pipeline import Pipeline
from sklearn.exceptions import ConvergenceWarning, FitFailedWarning
from sklearn.model_selection import GridSearchCV
from sklearn.preprocessing import StandardScaler
from threadpoolctl import threadpool_limits

from .._prior_correction import PriorCorrectedClassifier
from .._strategy import PartialFill, Replicate
from ..metrics import one_vs_rest_auc
from ..model_selection import CappedSMOTE, ResamplingSearchCV
from ..samplers import ADANSampler, NoiseSampler, ShrunkenSampler, WADANSampler
from ._classifiers import (
    RANDOM,
    WITHOUT_PROBABILITIES,
    WITHOUT_WEIGHTS,
    classifier_of,
    middle,
    penalty_grid,
)
from ._folds import inner_folds
from ._problem import Problem, imputer_of
from ._settings import CLASSIFIERS, CORRECTED, TRAINED, Settings

FAILURES = (ValueError, RuntimeError, ArithmeticError)  # of an arm: the others go on


SAMPLERS = {
    "adan": ADANSampler,
    "duplication": RandomOverSampler,
    "noise": NoiseSampler,
    "shrunken": ShrunkenSampler,
    "smote": CappedSMOTE,
    "wadan": WADANSampler,
}
WITH_ROWS = (*SAMPLERS, "partial")


class Prediction(NamedTuple):
    """Labels (m,) and scores (m, n_classes) of held-out rows, and the penalty; or an error."""

    labels: np.ndarray | None
    scores: np.ndarray | None
    penalty: float
    error: str
    warned: list[tuple[str, type[Warning]]]


def arms_of(settings: Settings) -> list[str]:
    """Return the arms in the order of the table, the baseline first."""
    return list(dict.fromkeys(["none", *settings.arms]))


def unsuited(arm: str, settings: Settings) -> str:
    """Say why the classifier cannot do an arm; empty if it can."""
    title = CLASSIFIERS[settings.classifier]
    if arm == "weights" and settings.classifier in WITHOUT_WEIGHTS:
        return f"not possible with {title}, which takes no class weights"
    if arm in CORRECTED and settings.classifier in WITHOUT_PROBABILITIES:
        return f"not possible with {title}, which gives no probabilities"
    return ""


def n_runs(arm: str, settings: Settings) -> int:
    """Return how many seeds an arm is run with: one if no seed changes its predictions."""
    return settings.n_seeds if arm in WITH_ROWS or settings.classifier in RANDOM else 1


def sampler_of(name: str, settings: Settings, seed: int) -> Any:
    """Make a sampler by the arguments."""
    if name == "partial":
        few = PartialFill()
        # At the class means, because prior correction moves the boundary by itself.
        return ShrunkenSampler(center="mean", sampling_strategy=few, random_state=seed)
    strategy = Replicate(settings.n_sets) if settings.n_sets else "auto"
    keywords = {"sampling_strategy": strategy, "random_state": seed}
    if name in TRAINED and settings.max_epochs is not None:
        keywords["max_epochs"] = settings.max_epochs
    return SAMPLERS[name](**keywords)


def model_of(arm: str, settings: Settings, seed: int) -> Any:
    """Make the model of an arm. Its penalty is set later."""
    classifier = classifier_of(settings.classifier, "balanced" if arm == "weights" else None, seed)
    steps: list[tuple[str, Any]] = [("scale", StandardScaler()), ("classifier", classifier)]
    if arm in WITH_ROWS:
        # After scaling, because the neighbours of SMOTE depend on the units of the columns.
        steps.insert(1, ("sampler", sampler_of(arm, settings, seed)))
    if settings.impute:
        steps.insert(0, ("impute", imputer_of(settings.impute)))
    pipeline = Pipeline(steps)
    return PriorCorrectedClassifier(pipeline) if arm in CORRECTED else pipeline


def grid_of(arm: str, settings: Settings, n_columns: int) -> tuple[str, list[float]]:
    """Return the name of the penalty in the model of an arm, and its values to choose from."""
    parameter, values = penalty_grid(settings.classifier, n_columns)
    prefix = "estimator__" if arm in CORRECTED else ""
    return f"{prefix}classifier__{parameter}", values


def predict(
    arm: str,
    settings: Settings,
    seed: int,
    training: Problem,
    X_test: np.ndarray,
    classes: np.ndarray,
) -> Prediction:
    """Choose the penalty and fit on the training rows; predict the rows that are held out."""
    labels, scores, penalty, wrong = None, None, np.nan, ""
    with quiet() as caught:
        try:
            penalty = choose_penalty(arm, settings, seed, training)
            caught.clear()  # those of the inner folds: the fit on all training rows also warns
            fitted = fit(arm, settings, seed, training, penalty)
            labels, scores = fitted.predict(X_test), scores_of(fitted, X_test, classes)
        except FAILURES as error:
            wrong = " ".join(str(error).split())[:300]
    warned = [(str(warning.message), warning.category) for warning in caught]
    return Prediction(labels, scores, penalty, wrong, warned)


def choose_penalty(arm: str, settings: Settings, seed: int, training: Problem) -> float:
    """Return the penalty of the best mean recall on inner folds; of several, that of the best AUC.

    Where a classifier predicts the frequent class throughout, its recall is the same at every
    penalty, and AUC alone can tell which is best. It is the middle of the grid if no penalty can be
    scored.
    """
    X, y, _ = training
    name, values = grid_of(arm, settings, X.shape[1])
    # Not `seed`: arms and seeds are compared on the same inner folds.
    splits = inner_folds(training, settings.random_state)
    # It trains ADAN and WADAN once for all penalties.
    search_class = ResamplingSearchCV if arm in TRAINED else GridSearchCV
    search = search_class(
        model_of(arm, settings, seed), {name: values}, scoring=inner_scores, cv=splits, refit=False
    )
    try:
        found = search.fit(X, y).cv_results_
    except ValueError:  # all fits failed, or there are no folds
        return middle(values)
    # argmax would take NaN, the AUC where an inner fold has a single class, for the largest.
    recall, auc = found["mean_test_recall"], np.nan_to_num(found["mean_test_auc"])
    if np.isnan(recall).all():
        return middle(values)
    best = np.flatnonzero(recall == np.nanmax(recall))
    return values[best[auc[best].argmax()]]


def fit(arm: str, settings: Settings, seed: int, training: Problem, penalty: float) -> Any:
    """Fit the model of an arm with one penalty."""
    name, _ = grid_of(arm, settings, training.X.shape[1])
    return model_of(arm, settings, seed).set_params(**{name: penalty}).fit(training.X, training.y)


def scores_of(fitted: Any, X: np.ndarray, classes: np.ndarray) -> np.ndarray:
    """Return probabilities or decision values (m, n_classes), -inf for a class without rows."""
    if hasattr(fitted, "predict_proba"):
        found = fitted.predict_proba(X)
    else:
        found = fitted.decision_function(X)
        found = found if found.ndim == 2 else np.column_stack([-found, found])
    scores = np.full((len(X), len(classes)), -np.inf)
    scores[:, np.searchsorted(classes, fitted.classes_)] = found
    return scores


def mean_recall(y: np.ndarray, predicted: np.ndarray) -> float:
    """Return the unweighted average recall. An inner fold may lack a class: no cause to warn."""
    return float(np.mean([(predicted[y == label] == label).mean() for label in np.unique(y)]))


def inner_scores(fitted: Any, X: np.ndarray, y: np.ndarray) -> dict[str, float]:
    """Return recall and AUC of a model on an inner fold, which may lack a class."""
    classes = np.union1d(fitted.classes_, y)
    auc = one_vs_rest_auc(y, scores_of(fitted, X, classes), classes=classes)
    return {"recall": mean_recall(y, fitted.predict(X)), "auc": auc}


@contextmanager
def quiet() -> Iterator[list[warnings.WarningMessage]]:
    """Compute with one thread, and record warnings that are for the user."""
    # Tables are small: threads that wait for each other cost more than they save.
    one_thread = threadpool_limits(limits=1)
    with one_thread, warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", UserWarning)
        warnings.simplefilter("ignore", ConvergenceWarning)  # of models that are scored as they are
        warnings.simplefilter("ignore", FitFailedWarning)
        # Scores that are NaN are handled in `choose_penalty`.
        warnings.filterwarnings("ignore", "One or more of the test scores", UserWarning)
        yield caught
