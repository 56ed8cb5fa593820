"""What is wrong with a game of one's own is said before it trains."""

from dataclasses import dataclass, replace

import numpy as np
import pytest
import torch
from conftest import TRAINING
from torch import nn

from skadan import GameSampler
from skadan.games import ADANGame, Networks, Turn, WassersteinDivergence, mlp


@dataclass(frozen=True)
class Odd:
    """A game with one thing wrong, or none."""

    wrong: str = "nothing"
    n_noise: int = 2

    def networks(self, n_features, n_classes, device="cpu"):
        """One network of a kind."""
        match self.wrong:
            case "dict":
                return {"g": mlp((n_classes, n_features), device)}
            case "dropout":
                net = nn.Sequential(mlp((n_classes, n_features), device), nn.Dropout(0.5))
            case "conv":
                net = nn.Sequential(nn.Conv1d(1, 1, 1, device=device))
            case "norm":
                net = nn.Sequential(
                    mlp((n_classes, n_features), device), nn.BatchNorm1d(n_features, device=device)
                )
            case "half":
                net = mlp((n_classes, n_features, n_features), device)
            case _:
                net = mlp((n_classes, n_features), device)
        spare = {"spare": mlp((2, 2), device)} if self.wrong == "unused" else {}
        return Networks(g=net, **spare)

    @property
    def turns(self):
        """One turn, or something else."""
        turn = Turn(("g",), self.loss)
        match self.wrong:
            case "one turn":
                return turn
            case "no turn":
                return ()
            case "unused":
                return (Turn(("g", "spare"), self.loss),)
            case "same name":
                return (turn, Turn(("g",), self.other_loss))
            case "typo":
                return (Tunr(("g",), self.loss),)  # noqa: F821
        return (turn,)

    def embed(self, networks, batch):
        """Nothing is shared."""
        return batch

    def loss(self, networks, batch):
        """Squared distance, or something else."""
        error = (networks.g(batch.y) - batch.x).square()
        match self.wrong:
            case "float":
                return {"error": 0.5}
            case "empty":
                return {}
            case "bare":
                return error.mean()
            case "vector":
                return {"error": error.mean(1)}
            case "half":
                return {"error": (networks.g[0](batch.y) - batch.x).square().mean()}
            case "draw":
                return {"error": batch.draw.z.mean() + error.mean()}
        return {"error": error.mean()}

    def other_loss(self, networks, batch):
        """A loss whose term has the other's name."""
        return {"error": networks.g(batch.y).square().mean()}

    def generate(self, networks, z, y):
        """A row of each label."""
        return networks.g(y)[:1] if self.wrong == "one row" else networks.g(y)

    def decode(self, networks, h):
        """The code itself, or a part of it."""
        return h[:, :1] if self.wrong == "narrow" else h


@dataclass(frozen=True)
class OddEncoder(Odd):
    """With codes of another width than its generator's."""

    def encode(self, networks, x):
        """Half of a row."""
        return x[:, :3]


WRONG = {
    "dict": (TypeError, r"Odd\.networks returned a dict: return a skadan\.games\.Networks"),
    "dropout": (TypeError, r"network g\.1 is a Dropout, which draws from torch's global"),
    "conv": (TypeError, r"network g\.0 is a Conv1d, whose weights .* initialise\(rng\)"),
    "one turn": (TypeError, "a property that returns a tuple of Turn"),
    "no turn": (ValueError, "Odd has no turns"),
    "unused": (ValueError, r"turn 1, .*does not depend on all weights of 'spare'"),
    "half": (ValueError, r"turn 1, .*does not depend on all weights of 'g'"),
    "same name": (ValueError, "turn 2, .*another turn also has a term named 'error'"),
    "typo": (NameError, "Tunr"),
    "float": (TypeError, "turn 1, .*the term 'error' is 0.5"),
    "empty": (TypeError, "the loss returned {}; return a dict of named terms"),
    "bare": (TypeError, r"the loss returned tensor\(.*; return a dict of named terms"),
    "vector": (TypeError, r"the term 'error' is of shape \(45,\)"),
    "one row": (ValueError, r"Odd\.generate returned \(1, 100\), not a Tensor of shape \(45, n_l"),
    "narrow": (ValueError, r"Odd\.decode returned \(45, 1\), not a Tensor of shape \(45, 100\)"),
}


def sampler_of(game):
    return GameSampler(game=game, row_space=False, **TRAINING | {"batch_size": 64})


@pytest.mark.parametrize("wrong", WRONG)
def test_it_is_said_before_training(problem, wrong, monkeypatch):
    X, y, _ = problem
    monkeypatch.setattr("skadan.samplers.adversarial.train", lambda *_: pytest.fail("it trained"))
    kind, message = WRONG[wrong]
    with pytest.raises(kind, match=message):
        sampler_of(Odd(wrong)).fit(X, y)


def test_an_error_in_a_loss_says_in_which_turn(problem):
    X, y, _ = problem
    with pytest.raises(AttributeError) as error:
        sampler_of(Odd("draw")).fit(X, y)
    notes = error.value.__notes__
    assert notes == [
        "In Odd, turn 1, which moves ('g',).",
        "batch.draw is None until a turn with redraw=True.",
    ]


def test_codes_have_one_width(problem):
    X, y, _ = problem
    with pytest.raises(ValueError, match=r"OddEncoder\.encode returned \(45, 3\), not .*\(45, 100"):
        sampler_of(OddEncoder()).fit(X, y)


def test_a_rehearsal_changes_nothing(problem, monkeypatch):
    """Neither weights, nor draws, nor the running means of a norm."""
    X, y, _ = problem
    for wrong in ("nothing", "norm"):
        first = sampler_of(Odd(wrong)).fit(X, y)
        with monkeypatch.context() as patch:
            patch.setattr("skadan.samplers.game.rehearse", lambda *_: None)
            second = sampler_of(Odd(wrong)).fit(X, y)
        for name, weight in first._model.weights.items():
            np.testing.assert_array_equal(second._model.weights[name], weight)


def test_norms_do_not_see_who_is_drawn_beside(problem):
    """Networks sample in evaluation mode: a row alone is the row in company."""
    X, y, _ = problem
    sampler = sampler_of(Odd("norm")).fit(X, y)
    alone, company = sampler.sample([0])[0], sampler.sample([0, 1, 2])[0]
    np.testing.assert_allclose(alone[0], company[0], rtol=1e-5)


@pytest.mark.parametrize(
    "sizes",
    [
        {"critic_steps": 0},
        {"latent_steps": 0},
        {"n_latent": 0},
        {"latent_layers": (0,)},
        {"n_noise": 2.5},
    ],
)
def test_sizes_are_counts(sizes):
    (name,) = sizes
    with pytest.raises(ValueError, match=rf"{name}=.*whole numbers of 1 or more"):
        ADANGame(WassersteinDivergence(), **sizes)
    assert ADANGame(WassersteinDivergence(), n_latent=np.int64(3)).n_latent == 3


def test_moves_are_names():
    with pytest.raises(TypeError, match=r"moves='generator': give a tuple of names"):
        Turn("generator", dict)
    assert Turn(["a", "b"], dict).moves == ("a", "b")


class Slope(WassersteinDivergence):
    """Another penalty, whose term has the name of one of the game's."""

    def generator_loss(self, critic, fake):
        """With a term too many."""
        return {"generator": critic(fake).mean(), "fake_class": fake.mean()}


def test_no_term_is_lost(problem):
    X, y, _ = problem
    game = replace(ADANGame(Slope()), n_latent=4, autoencoder_layers=(8,), latent_layers=(6,))
    with pytest.raises(ValueError, match="Two terms of a loss are named fake_class"):
        sampler_of(game).fit(X, y)


@dataclass(frozen=True)
class Holder:
    """A divergence with a field that cannot be saved."""

    scale: object = None

    critic_loss = generator_loss = WassersteinDivergence.critic_loss


@dataclass
class Thawed:
    """A divergence that can change."""

    critic_loss = generator_loss = WassersteinDivergence.critic_loss


@pytest.mark.parametrize(
    ("divergence", "message"),
    [
        (Holder(torch.zeros(2)), r"Holder\.scale is a Tensor: the fields of a game are numbers"),
        (Holder((1, print)), r"Holder\.scale is a builtin_function_or_method"),
        (Thawed(), r"Thawed cannot serve .* make it a dataclass\(frozen=True\)"),
        (WassersteinDivergence, "WassersteinDivergence is a class: pass an instance of it"),
    ],
)
def test_fields_are_plain_and_stay(divergence, message):
    with pytest.raises(TypeError, match=message):
        ADANGame(divergence)
