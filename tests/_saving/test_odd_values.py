"""Parameters and labels of every kind: what is saved loads, or is refused by name."""

from pathlib import Path

import numpy as np
import pytest
from conftest import SMALL

from skadan import (
    NoiseSampler,
    PartialFill,
    Replicate,
    WADANSampler,
    load_sampler,
    save_sampler,
)

TEXT = np.array(["sad", "glad", "calm"])
LABELS = {
    "big-endian": lambda y: y.astype(">i4"),
    "big-endian floats": lambda y: y.astype(">f8"),
    "big-endian text": lambda y: TEXT.astype(">U4")[y],
    "wide text": lambda y: TEXT.astype("U40")[y],
    "objects": lambda y: TEXT.astype(object)[y],
    "short": lambda y: y.astype(np.int8),
    "unsigned": lambda y: y.astype(np.uint64),
    "floats": lambda y: y.astype(np.float32),
    "booleans": lambda y: y > 0,
    "surrogates": lambda y: np.array(["a\ud800", "b\0c", "\u00e9"])[y],
}


@pytest.mark.parametrize("kind", LABELS)
def test_labels_come_back(kind, problem, tmp_path):
    X, y, _ = problem
    y = LABELS[kind](y)
    sampler = WADANSampler(**SMALL).fit(X, y)
    save_sampler(sampler, tmp_path / "file")
    back = load_sampler(tmp_path / "file")
    assert back.classes_.dtype == sampler.classes_.dtype
    assert back.classes_.tolist() == sampler.classes_.tolist()
    for ours, theirs in zip(back.sample(y), sampler.sample(y), strict=True):
        assert ours.dtype == theirs.dtype
        np.testing.assert_array_equal(ours, theirs)


def through_file(sampler, folder):
    save_sampler(sampler, folder / "file")
    return load_sampler(folder / "file")


@pytest.mark.parametrize(
    "params",
    [
        {"checkpoint": Path("some", "states")},
        {"betas": [0.5, 0.9]},
        {"autoencoder_layers": np.array([8])},
        {"latent_layers": np.array([6], dtype=">i8")},
        {"class_weight": {0: 1.5, np.int64(1): np.float32(2), 2: 1}},
        {"max_epochs": np.int64(2), "learning_rate": np.float64(1e-3)},
        {"sampling_strategy": {0: 50, 1: 50}},
        {"sampling_strategy": Replicate(2)},
        {"sampling_strategy": PartialFill(0.5)},
        {"center": None},
        {"center": "mean", "own_share": np.float64(0.3)},
    ],
)
def test_parameters_come_back(params, problem, tmp_path, monkeypatch):
    X, y, _ = problem
    monkeypatch.chdir(tmp_path)
    back = through_file(WADANSampler(**SMALL | params).fit(X, y), tmp_path)
    for name, value in params.items():
        ours = getattr(back, name)
        np.testing.assert_equal(ours, value)
        assert type(ours) is type(value) or isinstance(value, np.generic)
        if isinstance(value, np.ndarray):
            assert ours.dtype == value.dtype


def test_labels_that_a_file_cannot_hold(problem, tmp_path):
    X, y, _ = problem
    for labels, what in ((y.astype(np.longdouble), "float"), (y.astype(object), "object array")):
        sampler = NoiseSampler().fit(X, y)
        sampler.classes_ = np.unique(labels)
        with pytest.raises(TypeError, match=rf"fitted\.classes_ holds a {what}"):
            save_sampler(sampler, tmp_path / "file")
        assert not (tmp_path / "file").exists()
