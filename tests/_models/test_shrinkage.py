"""The factor that the data say: its definition, its limits, and a simulation with known truth."""

import numpy as np
import pytest

from skadan import Replicate, ShrunkenSampler
from skadan._models.shrinkage import (
    LEAST,
    PRIOR,
    class_sums,
    shared_parts,
    shrink_factors,
    shrink_from_data,
)


def factors(X, y):
    return shrink_from_data(np.array_split(np.asarray(X, float), 2), np.asarray(y), max(y) + 1)


def test_shared_parts_are_without_bias(rng):
    """In the mean over tables: ||m||^2 / (||m||^2 + E ||e||^2), m about the middle of the means."""
    d, counts = 60, np.array([12, 6, 9])
    m = rng.normal(size=(3, d)) + 4  # wherever the table lies
    y, scale = np.repeat([0, 1, 2], counts), np.array([1.0, 1.5, 2.0])
    squared = ((m - m.mean(0)) ** 2).sum(1)
    expected = squared / (squared + d * scale**2)
    pooled = counts @ squared / (counts @ (squared + d * scale**2))
    expected = ((counts - 1) * expected + PRIOR * pooled) / (counts - 1 + PRIOR)
    tables = (m[y] + scale[y, None] * rng.normal(size=(27, d)) for _ in range(400))
    found = np.mean(
        [shared_parts(*class_sums([X], y, len(counts)), counts) for X in tables], axis=0
    )
    np.testing.assert_allclose(found, expected, rtol=0.04)


@pytest.mark.parametrize("signal", [30.0, 120.0])
def test_it_is_what_new_rows_lack_beside_the_largest_class(rng, signal):
    """Rows m + e of two classes: scores of new rows over those of training rows, 40 and 8."""
    d, counts, found, true = 400, (40, 8), [], []
    m = rng.normal(size=(2, d))
    m -= m.mean(0)
    m *= np.sqrt(signal) / np.linalg.norm(m, axis=1, keepdims=True)
    y = np.repeat([0, 1], counts)
    for _ in range(200):
        X = m[y] + rng.normal(size=(48, d))
        new = m.repeat(100, axis=0) + rng.normal(size=(200, d))
        share = []
        for k in range(2):
            total = X[y == k].sum(0)
            share.append((new[100 * k :][:100] @ total).mean() / (X[y == k] @ total).mean())
        true.append(share[1] / share[0])
        found.append(factors(X, y))
    rho = signal / (signal + d)
    expected = 8 / 40 * (1 + 39 * rho) / (1 + 7 * rho)
    assert np.mean(true) == pytest.approx(expected, rel=0.05)
    assert np.mean(found, axis=0)[1] == pytest.approx(expected, rel=0.05)
    assert (np.array(found)[:, 0] == 1).all()


def test_limits(rng):
    y = np.repeat([0, 1], [20, 4])
    m = np.where(y[:, None] == 0, 2.0, -2.0) * np.ones(50)
    np.testing.assert_allclose(factors(m, y), 1)  # no row has a part of its own
    noise = rng.normal(size=(24, 50))
    np.testing.assert_allclose(factors(noise, y), [1, LEAST], atol=0.15)  # nothing else
    equal = np.repeat([0, 1, 2], 8)
    np.testing.assert_allclose(factors(noise, equal), 1)
    many = np.repeat([0, 1], [4000, 2000])  # rows outweigh each one's own part
    X = rng.normal(size=(6000, 5)) + many[:, None]
    assert factors(X, many)[1] > 0.97
    assert np.isfinite(factors(np.zeros((3, 2)), [0, 0, 1])).all()
    assert factors(rng.normal(size=(9, 4)), [0] * 8 + [1])[1] >= LEAST  # a class of one row


def test_rotation_scale_and_order_do_not_matter(rng):
    X, y = rng.normal(size=(20, 6)) + 1, np.repeat([0, 1], [15, 5])
    X[y == 1] += 2
    turn, order = np.linalg.qr(rng.normal(size=(6, 6)))[0], rng.permutation(20)
    expected = factors(X, y)
    assert LEAST < expected[1] < 1
    np.testing.assert_allclose(factors(3 * X @ turn + 7, y), expected)
    np.testing.assert_allclose(factors(X[order], y[order]), expected)
    np.testing.assert_allclose(factors(X, 1 - y), expected[::-1])


def test_a_number_is_for_all_classes():
    counts, data = np.array([9, 3]), np.array([1.0, 0.7])
    assert shrink_factors("auto", counts, data) is data
    np.testing.assert_array_equal(shrink_factors(0.4, counts, data), [0.4, 0.4])
    assert shrink_factors(1, counts, data) is None
    with pytest.raises(ValueError, match="Fit it again"):
        shrink_factors("auto", counts, None)


def test_shrunken_sampler_makes_such_copies(rng):
    X = rng.normal(5, 3, size=(40, 60))
    X[:, 7] = 1.5  # constant
    y = np.repeat(["a", "b"], [34, 6])
    sampler = ShrunkenSampler(random_state=0)
    X_new, y_new = sampler.fit_resample(X, y)
    new, mean = X_new[40:], X.mean(0)
    Z = np.delete((X - mean), 7, 1) / np.delete(X.std(0), 7)
    factor = factors(Z, np.repeat([0, 1], [34, 6]))[1]
    rows = X[sampler.sample_indices_[40:]]
    np.testing.assert_allclose(new, mean + factor * (rows - mean), rtol=1e-5, atol=1e-5)
    assert (y_new[40:] == "b").all()
    assert 0 < factor < 1
    # Sets of equal classes are plain copies.
    even = ShrunkenSampler(sampling_strategy=Replicate(1), random_state=0)
    X_new, _ = even.fit_resample(X, np.tile([0, 1], 20))
    np.testing.assert_allclose(X_new[40:], X[even.sample_indices_[40:]], rtol=1e-6, atol=1e-6)
