"""Recall of unequal classes."""

from numpy.typing import ArrayLike
from sklearn.metrics import balanced_accuracy_score


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
