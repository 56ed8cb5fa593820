"""A fit that was stopped goes on to the very result of one that was not."""

import importlib
import os
import subprocess
import sys
from functools import partial
from io import BytesIO

import numpy as np
import pytest
import torch
from conftest import ROOT, SETTINGS, SMALL, TRAINING, UNTRAINED
from imblearn.pipeline import Pipeline
from sklearn.model_selection import LeaveOneGroupOut, cross_validate
from sklearn.neighbors import KNeighborsClassifier

from skadan import GameSampler, Replicate, WADANSampler
from skadan._training.checkpoint import SEAL
from skadan.games import ADANGame

TRAINED = {cls: keywords for cls, keywords in SETTINGS.items() if cls not in UNTRAINED}
EPOCHS = 7


@pytest.fixture(params=TRAINED, ids=lambda cls: cls.__name__)
def checkpointed(request, tmp_path):
    """A factory of small samplers that keep their state every two epochs."""
    keywords = {"max_epochs": EPOCHS, "checkpoint": tmp_path / "states", "checkpoint_epochs": 2}
    return lambda **kw: request.param(**SETTINGS[request.param] | keywords | kw)


def stop_after(monkeypatch, epoch):
    """Ctrl-C at the end of an epoch, before its state is kept."""

    def end(callbacks, done, losses):
        if done == epoch:
            raise KeyboardInterrupt
        return False

    monkeypatch.setattr("skadan.samplers._callbacks.EpochCallbacks.epoch_ends", end)


def assert_same(sampler, other):
    for name, weight in other._model.weights.items():
        np.testing.assert_array_equal(sampler._model.weights[name], weight)
    for name, losses in other.history_.items():
        np.testing.assert_array_equal(sampler.history_[name], losses)
    np.testing.assert_array_equal(sampler.sample(9)[0], other.sample(9)[0])


@pytest.mark.slow
@pytest.mark.parametrize("row_space", [False, True])
def test_goes_on_to_the_same_bits(checkpointed, problem, tmp_path, monkeypatch, row_space):
    X, y, _ = problem
    whole = checkpointed(checkpoint=None, row_space=row_space).fit(X, y)
    for epoch in (1, 4, 7):  # before any state, with one, and after the last
        sampler = checkpointed(row_space=row_space)
        with monkeypatch.context() as patch:
            stop_after(patch, epoch)
            with pytest.raises(KeyboardInterrupt):
                sampler.fit(X, y)
        assert not hasattr(sampler, "classes_")
        (*kept,) = (tmp_path / "states").iterdir()
        assert len(kept) == (epoch > 2)
        assert_same(checkpointed(row_space=row_space).fit(X, y), whole)
        assert not list((tmp_path / "states").iterdir())


def test_it_does_go_on(checkpointed, problem, monkeypatch):
    X, y, _ = problem
    with monkeypatch.context() as patch:
        stop_after(patch, 6)
        with pytest.raises(KeyboardInterrupt):
            checkpointed().fit(X, y)
    seen = []
    end = "skadan.samplers._callbacks.EpochCallbacks.epoch_ends"
    monkeypatch.setattr(end, lambda callbacks, done, losses: bool(seen.append(done)))
    sampler = checkpointed().fit(X, y)
    assert seen == [5, 6, 7]
    assert all(len(losses) == EPOCHS for losses in sampler.history_.values())


@pytest.mark.slow
def test_without_a_seed_it_goes_on_as_it_began(problem, tmp_path, monkeypatch):
    """What was drawn before the first epoch, the axes of the row space, is drawn again."""
    X, y, _ = problem
    keywords = SMALL | {"random_state": None, "max_epochs": 80, "learning_rate": 5e-3}
    new = partial(WADANSampler, **keywords, row_space=True)
    new = partial(new, checkpoint=tmp_path, checkpoint_epochs=79)
    with monkeypatch.context() as patch:
        stop_after(patch, 80)
        with pytest.raises(KeyboardInterrupt):
            new().fit(X, y)
    (path,) = tmp_path.iterdir()
    before = torch.load(BytesIO(path.read_bytes()[SEAL:]), weights_only=True)
    sampler = new().fit(X, y)
    for name, losses in zip(before["names"], np.transpose(before["losses"]), strict=True):
        np.testing.assert_array_equal(sampler.history_[name][:79], losses)
    # On other axes the autoencoder would be worse than an untrained one.
    error = sampler.history_["reconstruction"]
    assert error[79] < 0.5 * (error[0] + error[78])


@pytest.mark.parametrize(
    "change", [{"random_state": 1}, {"learning_rate": 2e-3}, {"max_epochs": EPOCHS + 1}, "data"]
)
def test_another_training_does_not_take_it(problem, tmp_path, monkeypatch, change):
    X, y, _ = problem
    keywords = SMALL | {"max_epochs": EPOCHS, "checkpoint_epochs": 2}
    with monkeypatch.context() as patch:
        stop_after(patch, 5)
        with pytest.raises(KeyboardInterrupt):
            WADANSampler(**keywords, checkpoint=tmp_path).fit(X, y)
    (path,) = tmp_path.iterdir()
    kept = path.read_bytes()
    if change == "data":
        X = X + np.eye(*X.shape)
    else:
        keywords |= change
    sampler = WADANSampler(**keywords, checkpoint=tmp_path).fit(X, y)
    assert_same(sampler, WADANSampler(**keywords).fit(X, y))
    assert path.read_bytes() == kept


@pytest.mark.slow
def test_folds_share_a_folder(problem, tmp_path):
    X, y, groups = problem
    aug = WADANSampler(**SMALL, sampling_strategy=Replicate(1))
    pipe = Pipeline([("aug", aug), ("knn", KNeighborsClassifier())])
    run = partial(cross_validate, X=X, y=y, groups=groups, cv=LeaveOneGroupOut())
    plain = run(pipe)["test_score"]
    pipe.set_params(aug__checkpoint=tmp_path, aug__checkpoint_epochs=1)
    np.testing.assert_array_equal(run(pipe, n_jobs=2)["test_score"], plain)


KILLED = """
import os, pickle, random, signal, sys, time
import numpy as np, torch
sys.path.insert(0, sys.argv[1])
from conftest import SMALL
from skadan import WADANSampler
from skadan.datasets import make_speaker_classification

X, y, _ = make_speaker_classification(45, 100, n_classes=3, random_state=0)
folder, result = sys.argv[2], sys.argv[3]

def fit(folder):
    sampler = WADANSampler(**SMALL | {"max_epochs": 60}, checkpoint=folder, checkpoint_epochs=1)
    sampler.fit(X, y)
    return sampler._model.weights, sampler.history_

def child(work):
    pid = os.fork()
    if pid == 0:
        work()
        os._exit(0)
    return pid

def save(path, folder):
    with open(path, "wb") as file:
        pickle.dump(fit(folder), file)

for _ in range(2):  # the first one warms caches
    start = time.perf_counter()
    os.waitpid(child(lambda: save(result + ".whole", None)), 0)
    duration = time.perf_counter() - start
rng, kills = random.Random(0), 0
while not os.path.exists(result) and kills < 20:
    pid = child(lambda: save(result + ".part", folder) or os.replace(result + ".part", result))
    time.sleep(rng.uniform(0.2, 0.9) * duration)
    os.kill(pid, signal.SIGKILL)
    kills += os.WIFSIGNALED(os.waitpid(pid, 0)[1])
os.waitpid(child(lambda: save(result, folder)), 0) if not os.path.exists(result) else None
print(kills)
"""


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_killed_at_any_moment(tmp_path):
    import pickle

    script, result = tmp_path / "killed.py", tmp_path / "result.pickle"
    script.write_text(KILLED)
    tests = str(ROOT / "tests")
    command = [sys.executable, str(script), tests, str(tmp_path / "states"), str(result)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    assert int(done.stdout) >= 1
    whole, resumed = (
        pickle.loads(path.read_bytes()) for path in (tmp_path / "result.pickle.whole", result)
    )
    for ours, theirs in zip(resumed, whole, strict=True):  # weights, and the history
        assert ours.keys() == theirs.keys()
        for name, values in theirs.items():
            np.testing.assert_array_equal(ours[name], values)
    assert not list((tmp_path / "states").iterdir())


def test_a_folder_that_cannot_be_written(problem, tmp_path):
    X, y, _ = problem
    (tmp_path / "file").touch()
    with pytest.raises(OSError, match="file"):
        WADANSampler(**SMALL, checkpoint=tmp_path / "file").fit(X, y)


OWN = """
from dataclasses import dataclass
from skadan.games import CrossEntropy

class Parent(CrossEntropy):
    def critic_loss(self, critic, real, fake, mu):
        return {"critic": critic(fake).%s().mean() - critic(real).mean()}

@dataclass(frozen=True)
class Own(Parent):
    pass
"""


def test_a_game_whose_code_has_changed_starts_anew(problem, tmp_path, monkeypatch):
    """The code of a divergence of one's own, and of its parent, is part of the training."""
    X, y, _ = problem
    monkeypatch.syspath_prepend(tmp_path)

    def sampler(way, **kw):
        (tmp_path / "own_divergence.py").write_text(OWN % way)
        sys.modules.pop("own_divergence", None)
        importlib.invalidate_caches()
        divergence = importlib.import_module("own_divergence").Own()
        game = ADANGame(divergence, n_latent=4, autoencoder_layers=(8,), latent_layers=(6,))
        return GameSampler(game=game, **TRAINING | {"max_epochs": 3, "checkpoint_epochs": 1} | kw)

    states = tmp_path / "states"
    with monkeypatch.context() as patch:
        stop_after(patch, 2)
        with pytest.raises(KeyboardInterrupt):
            sampler("abs", checkpoint=states).fit(X, y)
    (kept,) = states.iterdir()
    changed = sampler("square", checkpoint=states).fit(X, y)
    assert_same(changed, sampler("square").fit(X, y))
    assert kept.exists()
    assert_same(sampler("abs", checkpoint=states).fit(X, y), sampler("abs").fit(X, y))
    assert not kept.exists()
