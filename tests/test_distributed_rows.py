"""Rows of a cluster: any number of them in dask frames and files, the bits of `sample`."""

import os
import time
from collections import namedtuple

import numpy as np
import pandas as pd
import polars as pl
import pytest
import torch
from conftest import SMALL
from scipy import sparse

from skadan import FrozenSampler, ShrunkenSampler, WADANSampler, _files, save_sampler
from skadan._models.arrays import BLOCK_ROWS
from skadan.distributed import _drawing, _parquet, sample_files, sample_frame

dask = pytest.importorskip("dask")
N = 3 * BLOCK_ROWS + 83


@pytest.fixture(autouse=True)
def _in_this_process():
    with dask.config.set(scheduler="synchronous"):
        yield


@pytest.fixture(scope="module")
def fitted(problem):
    X, y, _ = problem
    return WADANSampler(**SMALL).fit(X, np.array(["sad", "glad", "calm"])[y])


def whole(sampler, y, **keywords):
    """What `sample` returns, as one frame."""
    rows, labels = sampler.sample(y, **keywords)
    frame = pd.DataFrame(rows).set_axis([f"x{j}" for j in range(rows.shape[1])], axis=1)
    return frame.assign(target=labels)


@pytest.mark.parametrize("npartitions", [1, 2, 4, 1000, None])
def test_frames_are_the_sample(fitted, npartitions):
    frame = sample_frame(fitted, N, npartitions, random_state=3)
    assert frame.npartitions == min(npartitions or 1, 4)
    pd.testing.assert_frame_equal(
        frame.compute(), whole(fitted, N, random_state=3), check_dtype=False
    )
    assert frame.divisions[0] == 0
    assert frame.divisions[-1] == N - 1
    assert frame.loc[N - 1].compute().index.tolist() == [N - 1]


def test_files_of_any_number(fitted, tmp_path):
    labels = np.random.default_rng(0).choice(fitted.classes_, N)
    path = tmp_path / "generator.safetensors"
    save_sampler(fitted, path)
    made = sample_files(path, labels, tmp_path / "files", n_files=3, random_state=3)
    assert [file.name for file in made] == [f"part-{i:05d}.parquet" for i in range(3)]
    found = pd.concat(map(pd.read_parquet, made), ignore_index=True)
    expected = whole(fitted, labels, random_state=3)
    pd.testing.assert_frame_equal(found, expected, check_dtype=False)


@pytest.mark.parametrize("container", ["pandas", "polars", "sparse", "list", "tensor"])
def test_frames_of_any_training_table(problem, container, request):
    if container == "tensor":
        request.getfixturevalue("dispatch")
    X, y, _ = problem
    columns = [f"f{j}" for j in range(X.shape[1])]
    table = {
        "pandas": pd.DataFrame(np.round(X), columns=columns).astype("int16"),
        "polars": pl.DataFrame(X, schema=columns),
        "sparse": sparse.csr_array(X),
        "list": X.tolist(),
        "tensor": torch.from_numpy(X),
    }[container]
    sampler = FrozenSampler(ShrunkenSampler(random_state=0).fit(table, y))
    frame = sample_frame(sampler, N, 2).compute()
    rows, labels = sampler.sample(N)
    if container == "pandas":
        assert (frame.dtypes[columns] == "int16").all()
    dense = rows.toarray() if container == "sparse" else np.asarray(rows)
    np.testing.assert_array_equal(frame.drop(columns="target").to_numpy(), dense)
    np.testing.assert_array_equal(frame["target"], labels)


def test_no_rows(fitted):
    assert len(sample_frame(fitted, 0)) == 0


def test_memory_is_that_of_a_part(fitted):
    """A million million rows: known at once, and any part of them is made by itself."""
    frame = sample_frame(fitted, 10**12, 10**3)
    assert frame.divisions[-1] == 10**12 - 1
    first = sample_frame(fitted, 10**9, 10**3)
    assert first.npartitions == 10**3


@pytest.mark.parametrize(
    ("keywords", "message"),
    [
        ({"npartitions": 0}, "0 partitions"),
        ({"npartitions": 2.5}, "2.5 partitions"),
        ({"target": "x3"}, "target='x3'"),
        ({"y": -1}, "negative"),
        ({"y": ["nobody"]}, "nobody"),
    ],
)
def test_refused(fitted, keywords, message):
    with pytest.raises(ValueError, match=message):
        sample_frame(fitted, **{"y": 9} | keywords)


def test_files_beside_others(fitted, tmp_path):
    (tmp_path / "part-00009.parquet").touch()
    with pytest.raises(ValueError, match=r"holds part-00009\.parquet"):
        sample_files(fitted, 9, tmp_path)


def test_a_file_that_changes_is_read_again(fitted, problem, tmp_path):
    X, y, _ = problem
    path = tmp_path / "generator"
    save_sampler(fitted, path)
    sample_frame(path, 5).compute()
    other = ShrunkenSampler(random_state=0).fit(X[:, :7], y)
    time.sleep(0.01)
    save_sampler(other, path)
    assert sample_frame(path, 5).compute().shape == (5, 8)


# Tables of dask


@pytest.fixture
def frame(problem):
    X, y, _ = problem
    table = pd.DataFrame(X.astype("f4")).add_prefix("f")
    return table.assign(emotion=np.array(["sad", "glad", "calm"])[y])


def test_dask_tables_in_a_fit(frame):
    """Arrays are computed; frames would lose their names, and are refused."""
    import dask.array
    import dask.dataframe

    values, y = frame.drop(columns="emotion").to_numpy(), frame["emotion"].to_numpy()
    lazy = dask.array.from_array(values, chunks=(10, 30))
    rows = ShrunkenSampler(random_state=0).fit(lazy, y).sample(5)[0]
    np.testing.assert_array_equal(rows, ShrunkenSampler(random_state=0).fit(values, y).sample(5)[0])
    lazy = dask.dataframe.from_pandas(frame, npartitions=2)
    with pytest.raises(TypeError, match=r"X is a dask DataFrame.*X\.compute\(\).*write_memmap"):
        ShrunkenSampler().fit(lazy.drop(columns="emotion"), y)
    with pytest.raises(TypeError, match=r"y is a dask Series"):
        ShrunkenSampler().fit(values, lazy["emotion"])


# The file of a sampler


@pytest.fixture
def saved(fitted, tmp_path):
    """The file of a sampler, and what puts another one of the same size and time in its place."""
    path = tmp_path / "generator"
    save_sampler(fitted, path)
    before = path.stat()

    def replace(sampler=None):
        X = np.random.default_rng(1).normal(size=(45, 100))
        other = sampler or WADANSampler(**SMALL).fit(X, fitted.classes_[np.arange(45) % 3])
        save_sampler(other, path)
        os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
        _drawing.load.cache_clear()  # as in a worker that has not read it yet

    return path, replace


def test_a_file_that_is_replaced_before_the_rows_are_made(fitted, saved):
    """By another sampler it is refused; the same one may be saved again."""
    path, replace = saved
    frame = sample_frame(path, N, 4, random_state=0)
    replace(fitted)
    pd.testing.assert_frame_equal(
        frame.compute(), whole(fitted, N, random_state=0), check_dtype=False
    )
    replace()
    with pytest.raises(ValueError, match=f"{path} has changed since the draw was planned"):
        frame.compute()


@pytest.mark.parametrize("worker", ["has read it", "is new"])
def test_a_file_that_is_replaced_while_rows_are_drawn(fitted, saved, tmp_path, monkeypatch, worker):
    """All files are of the first sampler, or the draw ends with an error that names the file."""
    path, replace = saved
    write, load = _parquet._write, _drawing.load

    def write_and_replace(source, section, *rest):
        write(source, section, *rest)
        if section.first == 0:
            loaded = load(source)
            replace()
            if worker == "has read it":
                monkeypatch.setattr(_drawing, "load", lambda _: loaded)

    monkeypatch.setattr(_parquet, "_write", write_and_replace)
    keywords = {"n_files": 4, "random_state": 0}
    if worker == "is new":
        with pytest.raises(ValueError, match=f"{path} has changed"):
            sample_files(path, N, tmp_path / "rows", **keywords)
        assert [file.name for file in (tmp_path / "rows").iterdir()] == ["part-00000.parquet"]
        return
    files = sample_files(path, N, tmp_path / "rows", **keywords)
    found = pd.concat(map(pd.read_parquet, files), ignore_index=True)
    expected = whole(fitted, N, random_state=0)
    pd.testing.assert_frame_equal(found, expected, check_dtype=False)


# One draw at a time, and no larger than the disk


def test_a_second_draw_in_a_folder_fails_before_it_writes(fitted, tmp_path):
    with _parquet._lock_folder(tmp_path):
        before = set(tmp_path.iterdir())
        with pytest.raises(ValueError, match=f"Another sample_files is writing to {tmp_path}: wa"):
            sample_files(fitted, N, tmp_path)
        assert set(tmp_path.iterdir()) == before
    assert len(sample_files(fitted, N, tmp_path, n_files=2)) == 2


def test_a_killed_draw_blocks_no_folder(fitted, tmp_path):
    """What it left is removed, and workers that outlive it write nothing."""
    mark = tmp_path / ".draw-0123"
    part = tmp_path / f".part-00007.parquet.{_files._host()}-{10**9}-0.part"
    for left in (mark, part, tmp_path / ".draw.lock"):
        left.touch()
    (file,) = sample_files(fitted, N, tmp_path, n_files=1)
    assert list(tmp_path.iterdir()) == [file]
    section = _drawing.plan_draw(fitted, 9, 0)
    with pytest.raises(RuntimeError, match="its draw has ended"):
        _parquet._write(fitted, section, "target", tmp_path / "late.parquet", mark)
    assert list(tmp_path.iterdir()) == [file]


def test_a_draw_that_fails_leaves_nothing_hidden(fitted, tmp_path, monkeypatch):
    """Nor what a worker has left that was killed for it."""

    def interrupted(*_):
        (tmp_path / f".part-00000.parquet.{_files._host()}-{10**9}-0.part").touch()
        raise KeyboardInterrupt

    monkeypatch.setattr(_parquet, "_write", interrupted)
    with pytest.raises(KeyboardInterrupt):
        sample_files(fitted, N, tmp_path)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("n_rows", [10**15, 10**30])
def test_more_rows_than_any_disk_holds_are_refused_at_once(fitted, tmp_path, n_rows):
    with pytest.raises(ValueError, match=f"{n_rows} rows.*fewer"):
        sample_files(fitted, n_rows, tmp_path / "rows")
    assert not (tmp_path / "rows").exists()
    with pytest.raises(ValueError, match=f"{n_rows} rows.*fewer"):
        sample_frame(fitted, n_rows)


def test_rows_are_refused_by_the_size_of_their_files(fitted, tmp_path, monkeypatch):
    """If their files take clearly more than the disk has left: it is an estimate."""
    n_rows, usage, left = 20 * BLOCK_ROWS, namedtuple("usage", "free"), []
    files = sample_files(fitted, n_rows, tmp_path / "rows")
    size = sum(file.stat().st_size for file in files)
    monkeypatch.setattr(_parquet.shutil, "disk_usage", lambda _: usage(left[-1]))
    left.append(int(0.56 * size))
    assert len(sample_files(fitted, n_rows, tmp_path / "fits")) == 1
    left.append(size // 3)
    with pytest.raises(ValueError, match=f"{n_rows} rows take about .* GiB.* choose another disk"):
        sample_files(fitted, n_rows, tmp_path / "more")
    assert not (tmp_path / "more").exists()


def test_files_that_memory_does_not_hold(fitted, tmp_path, monkeypatch):
    monkeypatch.setattr(_parquet, "memory", lambda: 8 * 101 * (N // 2))
    n_rows = 2 * BLOCK_ROWS  # of the larger file
    with pytest.raises(ValueError, match=f"The {n_rows} rows of a file .* ask for more files"):
        sample_files(fitted, N, tmp_path, n_files=2)
    assert len(sample_files(fitted, N, tmp_path, n_files=4)) == 4
