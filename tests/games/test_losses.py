"""Each loss against its equation in NumPy, and each turn against the networks it may move."""

from dataclasses import replace
from functools import partial

import numpy as np
import pytest
import reference
import torch

from skadan._training.batches import Batches, Table
from skadan._training.loop import Optimizers, check_finite, step, train
from skadan.games.aae import AAEGame
from skadan.games.adan import ADANGame as _ADANGame
from skadan.games.batch import Batch, Draw
from skadan.games.divergences import CrossEntropy, WassersteinDivergence
from skadan.games.gan import GANGame
from skadan.games.networks import Conditioned, PerClass

M, D, K, N_LATENT, N_NOISE = 11, 9, 3, 5, 4
RTOL = 1e-6
LAYERS = {"autoencoder_layers": (8, 7), "latent_layers": (6, 6)}
ADANGame = partial(_ADANGame, n_latent=N_LATENT, n_noise=N_NOISE, **LAYERS)


@pytest.fixture
def rng():
    return np.random.default_rng(0)


def make_networks(game, rng):
    """Float64 networks with random weights and biases."""
    networks = game.networks(D, K).double()
    with torch.no_grad():
        for parameter in networks.parameters():
            parameter.copy_(torch.from_numpy(rng.normal(size=parameter.shape) * 0.6))
    return networks


def make_batch(rng, n_noise=N_NOISE):
    def labels():
        return torch.from_numpy(np.eye(K)[rng.integers(K, size=M)])

    x, z, mu = rng.normal(size=(M, D)), rng.normal(size=(M, n_noise)), rng.uniform(size=(M, 1))
    draw = Draw(torch.from_numpy(z), labels(), torch.from_numpy(mu))
    weight = torch.from_numpy(rng.uniform(1, 3, size=M))
    return Batch(torch.from_numpy(x), labels(), weight, None, draw)


def layers(network):
    """(W, b) of each layer, as the reference takes them."""
    values = [p.detach().numpy() for p in network.parameters()]
    return list(zip(values[::2], values[1::2], strict=True))


def forward(networks, batch, conditional=False):
    """Everything the equations need, by the reference network."""
    x, y, y_fake = (t.numpy() for t in (batch.x, batch.y, batch.draw.y))
    y_fake = y if conditional else y_fake
    net = {name: layers(network) for name, network in networks.named_children()}
    h = reference.mlp(net["encoder"], x)
    h_hat = reference.mlp(net["generator"], np.hstack([batch.draw.z.numpy(), y_fake]))
    return net, x, y, y_fake, h, h_hat


def total(terms):
    return sum(terms.values()).item()


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
    real, fake = (reference.mlp(net["discriminator"], codes) for codes in (h, h_hat))
    loss = total(game.critic_loss(networks, batch))
    np.testing.assert_allclose(loss, reference.eq10(real, fake), rtol=RTOL)
    logits = reference.mlp(net["classifier"], h_hat)
    loss = total(game.generator_loss(networks, batch))
    np.testing.assert_allclose(loss, reference.eq14(fake, logits, y_fake, 0.3), rtol=RTOL)


def test_eq_3_is_the_non_saturating_generator(rng):
    logits = torch.from_numpy(rng.normal(size=(M, 1)))
    loss = CrossEntropy(saturating=False).generator_loss(lambda h: h, logits)["generator"]
    expected = -np.log(reference.sigmoid(logits.numpy())).mean()
    np.testing.assert_allclose(loss.item(), expected, rtol=RTOL)


@pytest.mark.parametrize("power", [1.5, 2.0, 5.0])
def test_eq_17_and_18(rng, power):
    game = ADANGame(WassersteinDivergence(7.0, power), alpha=0.3)
    networks, batch = make_networks(game, rng), make_batch(rng)
    net, _, _, y_fake, h, h_hat = forward(networks, batch)
    batch = game.embed(networks, batch)
    loss = total(game.critic_loss(networks, batch))
    mu = batch.draw.mu.numpy()
    expected = reference.eq17(net["discriminator"], h, h_hat, mu, 7.0, power)
    np.testing.assert_allclose(loss, expected, rtol=RTOL)
    fake = reference.mlp(net["discriminator"], h_hat)
    logits = reference.mlp(net["classifier"], h_hat)
    loss = total(game.generator_loss(networks, batch))
    np.testing.assert_allclose(loss, reference.eq18(fake, logits, y_fake, 0.3), rtol=RTOL)


def test_gradient_of_the_penalty(rng):
    """d L_D / d w_D, the penalty's double derivative included, against central differences."""
    game = ADANGame(WassersteinDivergence())
    networks, batch = make_networks(game, rng), make_batch(rng)
    net, _, _, _, h, h_hat = forward(networks, batch)
    terms = game.critic_loss(networks, game.embed(networks, batch))
    parameters = list(networks.discriminator.parameters())
    gradients = torch.autograd.grad(sum(terms.values()), parameters)
    mu, epsilon = batch.draw.mu.numpy(), 1e-6

    def loss():
        return reference.eq17(net["discriminator"], h, h_hat, mu, 10.0, 5.0)

    for (W, _), gradient in zip(net["discriminator"], gradients[::2], strict=True):
        for index in [(0, 0), (0, 1), (-1 % W.shape[0], 2)]:
            before = W[index]
            W[index] = before + epsilon
            high = loss()
            W[index] = before - epsilon
            low = loss()
            W[index] = before
            difference = (high - low) / (2 * epsilon)
            np.testing.assert_allclose(gradient[index].item(), difference, rtol=1e-5, atol=1e-7)


def test_linear_critic_has_its_weight_as_slope(rng):
    """Closed form: the penalty of a linear critic is lambda ||w||^p wherever it is taken."""
    w = torch.from_numpy(rng.normal(size=(N_LATENT, 1)))
    real, fake = (torch.from_numpy(rng.normal(size=(M, N_LATENT))) for _ in range(2))
    terms = WassersteinDivergence(3.0, 4.0).critic_loss(
        lambda h: h @ w, real, fake, torch.full((M, 1), 0.5, dtype=torch.float64)
    )
    expected = 3.0 * np.linalg.norm(w.numpy()) ** 4
    np.testing.assert_allclose(terms["gradient_penalty"].item(), expected, rtol=RTOL)


def test_critic_turn_leaves_the_callers_codes_alone(rng):
    """lerp at mu = 0 and 1 may return its argument: requires_grad_ must not leak onto it."""
    real, fake = torch.zeros(2, 3), torch.ones(2, 3)
    critic = torch.nn.Linear(3, 1)
    WassersteinDivergence().critic_loss(critic, real, fake, torch.zeros(2, 1))
    assert not real.requires_grad
    assert not fake.requires_grad


def test_conditional_critic_compares_rows_of_one_label(rng):
    game = ADANGame(WassersteinDivergence(), conditional_critic=True)
    networks, batch = make_networks(game, rng), make_batch(rng)
    net, _, y, _, h, h_hat = forward(networks, batch, conditional=True)
    terms = game.critic_loss(networks, game.embed(networks, batch))
    real, fake = (
        reference.mlp(net["discriminator"], np.hstack([codes, y])).mean() for codes in (h, h_hat)
    )
    np.testing.assert_allclose(terms["critic_real"].item(), real, rtol=RTOL)
    np.testing.assert_allclose(terms["critic_fake"].item(), -fake, rtol=RTOL)


GAMES = [
    ADANGame(divergence, conditional_critic=conditional)
    for divergence in (CrossEntropy(), WassersteinDivergence())
    for conditional in (False, True)
] + [
    AAEGame(**LAYERS),
    GANGame(PerClass, n_noise=N_NOISE, hidden_layers=(8, 7)),
    GANGame(Conditioned, n_noise=N_NOISE, hidden_layers=(8, 7)),
]


@pytest.mark.parametrize("game", GAMES)
def test_a_turn_moves_only_its_networks(rng, game):
    networks, batch = make_networks(game, rng), make_batch(rng, game.n_noise)
    optimizers = Optimizers(networks, game.turns, 1e-3, (0.9, 0.999))
    for turn in game.turns:
        before = {name: p.clone() for name, p in networks.named_parameters()}
        loss = sum(turn.loss(networks, game.embed(networks, batch)).values())
        optimizers.descend(turn, loss)
        moved = {
            name.partition(".")[0]
            for name, p in networks.named_parameters()
            if not torch.equal(p, before[name])
        }
        assert moved == set(turn.moves)


def critic_rows(critic, x, y):
    """Scores by the reference network, whichever way the label enters."""
    if isinstance(critic, Conditioned):
        return reference.mlp(layers(critic), np.hstack([x, y]))
    scores = [reference.mlp(layers(network), x) for network in critic.networks]
    return np.stack(scores, axis=1)[np.arange(len(x)), y.argmax(1)]


@pytest.mark.parametrize("conditioning", [PerClass, Conditioned])
def test_eq_2_3_and_5_6(rng, conditioning):
    """A GAN a class, and a conditional GAN: logits by the reference network, losses by Eqs."""
    game = GANGame(conditioning, n_noise=N_NOISE, hidden_layers=(8, 7))
    networks, batch = make_networks(game, rng), make_batch(rng)
    x, y, z = batch.x.numpy(), batch.y.numpy(), batch.draw.z.numpy()
    x_hat = critic_rows(networks.generator, z, y)
    real, fake = (critic_rows(networks.discriminator, rows, y) for rows in (x, x_hat))
    loss = total(game.critic_loss(networks, batch))
    np.testing.assert_allclose(loss, reference.eq10(real, fake), rtol=RTOL)
    loss = total(game.generator_loss(networks, batch))
    np.testing.assert_allclose(loss, -np.log(reference.sigmoid(fake)).mean(), rtol=RTOL)


def test_eq_7_8_9(rng):
    game = AAEGame(**LAYERS, prior_radius=2.0, prior_std=0.3)
    networks, batch = make_networks(game, rng), make_batch(rng, game.n_noise)
    x, y = batch.x.numpy(), batch.y.numpy()
    h = reference.mlp(layers(networks.encoder), x)
    angle = 2 * np.pi * y.argmax(1) / K
    prior = 2.0 * np.stack([np.cos(angle), np.sin(angle)], 1) + 0.3 * batch.draw.z.numpy()
    real, fake = (critic_rows(networks.discriminator, codes, y) for codes in (prior, h))
    batch = game.embed(networks, batch)
    loss = total(game.critic_loss(networks, batch))
    np.testing.assert_allclose(loss, reference.eq10(real, fake), rtol=RTOL)
    error = reference.eq12(x, reference.mlp(layers(networks.decoder), h))
    np.testing.assert_allclose(total(game.reconstruction_loss(networks, batch)), error, rtol=RTOL)
    adversarial = -np.log(reference.sigmoid(fake)).mean()
    np.testing.assert_allclose(total(game.encoder_loss(networks, batch)), adversarial, rtol=RTOL)


def test_a_gan_a_class_learns_from_its_class_alone(rng):
    game = GANGame(PerClass, n_noise=N_NOISE, hidden_layers=(8, 7))
    networks, batch = make_networks(game, rng), make_batch(rng)
    y = torch.zeros_like(batch.y)
    y[:, 1] = 1
    loss = total(game.critic_loss(networks, replace(batch, y=y)))
    gradients = torch.autograd.grad(
        sum(game.critic_loss(networks, replace(batch, y=y)).values()),
        list(networks.discriminator.networks[0].parameters()),
    )
    assert np.isfinite(loss)
    assert all((gradient == 0).all() for gradient in gradients)


def test_joint_pass_moves_c_r_d_as_algorithm_1(rng):
    """From one pass: C, R and D to the bit-level tolerance of float64, E along Eq. 13."""
    game = ADANGame(WassersteinDivergence())
    networks, batch = make_networks(game, rng), make_batch(rng)
    expected = {}
    terms = game.autoencoder_loss(networks, game.embed(networks, batch))
    losses = {
        "classifier": terms["real_class"],
        "decoder": terms["reconstruction"],
        "encoder": terms["reconstruction"] + terms["real_class"],
        "discriminator": sum(game.critic_loss(networks, game.embed(networks, batch)).values()),
    }
    for name, loss in losses.items():
        parameters = list(getattr(networks, name).parameters())
        gradients = torch.autograd.grad(loss, parameters, retain_graph=True)
        # Adam's first step is lr * g / (|g| + eps).
        expected[name] = [
            p.detach() - 1e-3 * g / (g.abs() + 1e-8)
            for p, g in zip(parameters, gradients, strict=True)
        ]
    optimizers = Optimizers(networks, game.turns, 1e-3, (0.9, 0.999))
    step(game, networks, optimizers, batch, lambda: batch.draw)
    for name, values in expected.items():
        for parameter, value in zip(getattr(networks, name).parameters(), values, strict=True):
            torch.testing.assert_close(parameter.detach(), value, rtol=0, atol=1e-9)


def test_turns_follow_the_step_counts():
    game = ADANGame(CrossEntropy(), critic_steps=2, latent_steps=3)
    moves = [turn.moves[0] for turn in game.turns]
    assert moves == ["classifier", *["discriminator", "discriminator", "generator"] * 3]
    assert [turn.redraw for turn in game.turns] == [False, *[True, False, False] * 3]


def test_reconstruction_weight_is_that_of_eq_12_in_eq_13(rng):
    networks, batch = make_networks(ADANGame(CrossEntropy()), rng), make_batch(rng)
    plain, weighted = (
        game.autoencoder_loss(networks, game.embed(networks, batch))
        for game in (ADANGame(CrossEntropy()), ADANGame(CrossEntropy(), reconstruction_weight=0.1))
    )
    torch.testing.assert_close(weighted["reconstruction"], 0.1 * plain["reconstruction"])
    torch.testing.assert_close(weighted["real_class"], plain["real_class"])


def make_batches(n, batch_size, **kw):
    table = Table(
        torch.arange(n * 2.0).reshape(n, 2), torch.eye(2)[torch.arange(n) % 2], torch.ones(n)
    )
    generator = torch.Generator().manual_seed(0)
    return Batches(
        table, batch_size, n_noise=3, **{"input_noise": 0.0, "generator": generator} | kw
    )


@pytest.mark.parametrize(
    ("n", "batch_size", "count", "size"),
    [(480, 128, 4, 120), (10, 4, 3, 4), (3, 128, 1, 3), (129, 128, 2, 65), (2, 1, 2, 1)],
)
def test_an_epoch_is_equal_batches_of_every_row(n, batch_size, count, size):
    batches = make_batches(n, batch_size)
    epoch = [batches.batch(rows) for rows in batches.epoch()]
    assert [len(batch.x) for batch in epoch] == [size] * count
    seen = torch.cat([batch.x[:, 0] for batch in epoch]) / 2
    assert set(seen.int().tolist()) == set(range(n))
    assert len(seen) - n < count
    for batch in epoch:  # labels stay with their rows
        assert torch.equal(batch.y.argmax(1), (batch.x[:, 0] / 2).long() % 2)


def test_epochs_are_shuffled_anew():
    batches = make_batches(50, 50)
    first, second = (batches.epoch()[0] for _ in range(2))
    assert not torch.equal(first, second)


def test_draw_has_the_distributions_of_algorithm_1():
    n = 20_000
    table = Table(torch.zeros(n, 1), torch.eye(2)[(torch.arange(n) < n // 4).long()], torch.ones(n))
    generator = torch.Generator().manual_seed(0)
    draw = Batches(table, n, 2, 0.0, generator).draw()
    assert abs(draw.z.mean()) < 0.02
    assert abs(draw.z.std() - 1) < 0.02
    assert abs(draw.mu.mean() - 0.5) < 0.02
    assert draw.mu.min() >= 0
    assert draw.mu.max() < 1
    assert abs(draw.y[:, 1].mean() - 0.25) < 0.02


def test_input_noise_reaches_the_encoder_and_not_the_target(rng):
    batch = make_batches(400, 400, input_noise=2.0).batch(torch.arange(400))
    assert abs(batch.x_noise.std() - 2) < 0.2
    game = ADANGame(CrossEntropy())
    networks = make_networks(game, rng)
    batch = make_batch(rng)
    noisy = replace(batch, x_noise=torch.ones_like(batch.x))
    h = game.embed(networks, noisy).h
    torch.testing.assert_close(h, networks.encoder(batch.x + 1))
    expected = (batch.x - networks.decoder(h)).square().sum(1).mean()
    actual = game.autoencoder_loss(networks, replace(noisy, h=h))["reconstruction"]
    torch.testing.assert_close(actual, expected)


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_non_finite_loss_names_epoch_and_loss(value):
    with pytest.raises(FloatingPointError, match=r"'generator' became .* in epoch 7"):
        check_finite({"critic_real": 1.0, "generator": value}, 7)


def test_training_reconstructs():
    """The autoencoder learns: the loss on a rank-1 table falls by most of its size."""
    generator = torch.Generator().manual_seed(0)
    x = torch.randn(40, 1, generator=generator) @ torch.randn(1, 6, generator=generator)
    table = Table(x, torch.eye(2)[torch.arange(40) % 2], torch.ones(40))
    sizes = {"n_latent": 3, "n_noise": 2, "autoencoder_layers": (16,), "latent_layers": (8,)}
    game = _ADANGame(WassersteinDivergence(), **sizes)
    networks = game.networks(6, 2).initialise(generator)
    history = train(game, networks, Batches(table, 20, 2, 0.0, generator), 150, 1e-2, (0.9, 0.999))
    assert history["reconstruction"][-1] < 0.1 * history["reconstruction"][0]
    assert set(history) == {
        "reconstruction",
        "real_class",
        "critic_real",
        "critic_fake",
        "gradient_penalty",
        "generator",
        "fake_class",
    }
    assert all(column.shape == (150,) for column in history.values())


class Watching(CrossEntropy):
    """A divergence that keeps the real codes that it was shown."""

    def critic_loss(self, critic, real, fake, mu):
        """As its parent's."""
        SHOWN.append(real)
        return super().critic_loss(critic, real, fake, mu)


SHOWN = []


def test_latent_turns_see_the_codes_of_their_iteration(rng):
    """Those of this batch, by the encoder as the iteration found it: never older ones."""
    game = ADANGame(Watching(), latent_steps=2)
    networks = make_networks(game, rng)
    optimizers = Optimizers(networks, game.turns, 1e-2, (0.9, 0.999))
    for _ in range(3):
        batch = make_batch(rng)
        expected = game.encode(networks, batch.x).detach()
        SHOWN.clear()
        step(game, networks, optimizers, batch, lambda batch=batch: batch.draw)
        assert len(SHOWN) == 2
        for real in SHOWN:
            torch.testing.assert_close(real, expected, rtol=0, atol=0)
