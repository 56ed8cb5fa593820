"""The search that trains once a fold, against scikit-learn's grid search."""

from pathlib import Path
from typing import Annotated

import numpy as np
import pandas as pd
import pytest
from conftest import SMALL
from imblearn.over_sampling import SMOTE
from imblearn.pipeline import Pipeline
from sklearn.base import clone
from sklearn.feature_selection import SelectKBest
from sklearn.model_selection import (
    GridSearchCV,
    LeaveOneGroupOut,
    StratifiedGroupKFold,
    StratifiedKFold,
)
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import FeatureUnion
from sklearn.preprocessing import FunctionTransformer, StandardScaler
from sklearn.svm import LinearSVC

from skadan import FrozenSampler, GameSampler, NoiseSampler, Replicate, WADANSampler
from skadan.model_selection import ResamplingSearchCV
from skadan.samplers._parameters import with_parameters

LOGO = {"cv": LeaveOneGroupOut(), "error_score": "raise", "scoring": "neg_log_loss"}
BLEND = {
    "aug__sampling_strategy": [Replicate(1), "auto"],
    "aug__anchor": [0.0, 0.75],
}
CLASSIFIER = {"nb__var_smoothing": [1.0, 9.0]}


def note(log, line):
    """Append a line to a file: it counts in any process."""
    if log:
        with Path(log).open("a") as file:
            file.write(f"{line}\n")


def noted(log):
    lines = Path(log).read_text().split()
    return {line: lines.count(line) for line in lines}


@with_parameters
class Counted(WADANSampler):
    """A sampler that notes each of its trainings."""

    log: Annotated[str | None, str, None] = None

    def _learn(self, *args):
        note(self.log, "training")
        return super()._learn(*args)


class CountedScaler(StandardScaler):
    """A scaler that notes each of its fits."""

    def __init__(self, log=None):
        super().__init__()
        self.log = log

    def fit(self, X, y=None):
        note(self.log, "scaling")
        return super().fit(X, y)


def pipeline(log=None, **keywords):
    sampler = Counted(**SMALL | {"log": log} | keywords)
    classifier = GaussianNB()
    steps = [("scale", CountedScaler(log)), ("aug", sampler), ("again", StandardScaler())]
    return Pipeline([*steps, ("nb", classifier)])


def first_columns(X, n):
    return X[:, :n]


def assert_same(search, plain):
    """All scores bit for bit, and what follows from them."""
    ours, theirs = search.cv_results_, plain.cv_results_
    assert ours.keys() == theirs.keys()
    assert ours["params"] == theirs["params"]
    for name in ours:
        if "time" not in name and not name.startswith("param"):
            np.testing.assert_array_equal(ours[name], theirs[name], err_msg=name)
    assert search.best_params_ == plain.best_params_
    assert search.best_score_ == plain.best_score_


@pytest.mark.slow
def test_the_scores_are_those_of_a_grid_search_with_one_training_a_fold(tmp_path, problem):
    X, y, groups = problem
    log = str(tmp_path / "log")
    grid = BLEND | CLASSIFIER
    search = ResamplingSearchCV(pipeline(log), grid, **LOGO).fit(X, y, groups=groups)
    assert noted(log) == {"training": 3 + 1, "scaling": 3 + 1}  # of 8 candidates; and a refit
    plain = GridSearchCV(pipeline(), grid, **LOGO).fit(X, y, groups=groups)
    assert_same(search, plain)
    np.testing.assert_array_equal(search.predict_proba(X), plain.predict_proba(X))
    assert len(np.unique(search.cv_results_["mean_test_score"])) == 8


@pytest.mark.slow
def test_other_parameters_train_once_for_each_of_their_values(tmp_path, problem):
    X, y, groups = problem
    log = str(tmp_path / "log")
    grid = [
        {"aug__max_epochs": [1, 2], "aug__center": ["shrunken", None]},
        {"aug__max_epochs": [2], "again__with_mean": [True, False], "aug__own_share": [0.3]},
    ]
    search = ResamplingSearchCV(pipeline(log), grid, refit=False, **LOGO)
    search.fit(X, y, groups=groups)
    assert noted(log) == {"training": 2 * 3, "scaling": 2 * 3}
    plain = GridSearchCV(pipeline(), grid, **LOGO).fit(X, y, groups=groups)
    assert_same(search, plain)


@pytest.mark.slow
def test_parameters_of_steps_before_the_sampler_are_of_the_training(problem):
    """Also those of a step within a step: a training belongs to the rows that the sampler saw."""
    X, y, groups = problem
    first = FunctionTransformer(first_columns, kw_args={"n": 1})
    steps = FeatureUnion([("best", SelectKBest()), ("first", first)])
    pipe = Pipeline([("features", steps), *pipeline().steps])
    grid = {"features__best__k": [3, 30], "features__first__kw_args": [{"n": 1}, {"n": 7}]}
    search = ResamplingSearchCV(pipe, grid | {"aug__anchor": [0.2, 0.9]}, **LOGO)
    search.fit(X, y, groups=groups)
    plain = GridSearchCV(pipe, search.param_grid, **LOGO).fit(X, y, groups=groups)
    assert_same(search, plain)
    assert len(np.unique(search.cv_results_["mean_test_score"])) == 8


@pytest.mark.slow
def test_grouped_folds_of_a_frame_and_labels_of_text(tmp_path, problem):
    X, y, groups = problem
    log = str(tmp_path / "log")
    frame, names = pd.DataFrame(X).add_prefix("f"), pd.Series(np.array(["a", "b", "c"])[y])
    cv = StratifiedGroupKFold(3, shuffle=True, random_state=0)
    keywords = LOGO | {"cv": cv, "return_train_score": True}
    grid = {"aug__anchor": [0.2, 0.9], **CLASSIFIER}
    search = ResamplingSearchCV(pipeline(log), grid, n_jobs=2, **keywords)
    search.fit(frame, names, groups=groups)
    assert noted(log) == {"training": 3 + 1, "scaling": 3 + 1}
    plain = GridSearchCV(pipeline(), grid, **keywords).fit(frame, names, groups=groups)
    assert_same(search, plain)
    assert search.classes_.tolist() == ["a", "b", "c"]
    assert search.feature_names_in_.tolist() == frame.columns.tolist()


@pytest.mark.parametrize("seed", ["RandomState", None])
@pytest.mark.slow
def test_seeds_that_are_no_number(tmp_path, problem, seed):
    """A RandomState gives a grid search's scores; None shares one training, whatever its seed."""
    X, y, groups = problem
    log = str(tmp_path / "log")
    state = seed and np.random.RandomState(5)
    grid = {"aug__anchor": [0.2, 0.9], **CLASSIFIER}
    search = ResamplingSearchCV(pipeline(log, random_state=state), grid, **LOGO)
    search.fit(X, y, groups=groups)
    assert noted(log)["training"] == 3 + 1
    if seed:
        state = np.random.RandomState(5)
        plain = GridSearchCV(pipeline(random_state=state), grid, **LOGO).fit(X, y, groups=groups)
        assert_same(search, plain)


def test_folds_that_differ_from_call_to_call_are_drawn_once(tmp_path, problem):
    X, y, _ = problem
    log = str(tmp_path / "log")
    keywords = LOGO | {"cv": StratifiedKFold(3, shuffle=True)}
    ResamplingSearchCV(pipeline(log), CLASSIFIER, refit=False, **keywords).fit(X, y)
    assert noted(log)["training"] == 3


def test_folds_of_the_same_rows_under_other_labels(problem):
    """Rows alone do not say which training it is."""
    X, y, _ = problem
    X, groups = np.tile(X[:20], (3, 1)), np.repeat([0, 1, 2], 20)
    y = np.concatenate([y[:20], (y[:20] + 1) % 3, y[:20][::-1]])
    search, plain = (
        cls(pipeline(), BLEND, **LOGO).fit(X, y, groups=groups)
        for cls in (ResamplingSearchCV, GridSearchCV)
    )
    assert_same(search, plain)


@pytest.mark.slow
def test_several_scores_and_whole_steps_to_choose_from(tmp_path, problem):
    X, y, groups = problem
    log = str(tmp_path / "log")
    choices = [SMOTE(k_neighbors=1, random_state=0), "passthrough"]
    choices += [Counted(**SMALL, log=log, anchor=anchor) for anchor in (0.1, 0.9)]
    grid = [
        {"aug": choices, "scale": [StandardScaler(), "passthrough"]},
        {"aug": choices[:1], "aug__sampling_strategy": ["auto", "minority"]},
    ]
    keywords = LOGO | {"scoring": ["accuracy", "neg_log_loss"], "refit": "neg_log_loss"}
    search = ResamplingSearchCV(pipeline(), grid, **keywords).fit(X, y, groups=groups)
    trained = noted(log)["training"]
    plain = GridSearchCV(pipeline(), grid, **keywords).fit(X, y, groups=groups)
    for ours, theirs in zip(search.cv_results_["params"], plain.cv_results_["params"], strict=True):
        assert str(ours) == str(theirs)
    for name in ("mean_test_accuracy", "split1_test_neg_log_loss", "rank_test_neg_log_loss"):
        np.testing.assert_array_equal(search.cv_results_[name], plain.cv_results_[name])
    assert trained in (6, 7)  # with either scaling; whether the best one is refitted


def test_a_candidate_that_fails_fails_alone(tmp_path, problem):
    X, y, _ = problem
    log = str(tmp_path / "log")
    grid = {"nb__var_smoothing": [-1.0, 0.1], "aug__sampling_strategy": [{0: 1}, Replicate(1)]}
    results = []
    for search in (
        ResamplingSearchCV(pipeline(log), grid, cv=3),
        GridSearchCV(pipeline(), grid, cv=3),
    ):
        with pytest.warns() as caught:
            results.append(search.fit(X, y).cv_results_["mean_test_score"])
        assert any("9 fits failed out of a total of 12" in str(w.message) for w in caught)
    np.testing.assert_array_equal(*results)
    assert noted(log)["training"] == 3 + 1


def test_an_error_in_training_is_told(problem):
    X, y, _ = problem
    bad = pipeline(learning_rate=1e30, max_epochs=20)
    with pytest.raises(FloatingPointError):
        ResamplingSearchCV(bad, CLASSIFIER, cv=3, error_score="raise").fit(X, y)
    with pytest.raises(ValueError, match="Invalid parameter 'alhpa'"):
        ResamplingSearchCV(pipeline(), {"aug__alhpa": [1]}, cv=3).fit(X, y)


def test_the_pipeline_is_left_as_it_was(tmp_path, problem):
    X, y, _ = problem
    pipe = pipeline().set_params(memory=str(tmp_path))
    search = clone(ResamplingSearchCV(pipe, CLASSIFIER, cv=3)).fit(X, y)
    assert pipe.memory == search.best_estimator_.memory == str(tmp_path)
    assert not hasattr(pipe["aug"], "history_")
    assert set(search.best_params_) == {"nb__var_smoothing"}
    assert not [name for name in search.cv_results_ if "memory" in name]


@pytest.mark.parametrize("n_jobs", [None, pytest.param(2, marks=pytest.mark.slow)])
def test_what_no_other_process_can_import(problem, n_jobs):
    """Functions and classes as a notebook has them."""
    X, y, _ = problem

    class Mine(NoiseSampler):
        pass

    doubled = FunctionTransformer(lambda X: 2 * X)
    pipe = Pipeline([("scale", doubled), ("aug", Mine()), ("svm", LinearSVC(C=0.001))])
    grid = {"aug__noise_scale": [0.1, 3.0], "aug__sampling_strategy": [lambda y: {2: 20}]}
    search = ResamplingSearchCV(pipe, grid, cv=3, n_jobs=n_jobs, error_score="raise")
    assert np.isfinite(search.fit(X, y).cv_results_["mean_test_score"]).all()


@pytest.mark.parametrize(
    "estimator",
    [
        LinearSVC(),
        Pipeline([("scale", StandardScaler()), ("svm", LinearSVC())]),
        Pipeline([("aug", SMOTE()), ("svm", LinearSVC())]),
        Pipeline([("a", NoiseSampler()), ("b", GameSampler()), ("svm", LinearSVC())]),
        Pipeline([("aug", FrozenSampler(NoiseSampler())), ("svm", LinearSVC())]),
        Pipeline([("scale", StandardScaler()), ("aug", NoiseSampler())]),
    ],
)
def test_it_takes_a_pipeline_with_one_sampler_that_trains(problem, estimator):
    X, y, _ = problem
    scoring = {"scoring": "accuracy", "refit": False}
    with pytest.raises(ValueError, match="exactly one sampler of skadan that trains"):
        ResamplingSearchCV(estimator, {}, cv=3, **scoring).fit(X, y)


def test_balanced_data_are_warned_of_once(rng):
    """And again by the next search."""
    X, y = rng.normal(size=(20, 3)), np.arange(20) % 2
    pipe = Pipeline([("aug", NoiseSampler(random_state=0)), ("svm", LinearSVC())])
    for _ in range(2):
        with pytest.warns(UserWarning, match="asks for no synthetic rows") as caught:
            ResamplingSearchCV(pipe, {"svm__C": [0.1, 1]}, cv=3).fit(X, y)
        assert len([w for w in caught if "asks for no" in str(w.message)]) == 1
