"""How many rows of which class, by every kind of sampling_strategy."""

import numpy as np
import pytest
from sklearn.exceptions import NotFittedError

from skadan import Replicate


@pytest.mark.parametrize(
    ("strategy", "expected"),
    [
        ("auto", [20, 20, 20]),
        ("not majority", [20, 20, 20]),
        ("minority", [20, 12, 20]),
        ("not minority", [20, 20, 5]),
        ("all", [20, 20, 20]),
        ({0: 20, 2: 9}, [20, 12, 9]),
        (lambda y: {1: 13}, [20, 13, 5]),
        (Replicate(2), [60, 36, 15]),
    ],
)
def test_sampling_strategy(small, strategy, expected):
    y = np.repeat([0, 1, 2], [20, 12, 5])
    X = np.random.default_rng(0).normal(size=(37, 6))
    _, y_new = small(sampling_strategy=strategy).fit_resample(X, y)
    np.testing.assert_array_equal(np.bincount(y_new), expected)


def test_float_strategy_for_two_classes(small):
    y = np.repeat([0, 1], [20, 5])
    X = np.random.default_rng(0).normal(size=(25, 6))
    _, y_new = small(sampling_strategy=0.5).fit_resample(X, y)
    np.testing.assert_array_equal(np.bincount(y_new), [20, 10])


@pytest.mark.filterwarnings("ignore:There is one row of class:UserWarning")
@pytest.mark.parametrize("n_rare", [1, 2, 3])
def test_tiny_class(small, n_rare):
    y = np.repeat(["common", "rare"], [9, n_rare])
    X = np.random.default_rng(0).normal(size=(9 + n_rare, 6))
    X_new, y_new = small(sampling_strategy="auto").fit_resample(X, y)
    assert (y_new == "rare").sum() == 9
    assert np.isfinite(X_new).all()


def test_balanced_data_come_back_untouched(small):
    X = np.random.default_rng(0).normal(size=(10, 3))
    y = np.repeat([0, 1], 5)
    sampler = small(sampling_strategy="auto")
    with pytest.warns(UserWarning, match="Replicate"):
        X_new, y_new = sampler.fit_resample(X, y)
    np.testing.assert_array_equal(X_new, X)
    np.testing.assert_array_equal(y_new, y)
    assert not sampler.is_synthetic_.any()
    assert not hasattr(sampler, "history_")
    with pytest.raises(NotFittedError, match="Replicate"):
        sampler.sample(3)
