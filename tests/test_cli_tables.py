"""What the command line says of a table, and how it writes one."""

import os
import stat
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from small_tables import HEAD, rows

from skadan._cli import main
from skadan._cli.tables import option, whole_numbers
from skadan.datasets import load_table
from skadan.datasets._wording import WORDING, keyword


@pytest.fixture
def stopped(monkeypatch):
    """End each evaluation with an error once the table is read."""

    def stop(*_):
        raise ValueError("the table is read")

    monkeypatch.setattr("skadan._cli.commands.evaluate", stop)


BODY = "".join(f"{i}.25,{i % 3},{'ab'[i % 2]}\n" for i in range(12))


@pytest.mark.parametrize(
    ("text", "in_python", "in_a_shell"),
    [
        ("f,patient,y\n" + BODY, "pass groups='patient', or", "pass --groups patient, or"),
        ("f,Patient ID,y\n" + BODY, "groups='Patient ID'", "pass --groups 'Patient ID', or"),
        (
            "f,run,y\n" + "".join(f"{i}.5,{i},{'ab'[i % 2]}\n" for i in range(12)),
            "pass drop=['run'] if it is one",
            "pass --drop run if it is one",
        ),
        (
            "f,-run,y\n" + BODY + "1.5,??,a\n",
            "or pass drop=['-run'].",
            "or pass --drop=-run.",
        ),
        (
            'f,n,y\n"1,234",2,a\n5,2,b\n',
            "pass decimal='.' or decimal=','.",
            "pass --decimal . or --decimal ,.",
        ),
        (
            "f,n,y\nÄ,2,a\n".encode("latin-1"),
            "such as encoding='latin-1'.",
            "such as --encoding latin-1.",
        ),
        (
            "f,n,y\n1,2,a\n".encode("utf-16-le"),
            "such as encoding='utf-16-le'.",
            "such as --encoding utf-16-le.",
        ),
    ],
)
def test_messages_name_keywords_in_python_and_options_in_a_shell(
    text, in_python, in_a_shell, tmp_path, capsys, recwarn, stopped
):
    path = tmp_path / "t.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    try:
        load_table(path, target="y")
        message = str(recwarn.pop(UserWarning).message)
    except ValueError as error:
        message = str(error)
    assert in_python in message
    assert main(["evaluate", str(path), "--target", "y"]) == 1
    said = capsys.readouterr().err
    assert in_a_shell in said
    assert in_python not in said
    assert WORDING.get() is keyword


def test_an_option_can_be_typed():
    assert option("groups", 3) == "--groups 3"
    assert option("drop", "it's") == """--drop 'it'"'"'s'"""


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        ({"age": range(20, 32)}, "4 features, of which age has whole numbers (--drop it if it is"),
        (
            {"age": range(20, 32), "visits": [1.0, 2, 7, np.nan] * 3},
            "5 features, of which age and visits have whole numbers (--drop those that are no",
        ),
        ({"sex": [0, 1] * 6}, "4 features, 2 classes"),
        ({f"n{j}": [0, 1, 2] * 4 for j in range(3)}, "6 features, 2 classes"),
        ({"x": [0.5, 1, 2] * 4}, "4 features, 2 classes"),
    ],
)
def test_few_whole_numbers_are_named(columns, said, tmp_path, capsys, rng, stopped):
    frame = pd.DataFrame(rng.normal(size=(12, 3))).add_prefix("f").assign(**columns)
    frame.assign(y=list("ab") * 6).to_csv(tmp_path / "t.csv", index=False)
    assert main(["evaluate", str(tmp_path / "t.csv"), "--target", "y"]) == 1
    assert said in capsys.readouterr().err


@pytest.mark.parametrize(("n", "named"), [(5, True), (6, False)])
def test_many_whole_numbers_are_not_named(n, named, tmp_path, rng):
    X = np.hstack([rng.normal(size=(12, 20)), rng.integers(9, size=(12, n))])
    np.savez(tmp_path / "t.npz", X=X, y=[0, 1] * 6)
    assert bool(whole_numbers(load_table(tmp_path / "t.npz"))) == named


@pytest.mark.skipif(os.name != "posix", reason="needs modes and links")
def test_what_is_replaced_keeps_its_mode_and_its_link(small_table, tmp_path):
    usual = small_table(f"{HEAD}\n" + "".join(rows()))
    table, link = Path(usual[0]), tmp_path / "link.csv"
    table.chmod(0o600)
    link.symlink_to(table.name)
    out = ["--sampler", "shrunken", "--sets", "1", "--out", str(link)]
    assert main(["augment", *usual, *out]) == 1  # it is the table
    assert main(["augment", *usual, *out, "--force"]) == 0
    assert link.is_symlink()
    assert stat.S_IMODE(table.stat().st_mode) == 0o600
    assert len(table.read_text().splitlines()) == 37
    assert set(tmp_path.iterdir()) == {table, link}


@pytest.mark.parametrize("kind", ["csv", "parquet"])
@pytest.mark.parametrize("place", ["first", "between"])
def test_the_place_of_synthetic_rows_changes_nothing(kind, place, tmp_path):
    """New rows are those of the table without them, each with the speaker of a row of its class."""
    rng, n = np.random.default_rng(0), 24
    real = pd.DataFrame(rng.normal(size=(n, 3)), columns=["a", "b", "c"])
    real = real.assign(y=np.arange(n) % 4 // 3, groups=np.arange(n) + 100, is_synthetic=False)
    old = real.assign(groups=999, is_synthetic=True)[:7]
    numbers = np.arange(n) + 0.5  # an old row stands behind the real ones up to it
    places = {"first": np.full(7, -1.0), "between": numbers[3 * np.arange(7)] + 0.2}
    order = np.argsort([*numbers, *places[place]], kind="stable")
    tables = {"none": real, place: pd.concat([real, old]).iloc[order]}
    texts = []
    for name, table in tables.items():
        path, out = tmp_path / f"{name}.{kind}", tmp_path / f"{name}.out.csv"
        write = table.to_csv if kind == "csv" else table.to_parquet
        write(path, index=False)
        usual = [str(path), "--target", "y", "--groups", "groups", "--sampler", "shrunken"]
        assert main(["augment", *usual, "--out", str(out)]) == 0
        texts.append(out.read_text())
    assert texts[0] == texts[1]
    new = pd.read_csv(out).query("is_synthetic")
    assert len(new) == n // 2
    assert set(new["groups"]) <= set(real["groups"][real["y"] == 1])
