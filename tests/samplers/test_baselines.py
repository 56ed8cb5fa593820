"""The paper's baselines: the same contract, and what each of them is."""

import pickle

import joblib
import numpy as np
import pandas as pd
import pytest
from conftest import SMALL_GAN
from imblearn.pipeline import Pipeline
from sklearn.model_selection import LeaveOneGroupOut, cross_validate
from sklearn.svm import LinearSVC

from skadan import AAESampler, ConditionalGANSampler, GANSampler, NoiseSampler, Replicate


def test_original_rows_lead_and_labels_are_exact(baseline, problem):
    X, y, _ = problem
    sampler = baseline()
    X_new, y_new = sampler.fit_resample(X, y)
    np.testing.assert_array_equal(X_new[: len(X)], X)
    np.testing.assert_array_equal(np.bincount(y_new), 2 * np.bincount(y))
    assert np.isfinite(X_new).all()
    again, _ = baseline().fit(X, y).sample(y_new[len(y) :])
    np.testing.assert_array_equal(again, X_new[len(X) :])


@pytest.mark.slow
def test_it_stands_in_a_pipeline(baseline, problem):
    X, y, groups = problem
    pipe = Pipeline([("aug", baseline()), ("svm", LinearSVC(C=0.01, random_state=0))])
    scores = cross_validate(
        pipe, X, y, groups=groups, cv=LeaveOneGroupOut(), error_score="raise", n_jobs=2
    )
    assert scores["test_score"].shape == (3,)


def test_pickle_and_hash(baseline, problem):
    X, y, _ = problem
    sampler = baseline().fit(X, y)
    loaded = pickle.loads(pickle.dumps(sampler))
    np.testing.assert_array_equal(loaded.sample(9)[0], sampler.sample(9)[0])
    assert joblib.hash(loaded) == joblib.hash(sampler)


def test_a_class_of_one_row(baseline):
    y = np.repeat(["common", "rare"], [9, 1])
    X = np.random.default_rng(0).normal(size=(10, 30))
    with pytest.warns(UserWarning, match="one row of class"):
        frame, _ = baseline(sampling_strategy="auto").fit_resample(pd.DataFrame(X), y)
    assert frame.shape == (18, 30)


def test_networks_that_memory_cannot_hold(problem, monkeypatch):
    """Those of a GAN for each class grow with the classes; nothing is trained."""
    X, y, _ = problem
    one, other = (cls(**SMALL_GAN, row_space=False) for cls in (ConditionalGANSampler, GANSampler))
    n_weights = sum(w.size for w in other.fit(X, y)._model.weights.values())
    monkeypatch.setattr("skadan.samplers.adversarial.memory", lambda: 16 * n_weights - 1)
    with pytest.raises(ValueError, match=rf"3 classes takes .* {n_weights} weights.*Conditional"):
        other.fit(X, y)
    one.fit(X, y)
    monkeypatch.setattr("skadan.samplers.adversarial.memory", lambda: 16 * n_weights)
    other.fit(X, y)


def test_documented_attributes_are_there(baseline, problem):
    X, y, _ = problem
    sampler = baseline()
    sampler.fit_resample(pd.DataFrame(X).rename(columns=str), y)
    names = [attribute.name for attribute in sampler._fitted_attributes]
    listed = [name for name in names if f"{name} : " in type(sampler).__doc__]
    assert listed == names
    assert all(hasattr(sampler, name) for name in listed)
    assert ("history_" in listed) == hasattr(sampler, "max_epochs")


@pytest.mark.parametrize("scale", [0.05, 0.2])
def test_noise_is_gaussian_on_rows_of_the_class(scale):
    rng = np.random.default_rng(0)
    X = rng.normal(size=(20, 400)) * np.linspace(1, 100, 400)
    y = np.repeat([0, 1], 10)
    sampler = NoiseSampler(sampling_strategy=Replicate(20), noise_scale=scale, random_state=0)
    X_new, y_new = sampler.fit(X, y).sample(400)
    z, z_new = X / X.std(0), X_new / X.std(0)
    distance = ((z_new[:, None] - z[None]) ** 2).sum(2)
    nearest = distance.argmin(1)
    np.testing.assert_array_equal(y[nearest], y_new)
    noise = z_new - z[nearest]
    assert noise.std() == pytest.approx(scale, rel=0.02)
    assert abs(noise.mean()) < 0.05 * scale
    for values in (noise, noise.T):  # rows share none of it, nor do columns
        assert np.abs(np.corrcoef(values) - np.eye(400)).max() < 0.3
    assert set(nearest) == set(range(20))
    copies, _ = NoiseSampler(noise_scale=0.0, random_state=0).fit(X, y).sample(9)
    np.testing.assert_allclose(((copies[:, None] - X[None]) ** 2).sum(2).min(1), 0, atol=1e-6)


@pytest.mark.slow
@pytest.mark.parametrize("cls", [GANSampler, ConditionalGANSampler, AAESampler])
def test_it_learns_the_classes(cls):
    rng = np.random.default_rng(0)
    y = np.repeat([0, 1], 30)
    X = rng.normal(size=(60, 20)) + 4 * np.where(y == 1, 1.0, -1.0)[:, None]
    layers = (
        {"autoencoder_layers": (16,), "latent_layers": (16,)}
        if cls is AAESampler
        else {"hidden_layers": (64,)}
    )
    sampler = cls(**layers, max_epochs=300, learning_rate=2e-3, batch_size=30, random_state=0)
    X_new, y_new = sampler.fit(X, y).sample(40)
    assert (np.sign(X_new.mean(1)) == np.where(y_new == 1, 1, -1)).mean() > 0.9


def test_aae_codes_follow_the_prior(problem):
    """Codes lie on the circle, each class at its place, after training too."""
    X, y, _ = problem
    sampler = AAESampler(max_epochs=1, random_state=0, autoencoder_layers=(8,)).fit(X, y)
    codes = sampler.sample_latent(np.repeat([0, 1, 2], 2000))
    centres = codes.reshape(3, 2000, 2).mean(1)
    angle = 2 * np.pi * np.arange(3) / 3
    np.testing.assert_allclose(centres, 3 * np.stack([np.cos(angle), np.sin(angle)], 1), atol=0.05)
    np.testing.assert_allclose(codes.reshape(3, 2000, 2).std(1), 0.5, rtol=0.1)
