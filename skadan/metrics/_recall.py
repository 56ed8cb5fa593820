"""Compute the recall on unequal classes."""

from numpy.typing import ArrayLike
from sklearn.metrics import balanced_accuracy_score

from .._matching import check_same_kind


def unweighted_average_recall(y_true: ArrayLike, y_pred: ArrayLike) -> float:
    """Compute the mean of the classes' recalls, in which each class of ``y_true`` counts once.

    This is the usual measure in speech emotion recognition, where classes are unequal.
    scikit-learn calls it balanced accuracy. If a speaker lacks a class, pool the predictions of all
    folds first.

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

    Raises
    ------
    ValueError
        If the labels of one are numbers and those of the other text.

    Examples
    --------
    >>> from skadan.metrics import unweighted_average_recall
    >>> unweighted_average_recall(["a", "a", "a", "b"], ["a", "a", "a", "a"])
    0.5
    """
    check_same_kind(y_true=y_true, y_pred=y_pred)
    return float(balanced_accuracy_score(y_true, y_pred))
