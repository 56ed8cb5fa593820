"""The evidence program: its scenarios, its statistics, and that it resumes."""

import json

import numpy as np
import pytest
from conftest import load_example

ARMS = ["none", "class weights", "SMOTE", "shrunken copies", "mean and residual"]


@pytest.fixture(scope="module")
def evidence():
    return load_example("studies/evidence")


@pytest.fixture
def table(tmp_path):
    """An npz of three speakers and three classes, 84 x 12."""
    rng = np.random.default_rng(0)
    y = np.tile(["calm", "glad", "sad"], 28)
    X = rng.normal(size=(84, 12)) + 2 * (y == "glad")[:, None] - 2 * (y == "sad")[:, None]
    np.savez(tmp_path / "table.npz", X=X, y=y, groups=np.repeat([1, 2, 3], 28))
    return tmp_path / "table.npz"


@pytest.mark.slow
def test_it_runs_resumes_and_reports(evidence, table, tmp_path, capsys):
    results = tmp_path / "folds.jsonl"
    arguments = ["--data", str(table), "--results", str(results), "--scenario", "few-6"]
    arguments += ["--arms", *ARMS, "--seeds", "0", "1", "--n-jobs", "1"]
    arguments += ["--mlp-epochs", "5"]
    records = evidence.main(arguments)
    lines = results.read_text().splitlines()
    assert len(lines) == len(records) == len(ARMS) * 2 * 3
    added = {(r["arm"], r["rows_added"]) for r in records.values()}
    assert added == {(arm, 18 if arm in ARMS[2:] else 0) for arm in ARMS}
    results.write_text("\n".join(lines[:-1]) + "\n")
    again = evidence.main([*arguments, "--tune-on", str(table), str(results)])
    assert again.keys() == records.keys()
    assert len(results.read_text().splitlines()) == len(lines)
    out = capsys.readouterr().out
    assert all(arm in out for arm in ARMS)
    assert json.loads(lines[0])["predicted"].keys() == {
        f"{name} {penalty:g}" for name, grid in evidence.GRIDS.items() for penalty in grid
    }


def test_unbalanced_cuts_three_classes_to_a_tenth():
    cut = load_example("studies/evidence_folds").cut
    y = np.repeat(np.arange(5), 40)
    kept = cut(y, "unbalanced", 0, 0)
    assert sorted(np.bincount(y[kept])) == [4, 4, 4, 40, 40]
    other = cut(y, "unbalanced", 0, 1)
    np.testing.assert_array_equal(np.bincount(y[kept]), np.bincount(y[other]))
    assert not np.array_equal(kept, other)
    np.testing.assert_array_equal(cut(y, "full", 0, 0), np.arange(200))
