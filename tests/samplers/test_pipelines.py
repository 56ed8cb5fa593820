"""A sampler in an imbalanced-learn pipeline, under scikit-learn's model selection."""

import numpy as np
import pytest
from conftest import ROOT, SMALL
from imblearn.pipeline import Pipeline
from sklearn.model_selection import GridSearchCV, LeaveOneGroupOut, cross_validate
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC, LinearSVC

from skadan import Replicate, WADANSampler

EMODB = ROOT.parent / "shared" / "data" / "emodb_is11.npz"


def make_pipeline(cls):
    svm = LinearSVC(C=0.01, random_state=0)
    return Pipeline([("aug", cls(**SMALL)), ("scale", StandardScaler()), ("svm", svm)])


@pytest.mark.slow
def test_cross_validate_with_groups(sampler_class, problem):
    X, y, groups = problem
    pipe = make_pipeline(sampler_class).set_params(aug__sampling_strategy=Replicate(1))
    scores = [
        cross_validate(
            pipe, X, y, groups=groups, cv=LeaveOneGroupOut(), n_jobs=n_jobs, error_score="raise"
        )["test_score"]
        for n_jobs in (1, 2)
    ]
    np.testing.assert_array_equal(*scores)
    assert scores[0].mean() > 0.5


def test_grid_search_over_alpha(sampler_class, problem):
    X, y, groups = problem
    search = GridSearchCV(
        make_pipeline(sampler_class),
        {"aug__alpha": [0.1, 1.0]},
        cv=LeaveOneGroupOut(),
        error_score="raise",
    )
    search.fit(X, y, groups=groups)
    assert search.best_params_["aug__alpha"] in (0.1, 1.0)
    assert search.predict(X).shape == y.shape


@pytest.mark.slow
def test_a_pipelines_memory_trains_once_a_fold_for_a_grid_of_penalties(
    sampler_class, problem, tmp_path, monkeypatch
):
    """imbalanced-learn's own means: the fitted sampler, and what it has drawn, come from a file."""
    X, y, groups = problem
    trainings, learn = [], sampler_class._learn
    monkeypatch.setattr(
        sampler_class, "_learn", lambda self, *args: trainings.append(1) or learn(self, *args)
    )
    grid = {"svm__C": np.logspace(-4, 0, 10).tolist()}
    scores = []
    for memory, n_trainings in ((None, 31), (str(tmp_path), 4)):  # three folds, and a refit
        trainings.clear()
        pipe = make_pipeline(sampler_class).set_params(svm__max_iter=100_000, memory=memory)
        search = GridSearchCV(pipe, grid, cv=LeaveOneGroupOut(), error_score="raise")
        scores.append(search.fit(X, y, groups=groups).cv_results_["mean_test_score"])
        assert len(trainings) == n_trainings
    np.testing.assert_array_equal(*scores)
    assert search.best_estimator_["aug"].is_synthetic_.any()


def test_a_memory_holds_on_to_draws_without_a_seed(problem, tmp_path):
    """With random_state=None too, fits of the same rows get the same synthetic ones."""
    X, y, _ = problem
    pipe = make_pipeline(WADANSampler).set_params(memory=str(tmp_path), aug__random_state=None)
    first, second = (pipe.fit(X, y)["svm"].coef_.copy() for _ in range(2))
    np.testing.assert_array_equal(first, second)


@pytest.mark.slow
@pytest.mark.skipif(not EMODB.exists(), reason="EmoDB features are not here")
@pytest.mark.filterwarnings("ignore:Liblinear failed to converge")
def test_one_fold_of_real_features():
    """Raw openSMILE columns, up to 4e12, through the pipeline: finite and better than chance."""
    with np.load(EMODB) as file:
        X, y, groups = file["X"], file["y"], file["groups"]
    test = groups == groups.min()
    sampler = WADANSampler(sampling_strategy=Replicate(1), max_epochs=3, random_state=0)
    svm = SVC(kernel="linear")  # LinearSVC takes a minute for so many columns
    pipe = Pipeline([("aug", sampler), ("scale", StandardScaler()), ("svm", svm)])
    assert pipe.fit(X[~test], y[~test]).score(X[test], y[test]) > 0.4
    assert np.isfinite(pipe["aug"].sample(20)[0]).all()
