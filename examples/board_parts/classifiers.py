"""Classifiers of the board, each over a grid of its penalty, and the rows that they see."""

import warnings
from collections.abc import Callable, Iterator
from functools import cached_property
from typing import Any

import numpy as np
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.exceptions import ConvergenceWarning
from sklearn.feature_selection import SelectKBest, f_classif
from sklearn.linear_model import LogisticRegression
from sklearn.metrics.pairwise import rbf_kernel
from sklearn.neighbors import KNeighborsClassifier
from sklearn.neural_network import MLPClassifier
from sklearn.svm import SVC, LinearSVC

Pair = tuple[np.ndarray, np.ndarray]  # rows of the training set, and of the test set
Wrap = Callable[[Any], Any] | None  # puts a classifier into an ensemble, or tunes its thresholds
CORRECTION = " + correction"  # behind the name of an arm: its probabilities are corrected

# C of the SVCs and of the logistic regression is for rows of mean squared norm 1, so that it means
# the same at ten columns and at ten thousand. Then the number of neighbours, the MLP's L2 weight,
# and the fewest rows in a leaf of the trees. LDA has no penalty: it chooses its own shrinkage.
PENALTIES = {
    "SVC": (0.1, 1.0, 10.0, 100.0),
    "LinearSVC": (0.01, 0.1, 1.0, 10.0, 100.0),
    "logistic": (0.1, 1.0, 10.0, 100.0, 1000.0),
    "RBF": (1.0, 10.0, 100.0),
    "neighbours": (1, 5, 15),
    "MLP": (0.1, 1.0, 10.0),
    "forest": (1, 5),
    "boosting": (3, 10),
    "LDA": (0,),
}
LDA = "shrinkage LDA"  # the arm that LDA is the only classifier of
WITH_PROBABILITIES = ("logistic", "neighbours", "MLP", "forest", "boosting", "LDA")
WITHOUT_WEIGHTS = ("neighbours", "MLP")  # no class_weight in scikit-learn
N_TREES = 100
N_ROUNDS = 60  # of boosting
N_BINS = 32  # of a column, for boosting: training sets have some hundred rows
MOST_COLUMNS = 1000  # for boosting and LDA: those of the largest F statistic, if there are more
COORDINATES = {
    "RBF": "gaussian",
    "MLP": "network",
    "forest": "whole",
    "boosting": "telling",
    "LDA": "telling",
}
N_STEPS = 200  # of Adam, about: as many epochs as take them, but 20 to 60
MOST_STEPS = 300_000  # of an SVC, which may not end on a few columns that part no classes
MANY_COLUMNS = 50  # from here on inner products are computed once for all penalties


def settings(name: str) -> list[str]:
    """The settings of a classifier, as records name them."""
    return [f"{name} {penalty:g}" for penalty in PENALTIES[name]]


def source_of(arm: str) -> str:
    """The arm whose fits an arm uses: its own, or those whose probabilities it corrects."""
    return "none" if arm == "prior correction" else arm.removesuffix(CORRECTION)


def suits(name: str, arm: str) -> bool:
    """Whether a classifier can do an arm."""
    if name == "LDA" or arm == LDA:
        return (name, arm) == ("LDA", LDA)
    if arm == "class weights":
        return name not in WITHOUT_WEIGHTS
    return source_of(arm) == arm or name in WITH_PROBABILITIES


class Rows:
    """A training set and the rows to predict, in the coordinates that each classifier wants.

    Z (n, d) and y (n,) are what an arm made of Z_real and y_real, Z_test (m, d) is to be predicted.
    """

    def __init__(
        self,
        Z: np.ndarray,
        y: np.ndarray,
        Z_test: np.ndarray,
        Z_real: np.ndarray,
        y_real: np.ndarray,
    ) -> None:
        self.whole, self.y, self.Z_real, self.y_real = (Z, Z_test), y, Z_real, y_real

    @cached_property
    def telling(self) -> Pair:
        """The columns that best tell apart the classes of the real training rows (F statistic)."""
        if self.Z_real.shape[1] <= MOST_COLUMNS:
            return self.whole
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)  # no variance within the classes
            best = SelectKBest(f_classif, k=MOST_COLUMNS).fit(self.Z_real, self.y_real)
        Z, Z_test = self.whole
        return best.transform(Z), best.transform(Z_test)

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
    def gaussian(self) -> Pair:
        """As `linear`, with one more column: how far each test row is from the span.

        A distance to a training row has that part, which no inner product shows.
        """
        Z, Z_test = self.linear
        scale = np.sqrt((self.Z_real**2).sum(1).mean())
        outside = ((self.whole[1] / scale) ** 2).sum(1) - (Z_test**2).sum(1)
        return np.c_[Z, np.zeros(len(Z))], np.c_[Z_test, np.sqrt(np.maximum(outside, 0))]

    @cached_property
    def kernel(self) -> Pair:
        """Gaussian kernel exp(-|z - u|^2), where the mean squared norm of the real rows is 1."""
        Z, Z_test = self.gaussian
        return rbf_kernel(Z, gamma=1.0), rbf_kernel(Z_test, Z, gamma=1.0)

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


def equal_shares(y: np.ndarray) -> np.ndarray:
    """The same share for every class in y."""
    n_classes = len(np.unique(y))
    return np.full(n_classes, 1 / n_classes)


def n_epochs(n_rows: int) -> int:
    """Epochs of the MLP on so many rows, in batches of 200."""
    return int(np.clip(N_STEPS // np.ceil(n_rows / 200), 20, 60))


class Neighbours(KNeighborsClassifier):
    """Nearest neighbours that makes do with fewer rows, such as those of a balanced bag."""

    def fit(self, Z: np.ndarray, y: np.ndarray) -> "Neighbours":
        """Fit; takes at most as many neighbours as there are rows."""
        self.n_neighbors = min(self.n_neighbors, len(y))
        return super().fit(Z, y)


def model(name: str, penalty: float, class_weight: str | None, seed: int, y: np.ndarray) -> Any:
    """One classifier at one penalty, for a training set of labels y (n,)."""
    keywords = {"class_weight": class_weight, "random_state": seed}
    if name == "SVC":
        return SVC(C=penalty, kernel="linear", class_weight=class_weight, max_iter=MOST_STEPS)
    if name == "LinearSVC":
        return LinearSVC(C=penalty, dual=False, **keywords)
    if name == "logistic":
        return LogisticRegression(C=penalty, max_iter=300, **keywords)
    if name == "RBF":
        return SVC(C=penalty, gamma=1.0, class_weight=class_weight, max_iter=MOST_STEPS)
    if name == "neighbours":
        return Neighbours(int(penalty))
    if name == "MLP":
        keywords = {"learning_rate_init": 3e-3, "random_state": seed}
        return MLPClassifier((100, 100), alpha=penalty, max_iter=n_epochs(len(y)), **keywords)
    if name == "boosting":
        return HistGradientBoostingClassifier(
            max_iter=N_ROUNDS,
            min_samples_leaf=penalty,
            max_bins=N_BINS,
            early_stopping=False,
            **keywords,
        )
    if name == "LDA":
        return LinearDiscriminantAnalysis("lsqr", shrinkage="auto", priors=equal_shares(y))
    return RandomForestClassifier(N_TREES, min_samples_leaf=penalty, **keywords)


def fits(
    name: str, rows: Rows, class_weight: str | None, seed: int, wrap: Wrap
) -> Iterator[tuple[str, Any, np.ndarray]]:
    """Settings of one classifier, it fitted at each, and the test rows in its coordinates."""
    columns = COORDINATES.get(name, "linear")
    Z, Z_test = getattr(rows, columns)
    products = {"SVC": "products", "RBF": "kernel"}.get(name)
    by_products = products and wrap is None and Z.shape[1] >= MANY_COLUMNS
    if by_products:
        Z, Z_test = getattr(rows, products)
    former = None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        for setting, penalty in zip(settings(name), PENALTIES[name], strict=True):
            fitted = model(name, penalty, class_weight, seed, rows.y)
            if by_products:
                fitted.set_params(kernel="precomputed")
            if name == "logistic" and wrap is None:  # starts from the weights of the last C
                fitted = (former or fitted.set_params(warm_start=True)).set_params(C=penalty)
                former = fitted
            yield setting, (wrap(fitted) if wrap else fitted).fit(Z, rows.y), Z_test


def scores_of(fitted: Any, Z_test: np.ndarray) -> tuple[np.ndarray, bool]:
    """Scores (m, classes that were seen), and whether they are probabilities."""
    voting = getattr(fitted, "estimator", fitted)  # bags of SVCs have votes for probabilities
    if hasattr(fitted, "predict_proba") and hasattr(voting, "predict_proba"):
        found = fitted.predict_proba(Z_test).astype(float)
        return found / found.sum(1, keepdims=True), True  # of float32 they sum to 1 only roughly
    scores = fitted.decision_function(Z_test)
    return (np.column_stack([-scores, scores]) if scores.ndim == 1 else scores), False
