"""A study in a file: the options of the board's program, and samplers of one's own."""

import json

import numpy as np
import pytest
from conftest import ROOT, load_example
from imblearn.over_sampling import SMOTE

STUDY = """
tables = ["tables"]
results = "r.jsonl"
seeds = [0, 1]
arms = ["none", "SMOTE", "SMOTE, one neighbour"]
classifiers = ["LinearSVC"]
n_jobs = 1

[samplers."SMOTE, one neighbour"]
class = "imblearn.over_sampling.SMOTE"
k_neighbors = 1
"""


@pytest.fixture(scope="module")
def board():
    return load_example("board")


def write(folder, text=STUDY):
    """A study and its two tables."""
    (folder / "tables").mkdir()
    for k in range(2):
        rng, y = np.random.default_rng(k), np.repeat([0, 1], [30, 15])
        X = rng.normal(size=(45, 6)) + 2 * rng.normal(size=6) * y[:, None]
        np.savez(folder / "tables" / f"t{k}.npz", X=X, y=y, groups=[])
    path = folder / "study.toml"
    path.write_text(text)
    return path


def test_a_file_is_a_whole_study(board, tmp_path, capsys):
    """It runs from anywhere, and goes on from its records."""
    path = write(tmp_path)
    records = board.main(["--study", str(path)])
    assert len(records) == 2 * 2 * 3
    lines = (tmp_path / "r.jsonl").read_text().splitlines()
    assert [json.loads(line)["arm"] for line in lines].count("SMOTE, one neighbour") == 4
    assert "one neighbour" in capsys.readouterr().out
    assert board.main(["--study", str(path)]) == records
    assert (tmp_path / "r.jsonl").read_text().splitlines() == lines


def test_the_command_line_comes_first(board, tmp_path):
    records = board.main(["--study", str(write(tmp_path)), "--seeds", "5", "--arms", "none"])
    assert {(r["seed"], r["arm"]) for r in records} == {(5, "none")}


def test_samplers_have_the_parameters_of_the_file(board, tmp_path):
    from board_parts.arms import TrainingSets

    args = board.parse(["--study", str(write(tmp_path))])
    rng, y = np.random.default_rng(0), np.repeat([0, 1], [30, 6])
    X = rng.normal(size=(36, 4))
    made = TrainingSets(X, y, {1: 20}, 7, args.samplers).make("SMOTE, one neighbour")
    expected = SMOTE(k_neighbors=1, sampling_strategy={1: 20}, random_state=7).fit_resample(X, y)
    for ours, theirs in zip(made, expected, strict=True):
        np.testing.assert_array_equal(ours, theirs)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("tables = [", "study.toml"),
        (STUDY.replace("seeds", "seed"), "'seed' is none of"),
        (STUDY.replace('samplers."SMOTE, one', 'samplers."SMOTE, two'), "there is no 'SMOTE, one"),
        (STUDY.replace("imblearn.over_sampling.SMOTE", "imblearn.SMOLE"), 'samplers."SMOTE, one'),
        (STUDY.replace("k_neighbors", "neighbours"), "neighbours"),
        (STUDY.replace('results = "r.jsonl"', ""), "--results is needed"),
    ],
)
def test_mistakes_are_named(board, tmp_path, capsys, text, message):
    with pytest.raises(SystemExit) as error:
        board.main(["--study", str(write(tmp_path, text))])
    assert message in f"{error.value} {capsys.readouterr().err}"


def test_the_board_is_a_study(board):
    args = board.parse(["--study", str(ROOT / "examples" / "board.toml"), "--tables", "t"])
    assert args.scenario == "cut"
    assert args.seeds == [0, 1, 2]
    assert args.samplers["WADAN, codes of 16"]().n_latent == 16
