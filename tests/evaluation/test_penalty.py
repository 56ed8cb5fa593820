"""What `evaluate` holds out, and how it chooses a penalty without the rows held out."""

import re

import numpy as np
import pytest
from imblearn.pipeline import Pipeline
from sklearn.base import BaseEstimator
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, StratifiedGroupKFold, StratifiedKFold
from sklearn.neural_network import MLPClassifier
from sklearn.preprocessing import StandardScaler
from small_tables import command_line, write_table

from skadan import PartialFill, PriorCorrectedClassifier, ShrunkenSampler, WADANSampler
from skadan._cli import main
from skadan.evaluation import _arms as arms
from skadan.evaluation import _cost as cost
from skadan.evaluation._classifiers import (
    PENALTIES,
    BudgetedMLP,
    CappedNeighbors,
    classifier_of,
    middle,
    penalty_grid,
)
from skadan.evaluation._cross_validation import cross_validate
from skadan.evaluation._folds import inner_folds, outer_folds
from skadan.evaluation._problem import Problem
from skadan.evaluation._settings import CLASSIFIERS, Settings


def options(**more):
    return Settings(max_epochs=1, **more)


def noisy_problem(n=48, n_groups=4, seed=0):
    """Three unequal classes in six columns, hard to tell apart."""
    rng = np.random.default_rng(seed)
    y = np.array(["a", "a", "a", "b", "b", "c"])[np.arange(n) % 6]
    X = rng.normal(size=(n, 6)) + 0.7 * (y == "b")[:, None] - 0.7 * (y == "c")[:, None]
    return Problem(X, y, rng.permutation(np.arange(n) % n_groups) if n_groups else None)


def run(problem, settings):
    return cross_validate(problem, outer_folds(problem, settings), settings)


def best_recall_then_auc(results):
    """The candidate of the best recall, and of the best AUC among those."""
    order = np.lexsort([results["mean_test_auc"], results["mean_test_recall"]])
    return order[-1]


@pytest.mark.parametrize(("recall", "index"), [([0.5] * 5, 3), ([0.4, 0.6, 0.6, 0.5, 0.5], 2)])
def test_of_penalties_of_equal_recall_that_of_the_best_ranking_is_chosen(
    recall, index, monkeypatch
):
    problem, settings = noisy_problem(), options()
    _, penalties = arms.grid_of("none", settings, problem.X.shape[1])
    auc = [0.1, 0.2, 0.6, 0.9, 0.3]

    def scores(fitted, *_):
        place = penalties.index(fitted["classifier"].C)
        return {"recall": recall[place], "auc": auc[place]}

    monkeypatch.setattr(arms, "inner_scores", scores)
    assert arms.choose_penalty("none", settings, 0, problem) == penalties[index]


@pytest.mark.slow
def test_the_penalty_is_that_of_a_grid_search_on_the_training_rows():
    problem = noisy_problem(n_groups=0)
    settings = options(n_folds=2, arms=("prior", "partial", "shrunken"))
    folds = outer_folds(problem, settings)
    outcome = cross_validate(problem, folds, settings)
    train, test = folds.splits[1]
    penalties = [C / 6 for C in (0.1, 1, 10, 100, 1000)]
    few = ShrunkenSampler(center="mean", sampling_strategy=PartialFill(0.25), random_state=0)
    more = {"partial": few, "shrunken": ShrunkenSampler(random_state=0)}
    for arm in ("none", "prior", *more):
        steps = [("sampler", more[arm])] if arm in more else []
        steps = [("scale", StandardScaler()), *steps, ("model", LogisticRegression(max_iter=300))]
        pipeline, grid = Pipeline(steps), {"model__C": penalties}
        if arm in ("prior", "partial"):
            pipeline, grid = PriorCorrectedClassifier(pipeline), {"estimator__model__C": penalties}
        cv = StratifiedKFold(3, shuffle=True, random_state=0)
        scoring = {"recall": "balanced_accuracy", "auc": "roc_auc_ovr"}
        search = GridSearchCV(pipeline, grid, cv=cv, scoring=scoring, refit=best_recall_then_auc)
        with arms.quiet():  # one thread: many are slow on so few rows
            search.fit(problem.X[train], problem.y[train])
        (best,) = search.best_params_.values()
        assert outcome.penalties[arm][0, 1] == best
        assert (outcome.labels[arm][0, test] == search.predict(problem.X[test])).all()
        np.testing.assert_allclose(
            outcome.scores[arm][0, test], search.predict_proba(problem.X[test]), rtol=1e-6
        )
    assert len({float(penalty) for one in outcome.penalties.values() for penalty in one.flat}) > 1


@pytest.mark.slow
def test_rows_held_out_change_nothing_in_their_own_predictions():
    """Neither their labels nor, for the penalty and other rows, their features."""
    problem = noisy_problem(45, 3)
    settings = options(classifier="knn", arms=("prior", "wadan"))
    plain = run(problem, settings)
    held_out = problem.groups == 2
    labels = np.where(held_out, "c", problem.y)
    X = np.where(held_out[:, None], problem.X * 100, problem.X)
    relabelled = run(problem._replace(y=labels), settings)
    moved = run(problem._replace(X=X), settings)
    assert (plain.folds[held_out] == 2).all()
    for arm in ("none", "prior", "wadan"):
        for other in (relabelled, moved):
            assert plain.penalties[arm][0, 2] == other.penalties[arm][0, 2]
        assert (plain.labels[arm][0, held_out] == relabelled.labels[arm][0, held_out]).all()
        assert (plain.scores[arm][0, held_out] == relabelled.scores[arm][0, held_out]).all()
    # The check would notice a leak: other folds train on these rows.
    assert (plain.scores["none"][0, ~held_out] != relabelled.scores["none"][0, ~held_out]).any()


def test_ties_go_to_the_strongest_penalty_and_failures_to_the_middle():
    settings = options()
    problem = noisy_problem(n_groups=0)
    constant = problem._replace(X=np.ones_like(problem.X))  # all penalties score the same
    assert arms.choose_penalty("none", settings, 0, constant) == 0.1 / 6
    rare = problem.take(np.r_[0:40:6, 1:40:6, 5, 11])  # two rows of c, one in each inner fold
    assert (rare.y == "c").sum() == 2
    assert arms.choose_penalty("smote", settings, 0, rare) == 10 / 6
    assert arms.fit("smote", settings, 0, rare, 10 / 6).predict(rare.X).shape == rare.y.shape
    single = problem.take(np.array([0, 3]))  # one row a class: no inner folds
    assert arms.choose_penalty("none", settings, 0, single) == 10 / 6
    assert [middle([1, 2, 3]), middle([1, 2, 3, 4]), middle([1, 2])] == [2, 2, 1]


def test_regularisation_gets_weaker_along_every_grid():
    stronger_when_small = ("C",)
    for name, (parameter, values) in PENALTIES.items():
        assert list(values) == sorted(values, reverse=parameter not in stronger_when_small)
        assert parameter in classifier_of(name, None, 0).get_params()
    assert PENALTIES.keys() == CLASSIFIERS.keys()
    assert penalty_grid("svc", 50) == ("C", [0.002, 0.02, 0.2, 2.0])
    assert penalty_grid("rbf", 50) == ("C", [1, 10, 100])


def test_class_weights_and_seeds_reach_the_classifier():
    for name in CLASSIFIERS:
        settings = options(classifier=name)
        if not arms.unsuited("weights", settings):
            pipeline = arms.model_of("weights", settings, 7)
            assert pipeline["classifier"].class_weight == "balanced"
        found = arms.model_of("none", settings, 7)["classifier"].get_params()
        assert found.get("class_weight") is None
        assert name not in ("mlp", "forest") or found["random_state"] == 7


def test_classifiers_adapt_to_the_rows_that_they_get(monkeypatch):
    X, y = np.arange(8.0)[:, None], np.array(["a", "b"] * 4)
    assert CappedNeighbors(15).fit(X, y).n_neighbors == 8
    assert CappedNeighbors(5).fit(X, y).n_neighbors == 5
    monkeypatch.setattr(MLPClassifier, "fit", lambda self, X, y: self)
    for n_rows, n_epochs in [(8, 60), (1000, 40), (1001, 33), (5000, 20)]:
        assert BudgetedMLP().fit(X, np.zeros(n_rows)).max_iter == n_epochs
    rows, labels = arms.CappedSMOTE(random_state=0).fit_resample(X[:7], list("aaaaabb"))
    assert sorted(labels) == list("aaaaabbbbb")
    assert ((rows[7:] >= 5) & (rows[7:] <= 6)).all()


@pytest.mark.parametrize(
    ("n_groups", "more", "text", "n_folds"),
    [
        (0, {}, "ten stratified folds", 10),
        (0, {"n_folds": 4}, "four stratified folds", 4),
        (0, {"n_folds": 99}, "48 stratified folds", 48),  # of the largest class
        (10, {}, "one group held out at a time", 10),
        (11, {}, "ten folds of 11 groups", 10),
        (47, {"group_name": "speaker"}, "ten folds of 47 speakers", 10),
        (47, {"group_name": "sample_id"}, "ten folds of 47 groups", 10),
        (47, {"n_folds": 5}, "five folds of 47 groups", 5),
        (4, {"n_folds": 3, "group_name": "plates"}, "three folds of 4 groups", 3),
        (4, {"n_folds": 99, "group_name": "plate"}, "one plate held out at a time", 4),
    ],
)
def test_outer_folds(n_groups, more, text, n_folds):
    problem = noisy_problem(94, n_groups)
    folds = outer_folds(problem, options(**more))
    assert (folds.text, len(folds.splits), len(folds.names)) == (text, n_folds, n_folds)
    held_out = np.concatenate([test for _, test in folds.splits])
    assert sorted(held_out) == list(range(94))
    for train, test in folds.splits:
        assert sorted([*train, *test]) == list(range(94))
        assert not n_groups or not set(problem.groups[train]) & set(problem.groups[test])
    again = outer_folds(problem, options(**more, n_seeds=3))
    assert all((a[1] == b[1]).all() for a, b in zip(folds.splits, again.splits, strict=True))


def test_what_cannot_be_held_out_is_refused():
    for problem, message in [
        (noisy_problem(12, 1), "All rows have the group 0"),
        (noisy_problem(6, 0).take(np.array([0, 3, 5])), "Every class has a single row"),
    ]:
        with pytest.raises(ValueError, match=message):
            outer_folds(problem, options())


def test_inner_folds_keep_groups_together_and_are_fewer_for_rare_classes():
    problem = noisy_problem(48, 8)
    splits = inner_folds(problem, 3)
    assert len(splits) == 3
    for train, test in splits:
        assert not set(problem.groups[train]) & set(problem.groups[test])
    expected = StratifiedGroupKFold(3, shuffle=True, random_state=3)
    expected = list(expected.split(problem.X, problem.y, problem.groups))
    assert all((a[1] == b[1]).all() for a, b in zip(splits, expected, strict=True))
    rare = problem.y == "c"
    assert len(inner_folds(problem._replace(groups=np.where(rare, 0, problem.groups)), 0)) == 2
    assert len(inner_folds(problem._replace(groups=None), 0)) == 3
    assert len(inner_folds(problem.take(np.r_[0:12]), 0)) == 2  # two rows of c
    assert len(inner_folds(problem._replace(groups=np.zeros(48)), 0)) == 3  # one group: by rows


def test_a_row_id_is_not_taken_for_a_group(tmp_path, capsys):
    problem = noisy_problem()
    path = write_table(tmp_path, problem.X, problem.y, utterance=[f"u{i}" for i in range(48)])
    common = [*command_line(path), "--arms", "prior", "--folds", "2"]
    assert main([*common, "--groups", "utterance"]) == 0
    printed, error = capsys.readouterr()
    assert re.search(r"^--groups utterance: each row is a separate group.*\n", error, re.M)
    assert "two stratified folds" in printed
    assert main([*common, "--drop", "utterance"]) == 0
    assert capsys.readouterr().out == printed


@pytest.mark.slow
def test_the_number_of_fits_is_announced_before_they_are_made(tmp_path, capsys, monkeypatch):
    problem, made = noisy_problem(60, 0), {"fits": 0, "trainings": 0}

    def counted(cls, method, name):
        whole = getattr(cls, method)

        def counting(self, *values, **others):
            made[name] += 1
            return whole(self, *values, **others)

        monkeypatch.setattr(cls, method, counting)

    counted(LogisticRegression, "fit", "fits")
    counted(WADANSampler, "_learn", "trainings")
    monkeypatch.setattr(cost, "seconds_of", lambda *_: 0.01)
    path = write_table(tmp_path, problem.X, problem.y)
    more = ["--folds", "2", "--seeds", "2", "--arms", "prior", "wadan"]
    assert main([*command_line(path), *more]) == 0
    error = capsys.readouterr().err
    announced = re.search(r"^(\d+) fits and (\d+) trainings of WADAN\.\n\revaluate:", error, re.M)
    assert [int(number) for number in announced.groups()] == [*made.values()]
    assert made == {"fits": 4 * 2 * 16, "trainings": 2 * 2 * 4}  # wadan with both seeds


def test_the_time_is_estimated_from_a_trial_of_each_arm(capsys, monkeypatch):
    problem = noisy_problem(60, 0)
    trials = []

    def seconds_of(arm, settings, training):
        trials.append((arm, len(training.y)))
        return {"none": 0.1, "wadan": 2.0}.get(arm, 0.2)

    monkeypatch.setattr(cost, "seconds_of", seconds_of)
    settings = options(arms=("weights", "wadan"), n_folds=10)
    cost.announce(problem, outer_folds(problem, settings), settings)
    assert trials == [("none", 54), ("weights", 54), ("wadan", 54)]
    # 160 x 0.1 + 160 x 0.2 + 40 x 2 + 120 x 0.1 seconds
    assert capsys.readouterr().err == "480 fits and 40 trainings of WADAN, about 2 minutes.\n"
    settings = options(arms=("weights",), n_folds=10, n_jobs=2, classifier="knn")
    cost.announce(problem, outer_folds(problem, settings), settings)
    assert capsys.readouterr().err == "100 fits, about 10 seconds.\n"


def test_a_trial_that_fails_takes_no_time():
    problem = noisy_problem(n_groups=0)
    one_of_c = problem.take(np.r_[0:5, 5, 6:11])
    assert cost.seconds_of("smote", options(), one_of_c) == 0
    assert cost.seconds_of("none", options(), one_of_c) > 0


def test_scores_of_classes_that_a_fold_lacks_are_lowest():
    class Fitted(BaseEstimator):
        classes_ = np.array(["a", "c"])

        def decision_function(self, X):
            return X[:, 0]

    X = np.array([[2.0], [-1.0]])
    scores = arms.scores_of(Fitted(), X, np.array(["a", "b", "c"]))
    assert scores.tolist() == [[-2, -np.inf, 2], [1, -np.inf, -1]]
