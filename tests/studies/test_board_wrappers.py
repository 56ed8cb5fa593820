"""Wrappers of the board: offsets of classes against exhaustive search, and balanced bags."""

from types import SimpleNamespace

import numpy as np
import pytest
from conftest import load_example
from imblearn.ensemble import BalancedBaggingClassifier, BalancedRandomForestClassifier
from sklearn.dummy import DummyClassifier
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import balanced_accuracy_score, roc_curve
from sklearn.model_selection import StratifiedKFold, cross_val_predict
from sklearn.svm import LinearSVC

FEW = "ignore:The least populated class in y has only 1 members:UserWarning"
UNFINISHED = "ignore::sklearn.exceptions.ConvergenceWarning"


@pytest.fixture(scope="module")
def board():
    load_example("board")
    from board_parts import classifiers, wrappers

    return SimpleNamespace(classifiers=classifiers, wrappers=wrappers)


def uar(scores, class_index):
    """Unweighted average recall of the class of the highest score."""
    hits = scores.argmax(1) == class_index
    return np.mean([hits[class_index == k].mean() for k in np.unique(class_index)])


def moved(scores, k, offset):
    """The scores with an offset for class k."""
    return scores + offset * (np.arange(scores.shape[1]) == k)


def best_by_search(scores, class_index, k):
    """The highest UAR of one offset: 0, and one in every interval between two margins."""
    others = np.delete(scores, k, axis=1).max(1)
    margins = np.unique((others - scores[:, k])[np.isfinite(others - scores[:, k])])
    middles = (margins[1:] + margins[:-1]) / 2
    return max(uar(moved(scores, k, offset), class_index) for offset in (0.0, *middles))


def some_scores(seed, n_classes, n=14, decimals=9, unseen=False):
    """Class numbers and scores; `unseen` gives half of the rows a model that lacks a class."""
    rng = np.random.default_rng(seed)
    class_index = np.concatenate([np.arange(n_classes), rng.integers(n_classes, size=n)])
    scores = rng.normal(size=(len(class_index), n_classes)) + 0.7 * np.eye(n_classes)[class_index]
    scores = np.round(scores, decimals)
    if unseen:
        scores[::2, rng.integers(n_classes)] = -np.inf
    return class_index, scores


@pytest.mark.parametrize("unseen", [False, True])
@pytest.mark.parametrize("decimals", [0, 9], ids=["ties", "no ties"])
@pytest.mark.parametrize("n_classes", [3, 4])
def test_one_offset_is_as_good_as_exhaustive_search(board, n_classes, decimals, unseen):
    n_better = 0
    for seed in range(60):
        class_index, scores = some_scores(seed, n_classes, decimals=decimals, unseen=unseen)
        k = seed % n_classes
        offset = board.wrappers.best_offset(scores, class_index, k)
        found = uar(moved(scores, k, offset), class_index)
        assert found == pytest.approx(best_by_search(scores, class_index, k)), seed
        n_better += found > uar(scores, class_index) + 1e-9
        if found == pytest.approx(uar(scores, class_index)):
            assert offset == 0  # where nothing is better nothing changes
    assert n_better > 10


@pytest.mark.parametrize("decimals", [0, 9], ids=["ties", "no ties"])
@pytest.mark.parametrize("k", [0, 1])
def test_of_two_classes_it_is_the_best_threshold(board, k, decimals):
    for seed in range(30):
        class_index, scores = some_scores(seed, 2, n=40, decimals=decimals)
        offset = board.wrappers.best_offset(scores, class_index, k)
        false, true, _ = roc_curve(class_index, scores[:, 1] - scores[:, 0])
        expected = (1 + true - false).max() / 2
        assert uar(moved(scores, k, offset), class_index) == pytest.approx(expected)


@pytest.mark.parametrize("decimals", [0, 9], ids=["ties", "no ties"])
@pytest.mark.parametrize("n_classes", [2, 3, 5])
def test_offsets_never_lower_the_recall_that_they_are_chosen_by(board, n_classes, decimals):
    gains = []
    for seed in range(40):
        unseen = n_classes > 2 and seed % 2 == 0
        class_index, scores = some_scores(seed, n_classes, decimals=decimals, unseen=unseen)
        offsets = board.wrappers.best_offsets(scores, class_index)
        assert np.isfinite(offsets).all()
        gains.append(uar(scores + offsets, class_index) - uar(scores, class_index))
    assert min(gains) > -1e-12
    assert np.mean(gains) > 0.02


def test_offsets_undo_a_shift_of_the_classes(board):
    """Scores that tell the classes perfectly, but for a constant of each class."""
    rng = np.random.default_rng(0)
    class_index = rng.integers(4, size=80)
    scores = 5.0 * np.eye(4)[class_index] + rng.uniform(size=(80, 4))
    shifted = np.add(scores, [0, 20, -9, 3])
    assert uar(shifted, class_index) == 0.25
    assert uar(shifted + board.wrappers.best_offsets(shifted, class_index), class_index) == 1


def normals(counts, seed):
    """Rows of classes of different size, whose centres are 1.5 from each other."""
    rng, y = np.random.default_rng(seed), np.repeat(np.arange(len(counts)), counts)
    return rng.normal(size=(len(y), 4)) + 1.5 / np.sqrt(2) * np.eye(4)[y], y


@pytest.mark.parametrize("counts", [(300, 30), (300, 60, 20)], ids=["two classes", "three"])
@pytest.mark.parametrize(
    ("name", "penalty"),
    [("LinearSVC", 1), ("logistic", 10), ("RBF", 1), ("neighbours", 15), ("forest", 5)],
)
def test_tuned_thresholds_raise_the_recall_of_unequal_classes(board, name, penalty, counts):
    Z, y = normals(counts, 0)
    Z_test, y_test = normals([500] * len(counts), 1)
    Z, Z_test = Z / 2, Z_test / 2  # a mean squared norm of about 1
    plain = board.classifiers.model(name, penalty, None, 0, y)
    tuned = board.wrappers.TunedThresholds(plain, 0).fit(Z, y)
    before, after = (
        balanced_accuracy_score(y_test, fitted.predict(Z_test))
        for fitted in (plain.fit(Z, y), tuned)
    )
    assert after > before + 0.05


@pytest.mark.parametrize("classifier", [LogisticRegression(), RandomForestClassifier(10)])
def test_offsets_are_chosen_on_rows_held_out(board, classifier):
    Z, y = normals((60, 20, 12), 0)
    labels = np.array(["b", "c", "a"])[y]
    classifier.set_params(random_state=0)
    tuned = board.wrappers.TunedThresholds(classifier, seed=3).fit(Z, labels)
    splitter = StratifiedKFold(5, shuffle=True, random_state=3)
    proba = cross_val_predict(classifier, Z, labels, cv=splitter, method="predict_proba")
    logs, class_index = np.log(np.maximum(proba, 1e-12)), np.searchsorted(["a", "b", "c"], labels)
    expected = board.wrappers.best_offsets(logs, class_index)
    np.testing.assert_allclose(tuned.offsets_, expected, atol=1e-9)
    assert np.abs(expected).max() > 0.1
    whole = classifier.fit(Z, labels)  # the classifier itself is fitted on all rows
    logs = np.log(np.maximum(whole.predict_proba(Z), 1e-12))
    np.testing.assert_allclose(tuned.decision_function(Z), logs + expected, atol=1e-9)
    np.testing.assert_array_equal(tuned.predict(Z), whole.classes_[(logs + expected).argmax(1)])


@pytest.mark.parametrize("counts", [(20, 10), (20, 10, 6)])
def test_constant_scores_leave_the_plain_classifier(board, counts):
    Z, y = normals(counts, 0)
    plain = DummyClassifier(strategy="prior")
    tuned = board.wrappers.TunedThresholds(plain, 0).fit(Z, y)
    np.testing.assert_array_equal(tuned.predict(Z), plain.fit(Z, y).predict(Z))
    expected = np.log(plain.predict_proba(Z))
    np.testing.assert_allclose(tuned.decision_function(Z), expected)


@pytest.mark.filterwarnings(FEW, UNFINISHED)
@pytest.mark.parametrize(
    "name", ["SVC", "LinearSVC", "logistic", "RBF", "neighbours", "MLP", "forest", "boosting"]
)
def test_a_class_of_one_row(board, name, monkeypatch):
    """Of two classes it leaves the plain classifier; of more, offsets come from the others."""
    monkeypatch.setattr(board.classifiers, "n_epochs", lambda _: 20)
    for counts in ((15, 1), (15, 9, 1)):
        Z, y = normals(counts, 0)
        plain = board.classifiers.model(name, board.classifiers.PENALTIES[name][0], None, 0, y)
        tuned = board.wrappers.TunedThresholds(plain, 0).fit(Z, y)
        assert set(tuned.predict(Z)) <= set(y)
        scores, _ = board.classifiers.scores_of(tuned, Z)
        assert np.isfinite(scores).all()
        if len(counts) == 2:
            np.testing.assert_array_equal(tuned.predict(Z), plain.fit(Z, y).predict(Z))


def test_thresholds_leave_the_order_of_the_rows(board):
    """AUC is that of the plain classifier."""
    for counts in ((40, 12), (40, 20, 10)):
        Z, y = normals(counts, 0)
        for plain in (LinearSVC(), LogisticRegression()):
            tuned = board.wrappers.TunedThresholds(plain, 0).fit(Z, y)
            found, are_probabilities = board.classifiers.scores_of(tuned, Z)
            assert not are_probabilities
            expected, _ = board.classifiers.scores_of(plain.fit(Z, y), Z)
            for k in range(len(counts)):
                np.testing.assert_array_equal(np.argsort(found[:, k]), np.argsort(expected[:, k]))


@pytest.mark.filterwarnings(UNFINISHED)
@pytest.mark.parametrize("name", ["LinearSVC", "logistic", "neighbours", "MLP", "boosting", "SVC"])
def test_bags_are_of_equal_classes(board, name, monkeypatch):
    monkeypatch.setattr(board.classifiers, "n_epochs", lambda _: 1)
    monkeypatch.setattr(board.wrappers, "N_BAGS", 4)
    Z, y = normals((30, 20, 3), 0)
    seen = []

    def recording(cls):
        class Recording(cls):
            def fit(self, Z, y):
                seen.append(y)
                return super().fit(Z, y)

        return Recording

    plain = board.classifiers.model(name, board.classifiers.PENALTIES[name][0], None, 0, y)
    recorder = recording(type(plain))(**plain.get_params())
    bags = board.wrappers.in_bags(recorder, 0)
    assert isinstance(bags, BalancedBaggingClassifier)
    bags.fit(Z, y)
    assert [np.bincount(labels).tolist() for labels in seen] == [[3, 3, 3]] * 4
    assert bags.predict(Z).shape == y.shape


def test_a_forest_has_bags_of_its_own(board):
    for leaf in (1, 5):
        forest = RandomForestClassifier(7, min_samples_leaf=leaf)
        bags = board.wrappers.in_bags(forest, 3)
        assert isinstance(bags, BalancedRandomForestClassifier)
        found = (bags.n_estimators, bags.min_samples_leaf, bags.random_state)
        assert found == (7, leaf, 3)
