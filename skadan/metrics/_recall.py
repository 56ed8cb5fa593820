"""How well a classifier does on unequal classes, and whether it gained."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from sklearn.metrics import balanced_accuracy_score
from sklearn.utils import check_random_state


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


CELLS = 2**21  # of the weights of resamples that are held at a time


class RecallGain(NamedTuple):
    """What `recall_gain` found.

    Parameters
    ----------
    gain : float
        Difference of the unweighted average recalls, between -1 and 1.
    low, high : float
        Ends of its interval.

    Examples
    --------
    >>> from skadan.metrics import RecallGain
    >>> result = RecallGain(0.05, 0.01, 0.09)
    >>> result.low > 0
    True
    >>> print(result)
    +5.0 points (+1.0 to +9.0)
    """

    gain: float
    low: float
    high: float

    def __repr__(self) -> str:
        """The three numbers to four digits behind the point."""
        return f"RecallGain(gain={self.gain:.4f}, low={self.low:.4f}, high={self.high:.4f})"

    def __str__(self) -> str:
        """The gain in points of a percent, and its interval."""
        gain, low, high = (f"{100 * value:+.1f}" for value in self)
        return f"{gain} points ({low} to {high})"


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
        If the predictions do not match the labels in number, or `confidence_level` or
        `n_resamples` is out of range.

    Examples
    --------
    >>> from skadan.metrics import recall_gain
    >>> y = [0, 0, 1, 1] * 25
    >>> result = recall_gain(y, y, [0, 1, 1, 1] * 25, random_state=0)
    >>> result.gain, 0.15 < result.low < 0.25 < result.high < 0.35
    (0.25, True)
    """
    if not 0 < confidence_level < 1:
        raise ValueError(f"confidence_level={confidence_level}: above 0 and below 1, such as 0.95.")
    if n_resamples < 1:
        raise ValueError(f"n_resamples={n_resamples}: 1 or more.")
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
    share = np.full(len(y), 1 / len(y))
    sizes = _parts(n_resamples, max(1, CELLS // len(y)))
    draws = np.concatenate([gain(rng.multinomial(len(y), share, size=size)) for size in sizes])
    tail = (1 - confidence_level) / 2
    low, high = np.quantile(draws, [tail, 1 - tail])
    return RecallGain(float(gain(np.ones((1, len(y))))[0]), float(low), float(high))


def _parts(total: int, most: int) -> list[int]:
    """Split a number into parts of `most` at most."""
    return [min(most, total - start) for start in range(0, total, most)]
