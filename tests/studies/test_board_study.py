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
        (STUDY.replace("seeds", "seed"), "'seed' is not one of"),
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


OPTIONS = """
tables = ["tables"]
results = "r.jsonl"
scenario = "cut"
seeds = [0]
arms = ["none"]
classifiers = ["LinearSVC"]
n_jobs = 1
"""


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('scenario = "Cut"', "argument --scenario: invalid choice: 'Cut'"),
        ("scenario = 1", "scenario = 1: 1 is not text in quotes"),
        ("seeds = 0", "seeds = 0: write seeds = [0]"),
        ("seeds = [0.5]", "seeds = [0.5]: 0.5 is not a whole number"),
        ("seeds = [true]", "true is not a whole number"),
        ("seeds = [-1]", "argument --seeds: -1: a seed is a whole number from 0"),
        ("seeds = []", "argument --seeds: expected at least one argument"),
        ("n_jobs = 0", "argument --n-jobs: 0: 1 or more, or -1"),
        ("n_jobs = [1]", "n_jobs = [1]: write a single value"),
        ('tables = "tables"', 'tables = "tables": write tables = ["tables"]'),
        ('tables = ["gone"]', "gone is neither an npz file nor a folder of them"),
        ('tables = ["study.toml"]', "study.toml is not an npz file of X and y"),
        ('classifiers = ["SVM"]', "argument --classifiers: invalid choice: 'SVM'"),
        ('classifiers = "SVC"', 'write classifiers = ["SVC"]'),
        ('arms = ["None"]', "--arms: there is no 'None'"),
        ('only = ["t9"]', "there is no table 't9'; there are t0, t1"),
        ("no_run = 1", "no_run = 1: write true or false"),
        ('results = "no/r.jsonl"', "r.jsonl cannot be written"),
        ('report = "no/page.md"', "page.md cannot be written"),
        ("samplers = 5", "write samplers as tables"),
        ("[samplers]\nx = 5", 'samplers."x": ValueError: it needs a class'),
        ('[samplers.x]\nclass = "SMOTE"', "'SMOTE' is not the full name of a class"),
        ('[samplers.SMOTE]\nclass = "skadan.NoiseSampler"', "the board has an arm of this name"),
        (
            '[samplers."x + correction"]\nclass = "skadan.NoiseSampler"',
            "the board has an arm of this name",
        ),
    ],
)
def test_a_file_is_checked_as_the_command_line_is(board, tmp_path, capsys, line, message):
    """Each mistake is a line, and nothing is run."""
    key = line.partition(" ")[0]
    kept = [text for text in OPTIONS.splitlines() if text.partition(" ")[0] != key]
    with pytest.raises(SystemExit) as error:
        board.main(["--study", str(write(tmp_path, "\n".join([*kept, line])))])
    said = f"{error.value} {capsys.readouterr().err}"
    assert message in said
    assert "Traceback" not in said
    assert not (tmp_path / "r.jsonl").exists()


@pytest.mark.parametrize(
    "text",
    [
        'class = "subprocess.Popen"\nargs = ["touch", "MARK"]',
        'class = "pathlib.Path.touch"\nself = "MARK"',
        'class = "os.system"\ncommand = "touch MARK"',
        'class = "sklearn.svm.SVC"',
        'class = "imblearn.pipeline.Pipeline"\nsteps = []',
    ],
)
def test_nothing_but_a_samplers_class_is_called(board, tmp_path, text):
    mark = tmp_path / "mark"
    path = write(tmp_path, f"{OPTIONS}\n[samplers.x]\n{text.replace('MARK', str(mark))}\n")
    with pytest.raises(SystemExit, match=r'study\.toml: samplers\."x": '):
        board.main(["--study", str(path)])
    assert not mark.exists()


def test_two_boards_on_one_file(board, tmp_path, monkeypatch):
    """The second fails at once, and the first one's records are whole."""
    from board_parts import runs

    path, run = write(tmp_path, OPTIONS), runs.run

    def run_beside_another(*args):
        monkeypatch.setattr(runs, "run", run)
        with pytest.raises(ValueError, match="Another run is adding to"):
            board.main(["--study", str(path), "--classifiers", "logistic"])
        return run(*args)

    monkeypatch.setattr(runs, "run", run_beside_another)
    board.main(["--study", str(path)])
    for record in board.main(["--study", str(path), "--classifiers", "logistic"]):
        assert {setting.split()[0] for setting in record["recall"]} == {"LinearSVC", "logistic"}


def test_a_board_goes_on_from_half_a_record(board, tmp_path):
    path = write(tmp_path, OPTIONS)
    records, results = board.main(["--study", str(path)]), tmp_path / "r.jsonl"
    whole = results.read_text()
    results.write_text(whole[:-50])
    again = board.main(["--study", str(path)])
    assert [{**r, "seconds_fitting": 0} for r in again] == [
        {**r, "seconds_fitting": 0} for r in records
    ]
    assert [json.loads(line)["table"] for line in results.read_text().splitlines()] == ["t0", "t1"]


def test_the_board_is_a_study(board):
    args = board.parse(["--study", str(ROOT / "examples" / "board.toml"), "--tables", "t"])
    assert args.scenario == "cut"
    assert args.seeds == [0, 1, 2]
    assert args.samplers["WADAN, codes of 16"]().n_latent == 16


def test_a_correction_is_added_to_the_records_that_are_there(board, tmp_path, monkeypatch):
    """It fits again what it corrects, and leaves the records of that as they were."""
    from board_parts import runs

    options = ["--study", str(write(tmp_path)), "--seeds", "0", "--classifiers"]
    before = board.main([*options, "logistic", "--arms", "none"])
    fitted, original = [], runs.fits

    def spy(name, rows, *rest):
        fitted.append(name)
        return original(name, rows, *rest)

    monkeypatch.setattr(runs, "fits", spy)
    arms = ["--arms", "none", "prior correction"]
    both = board.main([*options, "logistic", *arms])
    assert len(both) == 4
    assert [record for record in both if record["arm"] == "none"] == before
    n_fits = 2 * 5  # tables and folds
    assert fitted == ["logistic"] * n_fits
    lines = (tmp_path / "r.jsonl").read_text().splitlines()
    assert [json.loads(line)["arm"] for line in lines] == ["none"] * 2 + ["prior correction"] * 2
    # A classifier that both lack is fitted once for both; one without probabilities is for none.
    fitted.clear()
    more = board.main([*options, "LinearSVC", "logistic", "neighbours", *arms])
    assert sorted(fitted) == ["LinearSVC"] * n_fits + ["neighbours"] * n_fits
    for record in more:
        names = {setting.split()[0] for setting in record["recall"]}
        svc = {"LinearSVC"} if record["arm"] == "none" else set()
        assert names == svc | {"logistic", "neighbours"}
        assert record["recall"].keys() == record["predicted"].keys() == record["auc"].keys()
    fitted.clear()
    assert board.main([*options, "LinearSVC", "logistic", "neighbours", *arms]) == more
    assert not fitted


def test_what_a_record_lacks(board):
    """Arms that share fits or a training are one task; what is done or cannot be done is left."""
    from board_parts.classifiers import settings
    from board_parts.runs import tasks

    few = "partial WADAN + correction"
    arms = ["SMOTE", "none", "WADAN", "prior correction", "latent mixing", "shrinkage LDA", few]
    wanted = [["t"], "cut", [0], arms, ["LinearSVC", "logistic", "LDA"]]
    both = ["LinearSVC", "logistic"]
    assert tasks({}, *wanted) == [
        ("t", 0, {"SMOTE": both}),
        ("t", 0, {"none": both, "prior correction": ["logistic"]}),
        ("t", 0, {"WADAN": both, "latent mixing": both, few: ["logistic"]}),
        ("t", 0, {"shrinkage LDA": ["LDA"]}),
    ]
    done = {
        ("t", "cut", 0, "SMOTE"): {"late": True, "recall": {}},
        ("t", "cut", 0, "none"): {"late": False, "recall": dict.fromkeys(settings("logistic"))},
        ("t", "cut", 0, "WADAN"): {
            "late": False,
            "recall": dict.fromkeys([*settings("LinearSVC"), *settings("logistic")[:-1]]),
        },
        ("t", "cut", 0, "shrinkage LDA"): {"late": False, "recall": {"LDA 0": 50}},
        ("t", "cut", 1, "prior correction"): {"late": True, "recall": {}},  # another seed
    }
    assert tasks(done, *wanted) == [
        ("t", 0, {"none": ["LinearSVC"], "prior correction": ["logistic"]}),
        ("t", 0, {"WADAN": ["logistic"], "latent mixing": both, few: ["logistic"]}),
    ]


def test_a_record_keeps_what_a_former_one_has(board):
    from board_parts.heldout import MEASURES
    from board_parts.runs import merge

    def record(seconds, **found):
        measures = {name: dict(found) for name in (*MEASURES, "predicted")}
        return {"arm": "none", "seconds_fitting": seconds, **measures}

    both = merge(record(2.25, b=1), record(1.5, a=2))
    assert both == record(3.75, a=2, b=1)
    assert merge(record(2.0, b=1), None) == record(2.0, b=1)
    older = {"arm": "none", "seconds_fitting": 1.5, "recall": {"a": 2}}  # had recall alone
    assert merge(record(2.25, b=1), older) == record(3.75, b=1) | {"recall": {"a": 2, "b": 1}}


def test_without_a_run_the_records_that_are_there_are_reported(board, tmp_path):
    usual = ["--study", str(write(tmp_path)), "--arms", "none", "SMOTE"]
    some = board.main([*usual, "--seeds", "0"])
    content = (tmp_path / "r.jsonl").read_bytes()
    pages = [tmp_path / "first.md", tmp_path / "second.md"]
    assert board.main([*usual, "--no-run", "--summary", *map(str, pages)]) == some
    assert (tmp_path / "r.jsonl").read_bytes() == content
    for page in pages:
        text = page.read_text()
        assert text.startswith("<!-- summary: written by examples/board.py -->")
        assert "| SMOTE | " in text
