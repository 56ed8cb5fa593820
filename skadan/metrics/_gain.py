"""Compute the gain of a classifier over a reference, with a bootstrap interval over rows."""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from sklearn.utils import check_random_state

from .._matching import check_same_kind
from ._ranking import Truth, weighted_auc

CELLS = 2**21  # resampling weights in memory at a time: 16 MiB


class Gain(NamedTuple):
    """Hold the difference of two scores and its interval, from `recall_gain` or `auc_gain`.

    Parameters
    ----------
    gain : float
        Difference of the scores, from -1 to 1.
    low, high : float
        Ends of the interval.

    Examples
    --------
    >>> from skadan.metrics import Gain
    >>> result = Gain(0.05, 0.01, 0.09)
    >>> result.low > 0
    True
    >>> print(result)
    +5.0 points (+1.0 to +9.0)
    """

    gain: float
    low: float
    high: float

    def __repr__(self) -> str:
        """Return the three numbers with four decimals."""
        return f"Gain(gain={self.gain:.4f}, low={self.low:.4f}, high={self.high:.4f})"

    def __str__(self) -> str:
        """Return the gain and its interval in percentage points."""
        gain, low, high = (f"{100 * value:+.1f}" for value in self)
        return f"{gain} points ({low} to {high})"


def recall_gain(
    y_true: ArrayLike,
    y_pred: ArrayLike,
    y_reference: ArrayLike,
    *,
    groups: ArrayLike | None = None,
    confidence_level: float = 0.95,
    n_resamples: int = 2000,
    random_state: Any = None,
) -> Gain:
    """Compute the difference of two unweighted average recalls, with a bootstrap interval.

    The interval is paired: both predictions are scored on the same resample of rows or groups. It
    covers the choice of test rows. It does not cover the spread between trainings; to average over
    that, pass the predictions of several seeds.

    Parameters
    ----------
    y_true : array-like of shape (n_samples,)
        Labels.
    y_pred : array-like of shape (n_samples,) or (n_seeds, n_samples)
        Predictions. Those of several trainings are scored separately, and the scores averaged.
    y_reference : array-like of shape (n_samples,) or (n_seeds, n_samples)
        The predictions to compare with.
    groups : array-like of shape (n_samples,), default=None
        Groups of rows that belong together, such as the speaker or patient of each row. The
        bootstrap then draws whole groups: rows of one group tend to be right or wrong together, and
        an interval over single rows would be too narrow. None draws rows.
    confidence_level : float, default=0.95
        Confidence level of the interval, above 0 and below 1.
    n_resamples : int, default=2000
        Number of bootstrap resamples.
    random_state : int, RandomState instance or None, default=None
        Seed of the resamples.

    Returns
    -------
    result : Gain
        ``gain``, from -1 to 1, and the ends ``low`` and ``high`` of its percentile interval.

    Raises
    ------
    ValueError
        If there are not as many predictions or groups as labels, labels and predictions are not all
        numbers or all text, or `confidence_level` or `n_resamples` is out of range.

    See Also
    --------
    auc_gain : The same for the area under the ROC curve.

    Examples
    --------
    >>> from skadan.metrics import recall_gain
    >>> y = [0, 0, 1, 1] * 25
    >>> result = recall_gain(y, y, [0, 1, 1, 1] * 25, random_state=0)
    >>> result.gain, 0.15 < result.low < 0.25 < result.high < 0.35
    (0.25, True)
    """
    check_same_kind(y_true=y_true, y_pred=y_pred, y_reference=y_reference)
    y = np.asarray(y_true)
    predictions = [np.atleast_2d(p) for p in (y_pred, y_reference)]
    for p in predictions:
        if p.shape[1:] != y.shape:
            raise ValueError(f"Predictions of shape {p.shape} do not match {y.shape[0]} labels.")
    # A recall is linear in the hits: their mean over seeds gives the mean of the recalls.
    hits, reference = ((p == y).mean(0) for p in predictions)
    one_hot = (y[:, None] == np.unique(y)).astype(float)  # (n, K)

    def gain(weights: np.ndarray) -> np.ndarray:
        # A class that is missing from a resample is 0 / 0 there; nanmean leaves it out.
        with np.errstate(invalid="ignore"):
            recalls = (weights * (hits - reference)) @ one_hot / (weights @ one_hot)
        return np.nanmean(recalls, axis=1)

    units = _resampling_units(groups, len(y))
    return _bootstrap(gain, units, confidence_level, n_resamples, random_state)


def auc_gain(
    y_true: ArrayLike,
    y_score: ArrayLike,
    reference_score: ArrayLike,
    *,
    classes: ArrayLike | None = None,
    folds: ArrayLike | None = None,
    groups: ArrayLike | None = None,
    confidence_level: float = 0.95,
    n_resamples: int = 2000,
    random_state: Any = None,
) -> Gain:
    """Compute the difference of two `one_vs_rest_auc`, with a bootstrap interval.

    As in `recall_gain`, the interval is paired.

    Parameters
    ----------
    y_true : array-like of shape (n_samples,)
        Labels.
    y_score : array-like of shape (n_samples, n_classes) or (n_seeds, n_samples, n_classes)
        Scores of each class. Those of several trainings are evaluated separately and averaged.
    reference_score : array-like, as `y_score`
        The scores to compare with.
    classes : array-like of shape (n_classes,), default=None
        The labels of the columns. None means the sorted labels in `y_true`.
    folds : array-like of shape (n_samples,), default=None
        The fold in which each row was held out. Rows are compared within a fold only.
    groups : array-like of shape (n_samples,), default=None
        Groups of rows that belong together, such as the speaker or patient of each row. The
        bootstrap then draws whole groups: rows of one group tend to be right or wrong together, and
        an interval over single rows would be too narrow. None draws rows.
    confidence_level : float, default=0.95
        Confidence level of the interval, above 0 and below 1.
    n_resamples : int, default=2000
        Number of bootstrap resamples.
    random_state : int, RandomState instance or None, default=None
        Seed of the resamples.

    Returns
    -------
    result : Gain
        ``gain``, from -1 to 1, and the ends ``low`` and ``high`` of its percentile interval.

    Raises
    ------
    ValueError
        If shapes do not match, a score is NaN, a label has no column, or `confidence_level` or
        `n_resamples` is out of range.

    Examples
    --------
    >>> import numpy as np
    >>> from skadan.metrics import auc_gain
    >>> y = np.array([0, 1] * 50)
    >>> noise = np.random.default_rng(0).normal(size=100)
    >>> sure, unsure = 2 * y + noise, noise
    >>> result = auc_gain(y, np.c_[-sure, sure], np.c_[-unsure, unsure], random_state=0)
    >>> 0.2 < result.low < result.gain < result.high
    True
    """
    truth = Truth.of(y_true, classes, folds)
    trainings = [
        [truth.check(one, name) for one in _by_seed(scores)]
        for name, scores in (("y_score", y_score), ("reference_score", reference_score))
    ]

    def gain(weights: np.ndarray) -> np.ndarray:
        areas = [[weighted_auc(truth, one, weights) for one in each] for each in trainings]
        return np.mean(areas[0], axis=0) - np.mean(areas[1], axis=0)

    units = _resampling_units(groups, len(truth.class_index))
    return _bootstrap(gain, units, confidence_level, n_resamples, random_state)


def _by_seed(scores: ArrayLike) -> np.ndarray:
    """Return scores as (n_seeds, n, n_classes), also those of a single training."""
    scores = np.asarray(scores, dtype=float)
    return scores if scores.ndim == 3 else scores[None]


def _resampling_units(groups: ArrayLike | None, n_rows: int) -> np.ndarray:
    """Return each row's resampling unit as an index, (n,): its group, or the row itself."""
    if groups is None:
        return np.arange(n_rows)
    group_of_row = np.asarray(groups)
    if group_of_row.shape != (n_rows,):
        raise ValueError(f"groups has shape {group_of_row.shape}; there are {n_rows} labels.")
    return np.unique(group_of_row, return_inverse=True)[1]


def _bootstrap(
    gain: Callable[[np.ndarray], np.ndarray],
    units: np.ndarray,
    confidence_level: float,
    n_resamples: int,
    random_state: Any,
) -> Gain:
    """Return a gain with its percentile interval.

    `gain` maps row weights (n_resamples, n) to gains (n_resamples,).
    """
    if not 0 < confidence_level < 1:
        raise ValueError(f"confidence_level={confidence_level}: above 0 and below 1, such as 0.95.")
    if n_resamples < 1:
        raise ValueError(f"n_resamples={n_resamples}: 1 or more.")
    rng = check_random_state(random_state)
    n_units = int(units.max()) + 1
    # A resample is a vector of weights, how often each unit was drawn: multinomial counts.
    share = np.full(n_units, 1 / n_units)
    most = max(1, CELLS // len(units))
    sizes = [min(most, n_resamples - start) for start in range(0, n_resamples, most)]
    draws = np.concatenate(
        [gain(rng.multinomial(n_units, share, size=size)[:, units]) for size in sizes]
    )
    tail = (1 - confidence_level) / 2
    known = draws[~np.isnan(draws)]  # if no fold has two classes in a resample, it has no AUC
    low, high = np.quantile(known, [tail, 1 - tail]) if len(known) else (np.nan, np.nan)
    return Gain(float(gain(np.ones((1, len(units))))[0]), float(low), float(high))
