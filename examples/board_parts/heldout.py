"""Predictions of one setting of one arm for all held-out rows of a table, and their scores."""

import warnings
from typing import NamedTuple

import numpy as np
from sklearn.metrics import brier_score_loss, log_loss

from skadan.metrics import one_vs_rest_auc, unweighted_average_recall

# The scores of each setting in a record. Losses are those of the raw probabilities, and ("_right")
# of probabilities that are corrected for the class shares of the real training rows.
MEASURES = ("recall", "auc", "log_loss", "log_loss_right", "brier", "brier_right")


class Fold(NamedTuple):
    """A fold's number, its test rows, and the share of each class in its real training rows."""

    number: int
    test: np.ndarray
    shares: dict[int, float]


def shares(y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the classes in y, and the share of each."""
    classes, counts = np.unique(y, return_counts=True)
    return classes, counts / counts.sum()


class HeldOut:
    """Predictions (n,), scores (n, K) and weights (n,) of the rows of a table.

    The weights give the classes of a fold's test rows the shares that they have in its training
    rows, because probabilities can only be judged at these shares. A row that no fold could predict
    has the label -1 and weight 0.
    """

    def __init__(self, y: np.ndarray) -> None:
        n_classes = int(y.max()) + 1
        self.y, self.predicted = y, np.full(len(y), -1)
        self.fold, self.weight = np.full(len(y), -1), np.zeros(len(y))
        self.score = np.zeros((len(y), n_classes))
        self.corrected = np.zeros((len(y), n_classes))
        self.are_probabilities = False

    def keep(
        self,
        fold: Fold,
        classes: np.ndarray,
        predicted: np.ndarray,
        scores: np.ndarray,
        corrected: np.ndarray | None,
    ) -> None:
        """Store the predictions, scores and corrected probabilities (if any) of a fold."""
        test = fold.test
        self.predicted[test], self.fold[test] = predicted, fold.number
        self.score[test] = scores.min() - 1 if corrected is None else 0.0  # for unseen classes
        self.score[np.ix_(test, classes)] = scores
        self.are_probabilities = corrected is not None
        if corrected is not None:
            self.corrected[np.ix_(test, classes)] = corrected
            tested, found = shares(self.y[test])
            for c, share in zip(tested, found, strict=True):
                self.weight[test[self.y[test] == c]] = fold.shares.get(c, 0.0) / share

    def scores(self) -> dict[str, float]:
        """Return the scores of a record, by name."""
        auc = 100 * one_vs_rest_auc(self.y, self.score, folds=self.fold)
        found = {"recall": recall(self.y, self.predicted), "auc": round(auc, 2)}
        if not self.are_probabilities or not self.weight.any():
            return found
        for end, probabilities in (("", self.score), ("_right", self.corrected)):
            there = self.weight > 0
            labels = np.arange(self.score.shape[1])
            given = (self.y[there], probabilities[there])
            keywords = {"labels": labels, "sample_weight": self.weight[there]}
            found["log_loss" + end] = round(log_loss(*given, **keywords), 4)
            brier = brier_score_loss(*given, scale_by_half=True, **keywords)
            found["brier" + end] = round(brier, 4)
        return found


def recall(y: np.ndarray, predicted: np.ndarray) -> float:
    """Return the unweighted average recall in percent; -1 is a row that no fold could predict."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "y_pred contains classes not in y_true")
        return round(100 * unweighted_average_recall(y, predicted), 2)
