"""Fitted samplers through files and pickles: the same rows out, and nothing else in."""

import pickle
from functools import partial

import cloudpickle
import joblib
import numpy as np
import pandas as pd
import pytest
import skops.io
import torch
from conftest import SETTINGS, SMALL
from imblearn.pipeline import Pipeline
from scipy import sparse
from sklearn.base import clone
from sklearn.svm import LinearSVC

from skadan import Replicate, WADANSampler, load_sampler, save_sampler


@pytest.fixture(params=SETTINGS, ids=lambda cls: cls.__name__)
def new(request):
    return partial(request.param, **SETTINGS[request.param])


@pytest.fixture
def wadan(problem):
    X, y, _ = problem
    return WADANSampler(**SMALL).fit(X, y)


def through_joblib(thing, tmp_path):
    joblib.dump(thing, tmp_path / "thing.joblib")
    return joblib.load(tmp_path / "thing.joblib")


def through_skops(thing, tmp_path):
    skops.io.dump(thing, tmp_path / "thing.skops")
    unknown = skops.io.get_untrusted_types(file=tmp_path / "thing.skops")
    others = {name for name in unknown if not name.startswith("skadan.")}
    assert others <= {"imblearn.pipeline.Pipeline"}  # skops knows scikit-learn's classes only
    return skops.io.load(tmp_path / "thing.skops", trusted=unknown)


def through_generator_file(thing, tmp_path):
    save_sampler(thing, tmp_path / "thing.safetensors")
    return load_sampler(tmp_path / "thing.safetensors")


PICKLES = {
    "pickle": lambda thing, _: pickle.loads(pickle.dumps(thing)),
    "cloudpickle": lambda thing, _: pickle.loads(cloudpickle.dumps(thing)),
    "joblib": through_joblib,
    "skops": through_skops,
}
WAYS = PICKLES | {"save_sampler": through_generator_file}


def assert_same_rows(ours, theirs):
    assert type(ours) is type(theirs)
    if isinstance(ours, pd.DataFrame):
        pd.testing.assert_frame_equal(ours, theirs)
    elif sparse.issparse(ours):
        assert ours.dtype == theirs.dtype
        np.testing.assert_array_equal(ours.toarray(), theirs.toarray())
    else:
        np.testing.assert_array_equal(ours, theirs)


@pytest.mark.slow
@pytest.mark.parametrize("way", WAYS)
def test_a_sampler_comes_back(way, new, problem, tmp_path):
    X, y, _ = problem
    sampler = new(sampling_strategy=Replicate(2)).fit(X, y)
    back = WAYS[way](sampler, tmp_path)
    assert type(back) is type(sampler)
    for ours, theirs in zip(back.sample(y), sampler.sample(y), strict=True):
        np.testing.assert_array_equal(ours, theirs)
    assert back.get_params() == sampler.get_params()
    np.testing.assert_array_equal(back.classes_, sampler.classes_)
    if hasattr(sampler, "history_"):
        assert back.history_.keys() == sampler.history_.keys()
        assert back.n_iter_ == sampler.n_iter_
    if hasattr(sampler, "encode"):
        np.testing.assert_array_equal(back.encode(X), sampler.encode(X))
    again = clone(back).fit_resample(X, y)
    for ours, theirs in zip(again, sampler.fit_resample(X, y), strict=True):
        np.testing.assert_array_equal(ours, theirs)


@pytest.mark.parametrize("way", PICKLES)
def test_a_pipeline_comes_back(way, problem, tmp_path):
    X, y, _ = problem
    pipe = Pipeline([("aug", WADANSampler(**SMALL)), ("svm", LinearSVC(C=1e-3, random_state=0))])
    pipe.fit(X, y)
    back = PICKLES[way](pipe, tmp_path)
    np.testing.assert_array_equal(back.decision_function(X), pipe.decision_function(X))


FRAME = {"a": "float64", "b": "Int64", "c": "float32", "d": "int8", "e": "Float64", "f": "bool"}


def containers(X):
    frame = pd.DataFrame(np.round(10 * X[:, :6]), columns=list(FRAME))
    frame["f"] = frame["f"] > 0
    return {
        "float32": X.astype(np.float32),
        "list": X.tolist(),
        "csr_matrix": sparse.csr_matrix(X),
        "csc_array": sparse.csc_array(X),
        "frame": frame.astype(FRAME),
        "numbered": pd.DataFrame(X),
    }


@pytest.mark.parametrize("kind", containers(np.zeros((2, 9))))
@pytest.mark.parametrize("labels", ["numbers", "text", "objects"])
def test_a_file_keeps_container_and_labels(kind, labels, problem, tmp_path):
    X, y, _ = problem
    X = containers(X)[kind]
    names = np.array(["sad", "glad", "calm"], dtype=object if labels == "objects" else None)
    y = y if labels == "numbers" else names[y]
    sampler = WADANSampler(**SMALL, class_weight={y[0]: 2.0}).fit(X, y)
    back = through_generator_file(sampler, tmp_path)
    assert_same_rows(back.sample(y)[0], sampler.sample(y)[0])
    assert back.classes_.dtype == sampler.classes_.dtype
    assert back.class_weight == {y[0]: 2.0}
    assert_same_rows(back.decode(back.encode(X)), sampler.decode(sampler.encode(X)))
    assert hasattr(back, "feature_names_in_") == (kind == "frame")


def test_the_state_is_plain_and_hashes_alike(new, problem, tmp_path):
    X, y, _ = problem
    one, two = new().fit(X, y), new().fit(X, y)
    assert joblib.hash(one) == joblib.hash(two)
    assert joblib.hash(through_joblib(one, tmp_path)) == joblib.hash(one)
    assert b"torch" not in pickle.dumps(one._model)


def test_memory_of_a_pipeline(problem, tmp_path, monkeypatch):
    X, y, _ = problem
    pipe = Pipeline(
        [("aug", WADANSampler(**SMALL)), ("svm", LinearSVC(C=1e-3, random_state=0))],
        memory=str(tmp_path),
    )
    first = pipe.fit(X, y).decision_function(X)
    monkeypatch.setattr(WADANSampler, "_fit", None)  # a second training would fail
    np.testing.assert_array_equal(clone(pipe).fit(X, y).decision_function(X), first)


def test_trained_on_a_gpu_loaded_without_one(wadan, problem, tmp_path):
    from dataclasses import replace

    if torch.cuda.is_available():
        pytest.skip("there is a GPU")
    expected = wadan.sample(5)[0]
    wadan.device_ = "cuda:0"
    wadan._model = replace(wadan._model, device="cuda:0")
    for way in WAYS.values():
        np.testing.assert_array_equal(way(wadan, tmp_path).sample(5)[0], expected)


@pytest.mark.parametrize("residuals", [True, False])
@pytest.mark.parametrize("anchor", [0.0, 0.5])
@pytest.mark.parametrize("center", [None, "mean"])
def test_a_file_holds_no_more_rows_than_are_used(residuals, anchor, center, problem, tmp_path):
    X, y, _ = problem
    blend = {"residuals": residuals, "anchor": anchor, "center": center}
    sampler = WADANSampler(**SMALL | blend).fit(X, y)
    back = through_generator_file(sampler, tmp_path)
    np.testing.assert_array_equal(back.sample(9)[0], sampler.sample(9)[0])
    assert (back._model.real_rows.residuals is not None) == residuals
    assert (back._model.real_rows.anchors is not None) == (anchor > 0)
