"""Networks that fit a table: "auto" sizes, against their formulas."""

import numpy as np
import pytest

from skadan import ADANSampler, WADANSampler, load_sampler, save_sampler
from skadan.games import ADANGame


def sizes(sampler, n_coordinates):
    game = sampler._game_for(n_coordinates)
    return game.n_latent, game.n_noise, game.autoencoder_layers, game.latent_layers


@pytest.mark.parametrize("cls", [ADANSampler, WADANSampler])
def test_at_the_papers_shape_they_are_the_papers(cls):
    """480 rows of 4,368 columns, in the row space; 5,531 rows, in the columns."""
    paper = {name: getattr(ADANGame, name, None) for name in ("n_latent", "autoencoder_layers")}
    assert paper == {"n_latent": 100, "autoencoder_layers": (800, 800)}
    for n_coordinates in (400, 479, 4368):
        assert sizes(cls(), n_coordinates) == (100, 100, (800, 800), (100, 100))
    literal = cls(**cls.paper_params())
    assert sizes(literal, 10) == (100, 100, (800, 800), (100, 100))
    assert literal.max_epochs in (800, 1500)


@pytest.mark.parametrize(
    ("n_coordinates", "expected"),
    [
        (1, (1, 1, (64, 64), (32, 32))),
        (10, (10, 10, (64, 64), (32, 32))),
        (40, (40, 40, (80, 80), (80, 80))),
        (200, (100, 100, (400, 400), (100, 100))),
    ],
)
def test_narrow_tables_have_small_networks(n_coordinates, expected):
    assert sizes(WADANSampler(), n_coordinates) == expected


def test_what_is_stated_is_kept():
    sampler = WADANSampler(n_latent=3, autoencoder_layers=[7])
    assert sizes(sampler, 50) == (3, 3, (7,), (32, 32))
    assert sizes(WADANSampler(n_noise=2, latent_layers=(9,)), 50) == (50, 2, (100, 100), (9,))


def test_a_fit_takes_those_of_its_coordinates(tmp_path):
    """Of rows where these are fewer than half the columns; and files remember them."""
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(30, 100)), np.repeat([0, 1], [20, 10])
    sampler = WADANSampler(max_epochs=1, random_state=0).fit(X, y)
    rank = sampler._model.coordinates.n_coordinates
    assert rank < 30
    assert sampler.encode(X).shape == (30, rank)
    save_sampler(sampler, tmp_path / "a")
    np.testing.assert_array_equal(load_sampler(tmp_path / "a").sample(5)[0], sampler.sample(5)[0])
    narrow = WADANSampler(max_epochs=1, random_state=0).fit(X[:, :5], y)
    assert narrow.encode(X[:, :5]).shape == (30, 5)


@pytest.mark.parametrize("name", ["n_latent", "n_noise", "autoencoder_layers", "max_epochs"])
def test_other_words_are_refused(name):
    X, y = np.random.default_rng(0).normal(size=(9, 2)), np.repeat([0, 1], [5, 4])
    with pytest.raises(ValueError, match=f"'{name}'.*'auto'"):
        WADANSampler(**{name: "large"}).fit(X, y)
