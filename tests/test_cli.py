"""The command line, as a shell would use it."""

import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from small_tables import HEAD, rows

from skadan import Replicate, ShrunkenSampler, WADANSampler, save_sampler
from skadan._cli import commands, main, preparation
from skadan.datasets import load_table
from skadan.evaluation._settings import TRAINED, UNTRAINED


def test_augment_writes_the_samplers_rows(table, tmp_path, capsys):
    out = tmp_path / "augmented.csv"
    common = [str(table), "--target", "emotion", "--groups", "speaker", "--epochs", "2"]
    assert main(["augment", *common, "--sets", "2", "--out", str(out)]) == 0
    printed, progress = capsys.readouterr()
    assert printed == ""
    assert "2/2 [" in progress
    assert "reconstruction" not in progress
    assert "45 rows and 90 synthetic ones" in progress
    assert main(["augment", *common, "--sets", "2", "--out", str(out), "--verbose"]) == 0
    printed, progress = capsys.readouterr()
    assert printed == ""
    assert "epoch 2/2  reconstruction" in progress
    before, after = pd.read_csv(table, sep=";"), pd.read_csv(out, sep=";")
    assert list(after.columns) == [*before.columns, "is_synthetic"]
    old, new = after[~after["is_synthetic"]], after[after["is_synthetic"]]
    pd.testing.assert_frame_equal(
        old.drop(columns="is_synthetic"), before, check_dtype=False, check_exact=True
    )
    assert new["name"].isna().all()
    assert set(new["speaker"]) == {0, 1, 2}  # of the rows of their class behind them
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


def test_usage_errors(table, tmp_path, capsys):
    with pytest.raises(SystemExit) as stop:
        main(["augment", str(table)])
    assert stop.value.code == 2
    out = ["--out", str(tmp_path / "out.csv")]
    usual = ["evaluate", str(table), "--target", "emotion", "--groups", "speaker"]
    for arguments, message in [
        (["augment", str(table), *out], "Pass it as --target"),
        (["augment", "gone.csv", "--target", "emotion", *out], "no file gone.csv"),
        (["augment", str(table), "--target", "feeling", *out], "no 'feeling'"),
        (["augment", str(table), "--target", "emotion", "--out", "a.xls"], ".csv, .tsv"),
        (["evaluate", str(table), "--groups", "speaker"], "Pass it as --target"),
        ([*usual, "--plot", "gains.xls"], "must end in one of .eps"),
        ([*usual, "--plot", str(tmp_path / "gone" / "a.png")], "there is no folder"),
    ]:
        capsys.readouterr()
        assert main(arguments) == 1
        printed, error = capsys.readouterr()
        assert printed == ""
        assert message in error
        assert f"skadan {arguments[0]}: " in error
    assert not (tmp_path / "out.csv").exists()


def test_balanced_data_are_written_with_a_word(tmp_path, capsys):
    frame = pd.DataFrame({"a": [1.0, 2, 3, 4], "b": [4.0, 1, 2, 2], "y": list("uvuv")})
    frame.to_csv(tmp_path / "t.csv", index=False)
    arguments = ["augment", str(tmp_path / "t.csv"), "--target", "y"]
    assert main([*arguments, "--out", str(tmp_path / "out.csv")]) == 0
    assert "asks for no synthetic rows" in capsys.readouterr().err
    assert not pd.read_csv(tmp_path / "out.csv")["is_synthetic"].any()


def test_real_rows_come_out_as_they_went_in(small_table, tmp_path):
    """Cell by cell: speaker 01 is no 1.0, and 7.50 no 7.5; the decimal mark is the table's."""
    text = f"{HEAD}\n" + "".join(rows(f="{},50"))
    out = tmp_path / "a.csv"
    assert main(["augment", *small_table(text), "--sets", "1", "--out", str(out)]) == 0
    lines = out.read_text().splitlines()
    assert lines[0] == f"{HEAD};is_synthetic"
    assert lines[1:19] == [f"{line};False" for line in text.splitlines()[1:]]
    for line in lines[19:]:
        speaker, emotion, f, n, flag = line.split(";")
        assert speaker in ("01", "02", "03")
        assert emotion in ("ang", "neu")
        assert "." not in f + n
        assert float(f.replace(",", ".")) > -1000
        assert n == str(int(n))
        assert flag == "True"
    assert len(lines) == 37


def test_a_second_run_replaces_the_synthetic_rows(small_table, tmp_path):
    one, two = tmp_path / "one.csv", tmp_path / "two.csv"
    usual = small_table(f"{HEAD}\n" + "".join(rows()))
    assert main(["augment", *usual, "--sets", "1", "--out", str(one)]) == 0
    assert main(["augment", str(one), *usual[1:], "--sets", "1", "--out", str(two)]) == 0
    assert two.read_text() == one.read_text()


def test_whole_numbers_stay_whole_in_parquet(small_table, tmp_path):
    text = f"{HEAD};x\n" + "".join(rows(speaker="{}", extra=";7"))
    out = tmp_path / "a.parquet"
    arguments = ["augment", *small_table(text), "--drop", "x", "--sets", "1", "--out", str(out)]
    assert main(arguments) == 0
    after = pd.read_parquet(out)
    assert after["n"].dtype == np.int64
    assert after["x"].dtype == "Int64"
    assert after["x"].isna().sum() == 18
    again = tmp_path / "b.parquet"
    assert main(["augment", str(out), *arguments[2:-1], str(again)]) == 0
    assert pd.read_parquet(again)["n"].dtype == np.int64


def test_what_cannot_be_written_is_said_before_the_training(
    small_table, tmp_path, capsys, monkeypatch
):
    monkeypatch.setattr("skadan._cli.commands.sampler_of", lambda *_: pytest.fail("it trained"))
    usual = small_table(f"{HEAD}\n" + "".join(rows()))
    usual += ["--metadata", str(tmp_path / "m.csv")]
    (tmp_path / "m.csv").write_text("speaker;sex\n01;f\n02;m\n03;f\n")
    (tmp_path / "folder.csv").mkdir()
    for out, message in [
        (tmp_path / "m.csv", "is the file of --metadata: choose another name"),
        (tmp_path / "no" / "a.csv", "there is no folder"),
        (tmp_path / "t.csv", "is the table itself: pass --force"),
        (tmp_path / "a.xls", "the name must end in one of"),
        (tmp_path / "folder.csv", "a folder of this name is there"),
    ]:
        assert main(["augment", *usual, "--out", str(out)]) == 1
        assert message in capsys.readouterr().err


def test_force_writes_over_the_table(small_table, tmp_path):
    usual = small_table(f"{HEAD}\n" + "".join(rows()))
    out = ["--sets", "1", "--out", str(tmp_path / "t.csv"), "--force"]
    assert main(["augment", *usual, *out]) == 0
    assert len((tmp_path / "t.csv").read_text().splitlines()) == 37


def test_the_seed_reaches_the_sampler(small_table, tmp_path):
    usual = small_table(f"{HEAD}\n" + "".join(rows()))
    texts = []
    for seed in ("0", "0", "1"):
        out = tmp_path / f"{len(texts)}.csv"
        run = ["augment", *usual, "--sets", "1", "--seed", seed, "--out", str(out)]
        assert main(run) == 0
        texts.append(out.read_text())
    assert texts[0] == texts[1] != texts[2]


@pytest.mark.parametrize("command", ["augment", "evaluate"])
@pytest.mark.slow
def test_every_sampler_of_every_command_has_the_seed(command, small_table, tmp_path, monkeypatch):
    """What each fit is seeded with, as the sampler itself sees it."""
    usual, seeds = small_table(f"{HEAD}\n" + "".join(rows(24))), []

    def watched(name):
        class Watched(commands.SAMPLERS[name]):
            def fit_resample(self, X, y):
                seeds.append((name, self.random_state))
                return super().fit_resample(X, y)

            def fit_resample_blocks(self, X, y):
                seeds.append((name, self.random_state))
                return super().fit_resample_blocks(X, y)

        return Watched

    for name in commands.SAMPLERS:
        monkeypatch.setitem(commands.SAMPLERS, name, watched(name))
    own = (*UNTRAINED, *TRAINED)
    names = sorted(commands.SAMPLERS if command == "evaluate" else own)
    out = str(tmp_path / "out.csv")
    runs = [["--sampler", name, "--out", out] for name in names]
    for more in [["--arms", *names]] if command == "evaluate" else runs:
        assert main([command, *usual, "--seed", "7", *more]) == 0
    assert {name for name, _ in seeds} == set(names)
    assert {seed for _, seed in seeds} == {7}


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["augment"], ["eval", "t.csv"]])
def test_usage_is_answered_without_torch(arguments):
    command = [sys.executable, "-X", "importtime", "-m", "skadan", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == (0 if arguments[0].startswith("--") else 2), done.stderr
    lines = [line for line in done.stderr.splitlines() if line.startswith("import time:")]
    imported = {line.rpartition("|")[2].strip() for line in lines}
    assert "skadan._cli" in imported
    assert not imported & {"torch", "numpy", "sklearn", "imblearn", "pandas"}


@pytest.mark.slow
def test_as_a_module():
    done = subprocess.run(
        [sys.executable, "-m", "skadan", "--help"], capture_output=True, text=True, check=True
    )
    assert "augment" in done.stdout
    assert "evaluate" in done.stdout
    wrong = subprocess.run([sys.executable, "-m", "skadan"], capture_output=True, text=True)
    assert wrong.returncode == 2


def test_sample_draws_from_a_file(problem, tmp_path, capsys):
    X, y, _ = problem
    sampler = ShrunkenSampler(random_state=0).fit(pd.DataFrame(X).add_prefix("f"), y)
    save_sampler(sampler, tmp_path / "g.safetensors")
    rows = ["sample", str(tmp_path / "g.safetensors"), "--rows", "600", "--seed", "3"]
    assert (
        main([*rows, "--out", str(tmp_path / "rows"), "--files", "2", "--target", "emotion"]) == 0
    )
    assert capsys.readouterr().err.endswith("600 synthetic rows in 2 files.\n")
    files = sorted((tmp_path / "rows").iterdir())
    found = pd.concat(map(pd.read_parquet, files), ignore_index=True)
    expected, labels = sampler.sample(600, random_state=3)
    pd.testing.assert_frame_equal(found, expected.assign(emotion=labels))
    assert main([*rows, "--out", str(tmp_path / "rows")]) == 1
    assert capsys.readouterr().err.endswith("choose an empty folder, or empty it.\n")


def test_sample_refuses_before_it_makes_a_folder(tmp_path, capsys):
    there = tmp_path / "g.safetensors"
    there.write_bytes(b"x")
    for generator, out, message in [
        (tmp_path / "gone", tmp_path / "o", f"There is no file {tmp_path / 'gone'}.\n"),
        (there, tmp_path / "d.csv", f"--out {tmp_path / 'd.csv'}: --out names a folder, and"),
        (there, tmp_path / "no" / "o", f"there is no folder {tmp_path / 'no'}. Make it first.\n"),
    ]:
        assert main(["sample", str(generator), "--rows", "6", "--out", str(out)]) == 1
        assert message in capsys.readouterr().err
        assert not out.exists()


@pytest.mark.parametrize(
    ("command", "missing", "extra"),
    [
        ("augment", "pyarrow", "tables"),
        ("sample", "pyarrow", "tables"),
        ("sample", "pandas", "tables"),
        ("sample", "safetensors", "save"),
    ],
)
def test_what_an_extra_brings_is_asked_for_first(
    command, missing, extra, table, tmp_path, capsys, monkeypatch
):
    for name in [name for name in sys.modules if name.partition(".")[0] == missing]:
        monkeypatch.setitem(sys.modules, name, None)
    monkeypatch.setattr(preparation, "load", lambda *_: pytest.fail("it was read"))
    monkeypatch.setattr(commands, "sample_files", lambda *_, **__: pytest.fail("it drew"))
    monkeypatch.setitem(sys.modules, missing, None)
    more = {
        "augment": ["--target", "emotion", "--out", str(tmp_path / "o.parquet")],
        "sample": ["--rows", "6", "--out", str(tmp_path / "o")],
    }
    assert main([command, str(table), *more[command]]) == 1
    assert f"This needs {missing}, which the extra {extra!r} installs" in capsys.readouterr().err
    assert not (tmp_path / "o").exists()


@pytest.mark.parametrize("sampler", UNTRAINED)
def test_augment_by_a_sampler_without_a_network(sampler, small_table, tmp_path, capsys):
    usual, out = small_table(f"{HEAD}\n" + "".join(rows())), tmp_path / "out.csv"
    arguments = ["augment", *usual, "--sampler", sampler, "--sets", "1", "--out", str(out)]
    assert main(arguments) == 0
    assert "18 rows and 18 synthetic ones" in capsys.readouterr().err
    after = load_table(out, target="emotion", groups="speaker")
    read = load_table(usual[0], target="emotion", groups="speaker")
    cls = commands.SAMPLERS[sampler]
    made, labels = cls(sampling_strategy=Replicate(1), random_state=0).fit_resample(
        read.data, read.target
    )
    np.testing.assert_allclose(after.data, made, rtol=1e-12)
    assert after.target.tolist() == labels.tolist()
