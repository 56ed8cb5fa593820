"""What the board keeps of held-out rows: weights, ranks and losses, and arms that share fits."""

import json
from types import SimpleNamespace

import numpy as np
import pytest
from conftest import load_example
from scipy.stats import norm
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.preprocessing import StandardScaler

from skadan import PriorCorrectedClassifier
from skadan.metrics import one_vs_rest_auc, unweighted_average_recall

LOSSES = ["log_loss", "log_loss_right", "brier", "brier_right"]


@pytest.fixture(scope="module")
def board():
    load_example("board")
    from board_parts import heldout, runs, tables, wrappers
    from studies import resumable

    parts = (heldout, runs, tables, wrappers, resumable)
    return SimpleNamespace(**{m.__name__.rpartition(".")[2]: m for m in parts})


def a_table(board, counts=(40, 20, 9), n_columns=6, n_groups=None, distance=1.0):
    rng, y = np.random.default_rng(0), np.repeat(np.arange(len(counts)), counts)
    X = rng.normal(size=(len(y), n_columns)) + distance * np.eye(n_columns)[y]
    groups = np.arange(len(y)) % n_groups if n_groups else None
    return board.tables.Table("t", "speech", "t", X, y, groups)


def some_folds(board, y, shares):
    """A fold for each of the shares, of every so-manieth row."""
    for number, share in enumerate(shares):
        test = np.arange(number, len(y), len(shares))
        yield board.heldout.Fold(number, test, dict(enumerate(share)))


def probabilities(rng, n, n_classes):
    return rng.dirichlet(np.ones(n_classes), size=n)


SHARES = [[0.5, 0.3, 0.2], [0.9, 0.05, 0.05], [1 / 3, 1 / 3, 1 / 3]]


def kept_at_random(board, rng, y, shares=SHARES):
    """Random probabilities, and random corrected ones, of three folds."""
    heldout = board.heldout.HeldOut(y)
    for fold in some_folds(board, y, shares):
        scores, corrected = (probabilities(rng, len(fold.test), 3) for _ in range(2))
        heldout.keep(fold, np.arange(3), scores.argmax(1), scores, corrected)
    return heldout


def test_weights_make_test_rows_as_unequal_as_training_rows(board, rng):
    y = rng.permutation(np.repeat([0, 1, 2], [50, 31, 9]))
    heldout = kept_at_random(board, rng, y)
    for fold in some_folds(board, y, SHARES):
        weight, labels = heldout.weight[fold.test], y[fold.test]
        found = np.bincount(labels, weights=weight) / weight.sum()
        np.testing.assert_allclose(found, SHARES[fold.number])
        assert weight.sum() == pytest.approx(len(fold.test))  # a fold counts by its rows
        for c in range(3):
            assert len(np.unique(weight[labels == c])) == 1


def test_weights_where_classes_are_missing(board):
    """Classes that the test rows lack leave the ratios of the others; unseen ones do not count."""
    y = np.array([0, 0, 0, 0, 1, 2, 2, 2])
    heldout = board.heldout.HeldOut(y)
    fold = board.heldout.Fold(0, np.arange(5), {0: 0.6, 1: 0.2, 2: 0.2})
    third = np.full((5, 3), 1 / 3)
    heldout.keep(fold, np.arange(3), np.zeros(5), third, third)
    np.testing.assert_allclose(heldout.weight[:5], 5 * np.array([0.15, 0.15, 0.15, 0.15, 0.2]))
    fold = board.heldout.Fold(1, np.arange(4, 8), {0: 0.5, 1: 0.5})
    half = np.full((4, 2), 1 / 2)
    heldout.keep(fold, np.arange(2), np.zeros(4), half, half)
    np.testing.assert_allclose(heldout.weight[4:], [2, 0, 0, 0])


@pytest.mark.parametrize("sure", [False, True])
def test_losses_are_those_of_numpy(board, rng, sure):
    y = rng.permutation(np.repeat([0, 1, 2], [50, 31, 9]))
    heldout = kept_at_random(board, rng, y)
    if sure:  # some rows get exactly 0 for their own class, as from forests
        heldout.score[:8] = np.eye(3)[(y[:8] + 1) % 3]
    found = heldout.scores()
    for end, proba in (("", heldout.score), ("_right", heldout.corrected)):
        clipped = np.clip(proba, np.finfo(float).eps, 1)
        each_log = -np.log(clipped[np.arange(90), y])
        each_brier = ((proba - np.eye(3)[y]) ** 2).sum(1) / 2
        for name, each in (("log_loss", each_log), ("brier", each_brier)):
            # The loss in each class counts by its share in training, and each fold by its rows.
            expected = np.mean(
                [
                    sum(
                        share * each[fold.test][y[fold.test] == c].mean()
                        for c, share in fold.shares.items()
                    )
                    for fold in some_folds(board, y, SHARES)
                ]
            )
            assert found[name + end] == pytest.approx(expected, abs=6e-5)
    assert found["auc"] == pytest.approx(
        100 * one_vs_rest_auc(y, heldout.score, folds=np.arange(90) % 3), abs=0.006
    )
    assert found["recall"] == pytest.approx(
        100 * unweighted_average_recall(y, heldout.predicted), abs=0.006
    )


def test_rows_that_no_fold_predicted(board, rng):
    """They are misses of the recall; no loss sees them."""
    y = rng.permutation(np.repeat([0, 1, 2], 20))
    heldout = kept_at_random(board, rng, y)
    with_more = board.heldout.HeldOut(np.concatenate([y, [0, 1, 2]]))
    for fold in some_folds(board, y, SHARES):
        rows = fold.test
        found = (heldout.predicted[rows], heldout.score[rows], heldout.corrected[rows])
        with_more.keep(fold, np.arange(3), *found)
    np.testing.assert_array_equal(with_more.predicted[60:], -1)
    np.testing.assert_array_equal(with_more.weight[60:], 0)
    before, after = heldout.scores(), with_more.scores()
    assert {name: after[name] for name in LOSSES} == {name: before[name] for name in LOSSES}
    assert after["recall"] == pytest.approx(before["recall"] * 20 / 21, abs=0.01)


def test_recall_of_rows_that_no_fold_could_predict(board):
    assert board.heldout.recall(np.array([0, 0, 1, 1]), np.array([0, 0, 1, -1])) == 75


@pytest.mark.parametrize("are_probabilities", [False, True])
def test_a_class_that_the_model_has_not_seen_ranks_lowest(board, rng, are_probabilities):
    y = np.array([0, 1, 2] * 10)
    heldout = board.heldout.HeldOut(y)
    scores = probabilities(rng, 30, 2) if are_probabilities else rng.normal(size=(30, 2)) - 5
    fold = board.heldout.Fold(0, np.arange(30), {0: 0.5, 2: 0.5})
    corrected = scores if are_probabilities else None
    heldout.keep(fold, np.array([0, 2]), np.zeros(30), scores, corrected)
    np.testing.assert_array_equal(heldout.score[:, [0, 2]], scores)
    assert (heldout.score[:, 1] < scores.min()).all()
    assert len(np.unique(heldout.score[:, 1])) == 1
    assert ("log_loss" in heldout.scores()) == are_probabilities
    if are_probabilities:
        np.testing.assert_allclose(heldout.score.sum(1), 1)


def posterior(x, share):
    """True probabilities of N(0, 1) and N(1.5, 1), which has this share."""
    joint = np.c_[(1 - share) * norm.pdf(x), share * norm.pdf(x - 1.5)]
    return joint / joint.sum(1, keepdims=True)


def test_true_probabilities_are_the_best(board):
    """Half of the test rows, but a tenth of the training rows are of class 1."""
    rng, n = np.random.default_rng(0), 20_000
    y = np.arange(n) % 2
    x = rng.normal(size=n) + 1.5 * y
    fold = board.heldout.Fold(0, np.arange(n), {0: 0.9, 1: 0.1})
    true, of_test_rows = posterior(x, 0.1), posterior(x, 0.5)
    sharper = true**2 / (true**2).sum(1, keepdims=True)

    def losses(as_they_come, corrected):
        heldout = board.heldout.HeldOut(y)
        heldout.keep(fold, np.arange(2), np.zeros(n), as_they_come, corrected)
        return heldout.scores()

    for distorted in (of_test_rows, sharper, np.full((n, 2), [0.9, 0.1])):
        found = losses(distorted, true)
        assert found["log_loss_right"] < found["log_loss"] - 0.005
        assert found["brier_right"] < found["brier"] - 0.002
    # As many rows of a draw in which a tenth are of class 1 have this loss.
    y_new = (rng.random(n) < 0.1).astype(int)
    proba = posterior(rng.normal(size=n) + 1.5 * y_new, 0.1)[np.arange(n), y_new]
    assert losses(true, true)["log_loss"] == pytest.approx(-np.log(proba).mean(), abs=0.015)
    assert losses(true, true)["brier"] == pytest.approx(((1 - proba) ** 2).mean(), abs=0.005)


def without_seconds(record):
    return {name: value for name, value in record.items() if not name.startswith("seconds")}


def test_labels_of_rows_that_no_fold_predicted_are_kept_in_files(board):
    """Class 1 is in one group alone: without it, a fold has one class to learn from."""
    table = a_table(board, (20, 8), n_groups=2)
    table.groups[:] = np.repeat([0, 1, 1], [10, 10, 8])
    (record,) = board.runs.run(table, "native", 0, {"none": ["LinearSVC", "logistic"]})
    assert {label for labels in record["predicted"].values() for label in labels} == {-1, 0, 1}
    for setting, predicted in record["predicted"].items():
        assert predicted.count(-1) == 18
        assert record["recall"][setting] <= 50
    stored = board.resumable.pack(record)
    assert stored["classes"] == [-1, 0, 1]
    assert all(isinstance(text, str) for text in stored["predicted"].values())
    line = board.resumable.unpack(json.loads(board.resumable.line(record)))
    assert line["predicted"] == record["predicted"]


BOTH = {arm: ["logistic", "neighbours"] for arm in ("none", "prior correction")}


def test_prior_correction_is_the_classifier_around_a_fresh_fit(board):
    table, seed = a_table(board, (60, 25, 15), n_groups=3), 1
    _, record = board.runs.run(table, "cut", seed, BOTH)
    plain = {
        "neighbours 1": KNeighborsClassifier(1),
        "neighbours 5": KNeighborsClassifier(5),
        "neighbours 15": KNeighborsClassifier(15),
        "logistic 0.1": LogisticRegression(C=0.1),
        "logistic 100": LogisticRegression(C=100, tol=1e-8, max_iter=10_000),
    }
    for setting, classifier in plain.items():
        expected = np.full(len(table.y), -1)
        for number, (train, test) in enumerate(board.tables.folds(table, seed)):
            train = board.tables.rows_left(table, train, "cut", seed, number)
            scaler = StandardScaler().fit(table.X[train])
            Z, Z_test = scaler.transform(table.X[train]), scaler.transform(table.X[test])
            scale = np.sqrt((Z**2).sum(1).mean())
            fitted = PriorCorrectedClassifier(classifier).fit(Z / scale, table.y[train])
            expected[test] = fitted.predict(Z_test / scale)
        agree = np.mean(expected == record["predicted"][setting])
        assert agree >= 0.98 if setting == "logistic 100" else agree == 1, setting


def test_none_is_as_it_is_without_the_correction(board):
    table = a_table(board, n_groups=2)
    none, correction = board.runs.run(table, "cut", 0, BOTH)
    for arm, record in (("none", none), ("prior correction", correction)):
        (alone,) = board.runs.run(table, "cut", 0, {arm: BOTH[arm]})
        assert without_seconds(alone) == without_seconds(record)
    assert none["predicted"] != correction["predicted"]
    assert none["log_loss"] == pytest.approx(none["log_loss_right"], abs=1.1e-4)
    assert none["brier"] == pytest.approx(none["brier_right"], abs=1.1e-4)


def test_arms_that_share_fits_fit_once(board, monkeypatch):
    fitted, original = [], board.runs.fits

    def spy(name, *rest):
        fitted.append(name)
        return original(name, *rest)

    monkeypatch.setattr(board.runs, "fits", spy)
    more = {"none": ["LinearSVC", "logistic"], "prior correction": ["logistic", "neighbours"]}
    none, correction = board.runs.run(a_table(board, n_groups=2), "cut", 0, more)
    assert sorted(fitted) == ["LinearSVC"] * 2 + ["logistic"] * 2 + ["neighbours"] * 2
    assert {s.split()[0] for s in none["recall"]} == {"LinearSVC", "logistic"}
    assert {s.split()[0] for s in correction["recall"]} == {"logistic", "neighbours"}


@pytest.mark.parametrize("arm", ["duplication", "class weights", "bagged under-sampling"])
def test_probabilities_of_equal_classes_are_put_right(board, arm, monkeypatch):
    """Logistic regression on equal classes: corrected, it is about as good as on the rows alone."""
    monkeypatch.setattr(board.wrappers, "N_BAGS", 3)
    table = a_table(board, (200, 40), n_groups=2, distance=1.5)
    none, equal = (
        board.runs.run(table, "native", 0, {name: ["logistic"]})[0] for name in ("none", arm)
    )
    for measure in ("log_loss", "brier"):
        before, corrected, reference = (
            found["logistic 1"]
            for found in (equal[measure], equal[measure + "_right"], none[measure])
        )
        assert corrected < before - 0.02
        assert abs(corrected - reference) < abs(before - reference) / 2
