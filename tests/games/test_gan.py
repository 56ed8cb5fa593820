"""A GAN a class and a conditional GAN against Eqs. 2-3 and 5-6 in NumPy."""

from dataclasses import replace

import numpy as np
import pytest
import reference
import torch
from small_games import GAN_SIZES, RTOL, critic_rows, make_batch, make_networks, total

from skadan.games import Conditioned, GANGame, PerClass


@pytest.mark.parametrize("conditioning", [PerClass, Conditioned])
def test_eq_2_3_and_5_6(rng, conditioning):
    """A GAN a class, and a conditional GAN: logits by the reference network, losses by Eqs."""
    game = GANGame(conditioning, **GAN_SIZES)
    networks, batch = make_networks(game, rng), make_batch(rng)
    x, y, z = batch.x.numpy(), batch.y.numpy(), batch.draw.z.numpy()
    x_hat = critic_rows(networks.generator, z, y)
    real, fake = (critic_rows(networks.critic, rows, y) for rows in (x, x_hat))
    loss = total(game.critic_loss(networks, batch))
    np.testing.assert_allclose(loss, reference.eq10(real, fake), rtol=RTOL)
    loss = total(game.generator_loss(networks, batch))
    np.testing.assert_allclose(loss, -np.log(reference.sigmoid(fake)).mean(), rtol=RTOL)


def test_a_gan_a_class_learns_from_its_class_alone(rng):
    game = GANGame(PerClass, **GAN_SIZES)
    networks, batch = make_networks(game, rng), make_batch(rng)
    y = torch.zeros_like(batch.y)
    y[:, 1] = 1
    loss = total(game.critic_loss(networks, replace(batch, y=y)))
    gradients = torch.autograd.grad(
        sum(game.critic_loss(networks, replace(batch, y=y)).values()),
        list(networks.critic.networks[0].parameters()),
    )
    assert np.isfinite(loss)
    assert all((gradient == 0).all() for gradient in gradients)
