"""Word of a fit as it goes: scikit-learn's callbacks on every sampler, and the progress bar."""

import pickle

import numpy as np
import pytest
from conftest import SMALL, UNTRAINED
from imblearn.pipeline import Pipeline
from sklearn.base import clone
from sklearn.model_selection import LeaveOneGroupOut, cross_validate
from sklearn.neighbors import KNeighborsClassifier

from skadan import Replicate, WADANSampler
from skadan.samplers._older_sklearn import HAS_CALLBACKS

with_callbacks = pytest.mark.skipif(not HAS_CALLBACKS, reason="scikit-learn below 1.9 has none")


class Spy:
    """Keeps what it is told; stops after some epoch."""

    def __init__(self, stop_after=None):
        self.stop_after, self.told, self.sampled, self.losses = stop_after, [], [], []

    def setup(self, estimator, context):
        self.told.append("setup")

    def on_fit_task_begin(self, estimator, context):
        self.told.append(f"begin {context.task_name}")

    def on_fit_task_end(self, estimator, context, *, metadata, fitted_estimator):
        self.told.append(f"end {context.task_name}")
        self.sampled.append(fitted_estimator.sample(2, random_state=0)[0])
        if context.task_name == "epoch":
            self.losses.append(metadata["losses"])
            return metadata["epoch"] == self.stop_after
        return None

    def teardown(self, estimator, context):
        self.told.append("teardown")


@with_callbacks
@pytest.mark.parametrize("method", ["fit", "fit_resample"])
def test_told_of_each_epoch(sampler, problem, method):
    X, y, _ = problem
    spy = Spy()
    expected = clone(sampler).fit(X, y).sample(2, random_state=0)[0]
    getattr(sampler.set_callbacks(spy), method)(X, y)
    epochs = 0 if isinstance(sampler, UNTRAINED) else 2
    told = ["setup", "begin fit", *["begin epoch", "end epoch"] * epochs, "end fit", "teardown"]
    assert spy.told == told
    np.testing.assert_array_equal(spy.sampled[-1], expected)  # it changes no result
    if epochs:
        np.testing.assert_array_equal(spy.sampled[-2], expected)  # nor does a look on the way
        assert (spy.sampled[0] != expected).any()
        for name, values in sampler.history_.items():  # each epoch's own
            assert [losses[name] for losses in spy.losses] == values.tolist()
            assert len(set(values)) == epochs
    pickle.dumps(sampler)


@with_callbacks
def test_stops(problem):
    X, y, _ = problem
    keywords = SMALL | {"max_epochs": 9}
    stopped = WADANSampler(**keywords).set_callbacks(Spy(stop_after=3)).fit(X, y)
    short = WADANSampler(**keywords | {"max_epochs": 3}).fit(X, y)
    assert stopped.n_iter_ == 3
    assert {len(losses) for losses in stopped.history_.values()} == {3}
    np.testing.assert_array_equal(stopped.sample(4)[0], short.sample(4)[0])


@pytest.mark.parametrize("verbose", [0, 1, 2])
def test_verbose_shows_a_bar_and_then_the_losses(verbose, small, problem, capsys):
    X, y, _ = problem
    sampler = small(max_epochs=20, verbose=verbose).fit(X, y)
    printed, bar = capsys.readouterr()
    assert ("20/20 [" in bar) == (verbose == 1)  # beside losses on a terminal only
    assert (type(sampler).__name__ in bar) == (verbose == 1)
    lines = printed.splitlines()
    assert len(lines) == (10 if verbose > 1 else 0)
    losses = sampler.history_["reconstruction"][[1, -1]]
    for line, epoch, loss in zip(lines[:: len(lines) - 1 or 1], (2, 20), losses, strict=False):
        assert line.startswith(f"epoch {epoch}/20  ")
        assert f"reconstruction {loss:.4g}" in line


def test_the_bar_of_a_training_that_settles_early_is_full(problem, capsys):
    X, y, _ = problem
    keywords = SMALL | {"max_epochs": "auto", "verbose": 1}
    sampler = WADANSampler(**keywords).fit(X, y)
    assert f"{sampler.n_iter_}/{sampler.n_iter_} [" in capsys.readouterr().err


@with_callbacks
def test_a_callback_replaces_the_bar(problem, capsys):
    X, y, _ = problem
    WADANSampler(**SMALL, verbose=2).set_callbacks(Spy()).fit(X, y)
    assert capsys.readouterr() == ("", "")


@with_callbacks
def test_an_error_in_a_callback_leaves_an_unfitted_sampler(problem):
    X, y, _ = problem

    class Broken(Spy):
        def on_fit_task_end(self, estimator, context):
            raise KeyboardInterrupt

    spy = Broken()
    sampler = WADANSampler(**SMALL).fit(X, y).set_callbacks(spy)
    with pytest.raises(KeyboardInterrupt):
        sampler.fit(X, y)
    assert spy.told[-1] == "teardown"
    assert not sampler.__sklearn_is_fitted__()
    left = {name for name in vars(sampler) if name.endswith("_") and not name.startswith("__")}
    assert left <= {"n_features_in_"}
    assert not {"_epoch", "_callback_fit_ctx", "_format"} & vars(sampler).keys()


@pytest.mark.skipif(HAS_CALLBACKS, reason="scikit-learn has callbacks")
def test_without_callbacks_there_is_no_method_that_would_not_be_heeded(sampler):
    assert not hasattr(sampler, "set_callbacks")


@pytest.mark.slow
@with_callbacks
def test_progress_bars_of_parallel_folds(problem, capfd):
    from sklearn.callback import ProgressBar

    X, y, groups = problem
    aug = WADANSampler(**SMALL, sampling_strategy=Replicate(1)).set_callbacks(ProgressBar())
    pipe = Pipeline([("aug", aug), ("knn", KNeighborsClassifier())])
    run = {"groups": groups, "cv": LeaveOneGroupOut(), "n_jobs": 2}
    with_bar = cross_validate(pipe, X, y, **run)["test_score"]
    aug.set_callbacks()
    np.testing.assert_array_equal(cross_validate(pipe, X, y, **run)["test_score"], with_bar)
    sampler = WADANSampler(**SMALL).set_callbacks(ProgressBar()).fit(X, y)
    assert "WADANSampler" in capfd.readouterr().out
    assert sampler.n_iter_ == 2


@pytest.mark.parametrize("stream", [None, object()])
@pytest.mark.parametrize("verbose", [0, 2])
def test_hosts_without_a_standard_error(problem, monkeypatch, stream, verbose):
    X, y, _ = problem
    monkeypatch.setattr("sys.stderr", stream)
    WADANSampler(**SMALL, verbose=verbose).fit(X, y)
