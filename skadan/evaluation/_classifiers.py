"""Define the classifiers of an evaluation and the penalties to choose from."""

from typing import Any

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.neural_network import MLPClassifier
from sklearn.svm import SVC, LinearSVC

# The strongest regularisation comes first: it is taken if scores are tied.
PENALTIES: dict[str, tuple[str, tuple[float, ...]]] = {
    "logistic": ("C", (0.1, 1, 10, 100, 1000)),
    "svc": ("C", (0.1, 1, 10, 100)),
    "linearsvc": ("C", (0.01, 0.1, 1, 10, 100)),
    "rbf": ("C", (1, 10, 100)),
    "knn": ("n_neighbors", (15, 5, 1)),
    "mlp": ("alpha", (10, 1, 0.1)),
    "forest": ("min_samples_leaf", (5, 1)),
    "boosting": ("min_samples_leaf", (10, 3)),
}
LINEAR = ("logistic", "svc", "linearsvc")  # their C is for rows of mean squared norm 1
WITHOUT_WEIGHTS = ("knn", "mlp")
WITHOUT_PROBABILITIES = ("svc", "linearsvc", "rbf")
RANDOM = ("mlp", "forest")  # another seed gives other predictions
# These settings and the penalties above are those of the results in docs/board.md.
N_TREES = 100
N_ROUNDS = 60  # of boosting
N_BINS = 32  # of a column, for boosting: training sets are small
N_STEPS = 200  # of the MLP, about
MLP_BATCH = 200
MOST_ITERATIONS = 300  # of logistic regression
MOST_STEPS = 300_000  # of an SVC, which may not converge on a few columns


class CappedNeighbors(KNeighborsClassifier):
    """Nearest neighbours that also fits if there are fewer rows than neighbours."""

    n_neighbors: int

    def fit(self, X: np.ndarray, y: np.ndarray) -> "CappedNeighbors":
        """Fit; uses at most as many neighbours as there are rows."""
        self.n_neighbors = min(self.n_neighbors, len(y))
        return super().fit(X, y)


class BudgetedMLP(MLPClassifier):
    """Multi-layer perceptron that takes about as many steps on a short table as on a long one."""

    def fit(self, X: np.ndarray, y: np.ndarray) -> "BudgetedMLP":
        """Fit for about 200 steps, within 20 to 60 epochs."""
        self.max_iter = mlp_epochs(len(y))
        return super().fit(X, y)


def mlp_epochs(n_rows: int) -> int:
    """Return the epochs of an MLP on this many rows: those of about 200 steps, or 20 to 60."""
    return int(np.clip(N_STEPS // np.ceil(n_rows / MLP_BATCH), 20, 60))


def classifier_of(name: str, class_weight: str | None, seed: int) -> Any:
    """Make a classifier; its penalty is set later."""
    if name == "logistic":
        return LogisticRegression(class_weight=class_weight, max_iter=MOST_ITERATIONS)
    if name == "svc":
        return SVC(kernel="linear", class_weight=class_weight, max_iter=MOST_STEPS)
    if name == "linearsvc":
        return LinearSVC(dual=False, class_weight=class_weight)
    if name == "rbf":
        return SVC(gamma="scale", class_weight=class_weight, max_iter=MOST_STEPS)
    if name == "knn":
        return CappedNeighbors()
    if name == "mlp":
        return BudgetedMLP((100, 100), learning_rate_init=3e-3, random_state=seed)
    if name == "forest":
        return RandomForestClassifier(N_TREES, class_weight=class_weight, random_state=seed)
    return HistGradientBoostingClassifier(
        max_iter=N_ROUNDS,
        max_bins=N_BINS,
        # The default would hold out rows of tables with more than 10,000.
        early_stopping=False,
        class_weight=class_weight,
        random_state=seed,
    )


def penalty_grid(name: str, n_columns: int) -> tuple[str, list[float]]:
    """Return the parameter that regularises a classifier, and its values to choose from.

    Rows of z-scores have a mean squared norm of `n_columns`; C of a linear classifier is divided
    by it, so that a value means the same on narrow and on wide tables.
    """
    parameter, values = PENALTIES[name]
    return parameter, [value / n_columns if name in LINEAR else value for value in values]


def middle(values: list[float]) -> float:
    """Return the middle of a grid, the stronger one of two."""
    return values[(len(values) - 1) // 2]
