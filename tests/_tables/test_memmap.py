"""write_memmap: every kind of table and block, read as samplers and load_table read them."""

import errno
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from skadan import ShrunkenSampler
from skadan.datasets import load_table
from skadan.distributed import write_memmap


def frame(**columns):
    return pd.DataFrame({"a": [1.0, 2.0], **columns})


@pytest.fixture
def out(tmp_path):
    return tmp_path / "table.npy"


@pytest.fixture
def speech(problem):
    X, y, _ = problem
    table = pd.DataFrame(X.astype("f4")).add_prefix("f")
    return table.assign(emotion=np.array(["sad", "glad", "calm"])[y])


@pytest.mark.parametrize(
    "source", ["parquet", "folder", "hive", "dask frame", "dask array", "blocks", "frame"]
)
def test_a_table_in_a_file(speech, tmp_path, out, source):
    """In its order, whatever its blocks; and a sampler fits it as it fits the frame."""
    import dask.array
    import dask.dataframe

    if source == "hive":
        speech = speech.sort_values("emotion", kind="stable", ignore_index=True)
    values, y = speech.drop(columns="emotion").to_numpy(), speech["emotion"].to_numpy()
    if source == "parquet":
        table = tmp_path / "one.parquet"
        speech.to_parquet(table, row_group_size=7)
    elif source == "folder":
        table = tmp_path / "many"
        table.mkdir()
        for i, part in enumerate(np.array_split(np.arange(len(speech)), 3)):
            speech.iloc[part].to_parquet(table / f"{i}.parquet")
    elif source == "hive":
        table = tmp_path / "parts.parquet"
        speech.to_parquet(table, partition_cols=["emotion"])
        assert load_table(table, target="emotion").target.tolist() == y.tolist()
    elif source == "dask frame":
        table = dask.dataframe.from_pandas(speech, npartitions=4)
    elif source == "dask array":
        table = dask.array.from_array(values, chunks=(10, 30))
    else:
        table = np.array_split(values, 5) if source == "blocks" else speech
    target = None if source in ("dask array", "blocks") else "emotion"
    X, labels = write_memmap(table, out, target=target)
    assert isinstance(X, np.memmap)
    np.testing.assert_array_equal(X, values)
    np.testing.assert_array_equal(np.load(out), values)
    if target:
        np.testing.assert_array_equal(labels, y)
    else:
        assert labels is None
    rows = ShrunkenSampler(random_state=0).fit(X, y).sample(5)[0]
    np.testing.assert_array_equal(rows, ShrunkenSampler(random_state=0).fit(values, y).sample(5)[0])


def polars(**columns):
    return pytest.importorskip("polars").DataFrame({"a": [1.0, 2.0], **columns})


def arrow(**columns):
    return pytest.importorskip("pyarrow").Table.from_pandas(frame(**columns))


HOLE = [[1, 3], [2, np.nan]]
READ = {
    "pandas": (lambda: frame(b=[3, 4]), [[1, 3], [2, 4]]),
    "polars": (lambda: polars(b=[3, None]), HOLE),
    "blocks of polars": (lambda: [polars(b=[3, None])], HOLE),
    "arrow": (lambda: [arrow(b=[3, None])], HOLE),
    "array": (lambda: np.arange(6).reshape(3, 2), [[0, 1], [2, 3], [4, 5]]),
    "rows": (lambda: iter(np.arange(6).reshape(3, 2)), [[0, 1], [2, 3], [4, 5]]),
    "lists": (lambda: [[[0, 1], [2, 3]], [[4, 5]]], [[0, 1], [2, 3], [4, 5]]),
    "sparse": (lambda: sparse.csr_array([[0, 2], [1, 0]]), [[0, 2], [1, 0]]),
    "blocks of sparse": (lambda: [sparse.csc_matrix([[0, 2], [1, 0]])], [[0, 2], [1, 0]]),
    "other order": (lambda: [frame(b=[3, 4]), frame(b=[5, 6])[["b", "a"]]],
                    [[1, 3], [2, 4], [1, 5], [2, 6]]),
    "other order, polars": (lambda: [polars(b=[3, 4]), polars(b=[5, 6]).select("b", "a")],
                            [[1, 3], [2, 4], [1, 5], [2, 6]]),
    "other kind of number": (lambda: [frame(b=[3, 4]), frame(b=[0.5, 6])],
                             [[1, 3], [2, 4], [1, 0.5], [2, 6]]),
    "nullable": (lambda: frame(b=pd.array([3, None], dtype="Int64")), HOLE),
    "flags with a hole": (lambda: frame(b=pd.Series([True, None], dtype=object)),
                          [[1, 1], [2, np.nan]]),
    "flags of Arrow": (lambda: frame(b=pd.array([True, None], dtype="bool[pyarrow]")),
                       [[1, 1], [2, np.nan]]),
    "decimals": (lambda: frame(b=[Decimal("1.5"), None]), [[1, 1.5], [2, np.nan]]),
    "categories of numbers": (lambda: frame(b=pd.Categorical([30, 4])), [[1, 30], [2, 4]]),
    "sparse column": (lambda: frame(b=pd.arrays.SparseArray([0, 4])), [[1, 0], [2, 4]]),
}  # fmt: skip


@pytest.mark.parametrize("kind", READ)
def test_rows_stay_rows(kind, out):
    make, expected = READ[kind]
    X, labels = write_memmap(make(), out)
    np.testing.assert_array_equal(X, np.array(expected, dtype="f4"))
    assert labels is None


REFUSED = {
    "no blocks": ([], None, "no rows"),
    "no rows": ([frame()[:0]], None, "no rows"),
    "narrower": ([np.zeros((2, 3)), np.zeros((2, 2))], None, "Block 1: it lacks 2, unlike"),
    "a column more": ([frame(), frame(b=[1, 2])], None, "Block 1: it has 'b', unlike"),
    "a column less": ([frame(b=[1, 2]), frame()], None, "Block 1: it lacks 'b', unlike"),
    "no names": ([frame(), np.zeros((2, 1))], None, "Block 1: it lacks 'a', unlike"),
    "text": ([frame(), frame(b=["007", "1"])], None, "Block 1: .* 'b' holds text"),
    "text in an array": ([np.array([["1", "2"]])], None, "Block 0: .* holds text"),
    "dates": ([frame(b=pd.to_datetime(["2020", "2021"]))], None, "'b' holds dates"),
    "durations": ([frame(b=pd.to_timedelta([1, 2]))], None, "'b' holds durations"),
    "categories": ([frame(b=pd.Categorical(["x", "y"]))], None, "'b' holds categories of text"),
    "complex": ([np.array([[1 + 2j, 3j]])], None, "columns 0, 1 hold complex128"),
    "complex column": ([frame(b=[1j, 2])], None, "'b' holds complex"),
    "too large": ([frame(b=[1e39, 2])], None, r"'b' hold numbers beyond float32, 3\.403e\+38"),
    "masked": ([np.ma.array([[1.0, 2]], mask=[[0, 1]])], None, r"masked .* column\(s\) 1"),
    "no target": ([frame()], "c", "Block 0: target='c' is not a column"),
    "target of an array": ([np.zeros((2, 2))], "c", "target='c' is not a column"),
    "no label": ([frame(y=["u", "v"]), frame(y=["u", None])], "y", "'y' has no label in row 4"),
    "labels of two kinds": (
        [frame(y=[1, 2]), frame(y=["u", "v"])],
        "y",
        r"kinds .*: 1 \(Block 0\) and 'u' \(Block 1\)",
    ),
    "one name twice": ([pd.DataFrame([[1, 2]], columns=["a", "a"])], None, "have the same name"),
}


@pytest.mark.parametrize("kind", REFUSED)
def test_what_is_refused_is_named(kind, out):
    """With nothing written."""
    source, target, message = REFUSED[kind]
    with pytest.raises(ValueError, match=message):
        write_memmap(source, out, target=target)
    assert not list(out.parent.iterdir())


@pytest.mark.parametrize(
    ("source", "message"),
    [
        (3, "source=int"),
        (b"table.parquet", "source=bytes"),
        ({"a": [1]}, "source=dict"),
        (np.zeros((2, 2, 2)), r"shape \(2, 2, 2\)"),
        ([np.zeros((2, 2, 2))], r"Block 0: .* shape \(2, 2, 2\)"),
        ([pd.Series([1.0, 2.0])], r"Block 0: .* shape \(2,\)"),
    ],
)
def test_what_is_not_a_table(source, message, out):
    with pytest.raises(TypeError, match=message):
        write_memmap(source, out)
    assert not out.exists()


def test_a_frame_that_is_not_computed(out):
    with pytest.raises(TypeError, match=r"source is a polars LazyFrame.*source\.collect"):
        write_memmap(polars().lazy(), out)


@pytest.mark.parametrize("wide_first", [True, False])
def test_files_of_other_columns(out, tmp_path, wide_first):
    tables = [frame(), frame(b=[5.0, 6.0])]
    for i, table in enumerate(tables[::-1] if wide_first else tables):
        table.to_parquet(tmp_path / f"{i}.parquet")
    with pytest.raises(ValueError, match=r"1\.parquet (has|lacks) 'b', unlike the first"):
        write_memmap(tmp_path, out)


def test_files_of_other_kinds(out, tmp_path):
    """Arrow would make numbers of text, and refuse 0.5 for an integer."""
    frame(b=[1, 2]).to_parquet(tmp_path / "0.parquet")
    frame(b=[0.5, 2])[["b", "a"]].to_parquet(tmp_path / "1.parquet")
    X, _ = write_memmap(tmp_path, out)
    np.testing.assert_array_equal(X, [[1, 1], [2, 2], [1, 0.5], [2, 2]])
    out.unlink()
    frame(b=["1", "2"]).to_parquet(tmp_path / "1.parquet")
    with pytest.raises(ValueError, match=r"1\.parquet: .* 'b' holds text"):
        write_memmap(tmp_path, out)


def test_labels_are_those_of_load_table(out, tmp_path):
    for i, cells in enumerate([["1.0", " 2"], ["1", "2 "]]):
        frame(y=cells).to_parquet(tmp_path / f"{i}.parquet")
    _, y = write_memmap(tmp_path, out, target="y")
    assert y.tolist() == ["1.0", "2", "1", "2"]
    for cells, expected in [(["1", "2"], [1, 2]), ([b"u", b"v"], ["u", "v"]), ([True, False],) * 2]:
        path = tmp_path / "one.parquet"
        frame(y=cells).to_parquet(path)
        _, y = write_memmap(path, out, target="y")
        assert y.tolist() == load_table(path, target="y").target.tolist() == expected


def test_the_index_of_parquet(out, tmp_path):
    """One with a name is a column, as for load_table."""
    path = tmp_path / "t.parquet"
    frame(b=[3, 4], y=["u", "v"]).set_index("b").to_parquet(path)
    X, _ = write_memmap(path, out, target="y")
    np.testing.assert_array_equal(X, load_table(path, target="y").data)


def unreadable():
    yield frame()
    raise OSError(errno.EIO, "no such luck")


def test_the_source_is_to_blame(out, tmp_path):
    """Not the file to be written."""
    with pytest.raises(FileNotFoundError, match=r"no file or folder .*in\.parquet"):
        write_memmap(tmp_path / "in.parquet", out)
    with pytest.raises(OSError, match=r"The source cannot be read: .*no such luck"):
        write_memmap(unreadable(), out)
    assert not list(tmp_path.iterdir())


def test_the_file_to_be_written_is_no_part_of_the_folder(tmp_path):
    frame(y=["u", "v"]).to_parquet(tmp_path / "0.parquet")
    (tmp_path / "README.md").write_text("notes")
    (tmp_path / "_SUCCESS").touch()
    for _ in range(2):
        X, _ = write_memmap(tmp_path, tmp_path / "t.npy", target="y")
        np.testing.assert_array_equal(X, [[1], [2]])
    (tmp_path / "1.parquet").touch()
    with pytest.raises(ValueError, match=r"1\.parquet is not a parquet file, or it is damaged"):
        write_memmap(tmp_path, tmp_path / "t.npy", target="y")


def test_folders_of_unlike_nesting(tmp_path, out):
    (tmp_path / "p=1").mkdir()
    frame().to_parquet(tmp_path / "p=1" / "0.parquet")
    frame().to_parquet(tmp_path / "1.parquet")
    with pytest.raises(ValueError, match=r"0\.parquet has 'p', unlike the first one"):
        write_memmap(tmp_path, out)


def test_a_column_in_the_files_and_in_the_names_of_folders(tmp_path, out):
    """As polars writes it."""
    folder = tmp_path / "t"
    polars(y=["u", "v"]).write_parquet(folder, partition_by="y", mkdir=True)
    X, y = write_memmap(folder, out, target="y")
    np.testing.assert_array_equal(X, [[1], [2]])
    assert y.tolist() == ["u", "v"]


@pytest.mark.parametrize(
    ("blocks", "expected"),
    [
        ([np.array([[1, 2.5]], dtype=object)], [[1, 2.5]]),
        ([[[Decimal("1.5"), None]]], [[1.5, np.nan]]),
        (sparse.csr_matrix([[0, 2], [1, 0]]), [[0, 2], [1, 0]]),
    ],
)
def test_objects_that_are_numbers(blocks, expected, out):
    np.testing.assert_array_equal(write_memmap(blocks, out)[0], expected)


def test_labels_are_not_merged(out):
    """By a type that both blocks have, such as float64 of int64 and uint64."""
    large = [frame(y=[2**60 + 1, 2**60 + 2]), frame(y=np.array([2**60 + 3, 5], dtype="u8"))]
    with pytest.raises(ValueError, match="labels are of different kinds"):
        write_memmap(large, out, target="y")
    small = [frame(y=[1, 2]), frame(y=np.array([3, 5], dtype="u8")), frame(y=[7, 8])[:0]]
    assert write_memmap(small, out, target="y")[1].tolist() == [1, 2, 3, 5]
    objects = [frame(y=[1, 2]), frame(y=pd.Series([3, 1], dtype=object))]
    assert write_memmap(objects, out, target="y")[1].tolist() == [1, 2, 3, 1]
    with pytest.raises(ValueError, match=r"Block 0: .*utf-8"):
        write_memmap([frame(y=[b"\xe9t\xe9", b"u"])], out, target="y")
