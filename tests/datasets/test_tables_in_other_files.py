"""load_table of compressed files, workbooks, annotated matrices, and tables as R writes them."""

import datetime
import gzip

import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from skadan.datasets import load_table


@pytest.fixture
def load(tmp_path):
    """Write text to a file, and load it."""

    def call(text, name="t.txt", **keywords):
        (tmp_path / name).write_text(text)
        return load_table(tmp_path / name, **keywords)

    return call


FRAME = pd.DataFrame(
    {"a": [1.5, 2.0, -0.25], "n": [3, 4, 5], "y": ["u", "v", "u"], "site": ["s 1", "s2", "s2"]}
)


def check(table):
    assert table.feature_names == ["a", "n"]
    np.testing.assert_array_equal(table.data, FRAME[["a", "n"]])
    assert table.target.tolist() == FRAME["y"].tolist()
    assert table.groups.tolist() == FRAME["site"].tolist()


@pytest.mark.parametrize("name", ["t.csv.gz", "some.table.tsv.gz", "T.TXT.GZ"])
def test_compressed_text(tmp_path, name):
    text = FRAME.to_csv(index=False, sep="\t" if "tsv" in name else ";")
    (tmp_path / name).write_bytes(gzip.compress(text.encode()))
    check(load_table(tmp_path / name, target="y", groups="site"))


def test_a_damaged_compressed_file(tmp_path):
    path = tmp_path / "t.csv.gz"
    whole = gzip.compress(FRAME.to_csv().encode())
    for damaged in (whole[:40], b"a,b\n1,2\n", whole[:20] + b"\0" * 20 + whole[40:]):
        path.write_bytes(damaged)
        with pytest.raises(
            ValueError, match=r"t\.csv\.gz: it is not a gzip file, or it is damaged"
        ):
            load_table(path)


@pytest.mark.parametrize("kind", ["npz", "parquet"])
def test_damage_anywhere_is_an_error_of_this_file(tmp_path, kind):
    """What the libraries raise differs from byte to byte: zlib's errors, missing keys, and more."""
    path = tmp_path / f"t.{kind}"
    if kind == "npz":
        np.savez_compressed(path, X=FRAME[["a", "n"]], y=FRAME["y"].to_numpy(str))
    else:
        FRAME.to_parquet(path)
    whole, rng, messages = path.read_bytes(), np.random.default_rng(0), []
    for place, value in zip(rng.integers(len(whole), size=200), rng.bytes(200), strict=True):
        path.write_bytes(whole[:place] + bytes([value]) + whole[place + 1 :])
        try:
            load_table(path, target="y")
        except ValueError as error:
            messages.append(str(error))
    assert len(messages) > 100
    assert all(message.startswith(f"t.{kind}: ") for message in messages)


# R's write.table


@pytest.mark.parametrize("sep", [" ", "\t", ",", ";"])
@pytest.mark.parametrize("quoted", [True, False])
def test_the_names_of_rows(load, sep, quoted):
    """The header is one name short; a column without a name is left out."""
    if not quoted and sep != "\t":
        pytest.skip("R would quote a cell with a blank; for commas see below")
    q = '"{}"'.format if quoted else str
    lines = [sep.join(map(q, FRAME))]
    for i, row in enumerate(FRAME.itertuples(index=False), 1):
        lines.append(sep.join([q(str(i)), *(q(c) if isinstance(c, str) else repr(c) for c in row)]))
    table = load("\n".join(lines) + "\n", target="y", groups="site")
    check(table)
    assert table.left_out == {"Unnamed: 0": "has no name"}


@pytest.mark.parametrize("row", ["1,2,3", "1,200,sad", "5,ok,"])
def test_a_row_that_is_longer_is_still_refused(load, row):
    """An unquoted thousand or comment would shift all columns."""
    with pytest.raises(ValueError, match="line 2 has 3 cells, but the header names 2 columns"):
        load(f"a,b\n{row}\n2,5,6\n")


# Comments before the header


def test_comments_before_the_header(load):
    text = "# made by a machine; on Monday\n#\n# columns: a, n\n" + FRAME.to_csv(index=False)
    check(load(text, target="y", groups="site"))
    with pytest.raises(ValueError, match="line 6 holds 'x'"):
        load(text.replace("2.0,4", "x,4"), target="y", groups="site")


def test_a_header_that_is_a_comment(load):
    """Its first name keeps the #."""
    text = "##version 1\n#" + FRAME.to_csv(index=False, sep="\t")
    table = load(text, target="y", groups="site")
    assert table.feature_names == ["#a", "n"]
    np.testing.assert_array_equal(table.data, FRAME[["a", "n"]])


def test_nothing_but_comments(load):
    with pytest.raises(ValueError, match="it is empty"):
        load("# a\n# b\n")


# Samples in columns

SIDEWAYS = "gene;s1;s2;s3\na;1,5;2;-0,25\nn;3;4;5\ny;u;v;u\nsite;s 1;s2;s2\n"


def test_samples_in_columns(load):
    check(load(SIDEWAYS, target="y", groups="site", transpose=True))
    with pytest.raises(
        ValueError, match=r"'y' is not a column, but the name of a row.*transpose=True"
    ):
        load(SIDEWAYS, target="y")
    with pytest.raises(ValueError, match="more than one column is named 'a'"):
        load(SIDEWAYS.replace("\nn;", "\na;"), target="y", transpose=True)


# Workbooks


@pytest.fixture
def workbook(tmp_path):
    pytest.importorskip("python_calamine")
    openpyxl = pytest.importorskip("openpyxl")

    def call(rows, others=None, name="t.xlsx"):
        book = openpyxl.Workbook()
        for row in rows:
            book.active.append(list(row))
        for title, rows_of_sheet in (others or {}).items():
            sheet = book.create_sheet(title)
            for row in rows_of_sheet:
                sheet.append(list(row))
        book.save(tmp_path / name)
        return tmp_path / name

    return call


def test_a_workbook(workbook):
    rows = [list(FRAME), *FRAME.values.tolist()]
    table = load_table(workbook(rows), target="y", groups="site")
    check(table)
    assert table.data["n"].dtype.kind == "i"
    sideways = [["id", 1, 2, 3], *([name, *FRAME[name]] for name in FRAME)]
    check(load_table(workbook(sideways), target="y", groups="site", transpose=True))


def test_cells_of_a_workbook(workbook):
    """As those of CSV: holes, flags, dates, and numbers that somebody typed as text."""
    day = datetime.date(2020, 1, 2)
    rows = [["a", "b", "c", "day", "y"], [1, True, "1.5", day, 1], [None, None, "NA", day, 2]]
    table = load_table(workbook(rows), target="y")
    np.testing.assert_array_equal(table.data, [[1, 1, 1.5], [np.nan] * 3])
    assert table.target.tolist() == [1, 2]
    assert table.left_out == {"day": "text"}
    odd = [["a", "y"], [1, "u"], ["x", "v"], [2, "u"]]
    with pytest.raises(
        ValueError, match=r"t\.xlsx: .* 'a' is mostly numbers, but line 3 holds 'x'"
    ):
        load_table(workbook(odd), target="y")


@pytest.mark.parametrize("decimal", [None, ","])
def test_numbers_of_a_workbook_have_no_decimal_mark(workbook, decimal):
    """Text with commas beside them, or an option for text files, does not change them."""
    rows = [["a", "dose", "y"], [1.125, "2,5", "u"], [2.375, "3,5", "v"], [-1e-30, "4,5", "u"]]
    table = load_table(workbook(rows), target="y", decimal=decimal)
    assert table.data["a"].tolist() == [1.125, 2.375, -1e-30]
    assert table.data["dose"].tolist() == [2.5, 3.5, 4.5]


def test_long_identifiers_of_a_workbook(workbook):
    rows = [["a", "y"], [1.5, 12345678901234567], [2.5, 12345678901234569]]
    with pytest.raises(
        ValueError, match=r"row 2 holds 123456789012345\d\d, a whole number with more"
    ):
        load_table(workbook(rows), target="y")


def test_a_sheet_is_chosen_by_its_name(workbook):
    path = workbook([["a", "y"], [1, "u"]], others={"Site 2": [["a", "y"], [2, "v"]]})
    with pytest.warns(
        UserWarning,
        match=r"only the first sheet 'Sheet' is read. For another, pass "
        "sheet='Site 2'",
    ):
        assert load_table(path, target="y").target.tolist() == ["u"]
    assert load_table(path, target="y", sheet="Site 2").target.tolist() == ["v"]
    with pytest.raises(ValueError, match="there is no sheet 'site'; there are 'Sheet', 'Site 2'"):
        load_table(path, sheet="site")


def test_a_damaged_workbook(workbook, tmp_path):
    (tmp_path / "t.xlsx").write_bytes(b"PK\x03\x04 and so on")
    with pytest.raises(ValueError, match=r"t\.xlsx: it is not a workbook, or it is damaged"):
        load_table(tmp_path / "t.xlsx")
    with pytest.raises(ValueError, match=r"t\.xlsx: it is empty"):
        load_table(workbook([]))


# AnnData


@pytest.mark.parametrize("kind", [np.asarray, sparse.csr_matrix])
def test_annotated_matrices(tmp_path, kind):
    anndata = pytest.importorskip("anndata")
    X = FRAME[["a", "n"]].to_numpy()
    table = anndata.AnnData(kind(X), obs=FRAME[["y", "site"]].rename(index=str))
    table.var_names = ["a", "n"]
    table.layers["twice"] = kind(2 * X)
    path = tmp_path / "t.h5ad"
    table.write_h5ad(path)
    read = load_table(path, target="y", groups="site")
    assert sparse.issparse(read.data) == (kind is sparse.csr_matrix)
    np.testing.assert_array_equal(
        read.data.toarray() if sparse.issparse(read.data) else read.data, X
    )
    assert read.feature_names == ["a", "n"]
    assert read.target.tolist() == FRAME["y"].tolist()
    assert read.groups.tolist() == FRAME["site"].tolist()
    assert (load_table(path, layer="twice").data != 2 * X).sum() == 0
    with pytest.raises(ValueError, match=r"no 'cell' for the target; did you mean one of"):
        load_table(path, target="cell")
    with pytest.raises(ValueError, match=r"no 'x' for the layer; did you mean one of 'twice'"):
        load_table(path, layer="x")
