"""One fold of the evidence study: cut the training rows, add synthetic ones, fit classifiers."""

import time
import warnings
from typing import Any

import numpy as np
from row_span import span
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC, LinearSVC
from training_sets import training_set

from skadan import Replicate

KEY = ("arm", "seed", "fold", "scenario", "sets")
GRIDS = {
    "LinearSVC": (3e-5, 1e-4, 3e-4, 1e-3),
    "SVC": (1e-4, 1e-2),
    "MLP": (1.0, 10.0),
}


def classifier(
    name: str, penalty: float, class_weight: str | None, seed: int, mlp_epochs: int = 200
) -> Any:
    """Return one classifier. `penalty` is the C of an SVM, or the L2 weight of the MLP."""
    if name == "MLP":
        return MLPClassifier((100, 100), alpha=penalty, max_iter=mlp_epochs, random_state=seed)
    if name == "SVC":
        return SVC(kernel="linear", C=penalty, class_weight=class_weight)
    return LinearSVC(C=penalty, class_weight=class_weight, random_state=seed)


def cut(y: np.ndarray, scenario: str, seed: int, fold: int) -> np.ndarray:
    """Return the training rows that a scenario leaves."""
    rng, classes = np.random.default_rng([seed, fold]), np.unique(y)
    if scenario == "full":
        return np.arange(len(y))
    rare = np.random.default_rng(seed).choice(classes, 3, replace=False)
    kept = []
    for c in classes:
        rows = rng.permutation(np.flatnonzero(y == c))
        n = len(rows)
        if scenario == "unbalanced":
            n = max(2, round(n / 10)) if c in rare else n
        else:
            n = int(scenario.removeprefix("few-"))
        kept.append(rows[:n])
    return np.sort(np.concatenate(kept))


def predictions(
    Z: np.ndarray,
    y: np.ndarray,
    Z_test: np.ndarray,
    names: list[str],
    class_weight: str | None,
    seed: int,
    mlp_epochs: int,
) -> dict[str, list]:
    """Return predictions for held-out rows, by each classifier at each penalty of its grid."""
    predicted = {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        for name in names:
            if name == "MLP" and class_weight:
                continue  # scikit-learn's MLP has no class weights
            for penalty in GRIDS[name]:
                model = classifier(name, penalty, class_weight, seed, mlp_epochs).fit(Z, y)
                predicted[f"{name} {penalty:g}"] = model.predict(Z_test).tolist()
    return predicted


def run_fold(
    arm: str,
    seed: int,
    fold: int,
    X: np.ndarray,
    y: np.ndarray,
    train: np.ndarray,
    test: np.ndarray,
    scenario: str,
    n_sets: int,
    names: list[str],
    mlp_epochs: int,
) -> dict:
    """Return the record of one arm, seed and fold: rows added, predictions and seconds."""
    train = train[cut(y[train], scenario, seed, fold)]
    start = time.perf_counter()
    varies = X[train].std(0) > 0
    scaler = StandardScaler().fit(X[train][:, varies])
    Z, Z_test = (scaler.transform(X[rows][:, varies]) for rows in (train, test))
    strategy = "auto" if scenario == "unbalanced" else Replicate(n_sets)
    Z, labels = training_set(arm, Z, y[train], strategy, seed)
    seconds = time.perf_counter() - start
    scaler = StandardScaler().fit(Z)
    Z, Z_test = span(scaler.transform(Z), scaler.transform(Z_test))
    class_weight = "balanced" if arm == "class weights" else None
    return {
        "arm": arm,
        "seed": seed,
        "fold": fold,
        "scenario": scenario,
        "sets": n_sets,
        "rows_added": len(labels) - len(train),
        "seconds": round(seconds, 2),
        "rows": test.tolist(),
        "predicted": predictions(Z, labels, Z_test, names, class_weight, seed, mlp_epochs),
    }
