"""Input that is refused, with an error that says what and where."""

import numpy as np
import pandas as pd
import pytest
from conftest import SMALL
from sklearn.exceptions import NotFittedError

from skadan import Replicate, WADANSampler


def test_finite_columns_are_named(small, problem):
    X, y, _ = problem
    X = X.copy()
    X[3, 5] = np.nan
    with pytest.raises(ValueError, match=r"NaN in 1 place\(s\), column\(s\) 5\."):
        small().fit_resample(X, y)
    frame = pd.DataFrame(X).rename(columns="c{}".format)
    with pytest.raises(ValueError, match=r"column\(s\) 'c5'"):
        small().fit(frame, y)
    X[3, 5] = np.inf
    with pytest.raises(ValueError, match=r"infinity in 1 place\(s\), column\(s\) 5\."):
        small().fit(X, y)


@pytest.mark.parametrize(
    ("y", "message"),
    [
        (np.zeros(45), "more than 1 class"),
        (np.linspace(0, 1, 45), "Unknown label type"),
        (np.random.default_rng(0).integers(2, size=(45, 3)), "[Mm]ultilabel"),
    ],
)
def test_bad_targets(small, problem, y, message):
    with pytest.raises(ValueError, match=message):
        small().fit(problem[0], y)


@pytest.mark.parametrize("X", [np.zeros((0, 3)), np.zeros(45), np.zeros((45, 0))])
def test_bad_shapes(small, problem, X):
    with pytest.raises(ValueError, match=r"array|sample|feature"):
        small().fit(X, problem[1][: len(X)])


def test_constant_table(small):
    with pytest.raises(ValueError, match=r"All 2 column\(s\) of X are constant"):
        small().fit_resample(np.full((6, 2), 5.0), [0, 1, 0, 1, 0, 1])


def test_fitted_methods_refuse(small, problem):
    X, y, _ = problem
    sampler = small()
    with pytest.raises(NotFittedError, match="call fit"):
        sampler.sample(3)
    sampler.fit(X, y)
    with pytest.raises(ValueError, match=r"99 features.* 100 features"):
        sampler.encode(X[:, :99])
    with pytest.raises(ValueError, match="n_latent=4"):
        sampler.decode(np.zeros((2, 5)))
    with pytest.raises(ValueError, match=r"label\(s\) 7 .* it knows \[0, 1, 2\]"):
        sampler.sample([0, 7])
    with pytest.raises(ValueError, match="negative"):
        sampler.sample(-1)
    with pytest.raises(ValueError, match="NaN"):
        sampler.encode(np.full_like(X, np.nan))


QUICK = SMALL | {"max_epochs": 1, "sampling_strategy": Replicate(1)}


@pytest.mark.parametrize(
    ("X", "message"),
    [
        (np.zeros((0, 3)), "0 sample"),
        (np.zeros((4, 0)), "0 feature"),
        (np.zeros(4), "2D array"),
        (np.zeros((2, 2, 2)), "dim|shape|inconsistent"),
        (np.array([["a", "b"]] * 4), "could not convert|dtype='numeric'"),
        (np.ones((4, 2), complex), "[Cc]omplex"),
        (pd.DataFrame({"a": [1.0, 2, 3, 4], "b": list("wxyz")}), "could not convert"),
    ],
    ids=["no rows", "no columns", "one axis", "three axes", "text", "complex", "text column"],
)
def test_what_is_no_table(X, message):
    with pytest.raises(ValueError, match=message):
        WADANSampler(**QUICK).fit_resample(X, [0, 1, 0, 1][: len(X)])


def test_targets_that_are_none():
    X = np.random.default_rng(0).normal(size=(6, 3))
    for y, message in [
        ([0.1, 0.2, 0.3, 0.4, 0.5, 0.6], "continuous"),
        ([0, 0, 0, 0, 0, 0], "class"),
        ([0, 1, 0], "inconsistent"),
        ([0, 1, None, 0, 1, 0], "None|label|type"),
    ]:
        with pytest.raises((ValueError, TypeError), match=message):
            WADANSampler(**QUICK).fit_resample(X, y)
