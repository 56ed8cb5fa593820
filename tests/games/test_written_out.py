"""Gradients that are written out, against autograd on the loss that they belong to."""

from dataclasses import dataclass, replace

import pytest
import torch
from small_games import make_batch, make_networks

from skadan._training.step import gradients_of, parameters_of
from skadan.games import ADANGame, CrossEntropy, Networks, WassersteinDivergence, mlp
from skadan.games.perceptron import Perceptron

SIZES = {"n_latent": 4, "n_noise": 3, "autoencoder_layers": (5,)}
DIVERGENCES = [
    CrossEntropy(),
    CrossEntropy(saturating=False),
    WassersteinDivergence(),
    WassersteinDivergence(penalty_weight=0.3, penalty_power=1.5),
    WassersteinDivergence(penalty_power=2.0),
]


def by_autograd(turn, networks, batch):
    loss = sum(turn.loss(networks, batch).values())
    return torch.autograd.grad(loss, parameters_of(networks, turn.moves))


@pytest.mark.parametrize("divergence", DIVERGENCES, ids=repr)
@pytest.mark.parametrize("conditional", [True, False])
@pytest.mark.parametrize("latent_layers", [(6, 7), (9,), (5, 8, 6)])
def test_they_are_those_of_autograd(rng, divergence, conditional, latent_layers):
    """In float64, to the last digits: terms and gradients of every turn that has them."""
    game = ADANGame(
        divergence, **SIZES, latent_layers=latent_layers, alpha=0.7, conditional_critic=conditional
    )
    networks, batch = make_networks(game, rng), make_batch(rng, game.n_noise)
    batch = game.embed(networks, batch)
    batch = replace(batch, h=batch.h.detach())
    written = [turn for turn in game.turns if turn.gradients]
    assert [turn.moves for turn in written] == [("critic",), ("generator",)]
    for turn in written:
        terms, gradients = gradients_of(replace(turn, loss=None), networks, batch)
        torch.testing.assert_close(terms, turn.loss(networks, batch), rtol=1e-12, atol=1e-14)
        for mine, its in zip(gradients, by_autograd(turn, networks, batch), strict=True):
            torch.testing.assert_close(mine, its, rtol=1e-10, atol=1e-14)


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
        draw=replace(batch.draw, z=batch.draw.z.float(), mu=batch.draw.mu.float()),
        x_noise=None,
    )
    batch = game.embed(networks, batch)
    batch = replace(batch, h=batch.h.detach())
    for turn in game.turns[1:]:
        _, gradients = gradients_of(turn, networks, batch)
        for mine, its in zip(gradients, by_autograd(turn, networks, batch), strict=True):
            torch.testing.assert_close(mine, its, rtol=1e-5, atol=1e-6 * its.abs().max().item())


def test_a_flat_critic_has_no_penalty(rng):
    """Where the slope is zero, autograd's subgradient is zero and so is the written one."""
    networks = Networks(critic=mlp((4, 6, 1))).initialise(torch.Generator().manual_seed(0))
    with torch.no_grad():
        networks.critic[-1].weight.zero_()
    real, fake = torch.randn(2, 5, 4, generator=torch.Generator().manual_seed(1))
    divergence = WassersteinDivergence(penalty_power=1.5)
    terms, gradients = divergence.critic_gradients(
        Perceptron.of(networks.critic), real, fake, torch.full((5, 1), 0.5)
    )
    assert terms["gradient_penalty"] == 0
    assert all(gradient.isfinite().all() for gradient in gradients)


def test_a_constant_does_not_move_the_critic(rng):
    """E D(real) - E D(fake) does not know it; rounding would, and Adam makes steps of rounding."""
    game = ADANGame(WassersteinDivergence(), **SIZES)
    networks, batch = make_networks(game, rng), make_batch(rng, game.n_noise)
    _, gradients = gradients_of(game.turns[1], networks, game.embed(networks, batch))
    assert gradients[-1].item() == 0.0


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
    networks, batch = make_networks(game, rng), make_batch(rng, game.n_noise)
    batch = game.embed(networks, batch)
    for turn in game.turns[1:]:
        terms, gradients = gradients_of(turn, networks, batch)
        assert terms.keys() == turn.loss(networks, batch).keys()
        for mine, its in zip(gradients, by_autograd(turn, networks, batch), strict=True):
            assert torch.equal(mine, its)


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
