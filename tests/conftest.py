"""What the tests share: a small sampler for each class, and a small problem."""

import importlib.util
import os
import sys
from pathlib import Path
from types import ModuleType

# OpenMP reads this when it is loaded: threads that spin while they wait for each other make a busy
# machine many times slower.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
# The tests have a worker for each core: more threads of NumPy's products only wait for each other.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import matplotlib
import numpy as np
import pandas as pd
import pytest
import sklearn
import torch

from skadan import (
    AAESampler,
    ADANSampler,
    ConditionalGANSampler,
    GameSampler,
    GANSampler,
    NoiseSampler,
    Replicate,
    ShrunkenSampler,
    WADANSampler,
)
from skadan.datasets import make_speaker_classification
from skadan.games import ADANGame, CrossEntropy

ROOT = Path(__file__).parents[1]
TRAINING = {"max_epochs": 2, "batch_size": 32, "device": "cpu", "random_state": 0}
SMALL = TRAINING | {
    "n_latent": 4,
    "n_noise": 3,
    "autoencoder_layers": (8,),
    "latent_layers": (6,),
}
SMALL_GAN = TRAINING | {"n_noise": 3, "hidden_layers": (8,)}
SMALL_GAME = ADANGame(
    CrossEntropy(), n_latent=4, n_noise=3, autoencoder_layers=(8,), latent_layers=(6,)
)
BASELINES = {
    AAESampler: TRAINING | {"autoencoder_layers": (8,), "latent_layers": (6,)},
    ConditionalGANSampler: SMALL_GAN,
    GameSampler: TRAINING | {"game": SMALL_GAME},
    GANSampler: SMALL_GAN,
    NoiseSampler: {"random_state": 0},
    ShrunkenSampler: {"random_state": 0},
}
UNTRAINED = (NoiseSampler, ShrunkenSampler)
SETTINGS = {ADANSampler: SMALL, WADANSampler: SMALL, **BASELINES}
GPU = pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no GPU")
DEVICES = ["cpu", pytest.param("cuda", marks=GPU)]


def pytest_collection_modifyitems(items):
    """Slow tests first, the last file's before all: no worker is left alone with a long one."""
    for item in items:
        of_baseline = item.path.stem == "test_conformance" and "ADANSampler(" not in item.name
        if "studies" in item.path.parts or of_baseline:
            item.add_marker(pytest.mark.slow)
    slow = [item for item in items if item.get_closest_marker("slow")]
    quick = [item for item in items if not item.get_closest_marker("slow")]
    items[:] = slow[::-1] + quick


def load_example(name: str) -> ModuleType:
    """An example or study (``studies/...``) as a module, drawing without a screen."""
    matplotlib.use("Agg")
    path = ROOT / "examples" / f"{name}.py"
    if str(path.parent) not in sys.path:
        sys.path.append(str(path.parent))  # its neighbours, as when it is run
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # where dataclasses look
    spec.loader.exec_module(module)
    return module


@pytest.fixture(params=[ADANSampler, WADANSampler], ids=lambda cls: cls.__name__)
def sampler_class(request):
    return request.param


@pytest.fixture
def small(sampler_class):
    """A factory of small samplers; keywords override."""
    return lambda **kw: sampler_class(**{"sampling_strategy": Replicate(1)} | SMALL | kw)


@pytest.fixture(params=BASELINES, ids=lambda cls: cls.__name__)
def baseline(request):
    """A factory of small samplers of the paper's baselines; keywords override."""
    keywords = {"sampling_strategy": Replicate(1)} | BASELINES[request.param]
    return lambda **kw: request.param(**keywords | kw)


@pytest.fixture(params=SETTINGS, ids=lambda cls: cls.__name__)
def sampler(request):
    """A small sampler of each class."""
    return request.param(**SETTINGS[request.param] | {"sampling_strategy": Replicate(1)})


@pytest.fixture
def few_epochs(monkeypatch):
    """Where no number of epochs is given it is 3: for programs that are to run, not to learn."""
    for cls in SETTINGS.keys() - set(UNTRAINED):
        monkeypatch.setitem(cls.__init__.__kwdefaults__, "max_epochs", 3)


@pytest.fixture
def rng():
    return np.random.default_rng(0)


@pytest.fixture(scope="session")
def problem():
    """X (45, 100), y of three unequal classes, groups of three speakers; wide: a row space."""
    return make_speaker_classification(
        45, 100, n_classes=3, n_speakers=3, weights=(3, 2, 1), random_state=0
    )


@pytest.fixture
def table(problem, tmp_path):
    """A CSV of openSMILE's kind."""
    X, y, groups = problem
    frame = pd.DataFrame(X, columns=[f"f{j}" for j in range(X.shape[1])])
    frame.insert(0, "name", [f"u{i}" for i in range(len(X))])
    frame["emotion"] = np.array(["sad", "glad", "calm"])[y]
    frame["speaker"] = groups
    path = tmp_path / "features.csv"
    frame.to_csv(path, index=False, sep=";")
    return path


@pytest.fixture
def small_table(tmp_path):
    """Write a small table of text and return its path and the usual arguments."""

    def write(text, name="t.csv"):
        path = tmp_path / name
        path.write_bytes(text.encode())
        return [str(path), "--target", "emotion", "--groups", "speaker", "--epochs", "1"]

    return write


@pytest.fixture
def dispatch(monkeypatch):
    """scikit-learn dispatches. It asks for the variable, which scipy reads at its import alone."""
    monkeypatch.setenv("SCIPY_ARRAY_API", "1")
    with sklearn.config_context(array_api_dispatch=True):
        yield


@pytest.fixture(params=DEVICES)
def tensors(request, problem):
    """X and y of the problem as tensors, on each device that there is."""
    return tuple(torch.from_numpy(part).to(request.param) for part in problem[:2])


def same_tensor(got: torch.Tensor, expected: torch.Tensor) -> None:
    """Assert that both are tensors of the same bits, dtype and device."""
    assert isinstance(got, torch.Tensor)
    assert (got.dtype, got.device) == (expected.dtype, expected.device)
    assert torch.equal(got, expected)


def write_utterance(path: Path, seed: int, seconds: float = 0.4, rate: int = 16000) -> None:
    """Something that openSMILE finds a pitch in: a vibrating harmonic tone in noise."""
    soundfile = pytest.importorskip("soundfile")
    rng = np.random.default_rng(seed)
    t = np.arange(int(seconds * rate)) / rate
    pitch = rng.uniform(100, 250) * (1 + 0.05 * np.sin(2 * np.pi * 5 * t))
    phase = 2 * np.pi * np.cumsum(pitch) / rate
    tone = sum(np.sin(k * phase) / k for k in range(1, 8))
    path.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(path, 0.1 * tone + 0.01 * rng.normal(size=len(t)), rate)


@pytest.fixture(autouse=True)
def _threads_restored():
    """No call leaves torch with another number of threads than it found."""
    before = torch.get_num_threads()
    yield
    assert torch.get_num_threads() == before


@pytest.fixture(autouse=True)
def _figures_closed():
    """No test leaves a figure to the next: pyplot warns of more than twenty."""
    yield
    pyplot = sys.modules.get("matplotlib.pyplot")
    if pyplot:
        pyplot.close("all")
