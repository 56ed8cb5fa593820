"""One fold of the paper's experiments: a sampler, then the SVM and the DNN."""

import time
import warnings
from typing import Any

import numpy as np
from paper_corpora import Corpus
from paper_samplers import synthetic_rows
from row_span import span
from sklearn.base import clone
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import GroupKFold, LeaveOneGroupOut, cross_val_predict
from sklearn.neural_network import MLPClassifier
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from skadan.metrics import (
    conditional_hit_rate,
    maximum_mean_discrepancy,
    unweighted_average_recall,
)
from skadan.model_selection import nested_sets

KEY = ("experiment", "arm", "seed", "fold", "sets")
Penalties = dict[str, dict[str, float]]  # by classifier: name and value of its parameter


def classifiers(seed: int, hidden: tuple[int, ...]) -> dict[str, tuple[Any, dict]]:
    """Return the paper's linear SVM and DNN, each with a grid of penalties."""
    dnn = MLPClassifier(hidden, random_state=seed)
    return {
        "SVM": (SVC(kernel="linear"), {"C": (1e-4, 1e-3, 1e-2)}),
        "DNN": (dnn, {"alpha": (0.1, 1.0, 10.0)}),
    }


def choose(
    model: Any, grid: dict, X: np.ndarray, y: np.ndarray, groups: np.ndarray
) -> dict[str, float]:
    """Return the penalty with the highest UAR, from pooled predictions of three folds by group."""
    folds = GroupKFold(min(3, len(np.unique(groups))))
    ((name, values),) = grid.items()

    def uar(value: float) -> float:
        candidate = clone(model).set_params(**{name: value})
        predicted = cross_val_predict(candidate, X, y, groups=groups, cv=folds)
        return unweighted_average_recall(y, predicted)

    return {name: max(values, key=uar)}


def rescale_penalty(penalty: dict[str, float], k: int) -> dict[str, float]:
    """Return the penalty that has the same effect on n rows as `penalty` on (k + 1) n rows."""
    return {n: value * (k + 1 if n == "C" else 1 / (k + 1)) for n, value in penalty.items()}


def scale_rows(corpus: Corpus, train: np.ndarray, test: np.ndarray) -> tuple[np.ndarray, ...]:
    """Return z-scores of the sampler's, training and test rows, and the sampler's labels.

    The sampler learns from all rows of its own table except those of the held-out group.
    """
    source = corpus.source or corpus
    learn = np.flatnonzero(source.groups != corpus.groups[test[0]])
    varies = source.X[learn].std(0) > 0
    scaler = StandardScaler().fit(source.X[learn][:, varies])
    tables = source.X[learn], corpus.X[train], corpus.X[test]
    return *(scaler.transform(X[:, varies]) for X in tables), source.y[learn]


def predictions(
    Z: np.ndarray,
    y: np.ndarray,
    Z_test: np.ndarray,
    rows: np.ndarray,
    models: dict[str, tuple[Any, dict]],
    penalties: Penalties,
) -> dict[str, list]:
    """Return predictions of each classifier, fitted on some rows of a table at its penalty."""
    scaler = StandardScaler().fit(Z[rows])
    U, U_test = span(scaler.transform(Z[rows]), scaler.transform(Z_test))
    return {
        name: model.set_params(**penalties[name]).fit(U, y[rows]).predict(U_test).tolist()
        for name, (model, _) in models.items()
    }


def on_real_rows(
    Z: np.ndarray,
    y: np.ndarray,
    Z_test: np.ndarray,
    n_sets: list[int],
    models: dict[str, tuple[Any, dict]],
    penalties: Penalties,
) -> dict[str, list]:
    """Return predictions without augmentation, at a rescaled penalty for each number of sets."""
    found, rows = {}, np.arange(len(y))
    for k in n_sets:
        rescaled = {name: rescale_penalty(penalty, k) for name, penalty in penalties.items()}
        predicted = predictions(Z, y, Z_test, rows, models, rescaled)
        found |= {f"{name} {k}": labels for name, labels in predicted.items()}
    return found


def with_synthetic_rows(
    Z: np.ndarray,
    y: np.ndarray,
    n_real: int,
    Z_test: np.ndarray,
    n_sets: list[int],
    models: dict[str, tuple[Any, dict]],
    penalties: Penalties,
) -> dict[str, list]:
    """Return predictions with each number of synthetic sets, with the real rows and without."""
    found, points = {}, [k for k in n_sets if k > 0]
    for suffix in ("", " only"):
        subsets = nested_sets(y, n_real, points, synthetic_only=bool(suffix))
        for k, rows in zip(points, subsets, strict=True):
            predicted = predictions(Z, y, Z_test, rows, models, penalties)
            found |= {f"{name} {k}{suffix}": labels for name, labels in predicted.items()}
    return found


def quality(Z: np.ndarray, y: np.ndarray, new: np.ndarray, labels: np.ndarray) -> dict[str, float]:
    """Return the MMD of the first synthetic set to the real rows, and its conditional hit rate."""
    first_set = slice(0, len(y))
    return {
        "mmd": maximum_mean_discrepancy(Z, new[first_set]),
        "hits": conditional_hit_rate(Z, y, new[first_set], labels[first_set]),
    }


def run_fold(
    corpus: Corpus,
    epochs: int | None,
    hidden: tuple[int, ...],
    penalties: dict[tuple[int, int], Penalties] | None,
    experiment: str,
    arm: str,
    seed: int,
    fold: int,
    sets: str,
) -> dict:
    """Return the record of one fold: penalties, predictions and quality of the synthetic rows.

    `penalties`, by seed and fold, are those that the arm without augmentation chose. That arm gets
    None, chooses them, and fits the real rows at a rescaled penalty for each number of sets.
    """
    start, n_sets = time.perf_counter(), [int(k) for k in sets.split()]
    train, test = list(LeaveOneGroupOut().split(corpus.X, corpus.y, corpus.groups))[fold]
    Z_source, Z, Z_test, y_source = scale_rows(corpus, train, test)
    y, models = corpus.y[train], classifiers(seed, hidden)
    record = {"experiment": experiment, "arm": arm, "seed": seed, "fold": fold, "sets": sets}
    record["rows"] = test.tolist()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        if penalties is None:
            U, groups = span(Z, Z)[0], corpus.groups[train]
            chosen = {name: choose(*model, U, y, groups) for name, model in models.items()}
        else:
            chosen = penalties[seed, fold]
        if arm == "none":
            predicted = on_real_rows(Z, y, Z_test, n_sets, models, chosen)
        else:
            labels = np.tile(y, max(n_sets))
            new = synthetic_rows(arm, Z_source, y_source, labels, epochs, seed)
            record |= quality(Z, y, new, labels)
            both, both_y = np.vstack([Z, new]), np.concatenate([y, labels])
            predicted = with_synthetic_rows(both, both_y, len(y), Z_test, n_sets, models, chosen)
    seconds = round(time.perf_counter() - start, 1)
    return record | {"predicted": predicted, "penalties": chosen, "seconds": seconds}
