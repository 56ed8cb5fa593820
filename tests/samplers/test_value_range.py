"""`clip` and `whole_numbers`: synthetic values keep to what a column holds."""

import numpy as np
import pandas as pd
import pytest
from conftest import SETTINGS

from skadan import Replicate, load_sampler, save_sampler
from skadan.samplers._value_range import ranges_of


def table(n_rows=30):
    """Flags, counts, a share, halves, a constant, and a column whose last row alone is broken."""
    rng = np.random.default_rng(0)
    X = np.column_stack(
        [
            rng.integers(0, 2, n_rows),
            rng.poisson(3, n_rows),
            rng.uniform(0, 1, n_rows),
            rng.integers(0, 9, n_rows) / 2,
            np.full(n_rows, 7.0),
            np.arange(n_rows, dtype=float),
        ]
    )
    X[-1, 5] += 0.25
    return X, np.repeat([0, 1], [20, n_rows - 20])


@pytest.mark.parametrize("cls", SETTINGS, ids=lambda cls: cls.__name__)
@pytest.mark.parametrize("dtype", [np.float64, np.float32, object, "frame"])
def test_values_keep_to_their_column(cls, dtype):
    """Off, both change nothing; on, they are np.clip and np.rint of the same rows."""
    X, y = table()
    X = pd.DataFrame(X).rename(columns=str) if dtype == "frame" else X.astype(dtype)
    sampler = cls(**SETTINGS[cls], sampling_strategy=Replicate(4))
    # These values take some rows out of the range of the real ones.
    far = {"noise_scale": 3.0, "anchor": 0.0, "center": "mean"}
    names = far.keys() & sampler.get_params().keys()
    sampler.set_params(**{name: far[name] for name in names})
    free = np.asarray(sampler.fit_resample(X, y)[0], dtype=float)[30:]
    real = np.asarray(X, dtype=float)
    low, high = real.min(0), real.max(0)
    assert ((free < low) | (free > high)).any()
    sampler.set_params(clip=True, whole_numbers=True)
    both = sampler.fit_resample(X, y)[0]
    assert type(both) is type(X)
    np.testing.assert_array_equal(np.asarray(both)[:30], np.asarray(X))
    expected = free.copy()
    expected[:, [0, 1, 4]] = np.rint(expected[:, [0, 1, 4]])
    np.testing.assert_allclose(
        np.asarray(both, dtype=float)[30:], np.clip(expected, low, high), rtol=1e-6, atol=1e-7
    )


def test_they_need_no_training(small, problem, tmp_path):
    """A fitted sampler, also one from a file, takes them when it draws."""
    X, y, _ = problem
    sampler = small().fit(X, y)
    save_sampler(sampler, tmp_path / "a")
    free, _ = sampler.sample(200)
    for fitted in (sampler, load_sampler(tmp_path / "a")):
        held, _ = fitted.set_params(clip=True).sample(200)
        np.testing.assert_array_equal(held, np.clip(free, X.min(0), X.max(0)))
    h = sampler.sample_latent(20)
    _, labels = sampler.sample(20)
    rows = sampler.sample_from_codes(100 * h, labels)
    assert (rows >= X.min(0)).all()
    assert (rows <= X.max(0)).all()


@pytest.mark.parametrize("n_rows", [1, 255, 256, 257, 600])
def test_every_row_is_looked_at(n_rows):
    X = np.zeros((n_rows, 2))
    X[-1, 1] = 0.5
    np.testing.assert_array_equal(ranges_of(X)["is_whole_"], [True, False])
