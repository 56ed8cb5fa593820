"""What a sampler returns: the real rows first, then rows of the labels that were asked for."""

import numpy as np
import pytest
from conftest import SMALL

from skadan import ADANSampler, WADANSampler


def test_original_rows_lead_bit_for_bit(small, problem):
    X, y, _ = problem
    sampler = small()
    X_new, y_new = sampler.fit_resample(X, y)
    np.testing.assert_array_equal(X_new[: len(X)], X)
    np.testing.assert_array_equal(y_new[: len(X)], y)
    np.testing.assert_array_equal(sampler.is_synthetic_, np.arange(2 * len(X)) >= len(X))
    assert not (X_new[len(X) :, None] == X[None]).all(2).any()


def test_fit_then_sample_is_fit_resample(small, problem):
    X, y, _ = problem
    X_both, y_both = small().fit_resample(X, y)
    X_new, y_new = small().fit(X, y).sample(y_both[len(y) :])
    np.testing.assert_array_equal(X_new, X_both[len(X) :])
    np.testing.assert_array_equal(y_new, y_both[len(y) :])


def test_sample_by_labels_keeps_their_order(small, problem):
    X, y, _ = problem
    sampler = small(center=None, residuals=False, anchor=0.0).fit(X, y)
    labels = np.array([2, 0, 2, 1])
    X_new, y_new = sampler.sample(labels, random_state=5)
    np.testing.assert_array_equal(y_new, labels)
    np.testing.assert_array_equal(
        X_new, sampler.decode(sampler.sample_latent(labels, random_state=5))
    )


def test_sample_by_number_keeps_proportions(small, problem):
    X, y, _ = problem
    _, y_new = small().fit(X, y).sample(2 * len(y))
    np.testing.assert_array_equal(np.bincount(y_new), 2 * np.bincount(y))


def test_sample_seeds(small, problem):
    X, y, _ = problem
    sampler = small().fit(X, y)
    first, again, other = (sampler.sample(9, random_state=s)[0] for s in (None, None, 1))
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)
    free = small(random_state=None).fit(X, y)
    assert not np.array_equal(free.sample(9)[0], free.sample(9)[0])


def test_no_rows(small, problem):
    X, y, _ = problem
    X_new, y_new = small().fit(X, y).sample([])
    assert X_new.shape == (0, 100)
    assert y_new.shape == (0,)


def test_latent_shapes(small, problem):
    X, y, _ = problem
    sampler = small().fit(X, y)
    h = sampler.encode(X)
    assert h.shape == (45, 4)
    assert sampler.decode(h).shape == X.shape
    assert sampler.sample_latent(7).shape == (7, 4)


@pytest.mark.slow
def test_learns_the_classes():
    """Rows made for a class lie nearer to its mean than to another's."""
    rng = np.random.default_rng(0)
    y = np.repeat([0, 1], 30)
    X = rng.normal(size=(60, 20)) + 4 * np.where(y == 1, 1.0, -1.0)[:, None]
    for cls in (ADANSampler, WADANSampler):
        keywords = SMALL | {"max_epochs": 150, "learning_rate": 2e-3}
        X_new, y_new = cls(**keywords).fit(X, y).sample(40)
        assert (np.sign(X_new.mean(1)) == np.where(y_new == 1, 1, -1)).mean() > 0.9
