"""Files that are broken, foreign or newer, and samplers that no file can hold."""

import pickle
import re
import sys

import numpy as np
import pandas as pd
import pytest
from conftest import SETTINGS, SMALL
from safetensors.numpy import save
from sklearn.exceptions import NotFittedError

from skadan import NoiseSampler, WADANSampler, load_sampler, save_sampler


@pytest.fixture
def wadan(problem):
    X, y, _ = problem
    return WADANSampler(**SMALL).fit(X, y)


def test_what_a_file_cannot_hold(wadan, problem, tmp_path):
    path = tmp_path / "generator"
    with pytest.raises(NotFittedError):
        save_sampler(WADANSampler(), path)
    wadan.set_params(random_state=np.random.RandomState(0))
    with pytest.raises(TypeError, match=r"params\.random_state holds a RandomState.*set_params"):
        save_sampler(wadan, path)
    wadan.set_params(random_state=0, sampling_strategy=lambda y: {})
    with pytest.raises(TypeError, match="holds a function"):
        save_sampler(wadan, path)

    class Own(WADANSampler):
        pass

    X, y, _ = problem
    with pytest.raises(TypeError, match="Own is not a sampler of skadan"):
        save_sampler(Own(**SMALL).fit(X, y), path)
    X = pd.DataFrame(X[:, :2], columns=pd.MultiIndex.from_tuples([("a", 1), ("b", 2)]))
    with pytest.raises(TypeError, match=r"column name \('a', 1\)"):
        save_sampler(NoiseSampler().fit(X, y), path)
    assert not path.exists()


@pytest.fixture
def file(wadan, tmp_path):
    path = tmp_path / "generator.safetensors"
    save_sampler(wadan, path)
    return path


def test_truncated_files(file):
    data = file.read_bytes()
    for size in (0, 5, 8, 100, len(data) // 2, len(data) - 1):
        file.write_bytes(data[:size])
        with pytest.raises(ValueError, match=r"generator\.safetensors (is truncated|was not)"):
            load_sampler(file)


@pytest.mark.parametrize("cls", [WADANSampler, NoiseSampler])
@pytest.mark.slow
def test_500_altered_files(cls, problem, tmp_path):
    """One bit or many of a file: it is refused, and named."""
    X, y, _ = problem
    file = tmp_path / "generator.safetensors"
    save_sampler(cls(**SETTINGS[cls]).fit(X, y), file)
    data = file.read_bytes()
    size = 8 + int.from_bytes(data[:8], "little")
    rng = np.random.default_rng(0)
    for i in range(500):
        changed = bytearray(data)
        place = rng.integers(size if i % 2 else len(data))  # half of them in the header
        changed[place] ^= 1 << int(rng.integers(8))
        file.write_bytes(changed)
        with pytest.raises(ValueError, match=re.escape(str(file))):
            load_sampler(file)


def test_foreign_files(file, tmp_path):
    for data in (b"", b"hello", np.random.default_rng(0).bytes(1000), pickle.dumps([1] * 99)):
        file.write_bytes(data)
        with pytest.raises(ValueError, match=r"generator\.safetensors"):
            load_sampler(file)
    for metadata in (None, {"skadan": "1"}, {"skadan": "{}"}, {"skadan": '{"format": "x"}'}):
        file.write_bytes(save({"a": np.zeros(3)}, metadata=metadata))
        with pytest.raises(ValueError, match="was not written by skadan's save_sampler"):
            load_sampler(file)
    with pytest.raises(FileNotFoundError):
        load_sampler(tmp_path / "gone")


def test_an_older_file_stays_when_writing_fails(file, wadan, monkeypatch):
    before = file.read_bytes()

    def full(fd):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match=r"generator\.safetensors cannot be written"):
        save_sampler(wadan, file)
    assert file.read_bytes() == before
    assert len(list(file.parent.iterdir())) == 1


def test_safetensors_is_an_extra(wadan, file, monkeypatch):
    monkeypatch.setitem(sys.modules, "safetensors", None)
    monkeypatch.setitem(sys.modules, "safetensors.numpy", None)
    with pytest.raises(ImportError, match=r"pip install 'skadan\[save\]'"):
        save_sampler(wadan, file)
    with pytest.raises(ImportError, match=r"pip install 'skadan\[save\]'"):
        load_sampler(file)
