"""Tables as other programs write them: read as they were meant, or refused by name."""

import numpy as np
import pytest

from skadan.datasets import load_table


@pytest.fixture
def load(tmp_path):
    """Write a text and load it."""

    def write_and_load(text, *, name="t.csv", encoding="utf-8", **keywords):
        (tmp_path / name).write_bytes(text.encode(encoding))
        return load_table(tmp_path / name, **keywords)

    return write_and_load


# Numbers


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("f;n;y\n1,5;3;a\n2,5;4;b\n", [1.5, 2.5]),
        ('f,n,y\n"1,5",3,a\n"2,5",4,b\n', [1.5, 2.5]),
        ("f;n;y\n1.234,5;3;a\n2,5;4;b\n", [1234.5, 2.5]),
        ('f,n,y\n"1,234.5",3,a\n2.5,4,b\n', [1234.5, 2.5]),
        ('f,n,y\n"1,234",3,a\n2.5,4,b\n', [1234.0, 2.5]),
        ("f,n,y\n1'234.5,3,a\n2.5,4,b\n", [1234.5, 2.5]),
        ("f;n;y\n1\u00a0234,5;3;a\n1\u202f234\u202f567;4;b\n", [1234.5, 1234567.0]),
        ("f;n;y\n1\u00a0234.5;3;a\n1\u202f234\u202f567;4;b\n", [1234.5, 1234567.0]),
        ("f;n;y\n0,123;3;a\n-0,125;4;b\n", [0.123, -0.125]),
        ("f,n,y\n1e3,3,a\n-.5E-1,4,b\n", [1000.0, -0.05]),
        ("f\tn\ty\n 1.5 \t3\ta\n2.5\t4\tb\n", [1.5, 2.5]),
        ("f|n|y\n1.5|3|a\n2.5|4|b\n", [1.5, 2.5]),
        ("f,n,y\n?,3,a\n2.5,4,b\n", [np.nan, 2.5]),
        ("f,n,y\n-nan(ind),3,a\n2.5,4,b\n", [np.nan, 2.5]),
        ("f,n,y\n1.#QNAN,3,a\n-inf,4,b\n", [np.nan, -np.inf]),
        ("f,n,y\n,3,a\n1,4,b\n", [np.nan, 1]),
        ("f,n,y\nTrue,3,a\nFalse,4,b\n", [True, False]),
        ("f,n,y\n9223372036854775808,3,a\n1,4,b\n", [2.0**63, 1.0]),
    ],
)
def test_columns_of_numbers(load, text, expected):
    table = load(text, target="y")
    assert table.feature_names == ["f", "n"]
    np.testing.assert_array_equal(table.data["f"].to_numpy(), expected)
    np.testing.assert_array_equal(table.data["n"], [3, 4])
    assert table.target.tolist() == ["a", "b"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("f,y\n1.5,a\n2.5x,b\n3.5,a\n", r"'f' is mostly numbers, but line 3 holds '2.5x'.*drop"),
        ("f;y\n1,5;a\n2.5;b\n", r"'f' is mostly numbers, but line \d holds"),
        ('f,y\n"1,234",a\n5,b\n', r"'f' holds '1,234', which may be 1234 or 1.234: pass decimal="),
        ("f,g,y\n1,2,a\n3,4,b,c,d\n", "line 3 has 5 cells, but the header names 3 columns"),
        ("f,g,y\n1,2\n", "line 2 has 2 cells, but the header names 3"),
        ('f,y\n1,"a\n2,b\n', "line 2 cannot be read"),
        ("f,f,y\n1,2,a\n", "more than one column is named 'f'"),
        ("", "it is empty: the first line names the columns"),
        ("f,y\n1,a\n2,\n", r"the target 'y' has no label in row 2 \(of 1 such rows\)"),
        ("f,is_synthetic,y\n1,maybe,a\n", "'is_synthetic' holds 'maybe'"),
        ("@relation r\n@attribute f numeric\n@data\n1\n", "it is an ARFF file"),
        ("f\0,y\n", "it holds NUL characters"),
    ],
)
def test_refused_by_name(load, text, message):
    with pytest.raises(ValueError, match=rf"^t\.csv: .*{message}"):
        load(text, target="y")


def test_a_mark_that_is_said_settles_it(load):
    text = 'f;y\n"1,234";a\n5;b\n'
    assert load(text, target="y", decimal=",").data["f"].tolist() == [1.234, 5]
    assert load(text, target="y", decimal=".").data["f"].tolist() == [1234, 5]
    with pytest.raises(ValueError, match="decimal=';': use"):
        load(text, decimal=";")


def test_an_error_is_short(load):
    with pytest.raises(ValueError, match=r"t\.csv") as error:
        load("f,y\n" + "1,a\n" * 3 + "x" * 10**6 + ",b\n" + "1,a\n", target="y")
    assert len(str(error.value)) < 1000


# Headers and rows


@pytest.mark.parametrize(
    "text",
    [
        "pitch;energy;y\n1.5;20;a;\n2.5;30;b;\n",
        "pitch;energy;y;\n1.5;20;a;\n2.5;30;b;\n",
        "pitch,energy,y\r\n1.5,20,a\r\n\r\n2.5,30,b\r\n",
        "sep=;\npitch;energy;y\n1.5;20;a\n2.5;30;b",
        "\ufeffpitch,energy,y\n1.5,20,a\n2.5,30,b\n",
        ",pitch,energy,y\n0,1.5,20,a\n1,2.5,30,b\n",
    ],
)
def test_columns_stay_in_their_places(load, text):
    table = load(text, target="y")
    assert table.data.to_dict("list") == {"pitch": [1.5, 2.5], "energy": [20, 30]}
    assert table.target.tolist() == ["a", "b"]


def test_separators_inside_quotes(load):
    table = load('"a;b","c,d",y\n1,2,"x,y"\n3,4,"z;w"\n', target="y")
    assert table.data.to_dict("list") == {"a;b": [1, 3], "c,d": [2, 4]}
    assert table.target.tolist() == ["x,y", "z;w"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "latin-1"])
def test_encodings(load, encoding):
    text = "größe,y\n1.5,Ärger\n2.5,Freude\n"
    own = encoding if encoding in ("utf-16-le", "latin-1") else None
    table = load(text, target="y", encoding=encoding) if own is None else None
    if own:
        with pytest.raises(ValueError, match=r"t\.csv: .*pass the file's encoding"):
            load(text, target="y", encoding=encoding)
        return
    assert table.feature_names == ["größe"]
    assert table.target.tolist() == ["Ärger", "Freude"]


def test_an_encoding_that_is_said(tmp_path):
    path = tmp_path / "t.csv"
    path.write_bytes("größe,y\n1.5,Ärger\n".encode("latin-1"))
    assert load_table(path, target="y", encoding="latin-1").target.tolist() == ["Ärger"]
    with pytest.raises(ValueError, match="there is no encoding 'nonsense'"):
        load_table(path, encoding="nonsense")


# Labels, groups, and what is no feature


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (["NA", "None", "null", "nan"], ["NA", "None", "null", "nan"]),
        (["001", "01", "1", "10"], ["001", "01", "1", "10"]),
        (["1", "2", "10", "-3"], [1, 2, 10, -3]),
        (["0.5", "1.0", "2.5", "3.0"], [0.5, 1.0, 2.5, 3.0]),
        (["0.50", "1", "2", "3"], ["0.50", "1", "2", "3"]),
        (["True", "False", "True", "x"], ["True", "False", "True", "x"]),
        (["1_0", "٣", "+1", "1e5"], ["1_0", "٣", "+1", "1e5"]),
    ],
)
def test_labels_and_groups_are_the_text(load, cells, expected):
    text = "f,y,who\n" + "".join(f"{i}.5,{c},{c}\n" for i, c in enumerate(cells))
    table = load(text, target="y", groups="who")
    assert table.target.tolist() == expected
    assert table.groups.tolist() == expected


def test_columns_that_are_no_features(load):
    text = ",frameIndex,name,f,note,speaker,is_synthetic,x,y\n" + "".join(
        f"{i},{i},u{i},{i}.5,text,0{i % 2},{i > 4},{i},{'ab'[i % 2]}\n" for i in range(6)
    )
    with pytest.warns(UserWarning, match="looks like a group") as warned:
        table = load(text, target="y", drop=["x"])
    assert [str(w.message) for w in warned] == [
        "The column 'speaker' looks like a group, so it is not a feature: pass groups='speaker', "
        "or rename it."
    ]
    assert table.feature_names == ["f"]
    assert table.is_synthetic.tolist() == [False] * 5 + [True]
    assert table.left_out == {
        "Unnamed: 0": "has no name",
        "frameIndex": "written by openSMILE or audformat",
        "name": "written by openSMILE or audformat",
        "note": "text",
        "speaker": "looks like a group",
        "is_synthetic": "says which rows are synthetic",
        "x": "dropped",
    }
    with pytest.raises(ValueError, match="no 'zz' for the columns to drop"):
        load(text, target="y", groups="speaker", drop=["zz"])
    with pytest.raises(ValueError, match=r"drop='x': give a list of columns, \['x'\]"):
        load(text, target="y", drop="x")


@pytest.mark.parametrize(
    ("name", "values", "warns"),
    [
        ("row", range(6), True),
        ("nummer", [14, 11, 12, 16, 13, 15], True),
        ("sample_nr", [901, 17, 5, 88, 3, 44], True),
        ("counts", [901, 17, 5, 88, 3, 44], False),
        ("age", [30, 31, 30, 33, 34, 35], False),
        ("depth", [0.0, 1.0, 2.0, 3.0, 4.0, 5.0], False),
    ],
)
def test_identifiers_are_warned_of(load, name, values, warns, recwarn):
    text = f"{name},f,y\n" + "".join(f"{v},{i}.5,{'ab'[i % 2]}\n" for i, v in enumerate(values))
    table = load(text, target="y")
    found = [str(w.message) for w in recwarn]
    assert [f"drop=['{name}']" in text for text in found] == [True] * warns
    assert table.feature_names == [name, "f"]
