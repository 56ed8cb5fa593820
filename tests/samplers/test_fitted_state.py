"""What a fit leaves in the sampler, and what it takes back when it fails."""

import pickle

import joblib
import numpy as np
import pandas as pd
import pytest
import torch
from sklearn.base import clone
from sklearn.exceptions import NotFittedError


def test_fitted_attributes(small, problem):
    X, y, _ = problem
    sampler = small(max_epochs=3).fit(pd.DataFrame(X).rename(columns=str), y)
    np.testing.assert_array_equal(sampler.classes_, [0, 1, 2])
    assert sampler.n_iter_ == 3
    assert sampler.n_features_in_ == 100
    assert list(sampler.feature_names_in_) == [str(j) for j in range(100)]
    assert sampler.device_ == "cpu"
    assert all(column.shape == (3,) for column in sampler.history_.values())


def test_clone_and_pickle(small, problem):
    X, y, _ = problem
    sampler = small().fit(X, y)
    assert not hasattr(clone(sampler), "history_")
    loaded = pickle.loads(pickle.dumps(sampler))
    np.testing.assert_array_equal(loaded.sample(9)[0], sampler.sample(9)[0])
    np.testing.assert_array_equal(loaded.encode(X), sampler.encode(X))
    assert not any(isinstance(v, (torch.Tensor, torch.nn.Module)) for v in vars(sampler).values())
    assert joblib.hash(sampler) == joblib.hash(loaded)


def test_parameters_changed_after_a_fit_wait_for_the_next(small, problem):
    X, y, _ = problem
    sampler = small().fit(X, y)
    before = sampler.sample(9)[0]
    sampler.set_params(n_latent=7, n_noise=9, latent_layers=(5,), center=None)
    np.testing.assert_array_equal(sampler.sample(9)[0], before)


def test_diverging_training_leaves_nothing(small, problem):
    X, y, _ = problem
    sampler = small().fit(X, y)
    sampler.set_params(learning_rate=1e30, max_epochs=20)
    with pytest.raises(FloatingPointError, match=r"loss '\w+' became (nan|-?inf) in epoch \d+"):
        sampler.fit(X, y)
    with pytest.raises(NotFittedError):
        sampler.sample(3)
    assert not hasattr(sampler, "history_")
