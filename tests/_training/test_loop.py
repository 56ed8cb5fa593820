"""The loop: each turn moves its networks alone, and an iteration is Algorithm 1's."""

import numpy as np
import pytest
import torch
from small_games import GAN_SIZES, LAYERS, ADANGame, make_batch, make_networks

from skadan._training.adam import Optimizers
from skadan._training.autograd import ByAutograd
from skadan._training.batches import Batches, Table
from skadan._training.fast.adan import fast_gradients
from skadan._training.loop import Schedule, Step, check_finite, train
from skadan.games import (
    AAEGame,
    Conditioned,
    CrossEntropy,
    GANGame,
    Networks,
    PerClass,
    Turn,
    WassersteinDivergence,
    mlp,
)
from skadan.games import ADANGame as AnyADANGame

GAMES = [
    ADANGame(divergence, conditional_critic=conditional)
    for divergence in (CrossEntropy(), WassersteinDivergence())
    for conditional in (False, True)
] + [
    AAEGame(**LAYERS),
    GANGame(PerClass, **GAN_SIZES),
    GANGame(Conditioned, **GAN_SIZES),
]


def own_gradients(game, networks):
    return fast_gradients(game, networks) or ByAutograd(game, networks)


@pytest.mark.parametrize("game", GAMES)
def test_a_turn_moves_only_its_networks(rng, game):
    networks, batch = make_networks(game, rng), make_batch(rng, game.n_noise)
    optimizers = Optimizers(networks, game.turns, 1e-3, (0.9, 0.999))
    for turn in game.turns:
        before = {name: p.clone() for name, p in networks.named_parameters()}
        gradients = own_gradients(game, networks)
        _, found = gradients.of(turn, gradients.embed(batch))
        optimizers.descend(turn, found)
        moved = {
            name.partition(".")[0]
            for name, p in networks.named_parameters()
            if not torch.equal(p, before[name])
        }
        assert moved == set(turn.moves)


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
        "critic": sum(game.critic_loss(networks, game.embed(networks, batch)).values()),
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
    Step(game.turns, own_gradients(game, networks), optimizers, lambda: batch.draw)(batch)
    for name, values in expected.items():
        for parameter, value in zip(getattr(networks, name).parameters(), values, strict=True):
            torch.testing.assert_close(parameter.detach(), value, rtol=0, atol=1e-9)


SHOWN = []


class Watching(CrossEntropy):
    """A divergence that keeps the real codes that it was shown."""

    def critic_loss(self, critic, real, fake, mu):
        """As its parent's."""
        SHOWN.append(real)
        return super().critic_loss(critic, real, fake, mu)


def test_latent_turns_see_the_codes_of_their_iteration(rng):
    """Those of this batch, by the encoder as the iteration found it: never older ones."""
    game = ADANGame(Watching(), latent_steps=2)
    networks = make_networks(game, rng)
    optimizers = Optimizers(networks, game.turns, 1e-2, (0.9, 0.999))
    for _ in range(3):
        batch = make_batch(rng)
        expected = game.encode(networks, batch.x).detach()
        SHOWN.clear()
        Step(game.turns, own_gradients(game, networks), optimizers, lambda batch=batch: batch.draw)(
            batch
        )
        assert len(SHOWN) == 2
        for real in SHOWN:
            torch.testing.assert_close(real, expected, rtol=0, atol=0)


def test_steps_are_those_of_adam(rng):
    """Several steps of least squares, moments and their corrections included, in NumPy."""
    x, target, beta, rate = rng.normal(size=(9, 4)), rng.normal(size=(9, 1)), (0.5, 0.9), 0.01
    x[:, 3] = 1  # its weight is the bias
    w, m, v = rng.normal(size=(4, 1)), 0.0, 0.0
    networks = Networks(line=mlp((3, 1)).double())
    with torch.no_grad():
        networks.line[0].weight.copy_(torch.from_numpy(w[:3].T))
        networks.line[0].bias.copy_(torch.from_numpy(w[3]))
    turn = Turn(("line",), dict)
    optimizers = Optimizers(networks, (turn,), rate, beta)
    rows, wanted = torch.from_numpy(x[:, :3]), torch.from_numpy(target)
    for t in range(1, 8):
        loss = (networks.line(rows) - wanted).square().mean()
        optimizers.descend(turn, list(torch.autograd.grad(loss, networks.line.parameters())))
        g = 2 * x.T @ (x @ w - target) / len(x)
        m, v = beta[0] * m + (1 - beta[0]) * g, beta[1] * v + (1 - beta[1]) * g**2
        w = w - rate * m / (1 - beta[0] ** t) / (np.sqrt(v / (1 - beta[1] ** t)) + 1e-8)
    found = torch.cat([p.detach().flatten() for p in networks.line.parameters()]).numpy()
    np.testing.assert_allclose(found, w[:, 0], rtol=1e-9)


class MeanOfRows:
    """A game whose one loss is the mean of the batch, whatever its network learns."""

    n_noise = 1

    @property
    def turns(self):
        """One."""
        return (Turn(("line",), self.loss),)

    def embed(self, networks, batch):
        """Nothing is shared."""
        return batch

    def loss(self, networks, batch):
        """The mean, and nothing that depends on weights."""
        return {"mean": batch.x.mean() + 0 * networks.line(batch.x).sum()}


@pytest.mark.parametrize("batch_size", [24, 8, 1])
def test_the_history_is_the_mean_over_the_epoch(batch_size):
    """Closed form: batches of equal size that hold each row once have the mean of the table."""
    generator = torch.Generator().manual_seed(0)
    x = torch.randn(24, 3, generator=generator)
    networks = Networks(line=mlp((3, 1))).initialise(generator)
    batches = Batches(Table(x, torch.eye(24), torch.ones(24)), batch_size, 1, 0.0, generator)
    history = train(MeanOfRows(), networks, batches, Schedule(3, 1e-3, (0.5, 0.9)))
    np.testing.assert_allclose(history["mean"], np.full(3, x.double().mean()), atol=1e-6)


DRAWS = []


class Watched(AnyADANGame):
    """A game that keeps the draw that each turn of the latent networks was shown."""

    def critic_loss(self, networks, batch):
        """As its parent's."""
        DRAWS.append(("critic", batch.draw))
        return super().critic_loss(networks, batch)

    def generator_loss(self, networks, batch):
        """As its parent's."""
        DRAWS.append(("generator", batch.draw))
        return super().generator_loss(networks, batch)


def test_each_round_has_a_draw_of_its_own():
    """Noise, labels and mixing weights are those of no other round, nor of another iteration."""
    DRAWS.clear()
    generator = torch.Generator().manual_seed(0)
    table = Table(torch.randn(40, 6, generator=generator), torch.eye(40), torch.ones(40))
    game = Watched(CrossEntropy(), n_noise=2, latent_steps=3, critic_steps=2, **LAYERS)
    networks = game.networks(6, 40).initialise(generator)
    schedule = Schedule(max_epochs=2, learning_rate=1e-3, betas=(0.5, 0.9))
    train(game, networks, Batches(table, 20, 2, 0.0, generator), schedule)
    n_rounds = 2 * 2 * 3  # epochs, batches, latent steps
    assert [who for who, _ in DRAWS] == ["critic", "critic", "generator"] * n_rounds
    rounds = [[draw for _, draw in DRAWS[i : i + 3]] for i in range(0, len(DRAWS), 3)]
    for first, *others in rounds:
        assert all(other is first for other in others)
    for name in ("z", "y", "mu"):
        assert len({getattr(draw, name).numpy().tobytes() for draw, *_ in rounds}) == n_rounds


def test_training_reconstructs():
    """The autoencoder learns: the loss on a rank-1 table falls by most of its size."""
    generator = torch.Generator().manual_seed(0)
    x = torch.randn(40, 1, generator=generator) @ torch.randn(1, 6, generator=generator)
    table = Table(x, torch.eye(2)[torch.arange(40) % 2], torch.ones(40))
    sizes = {"n_latent": 3, "n_noise": 2, "autoencoder_layers": (16,), "latent_layers": (8,)}
    game = AnyADANGame(WassersteinDivergence(), **sizes)
    networks = game.networks(6, 2).initialise(generator)
    schedule = Schedule(max_epochs=150, learning_rate=1e-2, betas=(0.9, 0.999))
    history = train(game, networks, Batches(table, 20, 2, 0.0, generator), schedule)
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


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_non_finite_loss_names_epoch_and_loss(value):
    with pytest.raises(FloatingPointError, match=r"'generator' became .* in epoch 7"):
        check_finite({"critic_real": 1.0, "generator": value}, 7)
