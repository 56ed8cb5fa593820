"""Same seed, same rows, whatever is around; nothing of the held-out rows; nothing left behind."""

import gc
import os
import resource
import subprocess
import sys
import threading

import joblib
import numpy as np
import pytest
import torch
from conftest import BASELINES, ROOT, SMALL
from imblearn.pipeline import Pipeline
from joblib import Parallel, delayed
from sklearn.base import BaseEstimator, ClassifierMixin, clone

from skadan import ADANSampler, Replicate, WADANSampler

SETTINGS = {ADANSampler: SMALL, WADANSampler: SMALL, **BASELINES}


@pytest.fixture(params=SETTINGS, ids=lambda cls: cls.__name__)
def sampler(request):
    return request.param(**SETTINGS[request.param] | {"sampling_strategy": Replicate(1)})


def rows_of(sampler, X, y):
    return clone(sampler).fit_resample(X, y)[0]


@pytest.mark.parametrize("backend", ["loky", "threading", "multiprocessing"])
def test_the_same_rows_in_parallel(sampler, problem, backend):
    X, y, _ = problem
    alone = rows_of(sampler, X, y)
    for rows in Parallel(n_jobs=2, backend=backend)(delayed(rows_of)(sampler, X, y) for _ in "123"):
        np.testing.assert_array_equal(rows, alone)


FRESH = """
import sys, joblib
sys.path.insert(0, sys.argv[1])
from conftest import BASELINES, SMALL
from skadan import ADANSampler, WADANSampler, Replicate
from skadan.datasets import make_speaker_classification
X, y, _ = make_speaker_classification(45, 100, n_classes=3, random_state=0)
for cls, keywords in {ADANSampler: SMALL, WADANSampler: SMALL, **BASELINES}.items():
    sampler = cls(**keywords | {"sampling_strategy": Replicate(1)})
    print(cls.__name__, joblib.hash(sampler.fit_resample(X, y)), joblib.hash(sampler))
"""


def test_the_same_rows_from_fresh_processes():
    outputs = {
        subprocess.run(
            [sys.executable, "-c", FRESH, str(ROOT / "tests")],
            env=os.environ | {"PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("0", "1")
    }
    assert len(outputs) == 1
    assert outputs.pop().count("\n") == len(SETTINGS)


def test_the_same_rows_whatever_the_caller_did(sampler, problem):
    X, y, _ = problem
    expected = rows_of(sampler, X, y)
    np.random.seed(7)  # noqa: NPY002
    torch.manual_seed(7)
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    torch.set_default_dtype(torch.float64)
    torch.use_deterministic_algorithms(True)
    try:
        for context in (torch.no_grad, torch.inference_mode):
            with context():
                np.testing.assert_array_equal(rows_of(sampler, X, y), expected)
    finally:
        torch.set_default_dtype(torch.float32)
        torch.use_deterministic_algorithms(False)
        torch.set_num_threads(before)


def test_the_global_states_stay(sampler, problem):
    X, y, _ = problem
    states = (np.random.get_state()[1].copy(), torch.get_rng_state())  # noqa: NPY002
    sampler.set_params(random_state=None).fit_resample(X, y)
    np.testing.assert_array_equal(np.random.get_state()[1], states[0])  # noqa: NPY002
    assert torch.equal(torch.get_rng_state(), states[1])


def test_two_fits_in_two_threads(sampler, problem):
    X, y, _ = problem
    seeds = (0, 1)
    alone = {s: rows_of(clone(sampler).set_params(random_state=s), X, y) for s in seeds}
    found = {s: [] for s in seeds}

    def work(seed):
        for _ in range(3):
            found[seed].append(rows_of(clone(sampler).set_params(random_state=seed), X, y))

    threads = [threading.Thread(target=work, args=(seed,)) for seed in seeds]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for seed in seeds:
        assert len(found[seed]) == 3
        for rows in found[seed]:
            np.testing.assert_array_equal(rows, alone[seed])


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


def test_many_fits_do_not_grow(problem):
    X, y, _ = problem
    sampler = WADANSampler(**SMALL | {"max_epochs": 1, "sampling_strategy": Replicate(1)})

    def peak_after(n_fits):
        for _ in range(n_fits):
            rows_of(sampler, X, y)
        gc.collect()
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024  # MiB on Linux

    before = peak_after(30)
    assert peak_after(200) < before + 20
