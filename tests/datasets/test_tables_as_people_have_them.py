"""load_table of what real files hold: typed columns, holes, blanks, files with another name."""

import datetime
import gzip
import zipfile
from decimal import Decimal

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet
import pytest

from skadan.datasets import load_table


@pytest.fixture
def load(tmp_path):
    """Write text or bytes to a file, and load it."""

    def call(contents, name="t.csv", **keywords):
        data = contents if isinstance(contents, bytes) else contents.encode()
        (tmp_path / name).write_bytes(data)
        return load_table(tmp_path / name, **keywords)

    return call


def parquet(tmp_path, **columns):
    path = tmp_path / "t.parquet"
    pa.parquet.write_table(pa.table({"a": [1.0, 2.0], **columns}), path)
    return path


TYPED = {
    "decimal": (pa.array([Decimal("1.50"), None]), [1.5, np.nan]),
    "flags with a hole": (pa.array([True, None]), [1, np.nan]),
    "integers with a hole": (pa.array([1, None]), [1, np.nan]),
    "flags": (pa.array([True, False]), [1, 0]),
    "small": (pa.array([1, 2], pa.uint8()), [1, 2]),
    "half": (pa.array([0.5, None], pa.float32()), [0.5, np.nan]),
    "dictionary of numbers": (pa.array([30, 4]).dictionary_encode(), [30, 4]),
}


@pytest.mark.parametrize("kind", TYPED)
def test_typed_columns_of_numbers(kind, tmp_path):
    values, expected = TYPED[kind]
    table = load_table(parquet(tmp_path, b=values))
    assert table.feature_names == ["a", "b"]
    np.testing.assert_array_equal(table.data["b"].to_numpy(dtype=float), expected)


def test_nullable_columns_of_pandas(tmp_path):
    frame = pd.DataFrame(
        {"n": pd.array([1, None], "Int64"), "f": pd.array([True, None], "boolean")}
    )
    frame.to_parquet(tmp_path / "t.parquet")
    table = load_table(tmp_path / "t.parquet")
    np.testing.assert_array_equal(
        table.data.to_numpy(float, na_value=np.nan), [[1, 1], [np.nan] * 2]
    )


OTHERS = {
    "durations": [datetime.timedelta(seconds=1), datetime.timedelta(seconds=2)],
    "dates": [datetime.date(2020, 1, 1), datetime.date(2020, 1, 2)],
    "text": ["1", "2"],
    "lists": [[1], [2]],
    "has no values": pa.nulls(2),
}


@pytest.mark.parametrize("reason", OTHERS)
def test_typed_columns_of_other_things(reason, tmp_path):
    assert load_table(parquet(tmp_path, b=pa.array(OTHERS[reason]))).left_out == {"b": reason}
    times = pa.array(pd.to_datetime(["2020", "2021"]))
    assert load_table(parquet(tmp_path, b=times)).left_out == {"b": "dates"}


@pytest.mark.parametrize("true", ["True", "TRUE", "true"])
def test_flags_in_csv(load, true):
    false = {"True": "False", "TRUE": "FALSE", "true": "false"}[true]
    table = load(f"a,b,c\n1,{true},NA\n2,,\n3,{false},\n")
    np.testing.assert_array_equal(table.data["b"], [1, np.nan, 0])
    assert table.left_out == {"c": "has no values"}


def test_names_of_columns(tmp_path):
    frame = pd.DataFrame([[1.0, 2.0, "u"], [2.0, 3.0, "v"]])
    path = tmp_path / "t.parquet"
    frame.rename(columns=str).to_parquet(path)
    assert load_table(path, target="2").feature_names == ["0", "1"]
    pa.parquet.write_table(pa.Table.from_arrays([pa.array([1])] * 2, names=["a", "a"]), path)
    with pytest.raises(ValueError, match=r"t\.parquet: "):
        load_table(path)


def test_integer_names_of_columns(tmp_path):
    path = tmp_path / "t.parquet"
    pd.DataFrame([[1.0, 5], [2.0, 6]]).to_parquet(path)
    assert load_table(path, target="1").feature_names == ["0"]
    with pytest.raises(ValueError, match=r"no '3' for the target; did you mean one of '0', '1'"):
        load_table(path, target="3")


def test_labels_as_bytes(tmp_path):
    table = load_table(parquet(tmp_path, y=pa.array([b"rare", b"often"])), target="y")
    assert table.target.tolist() == ["rare", "often"]
    with pytest.raises(ValueError, match=r"t\.parquet: .*utf-8"):
        load_table(parquet(tmp_path, y=pa.array([b"\xff", b"often"])), target="y")


def test_blanks_make_no_classes(load, tmp_path):
    cells = ["sad", " sad", "sad\u00a0", "glad\u2003"]
    text = "a,y,spk\n" + "".join(f"{i},{c},{c}\n" for i, c in enumerate(cells))
    np.savez(tmp_path / "t.npz", X=np.eye(4), y=cells, groups=np.array(cells))
    frame = pd.DataFrame({"a": range(4), "y": cells, "spk": cells})
    frame.to_parquet(tmp_path / "t.parquet")
    for table in (
        load(text, target="y", groups="spk"),
        load_table(tmp_path / "t.parquet", target="y", groups="spk"),
        load_table(tmp_path / "t.npz"),
    ):
        assert table.target.tolist() == ["sad", "sad", "sad", "glad"]
        assert table.groups.tolist() == table.target.tolist()


@pytest.mark.parametrize("role", ["target", "groups"])
def test_a_row_without_label_or_group(load, tmp_path, role):
    what = {"target": "the target 'y' has no label", "groups": "the groups 'y' are missing"}
    message = f"{what[role]} in row 2"
    with pytest.raises(ValueError, match=message):
        load("a,y\n1,u\n2, \n3,v\n", **{role: "y"})
    for missing in (pa.array(["u", None]), pa.array([3, None]), pa.array([0.5, np.nan])):
        with pytest.raises(ValueError, match=message):
            load_table(parquet(tmp_path, y=missing), **{role: "y"})


def test_a_row_of_npz_without_label_or_group(tmp_path):
    path = tmp_path / "t.npz"
    np.savez(path, X=np.eye(2), y=[1.0, np.nan])
    with pytest.raises(ValueError, match="the target 'y' has no label in row 2"):
        load_table(path)
    np.savez(path, X=np.eye(2), y=[1, 2], groups=["u", ""])
    with pytest.raises(ValueError, match="the groups 'groups' are missing in row 2"):
        load_table(path)


def test_synthetic_rows_may_have_no_group(load):
    """`augment` writes none where no real row is behind one."""
    table = load("a,y,spk,is_synthetic\n1,u,1,False\n2,v,,True\n", target="y", groups="spk")
    assert table.groups.tolist() == ["1", ""]


def test_no_rows(load, tmp_path):
    with pytest.raises(ValueError, match=r"t\.csv: it has no rows"):
        load("a,b\n")
    with pytest.raises(ValueError, match=r"t\.arff: it has no rows"):
        load("@relation r\n@attribute a numeric\n@data\n", "t.arff")
    pd.DataFrame({"a": []}).to_parquet(tmp_path / "t.parquet")
    with pytest.raises(ValueError, match=r"t\.parquet: it has no rows"):
        load_table(tmp_path / "t.parquet")
    np.savez(tmp_path / "t.npz", X=np.zeros((0, 3)), y=[])
    with pytest.raises(ValueError, match=r"t\.npz: it has no rows"):
        load_table(tmp_path / "t.npz")


def workbook(tmp_path):
    with zipfile.ZipFile(tmp_path / "book", "w") as file:
        file.writestr("[Content_Types].xml", "")
    return (tmp_path / "book").read_bytes()


@pytest.mark.parametrize("name", ["t.csv", "t.tsv", "t.arff", "t.npz", "t.parquet"])
def test_files_of_another_kind(load, tmp_path, name):
    with pytest.raises(
        ValueError, match=r"a gzip file: decompress|not an npz file|not a parquet file"
    ):
        load(gzip.compress(b"a,b\n1,2\n"), name)
    with pytest.raises(ValueError, match=r"Excel workbook|it has no 'X'|not a parquet file"):
        load(workbook(tmp_path), name)


def test_a_web_page(load):
    with pytest.raises(ValueError, match=r"t\.csv: it is a page of HTML or XML"):
        load("<!DOCTYPE html>\n<html><body>Not found</body></html>")


@pytest.mark.parametrize("sep", [",", ";", "|"])
def test_blanks_before_quotes(load, sep):
    table = load(
        f'"a"{sep} "b"{sep} "y"\n1{sep} 2{sep} "u, or; v"\n3{sep} 4{sep} "w"\n', target="y"
    )
    assert table.feature_names == ["a", "b"]
    np.testing.assert_array_equal(table.data, [[1, 2], [3, 4]])
    assert table.target.tolist() == ["u, or; v", "w"]


def test_whole_numbers_that_float64_would_change(load):
    for cells in (
        ["12345678901234567891", "5"],
        ["9007199254740993", ""],
        ["-9007199254740993", "NA"],
    ):
        with pytest.raises(ValueError, match=rf"column 'b' holds '{cells[0]}' in line 2.*drop="):
            load("a,b\n" + "".join(f"{i},{cell}\n" for i, cell in enumerate(cells)))
    table = load("a,b\n1,100000000000000000000\n2,9007199254740992\n")
    assert table.data["b"].tolist() == [1e20, 2.0**53]
    assert load("a,b\n1,9007199254740993\n2,3\n").data["b"].tolist() == [9007199254740993, 3]


@pytest.mark.parametrize("order", [[0, 1, 2], [1, 0, 2], [2, 1, 0]])
def test_the_order_of_rows_changes_nothing_that_is_refused(load, order):
    """A cell that may be read either way is as ambiguous in the last row as in the first."""
    cells = ["1", "1,234", "2"]
    with pytest.raises(ValueError, match=r"holds '1,234', which may be 1234 or 1\.234"):
        load("a;b\n" + "".join(f"{i};{cells[i]}\n" for i in order))
    cells = ["1", "x", "2"]
    with pytest.raises(ValueError, match=f"line {order.index(1) + 2} holds 'x'"):
        load("a;b\n" + "".join(f"{i};{cells[i]}\n" for i in order))


def test_columns_of_arrays_are_dropped(tmp_path):
    path = tmp_path / "t.npz"
    np.savez(path, X=np.eye(3), y=list("uvu"), feature_names=["a", "b", "leak"])
    table = load_table(path, drop=["leak"])
    assert table.feature_names == ["a", "b"]
    np.testing.assert_array_equal(table.data, np.eye(3)[:, :2])
    with pytest.raises(ValueError, match="no 'c' for the columns to drop"):
        load_table(path, drop=["c"])


@pytest.mark.parametrize("option", [{"transpose": True}, {"layer": "x"}, {"sep": "::"}])
def test_options_of_other_files_are_refused(tmp_path, option):
    np.savez(tmp_path / "t.npz", X=np.eye(2), y=list("uv"))
    with pytest.raises(ValueError, match=next(iter(option))):
        load_table(tmp_path / "t.npz", **option)


def test_names_of_folders_are_read_like_labels(tmp_path):
    for names in (["01", "02", "01", "10"], ["1", "2", "1", "10"], ["True", "False"] * 2):
        folder = tmp_path / "-".join(names)
        pd.DataFrame({"a": [1.0, 2, 3, 4], "y": names}).to_parquet(folder, partition_cols=["y"])
        found = load_table(folder.rename(f"{folder}.parquet"), target="y").target.tolist()
        expected = {"01": names, "1": [1, 2, 1, 10]}.get(names[0], [True, False] * 2)
        assert sorted(found) == sorted(expected)


def test_long_integers_with_a_hole(tmp_path):
    """Labels stay as they are; a feature that float64 would change is left out, and said."""
    ids = pa.array([2**60 + 1, None, 2**60 + 3])
    path = tmp_path / "t.parquet"
    pa.parquet.write_table(pa.table({"a": [1.0, 2.0, 3.0], "id": ids}), path)
    assert load_table(path).left_out == {"id": "whole numbers with more digits than are kept"}
    pa.parquet.write_table(pa.table({"a": [1.0, 2.0], "id": ids.drop_null()}), path)
    assert load_table(path, target="id").target.tolist() == [2**60 + 1, 2**60 + 3]


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
def test_days_as_labels(tmp_path, unit):
    days = np.array(["2020-01-01", "2020-01-02"], dtype=f"M8[{unit}]")
    path = parquet(tmp_path, y=pa.array(days))
    assert load_table(path, target="y").target.tolist() == ["2020-01-01", "2020-01-02"]


def test_an_index_without_a_name(tmp_path):
    frame = pd.DataFrame({"a": [1.0, 2.0]}, index=pd.MultiIndex.from_tuples([(1, 2), (3, 4)]))
    frame.to_parquet(tmp_path / "t.parquet")
    assert load_table(tmp_path / "t.parquet").feature_names == ["a"]


def test_numbers_beyond_float64_in_text(load):
    with pytest.raises(ValueError, match="'b' holds '1e400' in line 3, which is beyond float64"):
        load("a,b\n1,2\n2,1e400\n")
    assert load("a,b\n1,2\n2,inf\n").data["b"].tolist() == [2, np.inf]


def test_a_row_that_does_not_say_whether_it_is_synthetic(load):
    with pytest.raises(ValueError, match=r"t\.csv: the column 'is_synthetic' holds 'nan'"):
        load("a,y,is_synthetic\n1,u,\n2,v,True\n", target="y")


def test_a_column_of_two_words_is_left_out_with_what_to_do(load, tmp_path):
    text = "a,sex,note,y\n1.5,m,x,u\n2.5,f,y,v\n3.5, f ,z,u\n4.5,,z,v\n"
    table = load(text, target="y")
    assert table.left_out == {"sex": "text, f or m: write 0 and 1 to use it", "note": "text"}
    table.frame.to_parquet(tmp_path / "t.parquet")
    assert load_table(tmp_path / "t.parquet", target="y").left_out == table.left_out
