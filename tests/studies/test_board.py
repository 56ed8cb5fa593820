"""The board: folds, cuts, training sets, classifiers, and a run from end to end."""

import json
import sys
import time
from types import SimpleNamespace

import numpy as np
import pytest
from conftest import load_example

from skadan.metrics import unweighted_average_recall

ARMS = ["none", "SMOTE", "ShrunkenSampler"]
CHEAP = ["none", "prior correction", "tuned thresholds", "class weights", "bagged under-sampling"]
CHEAP += ["shrinkage LDA", "duplication", "smoothed bootstrap", "SMOTE", "BorderlineSMOTE"]
CHEAP += ["under-sampling", "noise", "ShrunkenSampler"]


@pytest.fixture(scope="module")
def board():
    """The program, and its parts by name."""
    program = load_example("board")
    from board_parts import arms, classifiers, peers, report, runs, tables, wrappers
    from studies import resumable

    modules = (arms, classifiers, peers, resumable, runs, tables, wrappers)
    parts = {m.__name__.rpartition(".")[2]: m for m in modules}
    return SimpleNamespace(main=program.main, report=report, **parts)


@pytest.fixture
def few_penalties(board, monkeypatch):
    """The two weakest penalties of each classifier."""
    few = {name: values[-2:] for name, values in board.classifiers.PENALTIES.items()}
    monkeypatch.setattr(board.classifiers, "PENALTIES", few)


@pytest.fixture
def quick(board, few_penalties, monkeypatch):
    """Small ensembles and few epochs."""
    monkeypatch.setattr(board.classifiers, "N_ROUNDS", 5)
    monkeypatch.setattr(board.classifiers, "N_TREES", 5)
    monkeypatch.setattr(board.classifiers, "n_epochs", lambda _: 5)
    monkeypatch.setattr(board.wrappers, "N_BAGS", 2)
    monkeypatch.setattr(board.wrappers, "MOST_FOLDS", 2)


def a_table(board, counts=(30, 20, 12), n_columns=8, n_groups=None, seed=0, distance=2.0):
    rng = np.random.default_rng(seed)
    y = np.repeat(np.arange(len(counts)), counts)
    X = rng.normal(size=(len(y), n_columns)) + distance * rng.normal(size=(len(counts), 1))[y]
    groups = rng.integers(n_groups, size=len(y)) if n_groups else None
    return board.tables.Table("t", "speech", "t", X, y, groups)


def cuts(board, table, scenario, seed=0):
    for fold, (train, test) in enumerate(board.tables.folds(table, seed)):
        yield train, board.tables.rows_left(table, train, scenario, seed, fold), test


@pytest.mark.parametrize("seed", range(3))
def test_cut_leaves_a_tenth_of_the_same_classes_in_all_folds(board, seed):
    table = a_table(board, (200, 100, 50, 20, 10, 2))
    rare = set(board.tables.rare_classes(table, seed))
    assert len(rare) == 2
    for train, kept, _ in cuts(board, table, "cut", seed):
        assert set(kept) <= set(train)
        assert len(set(kept)) == len(kept)
        before, after = (np.bincount(table.y[rows], minlength=6) for rows in (train, kept))
        for c in range(6):
            tenth = max(3, round(before[c] / 10))
            assert after[c] == (min(before[c], tenth) if c in rare else before[c])


def test_other_seeds_cut_other_classes(board):
    table = a_table(board)
    assert len({tuple(board.tables.rare_classes(table, seed)) for seed in range(20)}) == 3


@pytest.mark.parametrize("scenario", ["native", "full"])
def test_other_scenarios_leave_all_rows(board, scenario):
    for train, kept, _ in cuts(board, a_table(board), scenario):
        np.testing.assert_array_equal(train, kept)


@pytest.mark.parametrize("n_groups", [None, 3, 9])
def test_folds(board, n_groups):
    table = a_table(board, n_groups=n_groups)
    tested = []
    for train, test in board.tables.folds(table, 0):
        assert not set(train) & set(test)
        assert len(train) + len(test) == len(table.y)
        if n_groups:
            assert not set(table.groups[train]) & set(table.groups[test])
        tested.extend(test)
    assert sorted(tested) == list(range(len(table.y)))


def test_a_manifest_of_excel(board, tmp_path):
    """A byte order mark, and a cell of two lines. What is no manifest is named."""
    path, sources = tmp_path / "manifest.csv", board.tables.sources
    np.savez(tmp_path / "t0.npz", X=np.zeros((2, 1)), y=[0, 1])
    text = '\ufeffname,domain,family\nt0,"a|b\nc: d","x, y"\n'
    path.write_text(text, encoding="utf-8")
    found = sources([tmp_path])["t0"]
    assert (found.domain, found.family) == ("a|b\nc", "x, y")
    load_example("board_tables")
    from board_parts.sources import save_table, write_manifest

    write_manifest(tmp_path, [{"name": "t1", "domain": "\u8a71"}])  # what is there stays
    assert sources([tmp_path])["t0"] == found
    table = tmp_path / "t0.npz"
    table.chmod(0o600)
    (tmp_path / "link.npz").symlink_to("t0.npz")
    save_table(tmp_path / "link.npz", np.ones((2, 1)), np.arange(2))
    assert board.tables.read(found).X.tolist() == [[1], [1]]
    assert table.stat().st_mode & 0o777 == 0o600
    path.write_text("table;domain\nt0;a\n")
    with pytest.raises(ValueError, match=r"manifest\.csv has no column 'name'"):
        sources([tmp_path])
    path.write_text(text, encoding="utf-16")
    with pytest.raises(ValueError, match=r"manifest\.csv is not a CSV file in UTF-8"):
        sources([tmp_path])


def test_all_arms_get_the_same_rows(board, monkeypatch):
    seen = {}

    class Spy(board.arms.TrainingSets):
        def make(self, arm):
            seen.setdefault(arm, []).append(self.Z.copy())
            return super().make(arm)

    monkeypatch.setattr(board.runs, "TrainingSets", Spy)
    for arms in (["none"], ["SMOTE", "bagged under-sampling"]):  # of one task, and of another
        todo = {arm: ["LinearSVC"] for arm in arms}
        board.runs.run(a_table(board), "cut", 0, todo)
    for arm in ("SMOTE", "bagged under-sampling"):
        for one, two in zip(seen["none"], seen[arm], strict=True):
            np.testing.assert_array_equal(one, two)


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize("arm", CHEAP)
def test_every_classifier_with_every_cheap_arm(board, quick, arm, tmp_path):
    """A record holds all measures where they apply, and is the same when read again."""
    table, own = a_table(board, n_groups=3), board.classifiers
    (record,) = board.runs.run(table, "cut", 0, {arm: list(own.PENALTIES)})
    names = [name for name in own.PENALTIES if own.suits(name, arm)]
    every = {setting for name in names for setting in own.settings(name)}
    for measure in ("recall", "auc", "predicted"):
        assert set(record[measure]) == every
    with_losses = set()
    if arm not in ("tuned thresholds", "prior correction"):
        with_losses = {s for s in every if s.split()[0] in own.WITH_PROBABILITIES}
    for measure in ("log_loss", "log_loss_right", "brier", "brier_right"):
        assert set(record[measure]) == with_losses
        assert all(np.isfinite(value) and value >= 0 for value in record[measure].values())
    for setting, predicted in record["predicted"].items():
        expected = 100 * unweighted_average_recall(table.y, predicted)
        assert record["recall"][setting] == pytest.approx(expected, abs=0.006)
    assert np.mean(list(record["recall"].values())) > 45
    assert np.mean(list(record["auc"].values())) > 60
    assert not record["refused"]
    board.resumable.append(tmp_path / "r.jsonl", record)
    (again,) = board.resumable.load(tmp_path / "r.jsonl", board.runs.KEY).values()
    assert again == record | {"shape": list(record["shape"])}


def test_a_sampler_that_refuses_leaves_the_rows_and_is_counted(board):
    table = a_table(board, (30, 12), distance=0)
    table.X[table.y == 1] += 100  # ADASYN finds no neighbour of another class
    todo = {arm: ["LinearSVC"] for arm in ("none", "ADASYN")}
    none, adasyn = board.runs.run(table, "native", 0, todo)
    assert (none["refused"], adasyn["refused"]) == (0, 5)
    assert none["recall"] == adasyn["recall"]
    assert max(none["recall"].values()) == 100


def test_a_fit_of_too_many_seconds_is_noted_and_not_tried_again(board, monkeypatch):
    def slow(*_):
        with board.peers.time_limit(1):
            time.sleep(30)

    monkeypatch.setattr(board.arms, "peer_rows", slow)
    start = time.perf_counter()
    none, late = board.runs.run(
        a_table(board), "cut", 0, {"none": ["LinearSVC"], "TVAE": ["LinearSVC"]}
    )
    assert time.perf_counter() - start < 20
    assert late["late"]
    assert not late["recall"]
    assert none["recall"]
    key = ("t", "cut", 0, "TVAE")
    assert not board.runs.tasks({key: late}, ["t"], "cut", [0], ["TVAE"], ["LinearSVC", "SVC"])


def test_rows_of_a_peer_are_of_the_classes_that_lack_some(board, monkeypatch):
    pd = pytest.importorskip("pandas")

    class Peer:
        """Draws rows of 7 for class 1, of 5 for class 0, whatever is wanted."""

        def fit(self, table, discrete):
            assert discrete == ["label"]
            self.columns = table.columns

        def sample(self, n, *condition):
            assert condition in ((), ("label", "1"))
            label = np.arange(n) % 2
            values = np.where(label, 7.0, 5.0)
            table = pd.DataFrame({name: values for name in self.columns})
            return table.assign(label=label.astype(str))

    monkeypatch.setitem(sys.modules, "ctgan", SimpleNamespace(CTGAN=Peer, TVAE=Peer))
    table = a_table(board, (250, 10))
    for arm in ("CTGAN", "TVAE"):
        X, y = board.peers.peer_rows(arm, table.X, table.y, "auto", 0)
        np.testing.assert_array_equal(X[:260], table.X)
        np.testing.assert_array_equal(np.bincount(y), [250, 250])
        assert (X[260:] == 7).all()


def save(folder, board, n_tables=3):
    """Small tables, and a manifest in which two of them are of one family."""
    folder.mkdir(exist_ok=True)
    lines = ["name,domain,family"]
    for k in range(n_tables):
        table = a_table(board, (20, 15), n_columns=12 + 60 * k, seed=k)
        np.savez(folder / f"t{k}.npz", X=table.X, y=table.y, groups=[])
        lines.append(f"t{k},speech: emotion,{'same' if k else ''}")
    (folder / "manifest.csv").write_text("\n".join(lines))
    return folder


def test_manifest(board, tmp_path):
    found = board.tables.sources([save(tmp_path, board)])
    assert list(found) == ["t0", "t1", "t2"]
    assert [found[name].family for name in found] == ["t0", "same", "same"]
    assert {source.domain for source in found.values()} == {"speech"}


@pytest.mark.usefixtures("few_penalties")
def test_the_board_from_end_to_end_and_on(board, tmp_path, capsys, monkeypatch):
    folder, page = save(tmp_path / "tables", board), tmp_path / "board.md"
    begin, end = "<!-- cut: written by examples/board.py -->", "<!-- cut: end -->"
    page.write_text(f"# Mine\n\n{begin}\nformer text\n{end}\nme\n")
    options = ["--tables", str(folder), "--results", str(tmp_path / "r.jsonl"), "--n-jobs", "1"]
    options += ["--arms", *ARMS, "--report", str(page), "--figures", str(tmp_path)]
    records = board.main([*options, "--classifiers", "LinearSVC"])
    lines = (tmp_path / "r.jsonl").read_text().splitlines()
    assert len(records) == len(lines) == 3 * len(ARMS)
    assert json.loads(lines[0])["table"] == "t0"  # the smallest comes first
    out = capsys.readouterr().out
    assert all(arm in out for arm in ARMS)
    text = page.read_text()
    assert text.startswith("# Mine")
    assert text.endswith("me\n")
    assert "former text" not in text
    assert all(arm in text for arm in ARMS)
    assert list(tmp_path.glob("board_cut*.svg"))

    fitted = []
    original = board.runs.fits

    def spy(name, *rest):
        fitted.append(name)
        return original(name, *rest)

    monkeypatch.setattr(board.runs, "fits", spy)
    assert board.main([*options, "--classifiers", "LinearSVC"]) == records
    assert not fitted
    assert (tmp_path / "r.jsonl").read_text().splitlines() == lines
    again = board.main([*options, "--classifiers", "LinearSVC", "logistic"])
    assert set(fitted) == {"logistic"}
    for before, after in zip(records, again, strict=True):
        for measure in ("recall", "auc", "predicted"):
            assert before[measure].items() <= after[measure].items()
            assert len(after[measure]) == 4
        assert len(after["log_loss"]) == 2


def test_what_fails_does_not_end_the_board(board, tmp_path, capsys):
    folder = save(tmp_path / "tables", board, 2)
    np.savez(folder / "bad.npz", X=np.full((20, 3), np.nan), y=np.repeat([0, 1], 10), groups=[])
    options = ["--tables", str(folder), "--results", str(tmp_path / "r.jsonl"), "--n-jobs", "1"]
    options += ["--arms", "none", "TVAE", "--classifiers", "LinearSVC"]
    assert {r["table"] for r in board.main(options)} == {"t0", "t1"}
    out = capsys.readouterr().out
    assert "bad, seed 0, none" in out
    assert "1 tasks failed" in out
    assert "TVAE is left out: the package ctgan is not installed." in out
