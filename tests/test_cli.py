"""The command line, as a shell would use it."""

import re
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

from skadan import WADANSampler
from skadan._cli import main
from skadan.datasets import load_table


@pytest.fixture
def table(problem, tmp_path):
    """A CSV of openSMILE's kind."""
    X, y, groups = problem
    frame = pd.DataFrame(X, columns=[f"f{j}" for j in range(X.shape[1])])
    frame.insert(0, "name", [f"u{i}" for i in range(len(X))])
    frame["emotion"] = np.array(["sad", "glad", "calm"])[y]
    frame["speaker"] = groups
    path = tmp_path / "features.csv"
    frame.to_csv(path, index=False, sep=";")
    return path


def test_augment_writes_the_samplers_rows(table, tmp_path, capsys):
    out = tmp_path / "augmented.csv"
    common = [str(table), "--target", "emotion", "--groups", "speaker", "--epochs", "2"]
    assert main(["augment", *common, "--sets", "2", "--out", str(out)]) == 0
    printed, progress = capsys.readouterr()
    assert printed == ""
    assert "] 2/2  reconstruction" in progress
    assert "45 rows and 90 synthetic ones" in progress
    before, after = pd.read_csv(table, sep=";"), pd.read_csv(out, sep=";")
    assert list(after.columns) == [*before.columns, "is_synthetic"]
    old, new = after[~after["is_synthetic"]], after[after["is_synthetic"]]
    pd.testing.assert_frame_equal(
        old.drop(columns="is_synthetic"), before, check_dtype=False, check_exact=True
    )
    assert new[["name", "speaker"]].isna().all(axis=None)
    assert (new["emotion"].value_counts() == 2 * before["emotion"].value_counts()).all()
    read = load_table(table, target="emotion", groups="speaker")
    sampler = WADANSampler(max_epochs=2, random_state=0).fit(read.data, read.target)
    expected, _ = sampler.sample(new["emotion"].to_numpy())
    np.testing.assert_allclose(new[read.feature_names], expected, rtol=1e-12)


@pytest.mark.parametrize("name", ["out.tsv", "out.parquet"])
def test_augment_fills_up_and_writes_other_formats(name, table, tmp_path):
    out = tmp_path / name
    common = [str(table), "--target", "emotion", "--groups", "speaker", "--epochs", "1"]
    assert main(["augment", *common, "--sampler", "adan", "--out", str(out)]) == 0
    after = load_table(out, target="emotion", groups="speaker").frame
    assert after["emotion"].value_counts().nunique() == 1
    assert after["is_synthetic"].sum() == len(after) - 45


def test_augment_an_npz(problem, tmp_path):
    X, y, groups = problem
    np.savez(tmp_path / "t.npz", X=X, y=y, groups=groups)
    out = tmp_path / "out.csv"
    assert main(["augment", str(tmp_path / "t.npz"), "--epochs", "1", "--out", str(out)]) == 0
    after = load_table(out, target="y", groups="groups")
    np.testing.assert_allclose(after.data.iloc[:45, :100], X)
    assert after.frame["is_synthetic"].sum() == 3 * np.bincount(y).max() - 45


def test_evaluate(table, capsys):
    common = [str(table), "--target", "emotion", "--groups", "speaker", "--epochs", "2"]
    samplers = ["--samplers", "duplication", "noise", "smote", "wadan"]
    assert main(["evaluate", *common, *samplers, "--C", "0.01"]) == 0
    printed, progress = capsys.readouterr()
    header, *rows = printed.splitlines()
    assert header.split()[:3] == ["sampler", "WA", "%"]
    assert [row.split()[0] for row in rows] == ["none", "duplication", "noise", "smote", "wadan"]
    assert all(0 <= float(row.split()[2]) <= 100 for row in rows)
    assert re.fullmatch(r"smote .*[+-]\d+\.\d \([+-]\d+\.\d to [+-]\d+\.\d\)", rows[3])
    assert len(rows[0].split()) == 3
    assert "15 of 15: wadan, speaker 2" in progress


def test_usage_errors(table, tmp_path, capsys):
    with pytest.raises(SystemExit) as stop:
        main(["augment", str(table)])
    assert stop.value.code == 2
    out = ["--out", str(tmp_path / "out.csv")]
    for arguments, message in [
        (["augment", str(table), *out], "Pass it as --target"),
        (["augment", "gone.csv", "--target", "emotion", *out], "no file gone.csv"),
        (["augment", str(table), "--target", "feeling", *out], "no 'feeling'"),
        (["augment", str(table), "--target", "emotion", "--sets", "-1", *out], "n_sets=-1"),
        (["augment", str(table), "--target", "emotion", "--out", "a.xls"], ".csv, .tsv"),
        (["evaluate", str(table), "--target", "emotion"], "Pass it as --groups"),
    ]:
        capsys.readouterr()
        assert main(arguments) == 1
        printed, error = capsys.readouterr()
        assert printed == ""
        assert message in error
        assert error.startswith(f"skadan {arguments[0]}: ")
    assert not (tmp_path / "out.csv").exists()


@pytest.mark.filterwarnings("default::UserWarning")
def test_balanced_data_are_written_with_a_word(tmp_path, capsys):
    frame = pd.DataFrame({"a": [1.0, 2, 3, 4], "b": [4.0, 1, 2, 2], "y": list("uvuv")})
    frame.to_csv(tmp_path / "t.csv", index=False)
    arguments = ["augment", str(tmp_path / "t.csv"), "--target", "y"]
    assert main([*arguments, "--out", str(tmp_path / "out.csv")]) == 0
    assert "asks for no synthetic rows" in capsys.readouterr().err
    assert not pd.read_csv(tmp_path / "out.csv")["is_synthetic"].any()


@pytest.mark.slow
def test_as_a_module():
    done = subprocess.run(
        [sys.executable, "-m", "skadan", "--help"], capture_output=True, text=True, check=True
    )
    assert "augment" in done.stdout
    assert "evaluate" in done.stdout
    wrong = subprocess.run([sys.executable, "-m", "skadan"], capture_output=True, text=True)
    assert wrong.returncode == 2
