"""Gradients written by hand, against autograd on the loss that they belong to."""

from dataclasses import dataclass, replace

import pytest
import torch
from small_games import D, K, make_batch, make_networks

from skadan import WADANSampler
from skadan._training.autograd import ByAutograd
from skadan._training.batches import Batches, Table
from skadan._training.fast.adan import fast_gradients
from skadan._training.fast.checked import checked_gradients
from skadan._training.fast.divergences import wasserstein_of_critic
from skadan._training.fast.perceptron import Perceptron
from skadan._training.precision import in_precision
from skadan.games import ADANGame, CrossEntropy, Networks, WassersteinDivergence, mlp

SIZES = {"n_latent": 4, "n_noise": 3, "autoencoder_layers": (5,)}
DIVERGENCES = [
    CrossEntropy(),
    CrossEntropy(saturating=False),
    WassersteinDivergence(),
    WassersteinDivergence(penalty_weight=0.3, penalty_power=1.5),
    WassersteinDivergence(penalty_power=2.0),
]


def batches(rng, game):
    """Batches of a table as `make_batch` makes rows."""
    batch = make_batch(rng)
    table = Table(batch.x.float(), batch.y.float(), batch.weight.float())
    return Batches(table, len(batch.x), game.n_noise, 0.1, torch.Generator().manual_seed(0))


def both_ways(game, networks, batch):
    """Each turn with its terms and gradients, by autograd and as the training takes them."""
    auto, own = ByAutograd(game, networks), fast_gradients(game, networks)
    recorded, embedded = auto.embed(batch), own.embed(batch)
    for turn in game.turns:
        (its_terms, its), (terms, mine) = auto.of(turn, recorded), own.of(turn, embedded)
        recorded = auto.embed(batch)  # autograd has freed what it recorded
        yield turn, (its_terms(), its), (terms(), mine)


@pytest.mark.parametrize("divergence", DIVERGENCES, ids=repr)
@pytest.mark.parametrize("conditional", [True, False])
@pytest.mark.parametrize("latent_layers", [(6, 7), (9,), (5, 8, 6)])
def test_they_are_those_of_autograd(rng, divergence, conditional, latent_layers):
    """In float64, to the last digits: terms and gradients of every turn that has them."""
    game = ADANGame(
        divergence, **SIZES, latent_layers=latent_layers, alpha=0.7, conditional_critic=conditional
    )
    networks, batch = make_networks(game, rng), make_batch(rng, game.n_noise)
    batch = replace(batch, x_noise=torch.from_numpy(rng.normal(size=batch.x.shape)))
    assert fast_gradients(game, networks) is not None
    for _, (its_terms, its), (terms, mine) in both_ways(game, networks, batch):
        torch.testing.assert_close(terms, its_terms, rtol=1e-12, atol=1e-14)
        for one, other in zip(mine, its, strict=True):
            torch.testing.assert_close(one, other, rtol=1e-10, atol=1e-13)


def test_single_precision(rng):
    """At the paper's sizes, in float32."""
    game = ADANGame(WassersteinDivergence(), conditional_critic=True)
    g = torch.Generator().manual_seed(0)
    networks = game.networks(10, 3).initialise(g)
    batch = make_batch(rng, game.n_noise)
    batch = replace(
        batch,
        x=torch.randn(len(batch.x), 10, generator=g),
        y=batch.y.float(),
        weight=batch.weight.float(),
        draw=replace(batch.draw, z=batch.draw.z.float(), mu=batch.draw.mu.float()),
        x_noise=None,
    )
    for _, (_, its), (_, mine) in both_ways(game, networks, batch):
        for one, other in zip(mine, its, strict=True):
            torch.testing.assert_close(one, other, rtol=1e-5, atol=2e-6 * other.abs().max().item())


def test_a_flat_critic_has_no_penalty():
    """Where the slope is zero, autograd's subgradient is zero and so is the written one."""
    networks = Networks(critic=mlp((4, 6, 1))).initialise(torch.Generator().manual_seed(0))
    with torch.no_grad():
        networks.critic[-1].weight.zero_()
        real, fake = torch.randn(2, 5, 4, generator=torch.Generator().manual_seed(1))
        divergence, mu = WassersteinDivergence(penalty_power=1.5), torch.full((5, 1), 0.5)
        critic = Perceptron.of(networks.critic)
        terms, gradients = wasserstein_of_critic(divergence, critic, real, fake, mu)
    assert terms()["gradient_penalty"] == 0
    assert all(gradient.isfinite().all() for gradient in gradients)


def test_a_constant_does_not_move_the_critic(rng):
    """E D(real) - E D(fake) does not know it; rounding would, and Adam makes steps of rounding."""
    game = ADANGame(WassersteinDivergence(), **SIZES)
    networks, batch = make_networks(game, rng), make_batch(rng, game.n_noise)
    gradients = fast_gradients(game, networks)
    _, found = gradients.of(game.turns[1], gradients.embed(batch))
    assert found[-1].item() == 0.0


def test_the_generator_is_asked_again_once_it_has_moved(rng):
    """Critic and generator share G's pass on one draw, and no pass is older than G."""
    game = ADANGame(WassersteinDivergence(), **SIZES, critic_steps=2, latent_steps=2)
    networks, batch = make_networks(game, rng), make_batch(rng, game.n_noise)
    gradients = fast_gradients(game, networks)
    batch = gradients.embed(batch)
    for turn in game.turns[1:]:
        if turn.redraw:
            batch = replace(batch, draw=make_batch(rng, game.n_noise).draw)
        terms, _ = gradients.of(turn, batch)
        with torch.no_grad():
            plain = turn.loss(networks, batch) if turn.moves == ("generator",) else None
            if plain:
                torch.testing.assert_close(terms(), plain)
            for weight in networks.generator.parameters() if plain else ():
                weight += 0.3 * torch.from_numpy(rng.normal(size=weight.shape))


@dataclass(frozen=True)
class Louder(WassersteinDivergence):
    """Overrides a loss, and means it."""

    def critic_loss(self, critic, real, fake, mu):
        return {"critic_real": 3 * critic(real).mean()}


@dataclass(frozen=True)
class OtherGenerator(ADANGame):
    """Overrides a loss of the game."""

    def generator_loss(self, networks, batch):
        return {"generator": self.fake(networks, batch).square().mean()}


@pytest.mark.parametrize(
    "game", [ADANGame(Louder(), **SIZES), OtherGenerator(WassersteinDivergence(), **SIZES)]
)
def test_a_subclass_means_its_own_loss(rng, game):
    networks = make_networks(game, rng)
    assert fast_gradients(game, networks) is None
    assert checked_gradients(game, networks, batches(rng, game)) is None


def test_large_networks_in_bfloat16_are_left_to_autograd():
    game = ADANGame(CrossEntropy())
    networks = game.networks(1000, 3)
    assert fast_gradients(game, networks) is not None
    assert fast_gradients(game, in_precision(networks, "bfloat16")) is None


@pytest.mark.parametrize(
    "network",
    [
        torch.nn.Linear(3, 2),
        torch.nn.Sequential(torch.nn.Linear(3, 2), torch.nn.Tanh(), torch.nn.Linear(2, 1)),
        torch.nn.Sequential(torch.nn.Linear(3, 2, bias=False)),
        torch.nn.Sequential(torch.nn.Linear(3, 2), torch.nn.ReLU()),
        torch.nn.Sequential(),
    ],
)
def test_other_networks_are_left_to_autograd(network):
    assert Perceptron.of(network) is None


# The check before a training


@pytest.mark.parametrize("divergence", DIVERGENCES, ids=repr)
def test_the_check_finds_no_difference(rng, divergence):
    game = ADANGame(divergence, **SIZES, conditional_critic=True)
    of_table = batches(rng, game)
    networks = game.networks(D, K).initialise(torch.Generator().manual_seed(0))
    before = [p.clone() for p in networks.parameters()]
    state = of_table.rng.get_state()
    found = checked_gradients(game, networks, of_table)
    assert type(found) is type(fast_gradients(game, networks))
    assert torch.equal(of_table.rng.get_state(), state)  # no draw of the training is taken
    assert all(torch.equal(p, kept) for p, kept in zip(networks.parameters(), before, strict=True))


def a_little_more(method):
    """A loss whose terms are larger by a hundredth."""

    def changed(*args):
        return {name: 1.01 * value for name, value in method(*args).items()}

    return changed


LOSSES = [
    (ADANGame, "autoencoder_loss"),
    (ADANGame, "critic_loss"),
    (ADANGame, "generator_loss"),
    (WassersteinDivergence, "critic_loss"),
    (WassersteinDivergence, "generator_loss"),
]


@pytest.mark.parametrize(("cls", "name"), LOSSES)
def test_who_edits_a_loss_changes_the_training(problem, monkeypatch, cls, name):
    """By autograd, and with a warning, since the hand-written gradients are of the loss before."""
    X, y, _ = problem
    sampler = WADANSampler(max_epochs=1, random_state=0)
    plain, _ = sampler.fit(X, y).sample(9)
    monkeypatch.setattr(cls, name, a_little_more(getattr(cls, name)))
    with pytest.warns(RuntimeWarning, match=r"gradients of ADANGame differ .* by 0\.0.*autograd"):
        edited, _ = sampler.fit(X, y).sample(9)
    assert not (plain == edited).all()
