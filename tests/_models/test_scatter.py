"""The scatter of a class: shares, spreads and squares, against simulations with a known truth."""

import numpy as np
import pytest

from skadan._models import predictive
from skadan._models.predictive import (
    Predictive,
    Squares,
    own_shares,
    select_rows,
    spreads,
    squares_of,
)


def relative_square(covariance):
    return (covariance**2).sum() / np.trace(covariance) ** 2


def factor_covariance(rng, d, rank):
    loadings = rng.normal(size=(d, rank))
    return loadings @ loadings.T / rank + 0.3 * np.eye(d)


def rows_of(rng, covariances, counts):
    y = np.repeat(np.arange(len(counts)), counts)
    roots = [np.linalg.cholesky(c) for c in covariances]
    return np.array([roots[k] @ rng.normal(size=len(covariances[0])) for k in y]), y


@pytest.mark.parametrize("d", [5, 100])
def test_the_square_of_the_pooled_covariance_has_no_bias(rng, d):
    covariance = factor_covariance(rng, d, 4)
    found = [squares_of(*rows_of(rng, [covariance] * 2, [15, 10])).pooled for _ in range(100)]
    assert np.mean(found) == pytest.approx(relative_square(covariance), rel=0.1)


@pytest.mark.parametrize("d", [5, 60])
def test_the_difference_of_covariances_has_no_bias(rng, d):
    """||S_1 / tr S_1 - S_2 / tr S_2||^2 of two classes, whatever their sizes."""
    one, other = factor_covariance(rng, d, 3), 4 * factor_covariance(rng, d, 3)
    true = ((one / np.trace(one) - other / np.trace(other)) ** 2).sum()
    found = [squares_of(*rows_of(rng, [one, other], [40, 25])).difference for _ in range(100)]
    assert np.mean(found) == pytest.approx(true, rel=0.15)


def test_equal_covariances_differ_by_nothing(rng):
    """But for what is left of a mean of 0 when it may not be below 0."""
    covariance = factor_covariance(rng, 40, 3)
    found = [squares_of(*rows_of(rng, [covariance] * 3, [20, 20, 5])).difference for _ in range(50)]
    assert np.mean(found) < 0.1 * relative_square(covariance)


def test_shares_are_of_least_risk(rng):
    """Against the share that minimises ||a S_k + (1 - a) S - Sigma_k||^2 over many tables."""
    d, counts = 12, np.array([60, 8])
    one, other = factor_covariance(rng, d, 3), factor_covariance(rng, d, 3)
    shares, risks, grid = [], [], np.linspace(0, 1, 41)
    for _ in range(200):
        X, y = rows_of(rng, [one, other], counts)
        shares.append(own_shares(squares_of(X, y), counts)[1])
        E = [X[y == k] - X[y == k].mean(0) for k in range(2)]
        own = E[1].T @ E[1] / 7
        pooled = (E[0].T @ E[0] + E[1].T @ E[1]) / 66
        pooled *= np.trace(own) / np.trace(pooled)
        risks.append([((a * own + (1 - a) * pooled - other) ** 2).sum() for a in grid])
    risk = np.mean(risks, axis=0)
    chosen = np.interp(np.mean(shares), grid, risk)
    assert chosen < 1.05 * risk.min()
    assert chosen < 0.9 * min(risk[0], risk[-1])  # better than either alone


def test_shares_in_closed_form():
    alike = own_shares(Squares(0.2, 0.0), np.array([21, 11, 1]))
    np.testing.assert_allclose(alike, [20 / 50, 10 / 40, 0])
    unlike = own_shares(Squares(0.2, 10.0), np.array([21, 11, 1]))
    assert (unlike[:2] > 0.98).all()
    assert unlike[2] == 0


def test_the_more_rows_the_larger_the_share(rng):
    shares = own_shares(Squares(0.1, 0.05), np.array([2, 5, 20, 100, 1000, 10_000]))
    assert (np.diff(shares) > 0).all()
    assert shares[-1] > 0.99
    assert shares[0] < 0.15


def test_spreads_are_drawn_to_one():
    found = spreads(np.array([8.0, 2.0, 1.0]), 2.0, np.array([6, 6, 1]))
    np.testing.assert_allclose(found, [(5 * 4 + 5) / 10, 1, 1])
    np.testing.assert_array_equal(spreads(np.zeros(2), 0.0, np.array([3, 1])), [1, 1])


def test_some_of_each_takes_all_rows_of_rare_classes(monkeypatch):
    monkeypatch.setattr(predictive, "MOST_ROWS", 20)
    monkeypatch.setattr(predictive, "OF_A_CLASS", 4)
    counts = np.array([100, 3, 1])
    places = select_rows(counts)
    assert len(places) <= 20
    assert {100, 101, 102, 103} <= set(places.tolist())
    of_first = places[places < 100]
    assert len(of_first) == 6
    assert of_first[0] == 0
    assert of_first[-1] == 99


def test_of_very_many_classes_some_are_looked_at(rng):
    """A share of 0 for all would follow from one or two rows of each."""
    shares = []
    for n_classes in (300, 400):
        y = np.repeat(np.arange(n_classes), 12)
        spread = np.where(np.arange(20) == y[:, None] % 20, 5.0, 0.1)
        X = rng.normal(size=(len(y), 20)) * spread
        assert len(select_rows(np.bincount(y))) <= predictive.MOST_ROWS
        shares.append(Predictive.of([X], y, X.__getitem__).own[0])
    assert shares == pytest.approx([0.9, 0.9], abs=0.08)


def test_part_of_the_rows_says_much_the_same(rng, monkeypatch):
    covariances = [factor_covariance(rng, 20, 3) for _ in range(2)]
    X, y = rows_of(rng, covariances, [900, 300])
    whole = Predictive.of([X], y, X.__getitem__).own
    monkeypatch.setattr(predictive, "MOST_ROWS", 400)
    np.testing.assert_allclose(Predictive.of([X], y, X.__getitem__).own, whole, atol=0.02)


@pytest.mark.parametrize("counts", [[1, 1], [2, 1], [1, 30], [2, 2, 2], [3, 1]])
def test_hardly_any_rows(rng, counts):
    y = np.repeat(np.arange(len(counts)), counts)
    X = rng.normal(size=(len(y), 7))
    X -= X.mean(0)
    found = Predictive.of([X], y, X.__getitem__)
    for values in (found.factors, found.own, found.spread):
        assert np.isfinite(values).all()
        assert (values >= 0).all()
    assert (found.own[found.counts == 1] == 0).all()


@pytest.mark.parametrize("own_share", ["auto", 0.0, 0.5, 1.0])
def test_rows_have_the_centre_and_covariance_that_are_meant(rng, own_share):
    """The moments of many synthetic rows, in closed form from those of the training rows."""
    from skadan import ShrunkenSampler

    covariances = [factor_covariance(rng, 6, 2), 2 * factor_covariance(rng, 6, 2)]
    X, y = rows_of(rng, covariances, [40, 6])
    X[y == 1] += 3
    sampler = ShrunkenSampler(random_state=0, own_share=own_share).fit(X, y)
    new, _ = sampler.sample(np.ones(20_000, int))
    Z, z = (X - X.mean(0)) / X.std(0), (new - X.mean(0)) / X.std(0)
    predictive = Predictive.of([Z], y, Z.__getitem__)
    f, c = predictive.factors[1], predictive.spread[1]
    a = predictive.own[1] if own_share == "auto" else own_share
    E = [Z[y == k] - Z[y == k].mean(0) for k in range(2)]
    own, pooled = E[1].T @ E[1] / 5, sum(e.T @ e for e in E) / 44
    np.testing.assert_allclose(z.mean(0), f * Z[y == 1].mean(0), atol=0.05)
    expected = (1 + f / 6) * (a * own + (1 - a) * c * pooled)
    np.testing.assert_allclose(np.cov(z.T), expected, atol=0.05 * np.abs(expected).max())
