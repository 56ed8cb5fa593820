"""What real rows lend to synthetic ones: residuals, anchors and the draw to the mean."""

import numpy as np
import pytest

from skadan._models.shrinkage import shrink_from_data


def test_residuals_are_those_of_the_anchor(small, problem):
    """x + (1 - anchor) (R(G(z, y)) - R(E(x))): a row moves by what its code says, no more."""
    X, y, _ = problem
    order = np.argsort(y, kind="stable")
    sampler = small(residuals="class", anchor=0.0, shrink=1.0).fit(X, y)
    X_new, _ = sampler.sample(y[order], random_state=3)
    move = sampler.decode(sampler.sample_latent(y[order], random_state=3))
    distance = np.abs((X_new - move)[:, None] - (X - sampler.decode(sampler.encode(X)))).max(2)
    rows = distance.argmin(1)  # whose residual it is
    assert distance.min(1).max() < 1e-4
    np.testing.assert_array_equal(y[rows], y[order])
    near, _ = (
        small(residuals="class", anchor=0.75, shrink=1.0).fit(X, y).sample(y[order], random_state=3)
    )
    np.testing.assert_allclose(near, X[rows] + 0.25 * (X_new - X[rows]), atol=1e-4)


@pytest.mark.parametrize("residuals", ["class", "all"])
def test_a_set_takes_each_training_row_once(small, problem, residuals):
    """As many rows as there are come from all of them, and the next set from all of them again."""
    X, y, _ = problem
    sampler = small(residuals=residuals, anchor=1.0, shrink=1.0).fit(X, y)
    copies, _ = sampler.sample(np.tile(y, 3), random_state=3)
    rows = np.abs(copies[:, None] - X[None]).max(2).argmin(1).reshape(3, -1)
    np.testing.assert_array_equal(np.sort(rows, axis=1), np.tile(np.arange(len(y)), (3, 1)))
    assert not np.array_equal(rows[0], rows[1])


def test_residuals_of_all_classes(small, problem):
    """Rows without their decoded part are residuals of training rows, of other classes too."""
    X, y, _ = problem
    sampler = small(residuals="all", anchor=0.0, shrink=1.0).fit(X, y)
    labels = np.repeat(2, 200)
    X_new, _ = sampler.sample(labels, random_state=3)
    clean = sampler.decode(sampler.sample_latent(labels, random_state=3))
    lost = X - sampler.decode(sampler.encode(X))
    distance = ((X_new - clean)[:, None] - lost[None]).__abs__().max(2)
    assert distance.min(1).max() < 1e-4
    assert set(y[distance.argmin(1)]) == {0, 1, 2}


def test_anchors_are_rows_of_the_class(small, problem):
    """Half way to a real row of the class; all the way is duplication."""
    X, y, _ = problem
    labels = np.repeat([0, 1, 2], 20)
    copies, _ = small(anchor=1.0, shrink=1.0).fit(X, y).sample(labels)
    distance = np.abs(copies[:, None] - X[None]).max(2)
    assert distance.min(1).max() < 1e-4
    np.testing.assert_array_equal(y[distance.argmin(1)], labels)
    generated, _ = (
        small(residuals=None, anchor=0.0, shrink=1.0).fit(X, y).sample(labels, random_state=3)
    )
    half, _ = small(residuals=None, anchor=0.5, shrink=1.0).fit(X, y).sample(labels, random_state=3)
    distance = np.abs((2 * half - generated)[:, None] - X[None]).max(2)
    assert distance.min(1).max() < 1e-3
    np.testing.assert_array_equal(y[distance.argmin(1)], labels)


@pytest.mark.parametrize("row_space", [True, False])
def test_shrink_draws_rows_to_the_mean(small, problem, row_space):
    X, y, _ = problem
    whole, half = (
        small(shrink=s, row_space=row_space).fit(X, y).sample(y, random_state=3)[0]
        for s in (1.0, 0.5)
    )
    mean, unit = X.mean(0), X.std(0)
    np.testing.assert_allclose((half - mean) / unit, (whole - mean) / unit / 2, atol=1e-4)


def test_auto_shrink_is_that_of_the_rows(small, problem):
    """Copies (anchor 1) show it: the factors that `shrink_from_data` takes from z-scores."""
    X, y, _ = problem
    copies, labels = small(shrink="auto", anchor=1.0).fit(X, y).sample(60)
    mean, unit = X.mean(0), X.std(0)
    Z = (X - mean) / unit
    factor = shrink_from_data([Z], y, 3)
    z = (copies - mean) / unit / factor[labels][:, None]
    distance = np.abs(z[:, None] - Z[None]).max(2)
    assert distance.min(1).max() < 1e-3
    np.testing.assert_array_equal(y[distance.argmin(1)], labels)
    assert len(set(factor)) == 3
