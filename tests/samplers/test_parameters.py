"""The constructor's parameters: the paper's setting, what reaches the training, what is refused."""

import numpy as np
import pytest
import torch
from conftest import SMALL

from skadan import ADANSampler, Replicate, WADANSampler


def test_paper_params_is_the_papers_setting(sampler_class):
    params = sampler_class(**sampler_class.paper_params()).get_params()
    expected = {
        "n_latent": 100,
        "n_noise": 100,
        "autoencoder_layers": (800, 800),
        "latent_layers": (100, 100),
        "alpha": 1.0,
        "class_weight": "balanced",
        "critic_steps": 1,
        "latent_steps": 1,
        "conditional_critic": False,
        "input_noise": 0.0,
        "reconstruction_weight": 1.0,
        "residuals": None,
        "anchor": 0.0,
        "batch_size": 128,
        "learning_rate": 1e-4,
        "sampling_strategy": Replicate(10),
    } | (
        {"max_epochs": 800, "saturating": True}
        if sampler_class is ADANSampler
        else {"max_epochs": 1500, "penalty_weight": 10.0, "penalty_power": 5.0}
    )
    assert {name: params[name] for name in expected} == expected


def test_class_weights_reach_the_loss(small, problem):
    """The first epoch's classification loss grows with the weights."""
    X, y, _ = problem
    keywords = {"max_epochs": 1, "batch_size": 45, "input_noise": 0.0}
    plain, weighted = (
        small(class_weight=w, **keywords).fit(X, y).history_["real_class"][0]
        for w in (None, {0: 10.0, 1: 10.0, 2: 10.0})
    )
    np.testing.assert_allclose(weighted, 10 * plain, rtol=1e-5)


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"batch_size": 0}, "'batch_size'"),
        ({"max_epochs": 0}, "'max_epochs'"),
        ({"learning_rate": 0.0}, "'learning_rate'"),
        ({"alpha": -1.0}, "'alpha'"),
        ({"n_threads": 0}, "'n_threads'"),
        ({"autoencoder_layers": (8, 0)}, "autoencoder_layers=(8, 0)"),
        ({"latent_layers": (2.5,)}, "latent_layers=(2.5,)"),
        ({"betas": (0.5, 1.0)}, "betas=(0.5, 1.0)"),
        ({"betas": (0.5,)}, "betas=(0.5,)"),
        ({"device": "nonsense"}, "device='nonsense'"),
        ({"class_weight": {9: 1.0}}, "class_weight names [9]"),
    ],
)
def test_bad_parameters(small, problem, params, message):
    X, y, _ = problem
    with pytest.raises(ValueError) as error:  # noqa: PT011 - the text is checked below
        small(**params).fit(X, y)
    assert message in str(error.value)


@pytest.mark.parametrize(
    "params", [{"penalty_power": 1.0}, {"penalty_power": 0.5}, {"penalty_weight": 0.0}]
)
def test_the_papers_condition_on_the_penalty(problem, params):
    X, y, _ = problem
    with pytest.raises(ValueError, match=next(iter(params))):
        WADANSampler(**SMALL | params).fit(X, y)


@pytest.mark.skipif(torch.cuda.is_available(), reason="needs a machine without a GPU")
def test_no_gpu(small, problem):
    X, y, _ = problem
    with pytest.raises(ValueError, match="device='cuda', but torch finds no GPU"):
        small(device="cuda").fit(X, y)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
def test_gpu(small, problem):
    X, y, _ = problem
    sampler = small(device="cuda").fit(X, y)
    assert sampler.device_.startswith("cuda")
    assert np.isfinite(sampler.sample(9)[0]).all()
