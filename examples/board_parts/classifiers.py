"""Classifiers of the board, each over a grid of its penalty."""

import warnings
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np
from sklearn.ensemble import RandomForestClassifier
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from sklearn.neural_network import MLPClassifier
from sklearn.svm import SVC, LinearSVC

Fitted = tuple[str, np.ndarray]  # a setting, and predictions of the test rows


class Rows(NamedTuple):
    """A training set and the rows to predict: Z (n, d), y (n,), Z_test (m, d)."""

    Z: np.ndarray
    y: np.ndarray
    Z_test: np.ndarray


PENALTIES = {
    "SVC": (1e-4, 1e-3, 1e-2, 1e-1, 1.0),
    "LinearSVC": (1e-5, 1e-4, 1e-3, 1e-2, 1e-1),
    "logistic": (1e-4, 1e-3, 1e-2, 1e-1, 1.0),
    "MLP": (0.1, 1.0, 10.0),
    "forest": (1, 3),
}


def model(name: str, penalty: float, class_weight: str | None, seed: int) -> Any:
    """One classifier: `penalty` is C, the MLP's L2 weight, or the forest's rows in a leaf."""
    keywords = {"class_weight": class_weight, "random_state": seed}
    if name == "SVC":
        return SVC(C=penalty, kernel="linear", class_weight=class_weight)
    if name == "LinearSVC":
        return LinearSVC(C=penalty, **keywords)
    if name == "logistic":
        return LogisticRegression(C=penalty, max_iter=200, tol=1e-3, **keywords)
    if name == "MLP":
        return MLPClassifier((100, 100), alpha=penalty, max_iter=60, random_state=seed)
    return RandomForestClassifier(
        100, min_samples_leaf=int(penalty), max_features="sqrt", **keywords
    )


def in_span(Z: np.ndarray, Z_test: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Both in coordinates of the span of Z's rows, with its axes turned at random.

    Inner products stay, so that linear models predict what they would; a network sees fewer
    columns, among which the variance is spread.
    """
    gram = Z @ Z.T
    values, vectors = np.linalg.eigh(gram)
    large = values > 1e-10 * values[-1]
    if 2 * large.sum() > Z.shape[1]:
        return Z, Z_test
    axes = Z.T @ (vectors[:, large] / np.sqrt(values[large]))  # (d, r), orthonormal
    turn = np.linalg.qr(np.random.default_rng(0).normal(size=(axes.shape[1],) * 2))[0]
    axes = axes @ turn
    return Z @ axes, Z_test @ axes


def by_classifier(
    name: str, rows: Rows, class_weight: str | None, seed: int, wrap: Callable[[Any], Any]
) -> Iterator[Fitted]:
    """Predictions of one classifier at each penalty; `wrap` may put it into an ensemble."""
    if name == "MLP" and class_weight:
        return  # scikit-learn's has no class weights
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        for penalty in PENALTIES[name]:
            fitted = wrap(model(name, penalty, class_weight, seed)).fit(rows.Z, rows.y)
            yield f"{name} {penalty:g}", fitted.predict(rows.Z_test)
