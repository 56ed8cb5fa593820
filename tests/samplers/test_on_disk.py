"""Training tables that stay in their file: the rows of a table in memory, to rounding."""

import os
import pickle

import numpy as np
import pytest
from conftest import SMALL, TRAINING
from sklearn.base import clone

from skadan import ADANSampler, NoiseSampler, WADANSampler, load_sampler, save_sampler
from skadan._models import on_disk, table_rows
from skadan._models.arrays import BLOCK_ROWS
from skadan._models.real_rows import Blend
from skadan._models.scaling import Scaling

N, D = 700, 9
MORE = {"max_epochs": 3, "batch_size": 128}  # in many more, roundings would grow


@pytest.fixture(autouse=True)
def _all_are_large(monkeypatch):
    monkeypatch.setattr(on_disk, "LARGE", 1)
    monkeypatch.setattr(on_disk, "READ_BYTES", 1000)


@pytest.fixture
def table(rng):
    """Three classes of 400, 200 and 100 rows, with a constant column and odd units."""
    y = rng.permutation(np.repeat([0, 1, 2], [400, 200, 100]))
    X = rng.normal(size=(N, D)) + 2 * np.eye(3, D)[y]
    X = X * 10.0 ** np.arange(-4, D - 4) + 5
    X[:, 4] = 7.25
    return X.astype("f4"), y


def mapped(X, tmp_path, kind="npy", mode="r"):
    """The table in a file, mapped into memory."""
    path = tmp_path / f"table.{kind}"
    if kind == "npy":
        np.save(path, X)
        return np.load(path, mmap_mode=mode)
    file = np.memmap(path, X.dtype, "w+", offset=4096 + 24, shape=X.shape)
    file[:] = X
    file.flush()
    return np.memmap(path, X.dtype, mode, offset=4096 + 24, shape=X.shape)


def is_on_disk(sampler):
    return isinstance(sampler._model.real_rows.anchors, table_rows.ScaledRows)


@pytest.mark.parametrize("kind", ["npy", "raw"])
@pytest.mark.parametrize("dtype", ["f4", "f8", "i2"])
@pytest.mark.parametrize("cls", [ADANSampler, WADANSampler])
@pytest.mark.slow
def test_the_rows_of_a_table_in_memory(table, tmp_path, cls, dtype, kind):
    X, y = table
    X = X.astype(dtype)
    sampler = cls(**SMALL | MORE)
    inside, outside = clone(sampler).fit(X, y), clone(sampler).fit(mapped(X, tmp_path, kind), y)
    assert is_on_disk(outside)
    assert not is_on_disk(inside)
    np.testing.assert_allclose(outside.data_min_, inside.data_min_)
    np.testing.assert_array_equal(outside.is_whole_, inside.is_whole_)
    assert outside.n_iter_ == inside.n_iter_
    for name, losses in inside.history_.items():
        np.testing.assert_allclose(outside.history_[name], losses, rtol=1e-3, atol=1e-5)
    found, labels, index = outside.sample(2 * BLOCK_ROWS + 9, return_indices=True)
    rows, expected_labels, expected = inside.sample(2 * BLOCK_ROWS + 9, return_indices=True)
    assert found.dtype == X.dtype
    unit = X.std(0, dtype=float) + 1e-9
    tolerance = 1 / unit.min() if dtype == "i2" else 1e-3  # a whole number may round up or down
    np.testing.assert_allclose(found / unit, rows / unit, atol=tolerance)
    np.testing.assert_array_equal(labels, expected_labels)
    np.testing.assert_array_equal(index, expected)


@pytest.mark.slow
def test_rows_held_out(table, tmp_path):
    """As many as of a table in memory, and the same ones: the first look has the same figures."""
    X, y = table
    sampler = ADANSampler(**SMALL | {"max_epochs": "auto"})
    inside, outside = clone(sampler).fit(X, y), clone(sampler).fit(mapped(X, tmp_path), y)
    assert is_on_disk(outside)
    for name in ("unrestored", "code_distance"):
        first, expected = outside.history_[name][0], inside.history_[name][0]
        np.testing.assert_allclose(first, expected, rtol=1e-4)


@pytest.mark.parametrize("part", [np.s_[:], np.s_[100:], np.s_[33:650]])
def test_parts_of_a_file(table, tmp_path, part):
    """Slices of rows are of the file; what is strided or picked is not."""
    X, _ = table
    rows = mapped(X, tmp_path)[part]
    file = on_disk.file_of(np.asarray(rows))
    np.testing.assert_array_equal(np.concatenate(list(file.blocks())), X[part])
    picked = np.array([5, 0, 5, len(rows) - 1])
    np.testing.assert_array_equal(file.take(picked), X[part][picked])
    file.read_ahead(picked)


@pytest.mark.parametrize(
    "change",
    [
        lambda X: X[::2],
        lambda X: X[:, 1:],
        lambda X: X[[3, 1, 2]],
        lambda X: np.array(X),
        lambda X: X.astype(">f4"),
        lambda X: X + 1,
    ],
)
def test_what_is_no_file(table, tmp_path, change):
    assert on_disk.file_of(np.asarray(change(mapped(table[0], tmp_path)))) is None


def test_a_private_mapping_is_no_file(table, tmp_path):
    """What is written into it is not in the file."""
    X, y = table
    rows = mapped(X, tmp_path, mode="c")
    rows[:, 0] = 100 * rows[:, 0]
    sampler = WADANSampler(**SMALL).fit(rows, y)
    assert not is_on_disk(sampler)
    assert sampler.data_max_[0] > 50 * X[:, 0].max()


def test_what_was_written_into_a_shared_mapping_counts(table, tmp_path):
    X, y = table
    rows = mapped(X, tmp_path, mode="r+")
    rows[:, 0] = 100 * rows[:, 0]
    sampler = WADANSampler(**SMALL).fit(rows, y)
    assert is_on_disk(sampler)
    assert sampler.data_max_[0] > 50 * X[:, 0].max()


def test_small_tables_are_read_into_memory(table, tmp_path, monkeypatch):
    """As joblib hands to its workers: their fits pickle with all that they need."""
    monkeypatch.undo()
    X, y = table
    sampler = WADANSampler(**SMALL).fit(mapped(X, tmp_path), y)
    assert not is_on_disk(sampler)
    os.remove(tmp_path / "table.npy")
    assert pickle.loads(pickle.dumps(sampler)).sample(3)[0].shape == (3, D)


def test_a_pickle_keeps_the_name_of_the_file(table, tmp_path):
    X, y = table
    sampler = WADANSampler(**SMALL).fit(mapped(X, tmp_path), y)
    rows = sampler.sample(50)[0]
    data = pickle.dumps(sampler)
    assert len(data) < X.nbytes + 20_000
    np.testing.assert_array_equal(pickle.loads(data).sample(50)[0], rows)


def test_a_file_that_has_changed(table, tmp_path):
    X, y = table
    sampler = WADANSampler(**SMALL).fit(mapped(X, tmp_path), y)
    np.save(tmp_path / "table.npy", X[:-1])
    with pytest.raises(ValueError, match=r"table\.npy has changed since"):
        sampler.sample(3)
    os.remove(tmp_path / "table.npy")
    with pytest.raises(FileNotFoundError, match=r"table\.npy"):
        sampler.sample(3)


def test_it_is_not_saved_but_without_real_rows(table, tmp_path):
    X, y = table
    rows = mapped(X, tmp_path)
    with pytest.raises(TypeError, match="residuals=False and anchor=0"):
        save_sampler(WADANSampler(**SMALL).fit(rows, y), tmp_path / "g")
    free = WADANSampler(**SMALL, residuals=False, anchor=0.0).fit(rows, y)
    save_sampler(free, tmp_path / "g")
    np.testing.assert_array_equal(load_sampler(tmp_path / "g").sample(5)[0], free.sample(5)[0])


def test_settings_of_sampling(table, tmp_path):
    """Changed after the fit: they are those of rows in memory."""
    X, y = table
    inside, outside = (
        WADANSampler(**SMALL).fit(rows, y)._adjusted_model({"anchor": 1.0, "center": None})
        for rows in (X, mapped(X, tmp_path))
    )
    expected = Blend(residuals=True, anchor=1.0, center=None)
    assert inside.real_rows.blend == outside.real_rows.blend == expected


def test_constant_columns_come_back_as_they_were(table, tmp_path):
    """Numbers that a mean would round."""
    constants = np.array([0.1, 1 / 3, -2e-7, 1e300, -1.7e308, 5e-324, 0.0])
    X, y = table
    X = np.hstack([X.astype("f8"), np.tile(constants, (N, 1))])
    for rows in (X, mapped(X, tmp_path)):
        found, _ = WADANSampler(**SMALL).fit(rows, y).sample(2 * BLOCK_ROWS)
        assert (found[:, D:] == constants).all()
        assert (found[:, 4] == 7.25).all()


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_nan_is_found_in_the_file(table, tmp_path, bad):
    X, y = table
    X[650, 3] = bad
    kind = "NaN" if np.isnan(bad) else "infinity"
    with pytest.raises(ValueError, match=rf"contains {kind} in 1 place\(s\), column\(s\) 3\."):
        WADANSampler(**SMALL).fit(mapped(X, tmp_path), y)


def test_fit_resample(table, tmp_path):
    """The whole table is asked for, and comes back, in memory."""
    X, y = table
    X_new, y_new = WADANSampler(**SMALL).fit_resample(mapped(X, tmp_path), y)
    np.testing.assert_array_equal(X_new[:N], X)
    assert len(y_new) == 3 * 400


def test_a_row_space_is_made_in_memory(rng, tmp_path):
    X, y = rng.normal(size=(20, 60)).astype("f4"), np.arange(20) % 2
    inside, outside = (WADANSampler(**SMALL).fit(rows, y) for rows in (X, mapped(X, tmp_path)))
    assert not is_on_disk(outside)
    np.testing.assert_allclose(outside.sample(9)[0], inside.sample(9)[0], atol=1e-4)


def test_other_samplers_take_copies(table, tmp_path):
    X, y = table
    rows = NoiseSampler(random_state=0).fit(mapped(X, tmp_path), y).sample(9)[0]
    np.testing.assert_array_equal(rows, NoiseSampler(random_state=0).fit(X, y).sample(9)[0])


def test_checkpoints(table, tmp_path):
    X, y = table
    sampler = WADANSampler(**SMALL | TRAINING, checkpoint=tmp_path / "checkpoint")
    sampler.fit(mapped(X, tmp_path), y)
    assert is_on_disk(sampler)


# Scaling in one pass


@pytest.mark.parametrize("n_blocks", [1, 2, 17, N])
@pytest.mark.parametrize("offset", [0.0, 1e6])
def test_scaling_of_blocks_is_that_of_the_whole(table, n_blocks, offset):
    X = table[0].astype(float) + offset
    found = Scaling.of_blocks(np.array_split(X, n_blocks))
    expected = Scaling.fit(X)
    np.testing.assert_array_equal(found.varies, expected.varies)
    np.testing.assert_allclose(found.mean, expected.mean, rtol=1e-13)
    np.testing.assert_allclose(found.scale, expected.scale, rtol=1e-6 if offset else 1e-12)


def test_scaling_beyond_float64():
    with pytest.raises(ValueError, match=r"column\(s\) \[1\] are beyond float64"):
        Scaling.of_blocks([np.array([[1.0, 1e300]]), np.array([[2.0, -1e300]])])
