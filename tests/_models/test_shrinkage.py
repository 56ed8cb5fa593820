"""The factor that the data say: its definition, its limits, and a simulation with known truth."""

import numpy as np
import pytest
import torch

from skadan import ShrunkenSampler
from skadan._models.shrinkage import FLOOR, shared_parts, shrink_factors


def shares(X, y):
    return shared_parts(torch.from_numpy(np.asarray(X, float)), np.asarray(y), max(y) + 1)


def test_it_is_its_definition(rng):
    """n a / (b + (n - 1) a), a and b as means over pairs and rows."""
    X, y = rng.normal(size=(30, 12)) + 0.5, rng.integers(0, 3, size=30)
    for k, found in enumerate(shares(X, y)):
        rows = X[y == k]
        n = len(rows)
        a = np.mean([rows[i] @ rows[j] for i in range(n) for j in range(n) if i != j])
        b = np.mean([row @ row for row in rows])
        assert found == pytest.approx(max(n * a, 0) / (b + (n - 1) * max(a, 0)))


def test_it_is_the_share_of_a_new_rows_score(rng):
    """Of rows m + e, the score <x, sum of the class> of new rows over that of training rows."""
    d, n = 400, 8
    m = rng.normal(size=d)
    m *= np.sqrt(40) / np.linalg.norm(m)  # ||m||^2 = 40, E ||e||^2 = 400
    found, true = [], []
    for _ in range(300):
        rows = m + rng.normal(size=(n, d))
        new = m + rng.normal(size=(200, d))
        total = rows.sum(0)
        true.append((new @ total).mean() / (rows @ total).mean())
        found.append(shares(rows, np.zeros(n, int))[0])
    expected = n * 40 / (400 + n * 40)
    assert np.mean(true) == pytest.approx(expected, rel=0.05)
    assert np.mean(found) == pytest.approx(expected, rel=0.05)


def test_limits(rng):
    m = np.full(50, 2.0)
    clean = np.tile(m, (4, 1))
    assert shares(clean, [0] * 4)[0] == pytest.approx(1)  # no row has a part of its own
    many = m + rng.normal(size=(4000, 50))
    assert shares(many, [0] * 4000)[0] > 0.99  # the class's rows outweigh each one's own part
    assert shares([[3.0, 4.0]], [0])[0] == 0  # one row tells nothing
    assert shares(np.zeros((3, 2)), [0, 0, 0])[0] == 0
    opposed = np.array([[1.0, 0.0], [-1.0, 0.0]])  # products below 0
    assert shares(opposed, [0, 0])[0] == 0


def test_rotation_scale_and_order_do_not_matter(rng):
    X, y = rng.normal(size=(20, 6)) + 1, np.repeat([0, 1], [15, 5])
    turn, order = np.linalg.qr(rng.normal(size=(6, 6)))[0], rng.permutation(20)
    expected = shares(X, y)
    np.testing.assert_allclose(shares(3 * X @ turn, y), expected)
    np.testing.assert_allclose(shares(X[order], y[order]), expected)
    alone = np.vstack([X, X[:5] + 9])  # another class changes nothing
    np.testing.assert_allclose(shares(alone, [*y, 2, 2, 2, 2, 2])[:2], expected)


def test_factors(rng):
    counts, data = np.array([9, 3]), np.array([0.7, 0.01])
    np.testing.assert_array_equal(shrink_factors("auto", counts, data), [0.7, FLOOR])
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
    factor = shrink_factors("auto", np.array([34, 6]), shares(Z, np.repeat([0, 1], [34, 6])))[1]
    rows = X[sampler.sample_indices_[40:]]
    np.testing.assert_allclose(new, mean + factor * (rows - mean), rtol=1e-5, atol=1e-5)
    assert (y_new[40:] == "b").all()
    assert 0 < factor < 1
    np.testing.assert_array_equal(np.bincount(sampler.sample_indices_[40:])[34:].sum(), 28)
