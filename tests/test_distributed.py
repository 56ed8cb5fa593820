"""Folds and rows on a real cluster of processes: the bits of one process, whoever is killed."""

import io
import os
import re
import signal
import threading
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import joblib
import numpy as np
import pandas as pd
import pytest
from conftest import ROOT, SMALL, load_example
from imblearn.pipeline import Pipeline
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.model_selection import LeaveOneGroupOut, cross_validate
from sklearn.svm import LinearSVC

from skadan import Replicate, WADANSampler, save_sampler
from skadan.distributed import resending, sample_frame
from skadan.model_selection import ResamplingSearchCV, augmentation_curve

distributed = pytest.importorskip("distributed")
dask = pytest.importorskip("dask")
pytestmark = pytest.mark.slow

SVM = LinearSVC(C=1e-3, random_state=0)
GRID = {"aug__anchor": [0.5, 0.75], "svm__C": [1e-3, 1e-2]}


@pytest.fixture(scope="module")
def client():
    """Two processes of one thread, also after their deaths."""
    # A cluster gives up a worker that is not back after 15 seconds, as on a busy machine. Its
    # scheduler asks for port 8787, which another cluster may have, unless it may take any.
    patience = {"distributed.deploy.lost-worker-timeout": "1 hour"}
    with (
        dask.config.set(patience),
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, processes=True, dashboard_address=":0"
        ) as cluster,
        distributed.Client(cluster) as client,
    ):
        yield client


class DiesOnce(TransformerMixin, BaseEstimator):
    """Its process is killed in mid-fit, once for each file that is not there."""

    def __init__(self, marker):
        self.marker = marker

    def fit(self, X, y=None):
        if not os.path.exists(self.marker):
            Path(self.marker).touch()
            os.kill(os.getpid(), signal.SIGKILL)
        return self

    def transform(self, X):
        return X


def pipe(*before, **keywords):
    sampler = WADANSampler(**SMALL | {"sampling_strategy": Replicate(1)} | keywords)
    return Pipeline([*before, ("aug", sampler), ("svm", SVM)])


def scores(problem, n_jobs=None, steps=()):
    X, y, groups = problem
    cv = LeaveOneGroupOut()
    with resending():
        return cross_validate(pipe(*steps), X, y, groups=groups, cv=cv, n_jobs=n_jobs)["test_score"]


def curve(problem, **keywords):
    X, y, groups = problem
    return augmentation_curve(
        pipe(),
        X,
        y,
        groups=groups,
        cv=LeaveOneGroupOut(),
        n_sets=(0, 1),
        n_repeats=2,
        random_state=0,
        **keywords,
    ).predictions


def search(problem, n_jobs=None, steps=(), memory=None):
    X, y, groups = problem
    estimator = pipe(*steps).set_params(memory=memory)
    cv = LeaveOneGroupOut()
    search = ResamplingSearchCV(estimator, GRID, cv=cv, n_jobs=n_jobs, error_score="raise")
    return search.fit(X, y, groups=groups).cv_results_["mean_test_score"]


# Folds


@pytest.mark.parametrize("of", [scores, search])
def test_folds_are_those_of_one_process(client, problem, of):
    client.wait_for_workers(2)
    with joblib.parallel_config("dask"):
        found = of(problem, n_jobs=2)
    np.testing.assert_array_equal(found, of(problem))


def test_a_curve_scatters_its_table_once_and_tells_the_client(client, monkeypatch):
    """Not with each of the tasks; progress is printed where the curve was asked for."""
    from skadan.datasets import make_speaker_classification

    client.wait_for_workers(2)  # with one alone joblib works in this process
    problem = make_speaker_classification(90, 400, n_classes=3, n_speakers=3, random_state=0)
    sent, submit = [], client.submit

    def counted(function, *args, **keywords):
        sent.extend(getattr(value, "nbytes", 0) for value in args)
        return submit(function, *args, **keywords)

    monkeypatch.setattr(client, "submit", counted)
    told = io.StringIO()
    with joblib.parallel_config("dask"), redirect_stdout(told), redirect_stderr(told):
        found = curve(problem, n_jobs=2, verbose=5)
    assert [size for size in sent if size >= problem[0].nbytes] == [problem[0].nbytes]
    assert "6 out of   6" in told.getvalue()
    np.testing.assert_array_equal(found, curve(problem))


def test_the_board(client, tmp_path):
    """Its tasks go to the workers of the scheduler that it is told of."""
    board = load_example("board")
    for k in range(2):
        X = np.random.default_rng(k).normal(size=(45, 6))
        np.savez(tmp_path / f"t{k}.npz", X=X, y=np.repeat([0, 1], [30, 15]), groups=[])
    usual = ["--tables", str(tmp_path), "--arms", "none", "SMOTE", "--classifiers", "LinearSVC"]
    address = client.cluster.scheduler_address
    found, expected = (
        board.main([*usual, "--results", str(tmp_path / f"{name}.jsonl"), *more])
        for name, more in {"a": ["--scheduler", address], "b": ["--n-jobs", "1"]}.items()
    )
    assert [r["recall"] for r in found] == [r["recall"] for r in expected]


@pytest.mark.usefixtures("few_epochs")
def test_the_code_of_the_page(client, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    page, namespace = (ROOT / "docs" / "distributed.md").read_text(), {}
    for block in re.findall(r"```python\n(.*?)```", page, flags=re.DOTALL):
        exec(compile(block, "distributed.md", "exec"), namespace)
    assert namespace["n_rows"] == 5000
    assert namespace["curve"].scores.shape == (2, 2)
    assert namespace["X_mapped"].shape == (5000, 100)


# Killed workers


def test_a_worker_that_is_killed_in_mid_fit(client, problem, tmp_path):
    client.wait_for_workers(2)
    steps = [("dies", DiesOnce(str(tmp_path / "marker")))]
    with joblib.parallel_config("dask", wait_for_workers_timeout=600):
        found = scores(problem, n_jobs=2, steps=steps)
    assert (tmp_path / "marker").exists()
    np.testing.assert_array_equal(found, scores(problem))


def test_a_training_that_others_wait_for(client, problem, tmp_path):
    """The lock of a training is free when its owner is dead; trainings are where the memory is."""
    client.wait_for_workers(2)
    steps = [("dies", DiesOnce(str(tmp_path / "marker")))]
    with joblib.parallel_config("dask", wait_for_workers_timeout=600):
        found = search(problem, n_jobs=2, steps=steps, memory=str(tmp_path / "shared"))
    assert (tmp_path / "marker").exists()
    assert (tmp_path / "shared").is_dir()
    np.testing.assert_array_equal(found, search(problem))


@pytest.mark.parametrize(("of", "n_deaths"), [(curve, 3)])
def test_workers_killed_at_random_moments(client, problem, of, n_deaths):
    """While something is computed again and again. Either worker, or both before one is back."""
    rng, killed, done = np.random.default_rng(0), [], threading.Event()

    def kill():
        while len(killed) < n_deaths and not done.wait(rng.uniform(0.1, 1.5)):
            living = [nanny.pid for nanny in client.cluster.workers.values() if nanny.pid]
            if living:
                killed.append(int(rng.choice(living)))
                os.kill(killed[-1], signal.SIGKILL)

    expected = of(problem)
    client.wait_for_workers(2)
    thread = threading.Thread(target=kill)
    thread.start()
    try:
        with joblib.parallel_config("dask", wait_for_workers_timeout=600):
            while thread.is_alive():
                np.testing.assert_array_equal(of(problem, n_jobs=2), expected)
    finally:
        done.set()
        thread.join()
    assert len(killed) == n_deaths


def test_a_folder_that_a_machine_does_not_see(problem, tmp_path):
    """A worker that lacks the folder of the trainings says what to do."""
    from skadan.model_selection._once import TrainOnce

    X, y, _ = problem
    memory = TrainOnce(str(tmp_path / "elsewhere"), "a", 1, 0)
    with pytest.raises(FileNotFoundError, match="memory to a folder that all machines can access"):
        pipe().set_params(memory=memory).fit(X, y)


def test_a_file_is_all_that_a_worker_needs(client, problem, tmp_path):
    X, y, _ = problem
    sampler = WADANSampler(**SMALL).fit(X, y)
    save_sampler(sampler, tmp_path / "generator")
    sample_frame(tmp_path / "generator", 600, 3, random_state=3).to_parquet(tmp_path / "rows")
    files = sorted((tmp_path / "rows").glob("*.parquet"))
    assert len(files) == 3
    found = pd.concat(map(pd.read_parquet, files))
    rows, labels = sampler.sample(600, random_state=3)
    np.testing.assert_array_equal(found.drop(columns="target").to_numpy(), rows)
    np.testing.assert_array_equal(found["target"], labels)
