"""Measure how well scores rank the rows of a class above all others, within folds."""

import numpy as np
from numpy.typing import ArrayLike

from .._matching import check_same_kind


def one_vs_rest_auc(
    y_true: ArrayLike,
    y_score: ArrayLike,
    *,
    classes: ArrayLike | None = None,
    folds: ArrayLike | None = None,
) -> float:
    """Compute the area under the ROC curve of each class against the rest, and average.

    The area of a class is the share of pairs, one row of the class and one other row, in which the
    row of the class has the higher score; a tie counts one half. With `folds`, only pairs within a
    fold count, because models of different folds score on different scales. Unlike a mean over
    folds, this also works if a fold has few rows or lacks a class.

    Parameters
    ----------
    y_true : array-like of shape (n_samples,)
        Labels.
    y_score : array-like of shape (n_samples, n_classes) or (n_samples,)
        Probabilities or decision values: a higher score means that the class of that column is more
        likely. With two classes, scores of the second class are enough.
    classes : array-like of shape (n_classes,), default=None
        The labels of the columns. None means the sorted labels in `y_true`.
    folds : array-like of shape (n_samples,), default=None
        The fold in which each row was held out. None means that one model scored all rows.

    Returns
    -------
    auc : float
        From 0 to 1; 0.5 is chance. NaN if no fold has rows of two classes.

    Raises
    ------
    ValueError
        If the shapes do not match, a score is NaN, or a label in `y_true` has no column.

    See Also
    --------
    auc_gain : The difference of two of these, with an interval.
    sklearn.metrics.roc_auc_score : The same without folds (``multi_class="ovr"``).

    Examples
    --------
    >>> from skadan.metrics import one_vs_rest_auc
    >>> y, scores = ["a", "b", "a", "b"], [0.1, 0.3, 0.7, 0.9]
    >>> one_vs_rest_auc(y, scores)
    0.75
    >>> one_vs_rest_auc(y, scores, folds=[0, 0, 1, 1])
    1.0
    """
    truth = Truth.of(y_true, classes, folds)
    scores = truth.check(np.asarray(y_score, dtype=float), "y_score")
    return float(weighted_auc(truth, scores, np.ones((1, len(scores))))[0])


class Truth:
    """Hold the class indices (n,) and the folds of the rows, and the number of classes."""

    def __init__(self, class_index: np.ndarray, fold: np.ndarray, n_classes: int) -> None:
        self.class_index, self.n_classes = class_index, n_classes
        self.rows_of_folds = [np.flatnonzero(fold == f) for f in np.unique(fold)]

    @classmethod
    def of(cls, y_true: ArrayLike, classes: ArrayLike | None, folds: ArrayLike | None) -> "Truth":
        """Create it from labels and folds, after checking them."""
        check_same_kind(classes=classes, y_true=y_true)
        y = np.asarray(y_true)
        known = np.unique(y) if classes is None else np.asarray(classes)
        is_class = y[:, None] == known
        if not is_class.any(1).all():
            label = y[~is_class.any(1)][:1].tolist()[0]
            raise ValueError(f"y_true has the label {label!r}; classes has no such label.")
        fold = np.zeros(len(y), dtype=int) if folds is None else np.asarray(folds)
        if fold.shape != y.shape:
            raise ValueError(f"folds has shape {fold.shape}; there are {len(y)} labels.")
        return cls(is_class.argmax(1), fold, len(known))

    def check(self, scores: np.ndarray, name: str) -> np.ndarray:
        """Return scores as (n, n_classes); refuse other shapes and NaN."""
        n = len(self.class_index)
        if scores.shape == (n,) and self.n_classes == 2:
            scores = np.column_stack([-scores, scores])
        if scores.shape != (n, self.n_classes):
            raise ValueError(
                f"{name} has shape {scores.shape}; {n} labels of {self.n_classes} classes need "
                f"({n}, {self.n_classes})."
            )
        if np.isnan(scores).any():
            raise ValueError(f"{name} is NaN in row {np.flatnonzero(np.isnan(scores).any(1))[0]}.")
        return scores


def weighted_auc(truth: Truth, scores: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Return the AUC of scores (n, n_classes), once for each row of weights (n_weights, n).

    A pair counts with the product of the weights of its two rows.
    """
    areas = []
    for k in range(truth.n_classes):
        # Both begin as one array, so neither is changed in place below.
        won = pairs = np.zeros(len(weights))
        for rows in truth.rows_of_folds:
            of_class = truth.class_index[rows] == k
            in_class, others = weights[:, rows] * of_class, weights[:, rows] * ~of_class
            won = won + _weight_of_won_pairs(scores[rows, k], in_class, others)
            pairs = pairs + in_class.sum(1) * others.sum(1)
        with np.errstate(invalid="ignore"):  # without pairs the area is NaN
            areas.append(won / pairs)
    known = ~np.isnan(areas)
    with np.errstate(invalid="ignore"):
        return np.where(known, areas, 0).sum(0) / known.sum(0)


def _weight_of_won_pairs(
    scores: np.ndarray, in_class: np.ndarray, others: np.ndarray
) -> np.ndarray:
    """Return the weight of the pairs that the row of the class wins; ties count half."""
    order = np.argsort(scores, kind="stable")
    values = scores[order]
    # Cumulative weight of the other rows below each position. A row's wins are the weight below its
    # score, and half of the weight at its score: the mean of the two ends of a run of equal scores.
    below = np.zeros((len(others), len(scores) + 1))
    np.cumsum(others[:, order], axis=1, out=below[:, 1:])
    first, last = (np.searchsorted(values, values, side=side) for side in ("left", "right"))
    return (in_class[:, order] * (below[:, first] + below[:, last]) / 2).sum(1)
