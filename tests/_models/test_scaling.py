"""The sampler's own scaling: z-scores there, the table's units back."""

import numpy as np
import pytest
import torch

from skadan._models.scaling import Scaling


def test_scaling_is_z_norm_and_back():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(50, 5)) * [1, 1e30, 1e-30, 1e300, 4e12] + [0, 1e30, 0, 0, -4e12]
    scaling = Scaling.fit(X)
    z = scaling.scale_rows(X)
    np.testing.assert_allclose(z.mean(0), 0, atol=1e-6)
    np.testing.assert_allclose(z.std(0), 1, rtol=1e-5)
    largest = abs(X).max(0)
    np.testing.assert_allclose(
        scaling.unscale_rows(torch.from_numpy(z)).numpy() / largest, X / largest, atol=1e-6
    )


@pytest.mark.parametrize("constant", [[], [0], [1, 2], [5], [0, 3, 5], [0, 1, 2, 3, 4]])
def test_each_column_has_its_own_scale(constant, rng):
    """mean + z deviation, column by column, wherever the constant ones stand among them."""
    X = rng.normal(size=(50, 6)) * 10.0 ** np.arange(6) + np.arange(6)
    X[:, constant] = X[0, constant]
    varies = np.setdiff1d(np.arange(6), constant)
    scaling = Scaling.fit(X)
    expected = (X - X.mean(0))[:, varies] / X.std(0)[varies]
    np.testing.assert_allclose(scaling.scale_rows(X), expected, rtol=1e-5, atol=1e-6)
    z = rng.normal(size=(7, len(varies)))
    rows = np.tile(X[0], (7, 1))
    rows[:, varies] = X.mean(0)[varies] + z * X.std(0)[varies]
    np.testing.assert_allclose(scaling.unscale_rows(torch.from_numpy(z)).numpy(), rows, rtol=1e-9)


def test_constant_columns_are_restored(small, problem):
    X, y, _ = problem
    X = X.copy()
    X[:, 3], X[:, 7] = 0.1, -1e30
    X_new, _ = small().fit_resample(X, y)
    np.testing.assert_array_equal(X_new[:, 3], 0.1)
    np.testing.assert_array_equal(X_new[:, 7], -1e30)


def test_scale_of_a_column_does_not_matter(small, problem):
    """Raw openSMILE columns reach 4e12: the draws are those of the z-normed table, rescaled."""
    X, y, _ = problem
    units = 2.0 ** np.arange(-40, 40)[np.arange(100) % 80]
    plain, _ = small().fit(X, y).sample(9)
    raw, _ = small().fit(X * units, y).sample(9)
    np.testing.assert_allclose(raw / units, plain, rtol=1e-12)


def test_values_at_the_limits_of_float64_have_finite_z_scores():
    X = np.full((40, 1), 1.7e308)
    X[:8] = -1.7e308
    z = Scaling.fit(X).scale_rows(X)
    np.testing.assert_allclose([z.mean(), z.std()], [0, 1], atol=1e-6)


def test_rows_at_the_limits_of_float64_are_finite(sampler, problem):
    """Where a synthetic value would be beyond them, it is the largest that there is."""
    X, y, _ = problem
    X = X.copy()
    X[:, 2], X[:, 5] = 1.7e308 * np.sign(X[:, 2]), 1.7e308 * np.linspace(0, 1, len(X))
    X_new, _ = sampler.fit_resample(X, y)
    assert np.isfinite(X_new).all()
    assert np.ptp(X_new[len(X) :, 5] / 1.7e308) > 0
