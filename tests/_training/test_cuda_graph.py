"""A capture_if_possible iteration is the plain one."""

import numpy as np
import pytest
import torch

from skadan import ADANSampler, GANSampler, WADANSampler
from skadan._models.arrays import weights_of
from skadan._training.batches import Batches, Table
from skadan._training.fast.cuda_graph import CapturedIteration, capture_if_possible
from skadan._training.loop import Schedule, train
from skadan.games import (
    ADANGame,
    Conditioned,
    CrossEntropy,
    GANGame,
    PerClass,
    WassersteinDivergence,
)

SIZES = {"n_latent": 4, "n_noise": 3, "autoencoder_layers": (16,), "latent_layers": (8,)}
GAMES = [
    ADANGame(CrossEntropy(), **SIZES),
    ADANGame(WassersteinDivergence(), **SIZES, latent_steps=2, conditional_critic=True),
    GANGame(Conditioned, n_noise=3, hidden_layers=(8,)),
]
needs_gpu = pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")


def trained(game, device):
    """Networks and history after six epochs of two batches."""
    generator = torch.Generator(device).manual_seed(0)
    x = torch.randn(40, 6, generator=generator, device=device)
    y = torch.eye(2, device=device)[torch.arange(40, device=device) % 2]
    batches = Batches(Table(x, y, torch.ones_like(x[:, 0])), 20, game.n_noise, 0.5, generator)
    networks = game.networks(6, 2, device).initialise(generator)
    history = train(game, networks, batches, Schedule(6, 1e-3, (0.9, 0.999)))
    return weights_of(networks), history


@needs_gpu
@pytest.mark.parametrize("game", GAMES)
def test_captured_training_is_the_plain_one(game, monkeypatch):
    graph = trained(game, "cuda")
    monkeypatch.setattr(
        "skadan._training.loop.capture_if_possible", lambda iteration, game, rng: iteration
    )
    plain = trained(game, "cuda")
    for one, other in zip(plain, graph, strict=True):
        for name in one:
            np.testing.assert_allclose(other[name], one[name], rtol=1e-4, atol=1e-5)


@needs_gpu
@pytest.mark.parametrize("cls", [ADANSampler, WADANSampler])
def test_two_fits_on_a_gpu_agree(cls, problem):
    X, y, _ = problem
    first, second = (cls(max_epochs=9, random_state=0).fit(X, y).sample(5)[0] for _ in range(2))
    np.testing.assert_allclose(first, second, rtol=1e-5)


def test_a_graph_is_for_gpus_and_games_that_do_not_wait():
    generator, advance = torch.Generator(), object()
    assert capture_if_possible(advance, GAMES[0], generator) is advance
    assert all(game.capturable for game in GAMES)
    assert not GANGame(PerClass).capturable
    assert GANSampler().make_game().capturable is False
    if torch.cuda.is_available():
        generator = torch.Generator("cuda")
        assert isinstance(capture_if_possible(advance, GAMES[0], generator), CapturedIteration)
        assert capture_if_possible(advance, GANGame(PerClass), generator) is advance
