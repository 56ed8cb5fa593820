"""Each sampler's parameters: stated once, documented as they are."""

import inspect
import re
from dataclasses import fields, replace

import numpy as np
import pandas as pd
import pytest
from conftest import SMALL

import skadan
from skadan import ADANSampler, WADANSampler
from skadan.games import ADANGame, CrossEntropy, WassersteinDivergence
from skadan.samplers._docstrings import SHARED

SAMPLERS = [getattr(skadan, name) for name in skadan.__all__ if name.endswith("Sampler")]
ENTRY = re.compile(r"^(\w+) : (.*?)(?:, default=(.*))?$", re.MULTILINE)


def documented(cls):
    """Name and default of each entry of the class's section of parameters."""
    section = cls.__doc__.partition("Parameters\n----------\n")[2].partition("Attributes\n---")[0]
    return {name: default for name, _, default in ENTRY.findall(section)}


@pytest.mark.parametrize("cls", SAMPLERS, ids=lambda cls: cls.__name__)
def test_the_docstring_is_the_signature(cls):
    signature = inspect.signature(cls).parameters
    entries = documented(cls)
    assert list(entries) == list(signature)
    for name, parameter in signature.items():
        if parameter.default is inspect.Parameter.empty:
            assert entries[name] == ""  # FrozenSampler's sampler, as a meta-estimator takes it
            continue
        shown = entries[name].strip("'\"")
        assert shown == str(parameter.default), name
        assert parameter.kind is inspect.Parameter.KEYWORD_ONLY


@pytest.mark.parametrize("cls", SAMPLERS, ids=lambda cls: cls.__name__)
def test_the_signature_shows_types_alone(cls):
    """As `help` and the documentation print it: no constraint, no address in memory."""
    shown = str(inspect.signature(cls))
    assert "Annotated" not in shown
    assert " object at " not in shown
    assert re.search("sampling_strategy: Any = '(auto|fitted)'", shown)


@pytest.mark.parametrize("cls", SAMPLERS, ids=lambda cls: cls.__name__)
def test_every_parameter_has_a_constraint(cls):
    assert list(cls._parameter_constraints) == [field.name for field in fields(cls)]


@pytest.mark.parametrize("cls", SAMPLERS, ids=lambda cls: cls.__name__)
def test_no_place_of_a_shared_text_is_left_open(cls):
    assert not re.search(r"\{\w+_\w+\}", cls.__doc__)
    assert not [name for name in SHARED if f"{{{name}}}" in cls.__doc__]


@pytest.mark.parametrize("layers", [[8, 7], range(8, 6, -1), pd.Series([8, 7]), np.int16([8, 7])])
def test_a_game_has_the_values_of_the_sampler(layers):
    """Widths as a tuple, so that it can be hashed."""
    other = {
        "alpha": 0.3,
        "n_latent": 5,
        "n_noise": 2,
        "critic_steps": 3,
        "latent_steps": 2,
        "conditional_critic": False,
        "reconstruction_weight": 0.7,
    }
    for cls, divergence in [
        (ADANSampler, CrossEntropy(saturating=True)),
        (WADANSampler, WassersteinDivergence(3.0, 2.0)),
    ]:
        widths = {"autoencoder_layers": layers, "latent_layers": layers}
        game = cls(**other, **widths, **vars(divergence))._game_for(50)
        expected = {"autoencoder_layers": (8, 7), "latent_layers": (8, 7)}
        assert game == ADANGame(divergence, **other, **expected)
        assert hash(game) == hash(replace(game))


def test_rows_of_given_codes_are_completed_as_those_of_the_generator(problem):
    """sample = sample_from_codes of sample_latent, without a centre."""
    X, y, _ = problem
    sampler = WADANSampler(**SMALL | {"center": None, "anchor": 0.4}).fit(X, y)
    codes = sampler.sample_latent(y, random_state=3)
    rows = sampler.sample_from_codes(codes, y, random_state=3)
    np.testing.assert_array_equal(rows, sampler.sample(y, random_state=3)[0])


def test_codes_of_real_rows_give_these_rows_back(problem):
    """x + (1 - anchor) (R(E(x)) - R(E(x))): whatever its weight, the anchor itself."""
    X, y, _ = problem
    order = np.argsort(y, kind="stable")
    sampler = WADANSampler(**SMALL | {"anchor": 0.4}).fit(X, y)
    rows = np.repeat(order[:1], 30)
    new = sampler.sample_from_codes(sampler.encode(X[rows]), y[rows], random_state=3)
    own = sampler.decode(sampler.encode(X[rows]))[0]
    moved = new - 0.6 * own
    expected = X[y == y[rows[0]]] - 0.6 * sampler.decode(sampler.encode(X[y == y[rows[0]]]))
    distance = np.abs(moved[:, None] - expected[None]).max(2)
    assert distance.min(1).max() < 1e-4


@pytest.mark.parametrize("own_share", [0.0, "auto"])
@pytest.mark.parametrize("center", ["mean", "shrunken"])
def test_rows_of_given_codes_have_no_centre(problem, center, own_share):
    X, y, _ = problem
    plain = WADANSampler(**SMALL, center=None).fit(X, y)
    centred = WADANSampler(**SMALL, center=center, own_share=own_share).fit(X, y)
    codes = plain.encode(X)
    rows = centred.sample_from_codes(codes, y, random_state=3)
    np.testing.assert_array_equal(rows, plain.sample_from_codes(codes, y, random_state=3))


def test_codes_and_labels_have_to_fit(problem):
    X, y, _ = problem
    sampler = WADANSampler(**SMALL).fit(X, y)
    with pytest.raises(ValueError, match="H has 2 rows, but y has 3 labels"):
        sampler.sample_from_codes(np.zeros((2, 4)), [0, 1, 2])
    with pytest.raises(ValueError, match="n_latent=4"):
        sampler.sample_from_codes(np.zeros((2, 5)), [0, 1])
