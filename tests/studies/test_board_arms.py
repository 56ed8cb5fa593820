"""Training sets of the board's arms: how many rows of which class, and whose."""

from types import SimpleNamespace

import numpy as np
import pytest
from conftest import load_example
from imblearn.over_sampling import SMOTE
from sklearn.neighbors import KNeighborsClassifier
from sklearn.preprocessing import StandardScaler

from skadan import PartialFill, ShrunkenSampler, WADANSampler


@pytest.fixture(scope="module")
def board():
    load_example("board")
    from board_parts import arms, classifiers, runs, tables

    parts = (arms, classifiers, runs, tables)
    return SimpleNamespace(**{m.__name__.rpartition(".")[2]: m for m in parts})


def a_table(board, counts=(30, 20, 12), n_columns=8, distance=2.0):
    rng, y = np.random.default_rng(0), np.repeat(np.arange(len(counts)), counts)
    X = rng.normal(size=(len(y), n_columns)) + distance * rng.normal(size=(len(counts), 1))[y]
    return board.tables.Table("t", "speech", "t", X, y, None)


@pytest.mark.parametrize("arm", ["duplication", "SMOTE", "noise", "ShrunkenSampler", "ADAN"])
def test_rows_that_scenarios_ask_for(board, few_epochs, arm):
    table = a_table(board)
    for scenario, want in (("cut", [30, 30, 30]), ("native", [30, 30, 30]), ("full", [60, 40, 24])):
        strategy = board.runs.strategy_of(scenario)
        X, y = board.arms.TrainingSets(table.X, table.y, strategy, 0).make(arm)
        np.testing.assert_array_equal(X[:62], table.X)
        np.testing.assert_array_equal(np.bincount(y), want)


@pytest.mark.parametrize("arm", ["SMOTE", "ShrunkenSampler", "WADAN"])
def test_partial_arms_fill_classes_a_quarter_of_the_way(board, few_epochs, arm):
    """And their rows are the sampler's own, at the centre that the correction asks for."""
    table = a_table(board)
    sets = board.arms.TrainingSets(table.X, table.y, "auto", 0)
    X, y = sets.make(f"partial {arm}")
    np.testing.assert_array_equal(np.bincount(y), [30, round(20**0.75 * 30**0.25), 15])
    if arm == "SMOTE":
        own = SMOTE(sampling_strategy=PartialFill(), random_state=0)
    else:
        cls = {"ShrunkenSampler": ShrunkenSampler, "WADAN": WADANSampler}[arm]
        own = cls(sampling_strategy=PartialFill(), center="mean", random_state=0)
    np.testing.assert_array_equal(own.fit_resample(table.X, table.y)[0], X)


def test_partial_arms_are_corrected_for_the_shares_that_they_leave(board):
    """By hand, fold by fold: a classifier on the partial rows, divided by their shares."""
    table, name = a_table(board), "partial SMOTE + correction"
    (record,) = board.runs.run(table, "native", 0, {name: ["neighbours"]})
    expected = np.full(len(table.y), -1)
    for train, test in board.tables.folds(table, 0):
        scaler = StandardScaler().fit(table.X[train])
        Z, Z_test = scaler.transform(table.X[train]), scaler.transform(table.X[test])
        smote = SMOTE(sampling_strategy=PartialFill(), k_neighbors=5, random_state=0)
        Z, y = smote.fit_resample(Z, table.y[train])
        rows = board.classifiers.Rows(Z, y, Z_test, scaler.transform(table.X[train]), y[:0])
        seen, unseen = rows.linear
        shares = KNeighborsClassifier(5).fit(seen, y).predict_proba(unseen) / np.bincount(y)
        expected[test] = shares.argmax(1)
    np.testing.assert_array_equal(record["predicted"]["neighbours 5"], expected)
    assert record["log_loss_right"]["neighbours 5"] > 0


@pytest.mark.parametrize("scenario", ["cut", "full"])
def test_under_sampling_goes_down_to_the_rarest_class(board, scenario):
    table = a_table(board)
    sets = board.arms.TrainingSets(table.X, table.y, board.runs.strategy_of(scenario), 0)
    np.testing.assert_array_equal(np.bincount(sets.make("under-sampling")[1]), [12, 12, 12])


def test_one_training_serves_all_arms_of_wadan(board, few_epochs, monkeypatch):
    table = a_table(board)
    sets = board.arms.TrainingSets(table.X, table.y, "auto", 0)
    made = [sets.make(arm) for arm in board.arms.SHARING_WADAN]
    X, y = WADANSampler(random_state=0).fit_resample(table.X, table.y)
    np.testing.assert_array_equal(made[0][0], X)
    np.testing.assert_array_equal(made[0][1], y)
    alone = load_example("studies/training_sets").training_set
    codes = tuple(board.arms.CODES)
    assert board.arms.SHARING_WADAN[2:] == codes
    for arm, (X, y) in zip(codes, made[2:], strict=True):
        X_alone, y_alone = alone(arm, table.X, table.y, "auto", 0)
        np.testing.assert_array_equal(X, X_alone)
        np.testing.assert_array_equal(y, y_alone)
