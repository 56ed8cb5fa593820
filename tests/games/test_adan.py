"""ADAN's and WADAN's losses against their equations in NumPy."""

from dataclasses import replace

import numpy as np
import pytest
import reference
import torch
from small_games import RTOL, ADANGame, forward, make_batch, make_networks, total

from skadan.games import CrossEntropy, WassersteinDivergence


@pytest.mark.parametrize("divergence", [CrossEntropy(), WassersteinDivergence()])
def test_eq_11_12_13(rng, divergence):
    game = ADANGame(divergence)
    networks, batch = make_networks(game, rng), make_batch(rng)
    net, x, y, _, h, _ = forward(networks, batch)
    terms = game.autoencoder_loss(networks, game.embed(networks, batch))
    class_ = reference.eq11(reference.mlp(net["classifier"], h), y, batch.weight.numpy())
    np.testing.assert_allclose(terms["real_class"].item(), class_, rtol=RTOL)
    error = reference.eq12(x, reference.mlp(net["decoder"], h))
    np.testing.assert_allclose(terms["reconstruction"].item(), error, rtol=RTOL)
    np.testing.assert_allclose(total(terms), error + class_, rtol=RTOL)


def test_eq_10_and_14(rng):
    game = ADANGame(CrossEntropy(), alpha=0.3)
    networks, batch = make_networks(game, rng), make_batch(rng)
    net, _, _, y_fake, h, h_hat = forward(networks, batch)
    batch = game.embed(networks, batch)
    real, fake = (reference.mlp(net["critic"], codes) for codes in (h, h_hat))
    loss = total(game.critic_loss(networks, batch))
    np.testing.assert_allclose(loss, reference.eq10(real, fake), rtol=RTOL)
    logits = reference.mlp(net["classifier"], h_hat)
    loss = total(game.generator_loss(networks, batch))
    np.testing.assert_allclose(loss, reference.eq14(fake, logits, y_fake, 0.3), rtol=RTOL)


@pytest.mark.parametrize("power", [1.5, 2.0, 5.0])
def test_eq_17_and_18(rng, power):
    game = ADANGame(WassersteinDivergence(7.0, power), alpha=0.3)
    networks, batch = make_networks(game, rng), make_batch(rng)
    net, _, _, y_fake, h, h_hat = forward(networks, batch)
    batch = game.embed(networks, batch)
    loss = total(game.critic_loss(networks, batch))
    mu = batch.draw.mu.numpy()
    expected = reference.eq17(net["critic"], h, h_hat, mu, 7.0, power)
    np.testing.assert_allclose(loss, expected, rtol=RTOL)
    fake = reference.mlp(net["critic"], h_hat)
    logits = reference.mlp(net["classifier"], h_hat)
    loss = total(game.generator_loss(networks, batch))
    np.testing.assert_allclose(loss, reference.eq18(fake, logits, y_fake, 0.3), rtol=RTOL)


def test_gradient_of_the_penalty(rng):
    """d L_D / d w_D, the penalty's double derivative included, against central differences."""
    game = ADANGame(WassersteinDivergence())
    networks, batch = make_networks(game, rng), make_batch(rng)
    net, _, _, _, h, h_hat = forward(networks, batch)
    terms = game.critic_loss(networks, game.embed(networks, batch))
    parameters = list(networks.critic.parameters())
    gradients = torch.autograd.grad(sum(terms.values()), parameters)
    mu, epsilon = batch.draw.mu.numpy(), 1e-6

    def loss():
        return reference.eq17(net["critic"], h, h_hat, mu, 10.0, 5.0)

    for (W, _), gradient in zip(net["critic"], gradients[::2], strict=True):
        for index in [(0, 0), (0, 1), (-1 % W.shape[0], 2)]:
            before = W[index]
            W[index] = before + epsilon
            high = loss()
            W[index] = before - epsilon
            low = loss()
            W[index] = before
            difference = (high - low) / (2 * epsilon)
            np.testing.assert_allclose(gradient[index].item(), difference, rtol=1e-5, atol=1e-7)


def test_the_encoder_descends_eq_13(rng):
    """Eq. 12 through R and Eq. 11 through C, against central differences."""
    game = ADANGame(CrossEntropy())
    networks, batch = make_networks(game, rng), make_batch(rng)
    net, x, y, *_ = forward(networks, batch)
    terms = game.autoencoder_loss(networks, game.embed(networks, batch))
    (gradient,) = torch.autograd.grad(sum(terms.values()), networks.encoder[-1].bias)
    bias, step, found = net["encoder"][-1][1], 1e-6 * rng.normal(size=len(gradient)), []
    for change in (step, -2 * step):
        bias += change
        h = reference.mlp(net["encoder"], x)
        class_ = reference.eq11(reference.mlp(net["classifier"], h), y, batch.weight.numpy())
        found.append(class_ + reference.eq12(x, reference.mlp(net["decoder"], h)))
    np.testing.assert_allclose(2 * gradient.numpy() @ step, found[0] - found[1], rtol=1e-5)


def test_conditional_critic_compares_rows_of_one_label(rng):
    game = ADANGame(WassersteinDivergence(), conditional_critic=True)
    networks, batch = make_networks(game, rng), make_batch(rng)
    net, _, y, _, h, h_hat = forward(networks, batch, conditional=True)
    terms = game.critic_loss(networks, game.embed(networks, batch))
    real, fake = (
        reference.mlp(net["critic"], np.hstack([codes, y])).mean() for codes in (h, h_hat)
    )
    np.testing.assert_allclose(terms["critic_real"].item(), real, rtol=RTOL)
    np.testing.assert_allclose(terms["critic_fake"].item(), -fake, rtol=RTOL)


def test_reconstruction_weight_is_that_of_eq_12_in_eq_13(rng):
    networks, batch = make_networks(ADANGame(CrossEntropy()), rng), make_batch(rng)
    plain, weighted = (
        game.autoencoder_loss(networks, game.embed(networks, batch))
        for game in (ADANGame(CrossEntropy()), ADANGame(CrossEntropy(), reconstruction_weight=0.1))
    )
    torch.testing.assert_close(weighted["reconstruction"], 0.1 * plain["reconstruction"])
    torch.testing.assert_close(weighted["real_class"], plain["real_class"])


def test_input_noise_reaches_the_encoder_and_not_the_target(rng):
    game = ADANGame(CrossEntropy())
    networks = make_networks(game, rng)
    batch = make_batch(rng)
    noisy = replace(batch, x_noise=torch.ones_like(batch.x))
    h = game.embed(networks, noisy).h
    torch.testing.assert_close(h, networks.encoder(batch.x + 1))
    expected = (batch.x - networks.decoder(h)).square().sum(1).mean()
    actual = game.autoencoder_loss(networks, replace(noisy, h=h))["reconstruction"]
    torch.testing.assert_close(actual, expected)


@pytest.mark.parametrize("n", [1, 2, 5])
def test_turns_follow_the_step_counts(n):
    game = ADANGame(CrossEntropy(), critic_steps=n, latent_steps=3)
    moves = [turn.moves[0] for turn in game.turns]
    assert moves == ["classifier", *[*["critic"] * n, "generator"] * 3]
    assert [turn.redraw for turn in game.turns] == [False, *[True, *[False] * n] * 3]
