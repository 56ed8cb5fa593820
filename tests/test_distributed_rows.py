"""Rows of a cluster: any number of them in dask frames and files, the bits of `sample`."""

import time

import numpy as np
import pandas as pd
import polars as pl
import pytest
import torch
from conftest import SMALL
from scipy import sparse

from skadan import FrozenSampler, ShrunkenSampler, WADANSampler, save_generator
from skadan._models.arrays import CHUNK
from skadan.distributed import sample_files, sample_frame, write_memmap

dask = pytest.importorskip("dask")
N = 3 * CHUNK + 83


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
    save_generator(fitted, path)
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
    save_generator(fitted, path)
    sample_frame(path, 5).compute()
    other = ShrunkenSampler(random_state=0).fit(X[:, :7], y)
    time.sleep(0.01)
    save_generator(other, path)
    assert sample_frame(path, 5).compute().shape == (5, 8)


# Tables that memory does not hold


@pytest.fixture
def frame(problem):
    X, y, _ = problem
    table = pd.DataFrame(X.astype("f4")).add_prefix("f")
    return table.assign(emotion=np.array(["sad", "glad", "calm"])[y])


@pytest.mark.parametrize("source", ["parquet", "folder", "dask frame", "dask array", "blocks"])
def test_a_table_in_a_file(frame, tmp_path, source):
    """In its order, whatever its blocks; and a sampler fits it as it fits the frame."""
    import dask.array
    import dask.dataframe

    values, y = frame.drop(columns="emotion").to_numpy(), frame["emotion"].to_numpy()
    frame.to_parquet(tmp_path / "one.parquet", row_group_size=7)
    (tmp_path / "many").mkdir()
    for i, part in enumerate(np.array_split(np.arange(len(frame)), 3)):
        frame.iloc[part].to_parquet(tmp_path / "many" / f"{i}.parquet")
    sources = {
        "parquet": (tmp_path / "one.parquet", "emotion"),
        "folder": (tmp_path / "many", "emotion"),
        "dask frame": (dask.dataframe.from_pandas(frame, npartitions=4), "emotion"),
        "dask array": (dask.array.from_array(values, chunks=(10, 30)), None),
        "blocks": (np.array_split(values, 5), None),
    }
    table, target = sources[source]
    X, labels = write_memmap(table, tmp_path / "table.npy", target=target)
    assert isinstance(X, np.memmap)
    np.testing.assert_array_equal(X, values)
    np.testing.assert_array_equal(np.load(tmp_path / "table.npy"), values)
    if target:
        np.testing.assert_array_equal(labels, y)
    else:
        assert labels is None
    rows = ShrunkenSampler(random_state=0).fit(X, y).sample(5)[0]
    np.testing.assert_array_equal(rows, ShrunkenSampler(random_state=0).fit(values, y).sample(5)[0])


@pytest.mark.parametrize(
    ("source", "target", "message"),
    [
        ([], None, "no rows"),
        ([np.zeros((2, 3)), np.zeros((2, 4))], None, "Blocks differ"),
        ([pd.DataFrame({"a": [1.0], "b": ["x"]})], None, r"Column\(s\) \['b'\] hold no numbers"),
        ([pd.DataFrame({"a": [1.0]})], "c", "target='c' is no column"),
    ],
)
def test_tables_that_are_refused(source, target, message, tmp_path):
    """With nothing written."""
    with pytest.raises(ValueError, match=message):
        write_memmap(source, tmp_path / "table.npy", target=target)
    assert not list(tmp_path.iterdir())


def test_what_is_no_table(tmp_path):
    with pytest.raises(TypeError, match="source=int"):
        write_memmap(3, tmp_path / "table.npy")


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
