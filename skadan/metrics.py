"""How good synthetic rows are, and how well a classifier does on unequal classes."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import binomtest
from sklearn.base import clone
from sklearn.metrics import balanced_accuracy_score
from sklearn.metrics.pairwise import euclidean_distances
from sklearn.model_selection import StratifiedKFold, cross_val_predict
from sklearn.neighbors import NearestNeighbors
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import LinearSVC
from sklearn.utils import check_array, check_random_state, check_X_y

__all__ = [
    "classifier_two_sample_test",
    "conditional_hit_rate",
    "maximum_mean_discrepancy",
    "near_copy_share",
    "nearest_neighbour_ratio",
    "recall_gain",
    "unweighted_average_recall",
]


def unweighted_average_recall(y_true: ArrayLike, y_pred: ArrayLike) -> float:
    """Mean of the recalls of the classes in ``y_true``, each class counted once.

    The measure of unequal classes in speech emotion recognition; scikit-learn's name for it is
    balanced accuracy. Where a speaker lacks a class, pool the predictions of all folds first.

    Parameters
    ----------
    y_true : array-like of shape (n_samples,)
        Labels.
    y_pred : array-like of shape (n_samples,)
        Predictions.

    Returns
    -------
    recall : float
        Between 0 and 1.

    Examples
    --------
    >>> from skadan.metrics import unweighted_average_recall
    >>> unweighted_average_recall(["a", "a", "a", "b"], ["a", "a", "a", "a"])
    0.5
    """
    return float(balanced_accuracy_score(y_true, y_pred))


class RecallGain(NamedTuple):
    """What `recall_gain` found."""

    gain: float
    low: float
    high: float


def recall_gain(
    y_true: ArrayLike,
    y_pred: ArrayLike,
    y_reference: ArrayLike,
    *,
    confidence_level: float = 0.95,
    n_resamples: int = 2000,
    random_state: Any = None,
) -> RecallGain:
    """Difference of two predictions' unweighted average recall, and its bootstrap interval.

    The interval is a paired one over rows: both predictions are scored on the same resample. It
    says what another set of test rows might have given; the spread between trainings is for the
    caller to average over, by passing the predictions of several seeds.

    Parameters
    ----------
    y_true : array-like of shape (n_samples,)
        Labels.
    y_pred : array-like of shape (n_samples,) or (n_seeds, n_samples)
        Predictions; those of several trainings are scored one by one and averaged.
    y_reference : array-like of shape (n_samples,) or (n_seeds, n_samples)
        The predictions to compare with.
    confidence_level : float, default=0.95
        Of the interval, between 0 and 1.
    n_resamples : int, default=2000
        Bootstrap resamples.
    random_state : int, RandomState instance or None, default=None
        Seed of the resamples.

    Returns
    -------
    result : RecallGain
        ``gain`` between -1 and 1, and the ends ``low`` and ``high`` of its percentile interval.

    Raises
    ------
    ValueError
        If the predictions do not match the labels in number.

    Examples
    --------
    >>> from skadan.metrics import recall_gain
    >>> y = [0, 0, 1, 1] * 25
    >>> result = recall_gain(y, y, [0, 1, 1, 1] * 25, random_state=0)
    >>> result.gain, 0.15 < result.low < 0.25 < result.high < 0.35
    (0.25, True)
    """
    y = np.asarray(y_true)
    predictions = [np.atleast_2d(p) for p in (y_pred, y_reference)]
    for p in predictions:
        if p.shape[1:] != y.shape:
            raise ValueError(f"Predictions of shape {p.shape} do not match {y.shape[0]} labels.")
    hits, reference = ((p == y).mean(0) for p in predictions)
    one_hot = (y[:, None] == np.unique(y)).astype(float)  # (n, K)

    def gain(weights: np.ndarray) -> np.ndarray:
        with np.errstate(invalid="ignore"):  # a class that a resample lacks does not count in it
            recalls = (weights * (hits - reference)) @ one_hot / (weights @ one_hot)
        return np.nanmean(recalls, axis=1)

    rng = check_random_state(random_state)
    draws = gain(rng.multinomial(len(y), np.full(len(y), 1 / len(y)), size=n_resamples))
    tail = (1 - confidence_level) / 2
    low, high = np.quantile(draws, [tail, 1 - tail])
    return RecallGain(float(gain(np.ones((1, len(y))))[0]), float(low), float(high))


def maximum_mean_discrepancy(
    X: ArrayLike,
    X_new: ArrayLike,
    *,
    bandwidths: ArrayLike = (0.1, 1.0, 5.0, 10.0, 100.0),
) -> float:
    """Squared maximum mean discrepancy of two samples under a sum of Gaussian kernels.

    ``mean k(x, x') + mean k(u, u') - 2 mean k(x, u)``, each mean over all pairs, those of a row
    with itself included, with ``k(x, u) = sum_q exp(-||x - u||^2 / (2 sigma_q^2))`` (section V-A of
    the paper). 0 for equal samples. The kernel sees distances in the units given: z-norm columns of
    different units first.

    Parameters
    ----------
    X : array-like of shape (n_samples, n_features)
        Real rows or codes.
    X_new : array-like of shape (n_samples_new, n_features)
        Synthetic ones.
    bandwidths : array-like of shape (n_kernels,), default=(0.1, 1.0, 5.0, 10.0, 100.0)
        Standard deviations sigma_q; the default is the paper's.

    Returns
    -------
    discrepancy : float
        0 or more; at most twice the number of kernels.

    Raises
    ------
    ValueError
        If the columns differ in number or a bandwidth is not positive.

    Examples
    --------
    >>> from skadan.metrics import maximum_mean_discrepancy
    >>> maximum_mean_discrepancy([[0.0], [1.0]], [[1.0], [0.0]])
    0.0
    """
    X, X_new = _two_samples(X, X_new)
    bandwidths = np.asarray(bandwidths, dtype=float)
    if not (bandwidths > 0).all():
        raise ValueError(f"bandwidths={bandwidths.tolist()}: each must be above 0.")

    def mean_kernel(A: np.ndarray, B: np.ndarray) -> float:
        squared = euclidean_distances(A, B, squared=True)
        return sum(np.exp(-squared / (2 * sigma**2)).mean() for sigma in bandwidths)

    within = mean_kernel(X, X) + mean_kernel(X_new, X_new)
    return float(max(within - 2 * mean_kernel(X, X_new), 0.0))


def conditional_hit_rate(
    X: ArrayLike, y: ArrayLike, X_new: ArrayLike, y_new: ArrayLike, *, estimator: Any = None
) -> float:
    """Share of synthetic rows that a classifier of real rows assigns to their own label.

    Low where rows miss the class that they were made for. High alone proves little: copies of the
    training rows reach 1.

    Parameters
    ----------
    X : array-like of shape (n_samples, n_features)
        Real rows.
    y : array-like of shape (n_samples,)
        Their classes.
    X_new : array-like of shape (n_samples_new, n_features)
        Synthetic rows.
    y_new : array-like of shape (n_samples_new,)
        The labels that they were made for.
    estimator : classifier, default=None
        Fitted anew on `X` and `y`; None for z-norm and ``LinearSVC(C=1e-3)``.

    Returns
    -------
    rate : float
        Between 0 and 1.

    Examples
    --------
    >>> import numpy as np
    >>> from skadan.metrics import conditional_hit_rate
    >>> X, y = np.array([[0.0], [1.0], [4.0], [5.0]]), [0, 0, 1, 1]
    >>> conditional_hit_rate(X, y, [[0.5], [4.2], [0.1]], [0, 1, 1])
    0.6666666666666666
    """
    X, y = check_X_y(X, y)
    X, X_new = _two_samples(X, X_new)
    classifier = clone(_linear_svm() if estimator is None else estimator).fit(X, y)
    return float(np.mean(classifier.predict(X_new) == np.asarray(y_new)))


def nearest_neighbour_ratio(X: ArrayLike, X_new: ArrayLike) -> np.ndarray:
    """Distance of each synthetic row to the nearest real one, against what is usual there.

    The unit is the distance of that real row to its own nearest real neighbour, so a copy has 0
    and a row as far out as its neighbours are from each other has 1. Distances are Euclidean,
    between rows z-normed by the mean and standard deviation of `X`. Where a real row has an exact
    twin the unit is 0: a copy of it still gives 0, anything else infinity.

    It says how close synthetic rows come to training rows. It is no measure of privacy: a row that
    is far from all others can still give a person away.

    Parameters
    ----------
    X : array-like of shape (n_samples, n_features)
        Real rows, 2 or more.
    X_new : array-like of shape (n_samples_new, n_features)
        Synthetic rows.

    Returns
    -------
    ratio : ndarray of shape (n_samples_new,)
        0 or more.

    Examples
    --------
    >>> from skadan.metrics import nearest_neighbour_ratio
    >>> nearest_neighbour_ratio([[0.0], [1.0], [3.0]], [[1.0], [1.5], [9.0]])
    array([0. , 0.5, 3. ])
    """
    X, X_new = _two_samples(X, X_new)
    if len(X) < 2:
        raise ValueError("X has 1 row; a row needs another real one to be compared with.")
    scaler = StandardScaler().fit(X)
    X, X_new = scaler.transform(X), scaler.transform(X_new)
    real = NearestNeighbors(n_neighbors=1).fit(X)
    usual = real.kneighbors()[0][:, 0]  # of each real row to its nearest other one
    nearest, index = (values[:, 0] for values in real.kneighbors(X_new))
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(nearest == 0, 0.0, nearest / usual[index])


def near_copy_share(X: ArrayLike, X_new: ArrayLike, *, threshold: float = 0.1) -> float:
    """Share of synthetic rows that lie next to a training row.

    Parameters
    ----------
    X : array-like of shape (n_samples, n_features)
        Real rows, 2 or more.
    X_new : array-like of shape (n_samples_new, n_features)
        Synthetic rows.
    threshold : float, default=0.1
        Largest `nearest_neighbour_ratio` that counts as a copy.

    Returns
    -------
    share : float
        Between 0 and 1.

    Examples
    --------
    >>> from skadan.metrics import near_copy_share
    >>> near_copy_share([[0.0], [1.0], [3.0]], [[1.0], [1.5]])
    0.5
    """
    return float(np.mean(nearest_neighbour_ratio(X, X_new) <= threshold))


class TwoSampleTest(NamedTuple):
    """What `classifier_two_sample_test` found."""

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
    """Can a classifier tell synthetic rows from real ones (Lopez-Paz & Oquab, ICLR 2017)?

    Parameters
    ----------
    X : array-like of shape (n_samples, n_features)
        Real rows. The generator must not have seen them, or the test is too kind.
    X_new : array-like of shape (n_samples_new, n_features)
        Synthetic rows. The larger of the two samples is cut to the size of the smaller, at random.
    estimator : classifier, default=None
        Fitted anew in each fold; None for z-norm and ``LinearSVC(C=1e-3)``.
    cv : int, default=5
        Folds.
    random_state : int, RandomState instance or None, default=None
        Seed of the cut and of the folds.

    Returns
    -------
    result : TwoSampleTest
        ``accuracy`` on held-out rows (0.5: it cannot tell, 1: it always can) and ``pvalue``, the
        chance of this accuracy or a higher one if the two did not differ (binomial; the folds
        share training rows, so it is approximate).

    Examples
    --------
    >>> import numpy as np
    >>> from skadan.metrics import classifier_two_sample_test
    >>> X = np.random.default_rng(0).normal(size=(100, 3))
    >>> classifier_two_sample_test(X, X + 9, random_state=0).accuracy
    1.0
    """
    X, X_new = _two_samples(X, X_new)
    rng = check_random_state(random_state)
    n = min(len(X), len(X_new))
    rows = np.vstack([sample[rng.permutation(len(sample))[:n]] for sample in (X, X_new)])
    is_new = np.repeat([0, 1], n)
    folds = StratifiedKFold(cv, shuffle=True, random_state=rng)
    classifier = _linear_svm() if estimator is None else estimator
    hits = int((cross_val_predict(classifier, rows, is_new, cv=folds) == is_new).sum())
    pvalue = binomtest(hits, 2 * n, alternative="greater").pvalue
    return TwoSampleTest(hits / (2 * n), float(pvalue))


def _linear_svm() -> Any:
    return make_pipeline(StandardScaler(), LinearSVC(C=1e-3, random_state=0))


def _two_samples(X: ArrayLike, X_new: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    real: np.ndarray = check_array(X, dtype=np.float64)
    new: np.ndarray = check_array(X_new, dtype=np.float64)
    if real.shape[1] != new.shape[1]:
        raise ValueError(f"X has {real.shape[1]} columns, X_new has {new.shape[1]}.")
    return real, new
