"""The adversarial autoencoder against Eqs. 7-9 in NumPy."""

import numpy as np
import pytest
import reference
from small_games import LAYERS, RTOL, K, critic_rows, layers, make_batch, make_networks, total

from skadan.games import AAEGame


def test_eq_7_8_9(rng):
    game = AAEGame(**LAYERS, prior_radius=2.0, prior_std=0.3)
    networks, batch = make_networks(game, rng), make_batch(rng, game.n_noise)
    x, y = batch.x.numpy(), batch.y.numpy()
    h = reference.mlp(layers(networks.encoder), x)
    angle = 2 * np.pi * y.argmax(1) / K
    prior = 2.0 * np.stack([np.cos(angle), np.sin(angle)], 1) + 0.3 * batch.draw.z.numpy()
    real, fake = (critic_rows(networks.critic, codes, y) for codes in (prior, h))
    batch = game.embed(networks, batch)
    loss = total(game.critic_loss(networks, batch))
    np.testing.assert_allclose(loss, reference.eq10(real, fake), rtol=RTOL)
    error = reference.eq12(x, reference.mlp(layers(networks.decoder), h))
    np.testing.assert_allclose(total(game.reconstruction_loss(networks, batch)), error, rtol=RTOL)
    adversarial = -np.log(reference.sigmoid(fake)).mean()
    np.testing.assert_allclose(total(game.encoder_loss(networks, batch)), adversarial, rtol=RTOL)


def test_codes_and_noise_lie_in_the_plane():
    for keywords in ({"n_noise": 3}, {"n_latent": 1}):
        with pytest.raises(ValueError, match="the prior is in the plane"):
            AAEGame(**keywords)
