"""States that the disk has altered or has no room for, and fits that share one."""

import os
import re
import subprocess
import sys
import threading
from functools import partial
from pathlib import Path

import numpy as np
import pytest
import torch
from conftest import ROOT, SMALL
from torch import nn

from skadan import WADANSampler
from skadan._training.checkpoint import Checkpoint

pytestmark = pytest.mark.slow

EPOCHS = 6


def assert_same(sampler, other):
    for name, weight in other._model.weights.items():
        np.testing.assert_array_equal(sampler._model.weights[name], weight)
    np.testing.assert_array_equal(sampler.sample(9)[0], other.sample(9)[0])


class Moments:
    """In place of optimizers: something that has a state."""

    def state(self):
        return [{"step": torch.tensor(3.0), "moment": torch.arange(8.0)}]


@pytest.fixture
def saved(tmp_path):
    """A checkpoint on disk, and a function that reads it again."""

    def new():
        return Checkpoint(tmp_path, 1, torch.Generator().manual_seed(0), "this training")

    networks, checkpoint = nn.Linear(9, 4), new()
    checkpoint.save(1, ["loss"], [[0.5]], networks, Moments())
    return checkpoint.path, new


def test_500_bit_flips(saved):
    """Every bit of the state counts: none is gone on from if one has changed."""
    path, new = saved
    data = path.read_bytes()
    rng = np.random.default_rng(0)
    for place in rng.integers(len(data), size=500):
        changed = bytearray(data)
        changed[place] ^= 1 << int(rng.integers(8))
        path.write_bytes(changed)
        with pytest.raises(OSError, match=rf"{re.escape(str(path))} cannot be read: delete it"):
            new()
    path.write_bytes(data)
    assert new()._saved["losses"] == [[0.5]]


def test_other_damage(saved):
    path, new = saved
    data = path.read_bytes()
    torch.save({"networks": {}}, path)
    whole = path.read_bytes()
    for contents in (b"", b"x", data[:32], data[:100], data[:-1], data + b"\0", data[32:], whole):
        path.write_bytes(contents)
        with pytest.raises(OSError, match=r"cannot be read: delete it"):
            new()


def test_the_state_of_another_training_under_this_name(saved, tmp_path):
    path, new = saved
    other = Checkpoint(tmp_path, 1, torch.Generator(), "another training")
    os.replace(path, other.path)
    with pytest.raises(OSError, match=r"cannot be read: delete it"):
        Checkpoint(tmp_path, 1, torch.Generator(), "another training")
    assert new()._saved is None


def test_a_fit_names_it(problem, tmp_path, monkeypatch):
    X, y, _ = problem
    new = partial(WADANSampler, **SMALL, checkpoint=tmp_path, checkpoint_epochs=1)
    with monkeypatch.context() as patch:
        patch.setattr(Checkpoint, "remove", lambda self: None)
        new().fit(X, y)
    (path,) = tmp_path.iterdir()
    data = path.read_bytes()
    path.write_bytes(data[:-9] + b"\1" + data[-8:])
    with pytest.raises(OSError, match=rf"{path.name} cannot be read: delete it"):
        new().fit(X, y)
    path.unlink()
    new().fit(X, y)


@pytest.mark.skipif(os.name != "posix", reason="needs a limit on the size of files")
def test_a_full_disk_whenever_it_strikes(problem, tmp_path):
    """The kernel refuses to write beyond so many bytes; the last state that was whole stays."""
    import resource

    X, y, _ = problem
    new = partial(WADANSampler, **SMALL | {"max_epochs": EPOCHS}, checkpoint_epochs=2)
    whole = new().fit(X, y)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    save, n_saved = Checkpoint.save, []

    def limited(limit, self, epoch, *state):
        try:
            if epoch == 4:
                resource.setrlimit(resource.RLIMIT_FSIZE, (limit, hard))
            save(self, epoch, *state)
            n_saved.append(self.path.stat().st_size if self.path.exists() else 0)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))

    for share in (0, 0.001, 0.3, 0.7, 0.9999):
        folder = tmp_path / str(share)
        limit = int(share * max(n_saved, default=30_000))
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(Checkpoint, "save", lambda *args, n=limit: limited(n, *args))
            with pytest.raises(OSError, match=r"\.pt cannot be written \(File too large\)"):
                new(checkpoint=folder).fit(X, y)
        (path,) = folder.iterdir()
        assert path.suffix == ".pt"
        assert_same(new(checkpoint=folder).fit(X, y), whole)
        assert not list(folder.iterdir())


def test_fits_of_one_training_in_threads(problem, tmp_path):
    X, y, _ = problem
    keywords = SMALL | {"max_epochs": EPOCHS}
    whole = WADANSampler(**keywords).fit(X, y)
    fitted, errors = [], []

    def fit():
        try:
            for _ in range(4):
                sampler = WADANSampler(**keywords, checkpoint=tmp_path, checkpoint_epochs=1)
                fitted.append(sampler.fit(X, y))
        except BaseException as error:
            errors.append(error)

    n_threads = torch.get_num_threads()
    threads = [threading.Thread(target=fit) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    torch.set_num_threads(n_threads)  # threads restore it out of order
    assert not errors
    assert len(fitted) == 16
    for sampler in fitted:
        assert_same(sampler, whole)
    assert not list(tmp_path.iterdir())


FITS = """
import sys
import numpy as np
sys.path.insert(0, sys.argv[1])
from conftest import SMALL
from skadan import WADANSampler
from skadan.datasets import make_speaker_classification

X, y, _ = make_speaker_classification(45, 100, n_classes=3, random_state=0)
for _ in range(8):
    sampler = WADANSampler(**SMALL | {"max_epochs": 6}, checkpoint=sys.argv[2], checkpoint_epochs=1)
    rows = sampler.fit(X, y).sample(9)[0]
np.save(sys.argv[3], rows)
"""


@pytest.mark.slow
def test_fits_of_one_training_in_processes(tmp_path):
    (tmp_path / "fits.py").write_text(FITS)
    states, tests = tmp_path / "states", str(ROOT / "tests")
    states.mkdir()
    command = [sys.executable, str(tmp_path / "fits.py"), tests, str(states)]
    outs = [tmp_path / f"{i}.npy" for i in range(3)]
    running = [subprocess.Popen([*command, str(out)], cwd=ROOT) for out in outs]
    assert [process.wait() for process in running] == [0, 0, 0]
    rows = [np.load(out) for out in outs]
    for other in rows[1:]:
        np.testing.assert_array_equal(other, rows[0])
    assert not list(Path(states).iterdir())
