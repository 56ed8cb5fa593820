"""Measure how close synthetic rows are to real ones, and how well they match their labels."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import binomtest
from sklearn.base import clone
from sklearn.metrics.pairwise import euclidean_distances
from sklearn.model_selection import StratifiedKFold, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import LinearSVC
from sklearn.utils import check_random_state, check_X_y

from .._matching import check_same_kind
from ._samples import two_samples


def maximum_mean_discrepancy(
    X: ArrayLike,
    X_new: ArrayLike,
    *,
    bandwidths: ArrayLike = (0.1, 1.0, 5.0, 10.0, 100.0),
) -> float:
    """Compute the squared maximum mean discrepancy of two samples, with Gaussian kernels.

    The result is ``mean k(x, x') + mean k(u, u') - 2 mean k(x, u)`` with the kernel
    ``k(x, u) = sum_q exp(-||x - u||^2 / (2 sigma_q^2))`` (section V-A of the paper). Each mean is
    over all pairs, including those of a row with itself. Equal samples give 0. Distances depend on
    the units of the columns: z-norm columns of different units first.

    Parameters
    ----------
    X : array-like of shape (n_samples, n_features)
        Real rows or codes.
    X_new : array-like of shape (n_samples_new, n_features)
        Synthetic rows or codes.
    bandwidths : array-like of shape (n_kernels,), default=(0.1, 1.0, 5.0, 10.0, 100.0)
        Standard deviations sigma_q; the default is the paper's.

    Returns
    -------
    discrepancy : float
        From 0 to twice the number of kernels.

    Raises
    ------
    ValueError
        If the columns differ or a bandwidth is not positive.

    Examples
    --------
    >>> from skadan.metrics import maximum_mean_discrepancy
    >>> maximum_mean_discrepancy([[0.0], [1.0]], [[1.0], [0.0]])
    0.0
    """
    real, new = two_samples(X, X_new)
    bandwidths = np.asarray(bandwidths, dtype=float)
    if not (bandwidths > 0).all():
        raise ValueError(f"bandwidths={bandwidths.tolist()}: each must be above 0.")

    # euclidean_distances expands squares, which loses digits if rows are far from 0.
    middle = real.mean(axis=0)
    real, new = real - middle, new - middle

    def mean_kernel(A: np.ndarray, B: np.ndarray) -> float:
        squared = euclidean_distances(A, B, squared=True)
        return sum(np.exp(-squared / (2 * sigma**2)).mean() for sigma in bandwidths)

    within = mean_kernel(real, real) + mean_kernel(new, new)
    # For equal samples, rounding may leave a number just below 0.
    return float(max(within - 2 * mean_kernel(real, new), 0.0))


def conditional_hit_rate(
    X: ArrayLike, y: ArrayLike, X_new: ArrayLike, y_new: ArrayLike, *, estimator: Any = None
) -> float:
    """Compute the share of synthetic rows that a classifier of real rows assigns to their label.

    A low rate means that rows miss the class that they were made for. A high rate alone proves
    little: copies of the training rows reach 1.

    Parameters
    ----------
    X : array-like of shape (n_samples, n_features)
        Real rows.
    y : array-like of shape (n_samples,)
        The classes of these rows.
    X_new : array-like of shape (n_samples_new, n_features)
        Synthetic rows.
    y_new : array-like of shape (n_samples_new,)
        The labels that these rows were made for.
    estimator : classifier, default=None
        A clone of it is fitted on `X` and `y`. None means z-norm and ``LinearSVC(C=1e-3)``.

    Returns
    -------
    rate : float
        Between 0 and 1.

    Raises
    ------
    ValueError
        If the numbers of labels and rows differ, the columns of two frames differ, or `y` and
        `y_new` are not both numbers or both text.

    Examples
    --------
    >>> import numpy as np
    >>> from skadan.metrics import conditional_hit_rate
    >>> X, y = np.array([[0.0], [1.0], [4.0], [5.0]]), [0, 0, 1, 1]
    >>> conditional_hit_rate(X, y, [[0.5], [4.2], [0.1]], [0, 1, 1])
    0.6666666666666666
    """
    check_same_kind(y=y, y_new=y_new)
    X, X_new = two_samples(X, X_new)
    X, y = check_X_y(X, y)
    wanted = np.asarray(y_new)
    if wanted.shape != (len(X_new),):
        raise ValueError(f"X_new has {len(X_new)} rows, but y_new is of shape {wanted.shape}.")
    classifier = clone(_linear_svm() if estimator is None else estimator).fit(X, y)
    return float(np.mean(classifier.predict(X_new) == wanted))


class TwoSampleTest(NamedTuple):
    """Hold the result of `classifier_two_sample_test`.

    Parameters
    ----------
    accuracy : float
        Share of held-out rows that the classifier assigned to the right sample, from 0 to 1.
    pvalue : float
        Probability of this accuracy or a higher one if the two samples did not differ.

    Examples
    --------
    >>> from skadan.metrics import TwoSampleTest
    >>> TwoSampleTest(accuracy=0.5, pvalue=0.5).accuracy
    0.5
    """

    accuracy: float
    pvalue: float


def classifier_two_sample_test(
    X: ArrayLike,
    X_new: ArrayLike,
    *,
    estimator: Any = None,
    cv: int = 5,
    random_state: Any = None,
) -> TwoSampleTest:
    """Test whether a classifier can tell synthetic rows from real ones.

    The method is that of Lopez-Paz & Oquab (ICLR 2017).

    Parameters
    ----------
    X : array-like of shape (n_samples, n_features)
        Real rows. If the generator was trained on them, the test is too optimistic.
    X_new : array-like of shape (n_samples_new, n_features)
        Synthetic rows. The larger of the two samples is subsampled to the size of the smaller one.
    estimator : classifier, default=None
        A clone of it is fitted in each fold. None means z-norm and ``LinearSVC(C=1e-3)``.
    cv : int, default=5
        Number of folds.
    random_state : int, RandomState instance or None, default=None
        Seed of the subsample and of the folds.

    Returns
    -------
    result : TwoSampleTest
        ``accuracy`` on held-out rows (0.5: cannot tell, 1: always can), and ``pvalue``, the
        probability of this accuracy or a higher one if the two samples did not differ. It is
        binomial, and approximate because the folds share training rows.

    Examples
    --------
    >>> import numpy as np
    >>> from skadan.metrics import classifier_two_sample_test
    >>> X = np.random.default_rng(0).normal(size=(100, 3))
    >>> classifier_two_sample_test(X, X + 9, random_state=0).accuracy
    1.0
    """
    X, X_new = two_samples(X, X_new)
    rng = check_random_state(random_state)
    # With equal sizes, guessing has an accuracy of 0.5.
    n = min(len(X), len(X_new))
    rows = np.vstack([sample[rng.permutation(len(sample))[:n]] for sample in (X, X_new)])
    is_new = np.repeat([0, 1], n)
    folds = StratifiedKFold(cv, shuffle=True, random_state=rng)
    classifier = _linear_svm() if estimator is None else estimator
    hits = int((cross_val_predict(classifier, rows, is_new, cv=folds) == is_new).sum())
    pvalue = binomtest(hits, 2 * n, alternative="greater").pvalue
    return TwoSampleTest(hits / (2 * n), float(pvalue))


def _linear_svm() -> Any:
    # random_state, because liblinear shuffles the rows.
    return make_pipeline(StandardScaler(), LinearSVC(C=1e-3, random_state=0))
