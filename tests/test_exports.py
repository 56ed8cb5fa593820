"""Public names are documented, and samplers take part in the tests that they share."""

import importlib
import re

import pytest
from conftest import ROOT, SETTINGS

import skadan
from skadan import FrozenSampler, samplers
from skadan._saving.registry import RECORDS, SAMPLERS
from skadan.evaluation import _arms, _settings, _verdict
from skadan.games import ADANGame, CrossEntropy, WassersteinDivergence

PAGE = (ROOT / "docs" / "api.md").read_text()
PUBLIC = [skadan, *(importlib.import_module(f"skadan.{name}") for name in skadan.MODULES)]
# Types of arguments, which the entries that take them describe.
UNLISTED = {"__version__", "Critic", "Terms"}


@pytest.mark.parametrize("module", PUBLIC, ids=lambda module: module.__name__)
def test_public_names_are_on_the_api_page(module):
    listed = set(re.findall(r"^   (\w+)$", PAGE, re.M))
    assert not set(module.__all__) - listed - UNLISTED - set(skadan.MODULES)


def test_exported_samplers_take_part_in_shared_tests_and_files():
    exported = {getattr(samplers, name) for name in samplers.__all__} - {FrozenSampler}
    fitted = {cls for cls in exported if issubclass(cls, samplers.base.SyntheticSampler)}
    assert fitted
    assert fitted <= SETTINGS.keys()
    assert fitted <= set(SAMPLERS)
    assert {name for name in samplers.__all__ if name not in skadan.__all__} == set()


def test_exported_games_and_divergences_may_be_in_files():
    assert {ADANGame, CrossEntropy, WassersteinDivergence} <= set(RECORDS)


def test_every_arm_has_a_model_a_name_and_a_price():
    assert set(_verdict.NAMES) == set(_settings.ARMS)
    assert {*_arms.WITH_ROWS, "weights", "prior"} == set(_settings.ARMS)
    assert {*_settings.TRAINED, *_settings.UNTRAINED} <= _arms.SAMPLERS.keys()
