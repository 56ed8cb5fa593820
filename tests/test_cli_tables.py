"""What the command line says of a table."""

import numpy as np
import pandas as pd
import pytest

from skadan._cli import main
from skadan._cli.tables import option, whole_numbers
from skadan.datasets import load_table
from skadan.datasets._wording import WORDING, keyword

STOPPED = ("--plot", "gains.xls")  # an error once the table is read
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
    text, in_python, in_a_shell, tmp_path, capsys, recwarn
):
    path = tmp_path / "t.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    try:
        load_table(path, target="y")
        message = str(recwarn.pop(UserWarning).message)
    except ValueError as error:
        message = str(error)
    assert in_python in message
    assert main(["evaluate", str(path), "--target", "y", *STOPPED]) == 1
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
def test_few_whole_numbers_are_named(columns, said, tmp_path, capsys, rng):
    frame = pd.DataFrame(rng.normal(size=(12, 3))).add_prefix("f").assign(**columns)
    frame.assign(y=list("ab") * 6).to_csv(tmp_path / "t.csv", index=False)
    assert main(["evaluate", str(tmp_path / "t.csv"), "--target", "y", *STOPPED]) == 1
    assert said in capsys.readouterr().err


@pytest.mark.parametrize(("n", "named"), [(5, True), (6, False)])
def test_many_whole_numbers_are_not_named(n, named, tmp_path, rng):
    X = np.hstack([rng.normal(size=(12, 20)), rng.integers(9, size=(12, n))])
    np.savez(tmp_path / "t.npz", X=X, y=[0, 1] * 6)
    assert bool(whole_numbers(load_table(tmp_path / "t.npz"))) == named
