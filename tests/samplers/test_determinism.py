"""Same seed, same rows, whatever is around, and no one else's random state moved."""

import ast
import os
import subprocess
import sys
import threading

import joblib
import numpy as np
import pytest
import torch
from conftest import ROOT, SETTINGS
from joblib import Parallel, delayed
from sklearn.base import clone

from skadan import Replicate
from skadan.datasets import make_speaker_classification


def rows_of(sampler, X, y):
    return clone(sampler).fit_resample(X, y)[0]


PROCESSES = [pytest.param(name, marks=pytest.mark.slow) for name in ("loky", "multiprocessing")]


@pytest.mark.parametrize("backend", ["threading", *PROCESSES])
def test_the_same_rows_in_parallel(sampler, problem, backend):
    X, y, _ = problem
    alone = rows_of(sampler, X, y)
    for rows in Parallel(n_jobs=2, backend=backend)(delayed(rows_of)(sampler, X, y) for _ in "123"):
        np.testing.assert_array_equal(rows, alone)


def digests():
    """Hashes of what each sampler draws, and of the fitted sampler, by the name of its class."""
    X, y, _ = make_speaker_classification(45, 100, n_classes=3, random_state=0)
    found = {}
    for cls, keywords in SETTINGS.items():
        sampler = cls(**keywords | {"sampling_strategy": Replicate(1)})
        found[cls.__name__] = joblib.hash(sampler.fit_resample(X, y)), joblib.hash(sampler)
    return found


FRESH = """
import sys
sys.path[:0] = sys.argv[1:]
from test_determinism import digests
print(digests())
"""


@pytest.mark.slow
def test_the_same_rows_from_fresh_processes():
    """Whatever the seed of their hashes is, and as in this process."""
    tests = ROOT / "tests"
    outputs = {
        subprocess.run(
            [sys.executable, "-c", FRESH, str(tests), str(tests / "samplers")],
            env=os.environ | {"PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("0", "1")
    }
    assert len(outputs) == 1
    fresh, here = ast.literal_eval(outputs.pop()), digests()
    assert len(fresh) == len(SETTINGS)
    assert {name: rows for name, (rows, _) in fresh.items()} == {
        name: rows for name, (rows, _) in here.items()
    }


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


def everything(sampler, X, y):
    """What a sampler of any kind computes."""
    made = [rows_of(sampler, X, y), sampler.fit(X, y).sample(9)[0]]
    made += [rows for rows, _ in sampler.sample_blocks(9, block_rows=4)]
    if hasattr(sampler, "encode"):
        codes = sampler.sample_latent(y)
        made += [sampler.encode(X), codes, sampler.decode(codes)]
        made.append(sampler.sample_from_codes(codes, y))
    return made


def test_autocast_of_the_caller_does_not_matter(sampler, problem):
    X, y, _ = problem
    expected = everything(sampler, X, y)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        found = everything(sampler, X, y)
        assert torch.is_autocast_enabled("cpu")
    for ours, theirs in zip(found, expected, strict=True):
        np.testing.assert_array_equal(ours, theirs)


def test_the_global_states_stay(sampler, problem):
    X, y, _ = problem
    states = (np.random.get_state()[1].copy(), torch.get_rng_state())  # noqa: NPY002
    sampler.set_params(random_state=None).fit_resample(X, y)
    np.testing.assert_array_equal(np.random.get_state()[1], states[0])  # noqa: NPY002
    assert torch.equal(torch.get_rng_state(), states[1])


@pytest.mark.slow
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


def test_another_seed_other_rows(small, problem):
    X, y, _ = problem
    a, b = (small(random_state=s).fit_resample(X, y)[0] for s in (0, 1))
    assert not np.array_equal(a, b)


@pytest.mark.parametrize("random_state", [None, 0])
def test_global_random_states_are_untouched(small, problem, random_state):
    X, y, _ = problem
    numpy_before = np.random.get_state()  # noqa: NPY002 - the legacy state is what is tested
    torch_before = torch.get_rng_state()
    small(random_state=random_state).fit(X, y).sample(9)
    small(random_state=random_state).fit_resample(X, y)
    numpy_after = np.random.get_state()  # noqa: NPY002
    assert torch.equal(torch.get_rng_state(), torch_before)
    np.testing.assert_array_equal(numpy_before[1], numpy_after[1])
    assert numpy_before[2] == numpy_after[2]


def test_global_seeds_do_not_matter(small, problem):
    X, y, _ = problem
    torch.manual_seed(1)
    first = small().fit_resample(X, y)[0]
    torch.manual_seed(2)
    np.testing.assert_array_equal(first, small().fit_resample(X, y)[0])
