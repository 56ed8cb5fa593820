"""The training sets of the evidence study: its yardsticks beside the library's samplers."""

import numpy as np
import pytest
from conftest import load_example

from skadan import Replicate


@pytest.fixture(scope="module")
def training_sets():
    return load_example("studies/training_sets")


@pytest.mark.parametrize("strategy", ["auto", Replicate(2)])
def test_yardsticks(training_sets, strategy):
    rng = np.random.default_rng(0)
    y = np.repeat([0, 1], [9, 3])
    X = rng.normal(size=(12, 4)) + 50 * y[:, None]
    want = [9, 9] if strategy == "auto" else [27, 9]
    for arm in ("mean and residual", "shrunken copies"):
        X_new, y_new = training_sets.training_set(arm, X, y, strategy, 0)
        np.testing.assert_array_equal(X_new[:12], X)
        np.testing.assert_array_equal(np.bincount(y_new), want)
    new, labels = X_new[12:], y_new[12:]  # the last of them: shrunken copies
    copies = X.mean(0) + (new - X.mean(0)) / 0.65
    distance = np.abs(copies[:, None] - X[None]).max(2)
    assert distance.min(1).max() < 1e-9
    np.testing.assert_array_equal(y[distance.argmin(1)], labels)
    moved, labels = training_sets.mean_and_residual(X, y, Replicate(20), 0)
    for c in (0, 1):
        assert np.abs(moved[labels == c].mean(0) - X[y == c].mean(0)).max() < 0.5


@pytest.mark.slow
@pytest.mark.parametrize("arm", ["latent Gaussian", "latent mixing"])
def test_latent_yardsticks(training_sets, arm):
    rng = np.random.default_rng(0)
    y = np.repeat([0, 1, 2], [12, 4, 1])
    X = rng.normal(size=(17, 30)) + 4 * y[:, None]
    X_new, y_new = training_sets.training_set(arm, X, y, "auto", 0)
    np.testing.assert_array_equal(X_new[:17], X)
    np.testing.assert_array_equal(np.bincount(y_new), [12, 12, 12])
    assert (np.abs(X_new[17:].mean(1) - X.mean() - (4 * y_new[17:] - X.mean())) < 4).all()
    assert np.isfinite(X_new).all()


def test_codes_of_the_yardsticks(training_sets):
    rng = np.random.default_rng(0)
    codes = rng.normal(size=(500, 3)) * [1.0, 2.0, 3.0] + 5
    drawn = training_sets.gaussian(codes, 4000, rng)
    np.testing.assert_allclose(drawn.mean(0), codes.mean(0), atol=0.2)
    np.testing.assert_allclose(drawn.std(0), codes.std(0), rtol=0.1)
    one, two = pair = rng.normal(size=(2, 3)).astype(np.float32)
    places = (training_sets.gaussian(pair, 50, rng) - one) / (two - one)
    np.testing.assert_allclose(places, places[:, :1] * [1, 1, 1], atol=1e-3)  # on their line
    mixed = training_sets.mixture(np.array([[0.0, 0.0], [1.0, 2.0]]), 200, rng)
    np.testing.assert_allclose(mixed[:, 1], 2 * mixed[:, 0])
    assert 0 <= mixed.min() < mixed.max() <= 2


def test_smote_and_adasyn_find_neighbours_in_a_small_class(training_sets):
    rng = np.random.default_rng(0)
    y = np.repeat([0, 1], [12, 3])
    X = rng.normal(size=(15, 4))
    for arm in ("SMOTE", "ADASYN"):
        X_new, y_new = training_sets.training_set(arm, X, y, "auto", 0)
        np.testing.assert_array_equal(X_new[:15], X)
        assert abs((y_new == 1).sum() - 12) <= 2  # ADASYN shares rows out approximately


def test_adasyn_leaves_the_rows_as_they_are_if_it_finds_none_to_learn_from(training_sets):
    y = np.repeat([0, 1], [12, 4])
    X = 100.0 * y[:, None] + np.arange(16)[:, None]
    X_new, y_new = training_sets.training_set("ADASYN", X, y, "auto", 0)
    np.testing.assert_array_equal(X_new, X)
    np.testing.assert_array_equal(y_new, y)
