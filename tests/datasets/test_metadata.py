"""load_table with labels and groups in a second file."""

import re

import numpy as np
import pandas as pd
import pytest

from skadan._cli import main
from skadan.datasets import load_table

COUNTS = "gene,s1,s2,s3,s4\nTP53,1,2,3,4\nBRCA1,5,6,7,8\n"
LINES = ["s4\tlate\tB\t61", "s2\tlate\tA\t60", "s1\tearly\tA\t52", "s3\tearly\tB\t48"]
SHEET = "\n".join(["sample\tstage\tsite\tage", *LINES, ""])


@pytest.fixture
def files(tmp_path):
    """Write a table and its metadata."""

    def write(table, metadata, name="meta.tsv"):
        (tmp_path / "t.csv").write_text(table)
        (tmp_path / name).write_text(metadata)
        return tmp_path / "t.csv", tmp_path / name

    return write


def test_samples_in_columns_and_a_sample_sheet_in_another_order(files):
    path, metadata = files(COUNTS, SHEET)
    table = load_table(path, target="stage", groups="site", transpose=True, metadata=metadata)
    assert table.feature_names == ["TP53", "BRCA1"]
    assert table.data.to_numpy().tolist() == [[1, 5], [2, 6], [3, 7], [4, 8]]
    assert table.target.tolist() == ["early", "late", "early", "late"]
    assert table.groups.tolist() == ["A", "A", "B", "B"]
    assert "age" not in table.frame  # nothing else is taken from the metadata


def test_sample_names_that_are_numbers_are_not_features(files):
    table = "id,a,b\n7,0.5,1.5\n9,2.5,3.5\n"
    path, metadata = files(table, "nr;who\n9;x\n7;y\n", "meta.csv")
    loaded = load_table(path, target="who", metadata=metadata)
    assert loaded.feature_names == ["a", "b"]
    assert loaded.target.tolist() == ["y", "x"]
    assert loaded.left_out == {"id": "dropped"}


def test_names_without_a_header_as_r_writes_them(files):
    path, metadata = files('"a" "b"\n"s1" 1.5 2\n"s2" 2.5 3\n', "s,y\ns2,u\ns1,v\n", "m.csv")
    loaded = load_table(path, target="y", metadata=metadata)
    assert loaded.target.tolist() == ["v", "u"]


def test_labels_may_be_in_the_table_and_groups_in_the_metadata(files):
    path, metadata = files("s,x,y\na,1.5,u\nb,2.5,v\n", "s,site\na,N\nb,S\n", "m.csv")
    loaded = load_table(path, target="y", groups="site", metadata=metadata)
    assert loaded.target.tolist() == ["u", "v"]
    assert loaded.groups.tolist() == ["N", "S"]


def test_a_workbook_as_metadata(files, tmp_path):
    openpyxl = pytest.importorskip("openpyxl")
    pytest.importorskip("python_calamine")
    book = openpyxl.Workbook()
    for line in SHEET.splitlines():
        book.active.append(line.split("\t"))
    book.save(tmp_path / "meta.xlsx")
    path, _ = files(COUNTS, "")
    options = {"target": "stage", "transpose": True, "metadata": tmp_path / "meta.xlsx"}
    assert load_table(path, **options).target.tolist() == ["early", "late", "early", "late"]


@pytest.mark.parametrize(
    ("metadata", "options", "message"),
    [
        (SHEET, {"transpose": False}, "the samples of meta.tsv are columns of the table: pass "
         "transpose=True"),
        (SHEET.replace("s2", "s9"), {}, "1 of 4 samples, such as 's2', are not in the column "
         "'sample' of meta.tsv"),
        (SHEET.replace("s2", "s1"), {}, "the sample 's1' is in meta.tsv more than once"),
        (SHEET.replace("\ns", "\np"), {}, "no sample of the table is in meta.tsv"),
        (SHEET, {"target": "grade"}, "there is no column 'grade' in the table or in meta.tsv"),
        (SHEET.replace("age", "TP53"), {"target": "TP53"}, "the column 'TP53' is in the table and"),
        ("", {}, "meta.tsv"),
    ],
)  # fmt: skip
def test_what_does_not_match_is_refused(files, metadata, options, message):
    path, sheet = files(COUNTS, metadata)
    keywords = {"target": "stage", "transpose": True, "metadata": sheet} | options
    with pytest.raises(ValueError, match=re.escape(message)):
        load_table(path, **keywords)


def test_samples_that_the_table_lacks_are_counted(files):
    path, metadata = files(COUNTS, SHEET + "s5\tlate\tC\t70\n")
    with pytest.warns(UserWarning, match=r"meta\.tsv: 1 of 5 samples are not in the table"):
        load_table(path, target="stage", transpose=True, metadata=metadata)


def test_files_that_cannot_have_or_be_metadata(files, tmp_path):
    path, metadata = files(COUNTS, SHEET)
    np.savez(tmp_path / "t.npz", X=np.ones((2, 2)))
    with pytest.raises(ValueError, match=r"metadata=.*: t\.npz is not a text file or workbook"):
        load_table(tmp_path / "t.npz", metadata=metadata)
    with pytest.raises(ValueError, match=r"metadata='.*t\.npz': it is not a text file"):
        load_table(path, target="stage", transpose=True, metadata=tmp_path / "t.npz")
    with pytest.raises(FileNotFoundError, match="There is no file gone"):
        load_table(path, metadata="gone.csv")
    with pytest.raises(ValueError, match=r"sheet='a': t\.csv is not a workbook"):
        load_table(path, sheet="a")


def test_counts_and_a_sample_sheet_from_a_shell(tmp_path, capsys):
    rng = np.random.default_rng(0)
    names = [f"P{i}" for i in range(40)]
    stage = np.where(np.arange(40) % 4 == 0, "late", "early")
    counts = rng.poisson(20 + 6 * (stage == "late"), size=(12, 40))
    frame = pd.DataFrame(counts, columns=names, index=[f"gene{j}" for j in range(12)])
    frame.to_csv(tmp_path / "counts.csv")
    sheet = pd.DataFrame({"sample": names, "stage": stage, "site": np.arange(40) // 2 % 5})
    sheet.sample(frac=1, random_state=0).to_csv(tmp_path / "samples.csv", index=False)
    files = [str(tmp_path / "counts.csv"), "--metadata", str(tmp_path / "samples.csv")]
    common = [*files, "--transpose", "--target", "stage", "--groups", "site"]
    assert main(["evaluate", *common, "--arms", "prior"]) == 0
    printed, error = capsys.readouterr()
    assert "one site held out at a time" in printed
    assert "12 features, 2 classes (10 late)" in error
    out = tmp_path / "more.csv"
    assert main(["augment", *common, "--sampler", "shrunken", "--out", str(out)]) == 0
    made = pd.read_csv(out)
    assert made["stage"].value_counts().tolist() == [30, 30]
    assert not made.loc[~made["is_synthetic"], "site"].isna().any()


def test_the_saved_sampler_keeps_the_name_of_the_labels(tmp_path, capsys):
    pytest.importorskip("safetensors")
    y = np.repeat(["often", "rare"], [20, 5])
    X = np.random.default_rng(0).normal(size=(25, 3))
    pd.DataFrame(X).add_prefix("x").assign(stage=y).to_csv(tmp_path / "t.csv", index=False)
    command = ["augment", str(tmp_path / "t.csv"), "--target", "stage", "--sampler", "shrunken"]
    saved = tmp_path / "s.safetensors"
    assert main([*command, "--out", str(tmp_path / "o.csv"), "--save", str(saved)]) == 0
    assert main(["sample", str(saved), "--rows", "9", "--out", str(tmp_path / "new")]) == 0
    rows = pd.read_parquet(tmp_path / "new")
    assert list(rows.columns) == ["x0", "x1", "x2", "stage"]
    more = ["--target", "label", "--out", str(tmp_path / "named")]
    assert main(["sample", str(saved), "--rows", "9", *more]) == 0
    assert list(pd.read_parquet(tmp_path / "named").columns)[-1] == "label"


def test_row_numbers_of_pandas_are_not_sample_names(files):
    table = ",sample,p,q\n0,s1,1.5,2\n1,s2,2.5,3\n2,s3,3.5,4\n"
    path, metadata = files(table, ",sample,label\n0,s3,c\n1,s1,a\n2,s2,b\n", "m.csv")
    assert load_table(path, target="label", metadata=metadata).target.tolist() == ["a", "b", "c"]


def test_blanks_around_names_and_empty_rows_do_not_matter(files):
    path, metadata = files("s,x\na,1.5\nb,2.5\n", 's,y\n"b ",v\n" a",u\n,\n,\n', "m.csv")
    assert load_table(path, target="y", metadata=metadata).target.tolist() == ["u", "v"]


def test_table_and_metadata_in_one_workbook(tmp_path):
    openpyxl = pytest.importorskip("openpyxl")
    pytest.importorskip("python_calamine")
    book = openpyxl.Workbook()
    book.active.title = "features"
    for row in (["id", "p"], [1, 1.5], [10.1, 2.5], [2, 3.5]):
        book.active.append(row)
    sheet = book.create_sheet("samples")
    for row in (["id", "dose"], [2, 2.5], [1, 0.5], [10.1, 0.5]):
        sheet.append(row)
    path = tmp_path / "wb.xlsx"
    book.save(path)
    chosen = {"sheet": "features", "metadata": path, "metadata_sheet": "samples"}
    assert load_table(path, target="dose", **chosen).target.tolist() == [0.5, 0.5, 2.5]
    with (
        pytest.warns(UserWarning, match="pass metadata_sheet='samples'"),
        pytest.raises(ValueError, match=r"no column 'dose' in the table or in wb\.xlsx"),
    ):
        load_table(path, target="dose", sheet="features", metadata=path)


def test_labels_with_decimals_are_the_same_in_a_workbook(tmp_path):
    openpyxl = pytest.importorskip("openpyxl")
    pytest.importorskip("python_calamine")
    book = openpyxl.Workbook()
    for row in (["p", "label"], [1.5, 0.5], [2.5, 1], [3.5, 2.5]):
        book.active.append(row)
    book.save(tmp_path / "t.xlsx")
    (tmp_path / "t.csv").write_text("p,label\n1.5,0.5\n2.5,1.0\n3.5,2.5\n")
    found = [load_table(tmp_path / f"t.{kind}", target="label").target for kind in ("xlsx", "csv")]
    assert found[0].tolist() == found[1].tolist() == [0.5, 1.0, 2.5]


def test_an_identifier_is_found_beside_synthetic_rows(files):
    lines = "".join(f"{7 * i + 100},{i / 3},{'ab'[i % 2]},False\n" for i in range(8))
    path, _ = files(f"sample_id,x,y,is_synthetic\n{lines},0.5,a,True\n", "")
    with pytest.warns(UserWarning, match="'sample_id' has a different whole number in each row"):
        load_table(path, target="y")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--out", "o.csv", "--save", "t.csv"], "--save t.csv is the file of TABLE"),
        (["--out", "o.csv", "--save", "o.csv"], "--save o.csv is the file of --out"),
        (["--out", "o.csv", "--save", "m.csv"], "--save m.csv is the file of --metadata"),
        (["--out", "m.csv"], "--out m.csv is the file of --metadata"),
        (["--out", "o.csv", "--save", "folder"], "a folder has this name"),
    ],
)
def test_no_file_of_the_command_is_written_over(files, capsys, monkeypatch, options, message):
    path, _ = files("s,x\na,1.5\nb,2.5\nc,2.0\n", "s,y\na,u\nb,v\nc,u\n", "m.csv")
    (path.parent / "folder").mkdir()
    monkeypatch.chdir(path.parent)
    before = path.read_text()
    command = ["augment", "t.csv", "--metadata", "m.csv", "--target", "y", "--sampler", "shrunken"]
    assert main([*command, *options]) == 1
    assert message in capsys.readouterr().err
    assert path.read_text() == before
