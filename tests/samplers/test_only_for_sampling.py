"""Parameters that no fit depends on: stated once, and true to the bit."""

from dataclasses import fields

import numpy as np
import pandas as pd
import pytest
from conftest import SMALL, SMALL_GAME
from sklearn.base import clone

from skadan import GameSampler, NoiseSampler, Replicate, ShrunkenSampler, WADANSampler
from skadan._models.arrays import BLOCK_ROWS
from skadan._models.real_rows import Blend
from skadan.distributed import sample_files, sample_frame
from skadan.samplers.adversarial import AdversarialSampler
from skadan.samplers.base import HANDLED_BY_SAMPLER

VALUES = {
    "sampling_strategy": ["auto", Replicate(2)],
    "residuals": [True, False],
    "anchor": [0.0, 0.3, 1.0],
    "center": ["shrunken", "mean", None],
    "own_share": ["auto", 0.0, 1.0],
    "noise_scale": [0.0, 2.0],
    "clip": [False, True],
    "whole_numbers": [False, True],
}


def settings(sampler):
    """Each value of each such parameter, beside the sampler's own of the others."""
    names = sampler._only_for_sampling.keys() & sampler.get_params(deep=False).keys()
    every = [{name: value} for name in sorted(names) for value in VALUES[name]]
    if isinstance(sampler, ShrunkenSampler):
        every.remove({"center": None})
    return every


def learned(sampler):
    """What the fit has found out: the weights, or the table of a sampler without any."""
    model = sampler._model
    return model.weights if hasattr(model, "weights") else {"rows": model.scaled}


def test_they_are_the_strategy_and_how_real_rows_blend_in():
    blend = [field.name for field in fields(Blend)]
    assert sorted(AdversarialSampler._only_for_sampling) == sorted([*HANDLED_BY_SAMPLER, *blend])


@pytest.mark.slow
def test_no_weight_depends_on_them(sampler, problem):
    X, y, _ = problem
    first = learned(sampler.fit(X, y))
    for setting in settings(sampler):
        other = learned(clone(sampler).set_params(**setting).fit(X, y))
        assert other.keys() == first.keys()
        for part, weight in first.items():
            np.testing.assert_array_equal(other[part], weight, err_msg=f"{setting} {part}")


@pytest.mark.parametrize("seed", [0, "RandomState"])
@pytest.mark.slow
def test_one_fit_serves_every_value(sampler, problem, seed):
    """The rows, labels and fitted attributes are those of a fit of one's own."""
    X, y, _ = problem

    def seeded():
        return np.random.RandomState(3) if seed == "RandomState" else seed

    trained = clone(sampler).set_params(random_state=seeded()).for_any_draw().fit(X, y)
    for setting in settings(sampler):
        own = clone(sampler).set_params(random_state=seeded(), **setting)
        lent = clone(sampler).set_params(random_state=seeded(), **setting)
        expected, made = own.fit_resample(X, y), lent.resample_with(trained, X, y)
        np.testing.assert_array_equal(made[0], expected[0], err_msg=str(setting))
        np.testing.assert_array_equal(made[1], expected[1])
        np.testing.assert_array_equal(lent.sample_indices_, own.sample_indices_)
        np.testing.assert_array_equal(lent.sample(4)[0], own.sample(4)[0])
        assert vars(lent).keys() == vars(own).keys()


@pytest.mark.slow
def test_sections_are_those_of_the_whole_for_every_value(sampler, problem, tmp_path):
    """Rows in frames and files begin anywhere in the draw, and are those of `sample`."""
    pytest.importorskip("dask.dataframe")
    X, y, _ = problem
    trained, n_rows = clone(sampler).for_any_draw().fit(X, y), 2 * BLOCK_ROWS + 30
    for number, setting in enumerate(settings(sampler)):
        own = clone(sampler).set_params(**setting)
        own.resample_with(trained, X, y)
        rows, labels = own.sample(n_rows, random_state=5)
        frame = sample_frame(own, n_rows, 3, random_state=5)
        files = sample_files(own, n_rows, tmp_path / str(number), n_files=2, random_state=5)
        parts = [frame.get_partition(i).compute(scheduler="synchronous") for i in (2, 0, 1)]
        for found in (pd.concat(parts).sort_index(), pd.concat(map(pd.read_parquet, files))):
            made = found.drop(columns="target").to_numpy()
            np.testing.assert_array_equal(made, rows, err_msg=str(setting))
            np.testing.assert_array_equal(found["target"], labels)


def test_a_game_without_an_encoder_keeps_no_residuals():
    class Blind:
        def __getattr__(self, name):
            if name == "encode":
                raise AttributeError(name)
            return getattr(SMALL_GAME, name)

    blind = GameSampler(game=Blind())
    assert blind.for_any_draw().residuals is False
    assert GameSampler(game=SMALL_GAME).for_any_draw().residuals is True


@pytest.mark.parametrize(
    ("fitted", "changes", "message"),
    [
        ({"anchor": 0.0}, {"anchor": 0.5}, "anchor=0.5: .* kept no rows .* anchor above 0"),
        ({"residuals": False}, {"residuals": True}, "residuals=True: .* kept none"),
        ({}, {"n_latent": 3}, "n_latent=3: WADANSampler has no n_latent that could be changed"),
        ({}, {"noise_scale": 3}, "WADANSampler has no noise_scale"),
    ],
)
def test_what_was_not_kept_is_not_made_up(problem, fitted, changes, message):
    X, y, _ = problem
    sampler = WADANSampler(**SMALL | fitted).fit(X, y)
    with pytest.raises(ValueError, match=message):
        sampler._adjusted_model(changes)


def test_adjusting_leaves_the_sampler_as_it_was(problem):
    X, y, _ = problem
    sampler = NoiseSampler(random_state=0).fit(X, y)
    before = sampler.sample(5)[0]
    sampler._adjusted_model({"noise_scale": 0.0})
    np.testing.assert_array_equal(sampler.sample(5)[0], before)


def test_an_interrupted_fit_goes_on_whatever_is_drawn_afterwards(tmp_path, problem, monkeypatch):
    """A checkpoint is named for what training depends on alone."""
    X, y, _ = problem
    keywords = SMALL | {"max_epochs": 4, "checkpoint": tmp_path, "checkpoint_epochs": 1}

    class Stop(Exception):
        pass

    def stop_in_the_third(callbacks, epoch, losses):
        if epoch == 3:
            raise Stop
        return False

    with monkeypatch.context() as patched:
        end = "skadan.samplers._callbacks.EpochCallbacks.epoch_ends"
        patched.setattr(end, stop_in_the_third)
        with pytest.raises(Stop):
            WADANSampler(**keywords).fit(X, y)
    (state,) = tmp_path.iterdir()
    WADANSampler(**keywords, anchor=0.2, center="mean", own_share=0.5).fit(X, y)
    assert not state.exists()  # it was found, gone on from, and removed
