"""Classifiers of the board, each over a grid of its penalty, and the rows that they see."""

import warnings
from collections.abc import Callable, Iterator
from functools import cached_property
from typing import Any

import numpy as np
from sklearn.ensemble import RandomForestClassifier
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from sklearn.neural_network import MLPClassifier
from sklearn.svm import SVC, LinearSVC

Pair = tuple[np.ndarray, np.ndarray]  # rows of the training set, and of the test set
Wrap = Callable[[Any], Any] | None  # puts a classifier into an ensemble

# C of the linear models is for rows of mean squared norm 1, so that it means the same at ten
# columns and at ten thousand. Then the MLP's L2 weight, and the rows in a leaf of the forest.
PENALTIES = {
    "SVC": (0.1, 1.0, 10.0, 100.0),
    "LinearSVC": (0.01, 0.1, 1.0, 10.0, 100.0),
    "logistic": (0.1, 1.0, 10.0, 100.0, 1000.0),
    "MLP": (0.1, 1.0, 10.0),
    "forest": (1, 5),
}
N_TREES = 100
N_STEPS = 200  # of Adam, about: as many epochs as take them, but 20 to 60
MOST_STEPS = 300_000  # of an SVC, which may not end on a few columns that part no classes
MANY_COLUMNS = 50  # from here on inner products are computed once for all penalties


def settings(name: str) -> list[str]:
    """The settings of a classifier, as records name them."""
    return [f"{name} {penalty:g}" for penalty in PENALTIES[name]]


def suits(name: str, arm: str) -> bool:
    """Whether a classifier can do an arm: scikit-learn's MLP has no class weights."""
    return not (name == "MLP" and arm == "class weights")


class Rows:
    """A training set and the rows to predict, in the coordinates that each classifier wants.

    Z (n, d) and y (n,) are what an arm made of Z_real, Z_test (m, d) is to be predicted.
    """

    def __init__(
        self, Z: np.ndarray, y: np.ndarray, Z_test: np.ndarray, Z_real: np.ndarray
    ) -> None:
        self.whole, self.y, self.Z_real = (Z, Z_test), y, Z_real

    @cached_property
    def linear(self) -> Pair:
        """Few columns, and the mean squared norm of the real rows is 1."""
        scale = np.sqrt((self.Z_real**2).sum(1).mean())
        Z, Z_test = in_span(*self.whole, self.Z_real)
        return Z / scale, Z_test / scale

    @cached_property
    def products(self) -> Pair:
        """Inner products with the training rows."""
        Z, Z_test = self.linear
        return Z @ Z.T, Z_test @ Z.T

    @cached_property
    def network(self) -> Pair:
        """As `linear`, but the mean variance of a column is about 1."""
        Z, Z_test = self.linear
        factor = np.sqrt(Z.shape[1])
        return (Z * factor).astype(np.float32), (Z_test * factor).astype(np.float32)


def in_span(Z: np.ndarray, Z_test: np.ndarray, Z_real: np.ndarray) -> Pair:
    """Both in coordinates of the span of Z's rows, with its axes turned at random.

    Inner products stay, so that linear models predict what they would; a network sees fewer
    columns, among which the variance is spread. Most arms stay in the span of the real rows, which
    is cheaper to find. Where it saves less than half of the columns, nothing is changed.
    """
    for spanning in (Z_real, Z):
        if 2 * len(spanning) > Z.shape[1]:
            return Z, Z_test
        axes = axes_of(spanning)
        inside = Z @ axes
        if (Z**2).sum() - (inside**2).sum() < 1e-8 * (Z**2).sum():
            return inside, Z_test @ axes
    raise AssertionError("rows outside their own span")


def axes_of(Z: np.ndarray) -> np.ndarray:
    """Orthonormal axes (d, r) of the span of the rows, turned at random."""
    values, vectors = np.linalg.eigh(Z @ Z.T)
    large = values > 1e-10 * values[-1]
    axes = Z.T @ (vectors[:, large] / np.sqrt(values[large]))
    return axes @ np.linalg.qr(np.random.default_rng(0).normal(size=(axes.shape[1],) * 2))[0]


def n_epochs(n_rows: int) -> int:
    """Epochs of the MLP on so many rows, in batches of 200."""
    return int(np.clip(N_STEPS // np.ceil(n_rows / 200), 20, 60))


def model(name: str, penalty: float, class_weight: str | None, seed: int, n_rows: int) -> Any:
    """One classifier at one penalty, for a training set of so many rows."""
    keywords = {"class_weight": class_weight, "random_state": seed}
    if name == "SVC":
        return SVC(C=penalty, kernel="linear", class_weight=class_weight, max_iter=MOST_STEPS)
    if name == "LinearSVC":
        return LinearSVC(C=penalty, dual=False, **keywords)
    if name == "logistic":
        return LogisticRegression(C=penalty, max_iter=300, **keywords)
    if name == "MLP":
        keywords = {"learning_rate_init": 3e-3, "random_state": seed}
        return MLPClassifier((100, 100), alpha=penalty, max_iter=n_epochs(n_rows), **keywords)
    return RandomForestClassifier(N_TREES, min_samples_leaf=penalty, **keywords)


def predictions(
    name: str, rows: Rows, class_weight: str | None, seed: int, wrap: Wrap
) -> Iterator[tuple[str, np.ndarray]]:
    """Settings of one classifier, and what it predicts for the test rows at each."""
    Z, Z_test = getattr(rows, {"forest": "whole", "MLP": "network"}.get(name, "linear"))
    by_products = name == "SVC" and wrap is None and Z.shape[1] >= MANY_COLUMNS
    if by_products:
        Z, Z_test = rows.products
    former = None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        for setting, penalty in zip(settings(name), PENALTIES[name], strict=True):
            fitted = model(name, penalty, class_weight, seed, len(Z))
            if by_products:
                fitted.set_params(kernel="precomputed")
            if name == "logistic" and wrap is None:  # goes on from the weights of the last C
                fitted = (former or fitted.set_params(warm_start=True)).set_params(C=penalty)
                former = fitted
            fitted = (wrap(fitted) if wrap else fitted).fit(Z, rows.y)
            yield setting, fitted.predict(Z_test)
