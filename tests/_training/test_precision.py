"""bfloat16 training: the same weights, the same losses to its own rounding."""

import numpy as np
import pytest
import torch

from skadan._models.arrays import weights_of
from skadan._training.batches import Batches, Table
from skadan._training.loop import Schedule, train
from skadan._training.precision import Bfloat16, in_precision
from skadan.games import ADANGame, WassersteinDivergence

SIZES = {"n_latent": 4, "n_noise": 3, "autoencoder_layers": (400,), "latent_layers": (8,)}


def trained(precision, n_epochs):
    generator = torch.Generator().manual_seed(0)
    x = torch.randn(60, 3, generator=generator) @ torch.randn(3, 300, generator=generator)
    table = Table(x, torch.eye(2)[torch.arange(60) % 2], torch.ones(60))
    game = ADANGame(WassersteinDivergence(), **SIZES)
    networks = game.networks(300, 2).initialise(generator)
    batches = Batches(table, 30, 3, 0.0, generator)
    schedule = Schedule(n_epochs, learning_rate=1e-3, betas=(0.9, 0.999))
    history = train(game, in_precision(networks, precision), batches, schedule)
    return networks, history


def test_only_large_networks_are_wrapped_and_weights_are_shared():
    networks = ADANGame(WassersteinDivergence(), **SIZES).networks(300, 2)
    view = in_precision(networks, "bfloat16")
    assert isinstance(view.encoder, Bfloat16)
    assert isinstance(view.decoder, Bfloat16)
    assert view.generator is networks.generator
    assert next(view.encoder.parameters()) is next(networks.encoder.parameters())
    assert in_precision(networks, "float32") is networks


def test_output_is_float32_and_rounded():
    torch.manual_seed(0)
    layer = torch.nn.Linear(64, 8)
    x = torch.randn(5, 64)
    out = Bfloat16(layer)(x)
    assert out.dtype == torch.float32
    torch.testing.assert_close(out, layer(x), rtol=0.02, atol=0.02)
    assert not torch.equal(out, layer(x))


def test_training_follows_float32():
    networks, history = trained("bfloat16", 30)
    _, expected = trained("float32", 30)
    np.testing.assert_allclose(history["reconstruction"], expected["reconstruction"], rtol=0.1)
    assert all(value.dtype == np.float32 for value in weights_of(networks).values())


def test_sampler_takes_it(small, problem):
    X, y, _ = problem
    sampler = small(precision="bfloat16", autoencoder_layers=(3000,)).fit(X, y)
    plain = small(autoencoder_layers=(3000,)).fit(X, y)
    # The first epoch's loss is that of the same start, to bfloat16's rounding.
    first, other = (s.history_["reconstruction"][0] for s in (sampler, plain))
    assert first != other
    assert first == pytest.approx(other, rel=0.02)
    with pytest.raises(ValueError, match="precision"):
        small(precision="float64").fit(X, y)
