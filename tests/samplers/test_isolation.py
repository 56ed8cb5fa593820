"""Nothing of the held-out rows gets in, and nothing of a fit stays behind in memory."""

import gc
import resource

import joblib
import numpy as np
import pytest
from conftest import SMALL
from imblearn.pipeline import Pipeline
from sklearn.base import BaseEstimator, ClassifierMixin, clone

from skadan import Replicate, WADANSampler


class Recorder(ClassifierMixin, BaseEstimator):
    """A classifier that keeps what it was trained on."""

    def fit(self, X, y):
        self.trained_on_ = joblib.hash((np.asarray(X), np.asarray(y)))
        return self

    def predict(self, X):
        return np.zeros(len(X))


def test_nothing_of_the_held_out_speaker_gets_in(sampler, problem):
    """Whatever the held-out rows and labels are, the augmented training set has the same bits."""
    X, y, groups = problem
    rng = np.random.default_rng(0)
    for speaker in np.unique(groups):
        train, test = groups != speaker, groups == speaker
        seen = set()
        for change in range(3):
            X_other, y_other = X.copy(), y.copy()
            if change:
                X_other[test] = rng.normal(0, 10.0**change, size=X[test].shape)
                y_other[test] = rng.permutation(y[test])
            pipe = Pipeline([("aug", clone(sampler)), ("recorder", Recorder())])
            pipe.fit(X_other[train], y_other[train])
            pipe.predict(X_other[test])
            seen.add(pipe[-1].trained_on_)
        assert len(seen) == 1
        # The test itself: a training row does show.
        X_other = X.copy()
        X_other[np.flatnonzero(train)[0], 0] += 1
        pipe.fit(X_other[train], y[train])
        assert pipe[-1].trained_on_ not in seen


@pytest.mark.slow
def test_many_fits_do_not_grow(problem):
    X, y, _ = problem
    sampler = WADANSampler(**SMALL | {"max_epochs": 1, "sampling_strategy": Replicate(1)})

    def peak_after(n_fits):
        for _ in range(n_fits):
            clone(sampler).fit_resample(X, y)
        gc.collect()
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024  # MiB on Linux

    before = peak_after(30)
    assert peak_after(200) < before + 20
