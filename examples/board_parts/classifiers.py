"""Classifiers of the board, each with a grid of penalties, and the rows that they see."""

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
CORRECTION = " + correction"  # suffix of arms whose probabilities are corrected

# The values are C for the SVCs and the logistic regression (for rows of mean squared norm 1, so C
# means the same at ten columns and at ten thousand), the number of neighbours, the MLP's L2 weight,
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
LDA = "shrinkage LDA"  # an arm for the classifier LDA only
WITH_PROBABILITIES = ("logistic", "neighbours", "MLP", "forest", "boosting", "LDA")
WITHOUT_WEIGHTS = ("neighbours", "MLP")  # no class_weight in scikit-learn
N_TREES = 100
N_ROUNDS = 60  # of boosting
N_BINS = 32  # of a column, for boosting: training sets have some hundred rows
MOST_COLUMNS = 1000  # for boosting and LDA: of wider tables, those with the largest F statistic
COORDINATES = {
    "RBF": "gaussian",
    "MLP": "network",
    "forest": "all_columns",
    "boosting": "best_columns",
    "LDA": "best_columns",
}
N_STEPS = 200  # of Adam, roughly; the number of epochs follows, from 20 to 60
MOST_STEPS = 300_000  # of an SVC, which may never end if a few columns do not separate classes
MANY_COLUMNS = 50  # from here on, inner products are computed once for all penalties


def settings(name: str) -> list[str]:
    """Return the names of a classifier's settings in records."""
    return [f"{name} {penalty:g}" for penalty in PENALTIES[name]]


def source_of(arm: str) -> str:
    """Return the arm whose fits an arm uses: itself, or the arm whose probabilities it corrects."""
    return "none" if arm == "prior correction" else arm.removesuffix(CORRECTION)


def suits(name: str, arm: str) -> bool:
    """Return whether a classifier can be used with an arm."""
    if name == "LDA" or arm == LDA:
        return (name, arm) == ("LDA", LDA)
    if arm == "class weights":
        return name not in WITHOUT_WEIGHTS
    return source_of(arm) == arm or name in WITH_PROBABILITIES


class Rows:
    """A training set and the rows to predict, in the coordinates that each classifier needs.

    Z (n, d) and y (n,) are what an arm made from Z_real and y_real. Z_test (m, d) is predicted.
    """

    def __init__(
        self,
        Z: np.ndarray,
        y: np.ndarray,
        Z_test: np.ndarray,
        Z_real: np.ndarray,
        y_real: np.ndarray,
    ) -> None:
        self.all_columns, self.y, self.Z_real, self.y_real = (Z, Z_test), y, Z_real, y_real

    @cached_property
    def best_columns(self) -> Pair:
        """The columns that best separate the classes of the real training rows (F statistic)."""
        if self.Z_real.shape[1] <= MOST_COLUMNS:
            return self.all_columns
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)  # no variance within the classes
            best = SelectKBest(f_classif, k=MOST_COLUMNS).fit(self.Z_real, self.y_real)
        Z, Z_test = self.all_columns
        return best.transform(Z), best.transform(Z_test)

    @cached_property
    def linear(self) -> Pair:
        """In the span of the rows, scaled so that the mean squared norm of the real rows is 1."""
        scale = np.sqrt((self.Z_real**2).sum(1).mean())
        Z, Z_test = in_span(*self.all_columns, self.Z_real)
        return Z / scale, Z_test / scale

    @cached_property
    def products(self) -> Pair:
        """Inner products with the training rows."""
        Z, Z_test = self.linear
        return Z @ Z.T, Z_test @ Z.T

    @cached_property
    def gaussian(self) -> Pair:
        """As `linear`, with one more column: the distance of each test row from the span.

        Inner products do not need this part, but distances to training rows do.
        """
        Z, Z_test = self.linear
        scale = np.sqrt((self.Z_real**2).sum(1).mean())
        outside = ((self.all_columns[1] / scale) ** 2).sum(1) - (Z_test**2).sum(1)
        return np.c_[Z, np.zeros(len(Z))], np.c_[Z_test, np.sqrt(np.maximum(outside, 0))]

    @cached_property
    def kernel(self) -> Pair:
        """Gaussian kernel exp(-|z - u|^2) of rows scaled as in `linear`."""
        Z, Z_test = self.gaussian
        return rbf_kernel(Z, gamma=1.0), rbf_kernel(Z_test, Z, gamma=1.0)

    @cached_property
    def network(self) -> Pair:
        """As `linear`, but scaled to a mean variance of about 1 per column."""
        Z, Z_test = self.linear
        factor = np.sqrt(Z.shape[1])
        return (Z * factor).astype(np.float32), (Z_test * factor).astype(np.float32)


def in_span(Z: np.ndarray, Z_test: np.ndarray, Z_real: np.ndarray) -> Pair:
    """Return both tables in coordinates of the span of Z's rows, with randomly rotated axes.

    Inner products stay the same, so linear models make the same predictions. A network sees fewer
    columns, with the variance spread among them. Most arms stay in the span of the real rows, which
    is cheaper to find. If less than half of the columns would be saved, nothing is changed.
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
    """Return orthonormal axes (d, r) of the span of the rows, rotated at random."""
    values, vectors = np.linalg.eigh(Z @ Z.T)
    large = values > 1e-10 * values[-1]
    axes = Z.T @ (vectors[:, large] / np.sqrt(values[large]))
    return axes @ np.linalg.qr(np.random.default_rng(0).normal(size=(axes.shape[1],) * 2))[0]


def equal_shares(y: np.ndarray) -> np.ndarray:
    """Return the same share for every class in y."""
    n_classes = len(np.unique(y))
    return np.full(n_classes, 1 / n_classes)


def n_epochs(n_rows: int) -> int:
    """Return the epochs of the MLP for a number of rows, in batches of 200."""
    return int(np.clip(N_STEPS // np.ceil(n_rows / 200), 20, 60))


class Neighbours(KNeighborsClassifier):
    """Nearest neighbours that also works on few rows, such as those of a balanced bag."""

    def fit(self, Z: np.ndarray, y: np.ndarray) -> "Neighbours":
        """Fit, with at most as many neighbours as there are rows."""
        self.n_neighbors = min(self.n_neighbors, len(y))
        return super().fit(Z, y)


def model(name: str, penalty: float, class_weight: str | None, seed: int, y: np.ndarray) -> Any:
    """Return one classifier at one penalty, for a training set with labels y (n,)."""
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
    """Yield each setting of a classifier, the fitted model, and the test rows for it."""
    columns = COORDINATES.get(name, "linear")
    Z, Z_test = getattr(rows, columns)
    products = {"SVC": "products", "RBF": "kernel"}.get(name)
    precompute = products and wrap is None and Z.shape[1] >= MANY_COLUMNS
    if precompute:
        Z, Z_test = getattr(rows, products)
    former = None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        for setting, penalty in zip(settings(name), PENALTIES[name], strict=True):
            fitted = model(name, penalty, class_weight, seed, rows.y)
            if precompute:
                fitted.set_params(kernel="precomputed")
            if name == "logistic" and wrap is None:  # warm start: from the weights of the last C
                fitted = (former or fitted.set_params(warm_start=True)).set_params(C=penalty)
                former = fitted
            yield setting, (wrap(fitted) if wrap else fitted).fit(Z, rows.y), Z_test


def scores_of(fitted: Any, Z_test: np.ndarray) -> tuple[np.ndarray, bool]:
    """Return scores (m, seen classes), and whether they are probabilities."""
    base = getattr(fitted, "estimator", fitted)  # of bagged SVCs, predict_proba only counts votes
    if hasattr(fitted, "predict_proba") and hasattr(base, "predict_proba"):
        found = fitted.predict_proba(Z_test).astype(float)
        return found / found.sum(1, keepdims=True), True  # sums of float32 are only about 1
    scores = fitted.decision_function(Z_test)
    return (np.column_stack([-scores, scores]) if scores.ndim == 1 else scores), False
