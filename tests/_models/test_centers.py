"""The centre of a class: the James-Stein estimate, against simulations with a known centre."""

import numpy as np
import pytest
import reference

from skadan._models.predictive import LEAST, Predictive, center_factors, class_sums, variances


def learned(X, y):
    """What is learned of rows X (n, d), from their z-scores."""
    Z = (X - X.mean(0)) / X.std(0)
    return Z, Predictive.of(np.array_split(Z, 3), y, Z.__getitem__)


def test_class_sums_do_not_depend_on_the_blocks(rng):
    X, y = rng.normal(size=(23, 5)), rng.integers(3, size=23)
    whole = class_sums([X], y, 3)
    blocks = class_sums(np.array_split(X, 6), y, 3)
    for found, expected in zip(blocks, whole, strict=True):
        np.testing.assert_allclose(found, expected)
    np.testing.assert_allclose(whole[0][1], X[y == 1].sum(0))
    np.testing.assert_allclose(whole[1][1], (X[y == 1] ** 2).sum())


def test_variances_are_traces_of_the_covariance(rng):
    X, y = rng.normal(size=(30, 4)) * [1, 2, 3, 4], np.repeat([0, 1, 2], [20, 9, 1])
    n = np.bincount(y)
    own, pooled = variances(*class_sums([X], y, 3), n)
    traces = [np.trace(np.cov(X[y == k].T)) for k in range(2)]
    np.testing.assert_allclose(own[:2], traces)
    assert pooled == pytest.approx((19 * traces[0] + 8 * traces[1]) / 27)
    assert own[2] == pooled  # one row says nothing of it


def test_the_factor_is_that_of_james_and_stein():
    means = np.array([[3.0, 4.0], [0.3, 0.4], [30.0, 40.0]])
    found = center_factors(means, np.array([10.0, 10.0, 0.0]), np.array([2, 2, 6]))
    np.testing.assert_allclose(found, [1 - 10 * (1 / 2 - 1 / 10) / 25, LEAST, 1])


def test_the_factor_is_the_reliability_of_a_mean(rng):
    """n rho / (1 + (n - 1) rho), where rho is the share of the centre in a row's squared norm."""
    n, d, signal, found = 6, 500, 150.0, []
    centre = rng.normal(size=d)
    centre *= np.sqrt(signal) / np.linalg.norm(centre)
    counts = np.array([n, 10**6])  # so many that the mean of the table does not move
    for _ in range(100):
        X = centre + rng.normal(size=(n, d))
        means, own = np.array([X.mean(0), 0 * centre]), np.trace(np.cov(X.T))
        found.append(center_factors(means, np.array([own, 1.0]), counts)[0])
    rho = signal / (signal + d)
    assert np.mean(found) == pytest.approx(n * rho / (1 + (n - 1) * rho), rel=0.01)


def normal(rng, shape):
    return rng.normal(size=shape)


def heavy_tailed(rng, shape):
    return rng.standard_t(4, size=shape) / np.sqrt(2)


def counted(rng, shape):
    return (rng.poisson(2, size=shape) - 2) / np.sqrt(2)


def correlated(rng, shape):
    """Ten factors beneath all columns."""
    loadings = np.random.default_rng(5).normal(size=(10, shape[1])) / np.sqrt(10)
    return 0.8 * rng.normal(size=(shape[0], 10)) @ loadings + 0.6 * rng.normal(size=shape)


NOISES = [normal, heavy_tailed, counted, correlated]


@pytest.mark.parametrize("noise", NOISES, ids=lambda noise: noise.__name__)
@pytest.mark.parametrize("n_rare", [1, 3, 10, 100])
@pytest.mark.parametrize("n_columns", [10, 100, 1000])
@pytest.mark.slow
def test_it_is_nearer_to_the_true_centre_than_the_mean(rng, noise, n_rare, n_columns):
    """In the mean over tables of 100 rows, with an effect in every tenth column."""
    y = np.repeat([0, 1], [100, n_rare])
    effect = np.where(np.arange(n_columns) % 10 == 0, 1.0, 0.0)
    losses = []
    for _ in range(15):
        X = noise(rng, (len(y), n_columns)) + y[:, None] * effect
        Z, found = learned(X, y)
        true = (effect - X.mean(0)) / X.std(0)  # where new rows of the rare class are
        mean = Z[y == 1].mean(0)
        losses.append([((c - true) ** 2).sum() for c in (mean, found.factors[1] * mean)])
    of_mean, shrunken = np.mean(losses, axis=0)
    assert shrunken <= 1.01 * of_mean
    if n_rare <= 3 and n_columns >= 100:
        assert shrunken < 0.7 * of_mean


def test_it_goes_to_the_mean_as_a_class_grows(rng):
    factors = []
    for n in (3, 10, 30, 100, 1000):
        y = np.repeat([0, 1], [1000, n])
        X = rng.normal(size=(len(y), 50)) + 0.4 * y[:, None]
        factors.append(learned(X, y)[1].factors[1])
    assert (np.diff(factors) > -0.02).all()
    assert factors[0] < 0.6
    assert factors[-1] > 0.97


@pytest.mark.parametrize("d", [3, 40, 300])
@pytest.mark.parametrize("counts", [(200, 9, 4, 2, 1), (1, 1, 30, 6), (5, 150)])
def test_very_unequal_classes_against_a_reference(rng, counts, d):
    """All that is learned of centres and scatters, from covariance matrices in float64."""
    y = rng.permutation(np.repeat(np.arange(len(counts)), counts))
    scales = 3.0 ** rng.normal(size=(len(counts), d))
    Z = rng.normal(size=(len(y), d)) * scales[y] + rng.normal(size=(len(counts), d))[y]
    Z -= Z.mean(0)
    found = Predictive.of(np.array_split(Z, 3), y, Z.__getitem__)
    for name, expected in zip(
        ("factors", "own", "spread"), reference.predictive(Z, y), strict=True
    ):
        np.testing.assert_allclose(getattr(found, name), expected, rtol=1e-9, err_msg=name)
    np.testing.assert_allclose(found.means, [Z[y == k].mean(0) for k in np.unique(y)], atol=1e-5)


def test_limits(rng):
    y = np.repeat([0, 1], [20, 4])
    apart = np.where(y[:, None] == 0, 2.0, -2.0) + np.zeros((24, 50))
    np.testing.assert_allclose(learned(apart + 1e-9 * rng.normal(size=(24, 50)), y)[1].factors, 1)
    same = [learned(rng.normal(size=(24, 400)), y)[1].factors[1] for _ in range(20)]
    assert np.mean(same) < LEAST + 0.15  # no class has a centre of its own


def test_rotation_scale_and_order_do_not_matter(rng):
    Z, y = rng.normal(size=(20, 6)), np.repeat([0, 1], [15, 5])
    Z[y == 1] += 2
    Z -= Z.mean(0)
    turn, order = np.linalg.qr(rng.normal(size=(6, 6)))[0], rng.permutation(20)

    def of(Z, y):
        return Predictive.of([Z], y, Z.__getitem__)

    expected = of(Z, y)
    for name in ("factors", "own", "spread"):
        values = getattr(expected, name)
        np.testing.assert_allclose(getattr(of(3 * Z @ turn, y), name), values)
        np.testing.assert_allclose(getattr(of(Z[order], y[order]), name), values)
        np.testing.assert_allclose(getattr(of(Z, 1 - y), name), values[::-1])
