"""Wrappers of classifiers: balanced bags, and thresholds tuned on held-out rows."""

import warnings
from typing import Any

import numpy as np
from board_parts.classifiers import scores_of
from imblearn.ensemble import BalancedBaggingClassifier, BalancedRandomForestClassifier
from sklearn.base import BaseEstimator, ClassifierMixin, clone
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import StratifiedKFold, TunedThresholdClassifierCV

N_BAGS = 10
MOST_FOLDS = 5  # for tuning thresholds; fewer if the rarest class has fewer rows
N_ROUNDS = 10  # over the offsets of all classes


def in_bags(classifier: Any, seed: int) -> Any:
    """Return the classifier bagged over balanced under-samples, or a balanced random forest.

    A bag under-samples all rows and not a bootstrap of them, which may lack a class of three rows.
    """
    if isinstance(classifier, RandomForestClassifier):
        return BalancedRandomForestClassifier(
            classifier.n_estimators,
            min_samples_leaf=classifier.min_samples_leaf,
            random_state=seed,
        )
    return BalancedBaggingClassifier(
        classifier, n_estimators=N_BAGS, bootstrap=False, random_state=seed
    )


class TunedThresholds(ClassifierMixin, BaseEstimator):
    """A classifier with thresholds that maximise UAR on rows held out of the training set.

    For two classes, scikit-learn tunes the threshold. For more, an offset is tuned for each class.
    """

    def __init__(self, classifier: Any, seed: int = 0) -> None:
        self.classifier, self.seed = classifier, seed

    def fit(self, Z: np.ndarray, y: np.ndarray) -> "TunedThresholds":
        """Fit on all rows, with offsets tuned by cross-validation."""
        self.classes_, counts = np.unique(y, return_counts=True)
        n_folds = int(np.clip(counts.min(), 2, MOST_FOLDS))
        splitter = StratifiedKFold(n_folds, shuffle=True, random_state=self.seed)
        if len(self.classes_) == 2:
            self.fitted_ = tuned_threshold(self.classifier, splitter, Z, y)
            return self
        scores = np.full((len(y), len(self.classes_)), -np.inf)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # a class has fewer rows than folds
            splits = list(splitter.split(Z, y))
        for train, test in splits:
            fitted = clone(self.classifier).fit(Z[train], y[train])
            seen = np.searchsorted(self.classes_, fitted.classes_)
            scores[np.ix_(test, seen)] = in_logarithms(*scores_of(fitted, Z[test]))
        self.offsets_ = best_offsets(scores, np.searchsorted(self.classes_, y))
        self.fitted_ = clone(self.classifier).fit(Z, y)
        return self

    def decision_function(self, Z: np.ndarray) -> np.ndarray:
        """Return scores plus offsets; for two classes, scores without the threshold."""
        scores = in_logarithms(*scores_of(self.fitted_, Z))
        return scores if len(self.classes_) == 2 else scores + self.offsets_

    def predict(self, Z: np.ndarray) -> np.ndarray:
        """Return labels by the tuned thresholds."""
        if len(self.classes_) == 2:
            return self.fitted_.predict(Z)
        return self.classes_[self.decision_function(Z).argmax(1)]


def tuned_threshold(
    classifier: Any, splitter: StratifiedKFold, Z: np.ndarray, y: np.ndarray
) -> Any:
    """Return a fitted classifier of two classes, with a tuned threshold if the scores allow one."""
    if np.unique(y, return_counts=True)[1].min() < 2:  # no row can be held out
        return clone(classifier).fit(Z, y)
    try:
        tuned = TunedThresholdClassifierCV(classifier, scoring="balanced_accuracy", cv=splitter)
        return tuned.fit(Z, y)
    except ValueError:  # every held-out row has the same score
        return clone(classifier).fit(Z, y)


def in_logarithms(scores: np.ndarray, are_probabilities: bool) -> np.ndarray:
    """Return logarithms of probabilities, so that an offset is a factor; other scores unchanged."""
    return np.log(np.clip(scores, 1e-12, None)) if are_probabilities else scores


def best_offsets(scores: np.ndarray, class_index: np.ndarray) -> np.ndarray:
    """Return offsets (K,) of scores (n, K) for a high unweighted average recall.

    One offset is optimised at a time, until none changes.
    """
    offsets = np.zeros(scores.shape[1])
    for _ in range(N_ROUNDS):
        before = offsets.copy()
        for k in range(len(offsets)):
            offsets[k] = best_offset(scores + offsets, class_index, k) + offsets[k]
        if np.array_equal(before, offsets):
            break
    return offsets


def best_offset(scores: np.ndarray, class_index: np.ndarray, k: int) -> float:
    """Return the best offset of class k alone; 0 if no other is better."""
    others = scores.copy()
    others[:, k] = -np.inf
    # A row goes to class k as soon as its offset is above the margin.
    margin = others.max(1) - scores[:, k]
    is_hit = others.argmax(1) == class_index  # if the row does not go to k
    weight = 1 / np.bincount(class_index)[class_index]
    change = np.where(class_index == k, weight, -weight * is_hit)
    finite = np.isfinite(margin)
    order = np.argsort(margin[finite])
    steps = margin[finite][order]
    gains = np.cumsum(change[finite][order])
    # Nothing changes between two different margins, so take the middle of the best interval.
    ends = np.flatnonzero(np.diff(steps) > 0)
    if not len(ends):
        return 0.0
    places = (steps[ends] + steps[ends + 1]) / 2
    usual = change[finite & (scores.argmax(1) == k)].sum()
    best = ends[gains[ends].argmax()]
    return float(places[gains[ends].argmax()]) if gains[best] > usual + 1e-12 else 0.0
