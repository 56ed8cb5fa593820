"""`sample_indices_`: which real row a synthetic one comes from."""

import numpy as np
import pytest
from conftest import BASELINES, SETTINGS, UNTRAINED

from skadan import (
    NoiseSampler,
    Replicate,
    ShrunkenSampler,
    WADANSampler,
    load_sampler,
    save_sampler,
)

CENTERS = [None, "mean", "shrunken"]
OF_REAL_ROWS = [{"anchor": 1.0}, {"residuals": False, "anchor": 0.4}, {"anchor": 0.0}]


@pytest.mark.parametrize("strategy", [Replicate(3), "auto", {1: 40}])
@pytest.mark.parametrize("residuals", [True, False])
def test_they_name_the_row(small, problem, strategy, residuals):
    """With the whole weight on the real row, and no centre, a synthetic row is X[index]."""
    X, y, _ = problem
    sampler = small(anchor=1.0, center=None, residuals=residuals, sampling_strategy=strategy)
    X_new, y_new = sampler.fit_resample(X, y)
    indices = sampler.sample_indices_
    assert indices.dtype.kind == "i"
    np.testing.assert_array_equal(indices[:45], np.arange(45))
    np.testing.assert_allclose(X_new, X[indices], atol=1e-4)
    np.testing.assert_array_equal(y_new, y[indices])


@pytest.mark.parametrize("center", CENTERS)
@pytest.mark.parametrize("settings", OF_REAL_ROWS)
def test_they_are_rows_of_the_class(small, problem, settings, center):
    X, y, _ = problem
    sampler = small(sampling_strategy=Replicate(2), center=center, **settings)
    _, y_new = sampler.fit_resample(X, y)
    np.testing.assert_array_equal(y[sampler.sample_indices_], y_new)
    # Every set holds every row once.
    np.testing.assert_array_equal(np.bincount(sampler.sample_indices_), np.full(45, 3))


def test_the_residual_is_that_of_the_row(small, problem):
    """x + R(G(z, y)) - R(E(x)), with the x that is named."""
    X, y, _ = problem
    sampler = small(residuals=True, anchor=0.0, center=None).fit(X, y)
    X_new, _, rows = sampler.sample(y, random_state=3, return_indices=True)
    move = sampler.decode(sampler.sample_latent(y, random_state=3))
    lost = X - sampler.decode(sampler.encode(X))
    np.testing.assert_allclose(X_new - move, lost[rows], atol=1e-4)


@pytest.mark.parametrize("center", CENTERS)
def test_generated_rows_alone_are_of_no_real_row(small, problem, center):
    X, y, _ = problem
    sampler = small(residuals=False, anchor=0.0, center=center)
    sampler.fit_resample(X, y)
    np.testing.assert_array_equal(sampler.sample_indices_[45:], np.full(45, -1))


def test_noisy_rows(problem):
    X, y, _ = problem
    sampler = NoiseSampler(noise_scale=1e-6, random_state=0)
    X_new, y_new = sampler.fit_resample(X, y)
    np.testing.assert_allclose(X_new, X[sampler.sample_indices_], atol=1e-3)
    np.testing.assert_array_equal(y_new, y[sampler.sample_indices_])


@pytest.mark.parametrize("cls", [cls for cls in BASELINES if cls not in UNTRAINED])
def test_games_without_real_rows(cls, problem):
    X, y, _ = problem
    sampler = cls(**BASELINES[cls], sampling_strategy=Replicate(1))
    sampler.fit_resample(X, y)
    assert (sampler.sample_indices_[45:] == -1).all()


def test_sample_gives_them_on_request(sampler, problem):
    X, y, _ = problem
    _, y_both = sampler.fit_resample(X, y)
    expected = sampler.sample_indices_
    X_new, y_new, rows = sampler.sample(y_both[45:], return_indices=True)
    np.testing.assert_array_equal(rows, expected[45:])
    plain = sampler.sample(y_both[45:])
    assert len(plain) == 2
    np.testing.assert_array_equal(plain[0], X_new)
    np.testing.assert_array_equal(plain[1], y_new)
    _, y_few, few = sampler.sample([2, 0, 2], return_indices=True)
    assert (few == -1).all() or (y[few] == y_few).all()


def test_nothing_to_do(problem):
    X, _, _ = problem
    sampler = NoiseSampler()
    with pytest.warns(UserWarning, match="asks for no synthetic rows"):
        sampler.fit_resample(X[:44], [0, 1] * 22)
    np.testing.assert_array_equal(sampler.sample_indices_, np.arange(44))
    sampler.fit(X, problem[1])
    assert not hasattr(sampler, "sample_indices_")


@pytest.mark.parametrize("cls", [WADANSampler, NoiseSampler, ShrunkenSampler])
def test_a_file_keeps_them(cls, problem, tmp_path):
    X, y, _ = problem
    sampler = cls(**SETTINGS[cls]).fit(X, y)
    save_sampler(sampler, tmp_path / "thing.safetensors")
    back = load_sampler(tmp_path / "thing.safetensors")
    for ours, theirs in zip(
        back.sample(y, return_indices=True), sampler.sample(y, return_indices=True), strict=True
    ):
        np.testing.assert_array_equal(ours, theirs)
