"""A game of one's own: trained, drawn from and saved from outside the package."""

from dataclasses import dataclass, replace

import numpy as np
import pytest
import torch
from conftest import SMALL, TRAINING

from skadan import GameSampler, Replicate, WADANSampler, load_sampler, save_sampler
from skadan.games import (
    ADANGame,
    CrossEntropy,
    GANGame,
    Networks,
    Turn,
    WassersteinDivergence,
    mlp,
)


@dataclass(frozen=True)
class Hinge:
    """The hinge loss."""

    margin: float = 1.0

    def critic_loss(self, critic, real, fake, mu):
        """E max(0, margin - D(real)) + E max(0, margin + D(fake))."""
        return {
            "critic_real": (self.margin - critic(real)).relu().mean(),
            "critic_fake": (self.margin + critic(fake)).relu().mean(),
        }

    def generator_loss(self, critic, fake):
        """-E D(fake)."""
        return {"generator": -critic(fake).mean()}


@dataclass(frozen=True)
class MeanGame:
    """One network that learns the mean of each class, noise left aside."""

    n_noise: int = 2
    moves: str = "generator"

    def networks(self, n_features, n_classes, device="cpu"):
        """From a label to a row."""
        return Networks(generator=mlp((n_classes, n_features), device))

    @property
    def turns(self):
        """One."""
        return (Turn((self.moves,), self.loss),)

    def embed(self, networks, batch):
        """Nothing is shared."""
        return batch

    def loss(self, networks, batch):
        """Squared distance to the rows."""
        return {"distance": (networks.generator(batch.y) - batch.x).square().mean()}

    def generate(self, networks, z, y):
        """The mean."""
        return networks.generator(y)

    def decode(self, networks, h):
        """A code is a row."""
        return h


SIZES = {"n_latent": 4, "n_noise": 3, "autoencoder_layers": (8,), "latent_layers": (6,)}


def test_a_whole_game(problem):
    """Its rows are the means of the classes, in the units of the table."""
    X, y, _ = problem
    sampler = GameSampler(
        game=MeanGame(), max_epochs=600, learning_rate=0.02, random_state=0, device="cpu"
    )
    X_new, y_new = sampler.fit(X, y).sample([0, 1, 2])
    for k in range(3):
        error = np.abs(X_new[y_new == k][0] - X[y == k].mean(0)) / X.std(0)
        assert error.max() < 0.05
    assert not hasattr(sampler, "encode")
    assert hasattr(GameSampler(), "encode")


@pytest.mark.parametrize("divergence", [Hinge(), Hinge(margin=0.5)])
def test_a_divergence_in_the_papers_game(problem, divergence):
    X, y, _ = problem
    game = ADANGame(divergence, **SIZES)
    keywords = TRAINING | {"sampling_strategy": Replicate(1)}
    sampler = GameSampler(game=game, **keywords)
    X_new, _ = sampler.fit_resample(X, y)
    assert np.isfinite(X_new).all()
    assert X_new.shape == (90, 100)
    assert sampler.encode(X).shape == (45, 4)
    plain = GameSampler(game=ADANGame(CrossEntropy(), **SIZES), **keywords).fit(X, y)
    other = GameSampler(game=replace(game, divergence=Hinge(2.0)), **keywords).fit(X, y)
    for loss in ("critic_real", "generator"):
        assert len({s.history_[loss][0] for s in (sampler, plain, other)}) > 1


def test_wadan_is_the_game_with_its_additions(problem):
    """The same parameters, stated from outside, give the same bits."""
    X, y, _ = problem
    wadan = WADANSampler(**SMALL)
    game = ADANGame(
        WassersteinDivergence(),
        **SIZES,
        latent_steps=4,
        conditional_critic=True,
        reconstruction_weight="mean",
    )
    blend = ("center", "own_share", "anchor", "residuals")
    names = ("input_noise", "class_weight", "learning_rate", *blend)
    additions = {name: getattr(wadan, name) for name in names}
    own = GameSampler(game=game, **TRAINING, **additions)
    expected, rows = (s.fit(X, y).sample(30)[0] for s in (wadan, own))
    np.testing.assert_array_equal(rows, expected)
    assert WADANSampler(**SMALL).make_game() == game


def test_the_default_game_is_the_papers(problem):
    assert GameSampler().make_game() == ADANGame(WassersteinDivergence())


class Incomplete:
    """Half a game, half a divergence."""

    n_noise = 3

    def critic_loss(self, critic, real, fake, mu):
        """Nothing."""
        return {}


@pytest.mark.parametrize(
    ("game", "message"),
    [
        (Incomplete(), "Incomplete cannot serve as a Game: it lacks turns, networks, embed"),
        (MeanGame, "MeanGame is a class: pass an instance of it as the Game"),
        (GANGame(), r"residuals=True needs codes .* GANGame has no encode"),
    ],
)
def test_what_is_missing_is_named_before_training(problem, game, message, monkeypatch):
    X, y, _ = problem
    monkeypatch.setattr(GameSampler, "_learn", lambda *_: pytest.fail("it trained"))
    with pytest.raises(TypeError, match=message):
        GameSampler(game=game, residuals=True).fit(X, y)


@pytest.mark.parametrize("make", [ADANGame, lambda d: GANGame(divergence=d)])
def test_what_a_divergence_lacks_is_named(make):
    with pytest.raises(TypeError, match=r"Incomplete .* a Divergence: it lacks generator_loss\."):
        make(Incomplete())


def test_a_network_that_is_not_there_is_named(problem):
    X, y, _ = problem
    with pytest.raises(ValueError, match=r"moves \['gen'\], .* networks are \['generator'\]"):
        GameSampler(game=MeanGame(moves="gen"), **TRAINING).fit(X, y)


def test_a_word_for_the_weight_is_mean():
    with pytest.raises(ValueError, match="reconstruction_weight='man': use a number or 'mean'"):
        ADANGame(CrossEntropy(), reconstruction_weight="man")


@pytest.fixture
def own(problem):
    """A fitted sampler of a divergence of one's own."""
    X, y, _ = problem
    return GameSampler(game=ADANGame(Hinge(0.5), **SIZES), **TRAINING).fit(X, y)


def test_files_of_trusted_classes(own, problem, tmp_path):
    path = tmp_path / "own"
    save_sampler(own, path, trusted=[Hinge])
    back = load_sampler(path, trusted=[Hinge])
    np.testing.assert_array_equal(back.sample(9)[0], own.sample(9)[0])
    np.testing.assert_array_equal(back.encode(problem[0]), own.encode(problem[0]))
    assert back.game == own.game


def test_a_sampler_of_ones_own(problem, tmp_path):
    class HingeADAN(WADANSampler):
        """WADAN with another divergence."""

        def _divergence(self):
            return Hinge()

    X, y, _ = problem
    sampler, path = HingeADAN(**SMALL).fit(X, y), tmp_path / "own"
    save_sampler(sampler, path, trusted=(HingeADAN, Hinge))
    back = load_sampler(path, trusted=(HingeADAN, Hinge))
    assert type(back) is HingeADAN
    np.testing.assert_array_equal(back.sample(9)[0], sampler.sample(9)[0])
    with pytest.raises(ValueError, match="names the class 'HingeADAN'"):
        load_sampler(path, trusted=[Hinge])


def test_files_of_other_classes(own, tmp_path):
    path = tmp_path / "own"
    with pytest.raises(TypeError, match=r"game\.divergence holds Hinge.*trusted=\[Hinge\]"):
        save_sampler(own, path)
    assert not path.exists()
    save_sampler(own, path, trusted=[Hinge])
    with pytest.raises(ValueError, match=r"names the class 'Hinge'.*trusted="):
        load_sampler(path)
    with pytest.raises(TypeError, match="trusted holds 'Hinge', which is not a class"):
        load_sampler(path, trusted=["Hinge"])
    for wrong in (torch.nn.Linear, dict):
        impostor = type("Hinge", (wrong,), {})
        with pytest.raises(ValueError, match="was not written by"):
            load_sampler(path, trusted=[impostor])
    with pytest.raises(ValueError, match="class named ADANGame; rename it"):
        save_sampler(own, path, trusted=[type("ADANGame", (), {})])


def renamed(cls, **fields):
    """Another version of a class: the same name, other fields."""
    return dataclass(frozen=True)(
        type(cls.__name__, (cls,), {"__annotations__": dict.fromkeys(fields, float)} | fields)
    )


def test_files_of_another_version_of_a_class(own, problem, tmp_path):
    X, y, _ = problem
    path = tmp_path / "own"
    save_sampler(own, path, trusted=[Hinge])
    with pytest.raises(
        ValueError, match=r"Hinge with the fields \['margin'\], .* \['margin', 'slope'"
    ):
        load_sampler(path, trusted=[renamed(Hinge, slope=2.0)])
    save_sampler(GameSampler(game=MeanGame(), **TRAINING).fit(X, y), path, trusted=[MeanGame])

    class Wider(MeanGame):
        """Other networks under the same name."""

        def networks(self, n_features, n_classes, device="cpu"):
            """With a hidden layer."""
            return Networks(generator=mlp((n_classes, 7, n_features), device))

    Wider.__name__ = "MeanGame"
    with pytest.raises(ValueError, match="another version of a class: MeanGame does not take its"):
        load_sampler(path, trusted=[Wider])
    with pytest.raises(TypeError, match=r"trusted takes a list of classes: \[MeanGame\]"):
        load_sampler(path, trusted=MeanGame)
