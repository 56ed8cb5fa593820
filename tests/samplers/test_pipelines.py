"""A sampler in an imbalanced-learn pipeline, under scikit-learn's model selection."""

import numpy as np
import pytest
from conftest import ROOT, SMALL
from imblearn.pipeline import Pipeline
from sklearn.model_selection import GridSearchCV, LeaveOneGroupOut, cross_validate
from sklearn.preprocessing import StandardScaler
from sklearn.svm import LinearSVC

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
@pytest.mark.skipif(not EMODB.exists(), reason="EmoDB features are not here")
@pytest.mark.filterwarnings("ignore:Liblinear failed to converge")
def test_one_fold_of_real_features():
    """Raw openSMILE columns, up to 4e12, through the pipeline: finite and better than chance."""
    with np.load(EMODB) as file:
        X, y, groups = file["X"], file["y"], file["groups"]
    test = groups == groups.min()
    sampler = WADANSampler(sampling_strategy=Replicate(1), max_epochs=3, random_state=0)
    pipe = Pipeline(
        [("aug", sampler), ("scale", StandardScaler()), ("svm", LinearSVC(random_state=0))]
    )
    assert pipe.fit(X[~test], y[~test]).score(X[test], y[test]) > 0.4
    assert np.isfinite(pipe["aug"].sample(20)[0]).all()
