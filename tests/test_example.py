"""The gallery's examples with arguments of their own, end to end."""

import re

import numpy as np
import pytest
from conftest import load_example


@pytest.fixture(scope="module")
def example():
    return load_example("compare_samplers")


@pytest.fixture
def table(tmp_path):
    """A tiny npz of three speakers, labels as text."""
    rng = np.random.default_rng(0)
    y = np.tile(["calm", "glad"], 21)
    X = rng.normal(size=(42, 12)) + 2 * (y == "glad")[:, None]
    np.savez(tmp_path / "table.npz", X=X, y=y, groups=np.repeat([1, 2, 3], 14))
    return tmp_path / "table.npz"


@pytest.mark.slow
@pytest.mark.usefixtures("few_epochs")
def test_example_compares_resumes_and_draws(example, table, tmp_path, capsys):
    results, figure = tmp_path / "folds.jsonl", tmp_path / "figure.png"
    arguments = ["--data", str(table), "--n-jobs", "1", "--sets", "2"]
    arguments += ["--results", str(results), "--figure", str(figure)]
    summary = example.main(arguments)
    out = capsys.readouterr().out
    assert all(example.LABELS.get(arm, arm) in out for arm in example.ARMS)
    assert list(summary) == list(example.ARMS)
    assert {arm: s["rows_added"] for arm, s in summary.items()} == {
        arm: 0 if arm == "none" else 2 * 28 for arm in example.ARMS
    }
    assert summary["none"]["scores"][0, 1] > 90
    assert figure.stat().st_size > 5000
    lines = results.read_text().splitlines()
    assert len(lines) == 5 * 3
    results.write_text("\n".join(lines[:-1]) + "\n")  # as if interrupted before the last fold
    again = example.main(arguments)
    assert results.read_text().splitlines()[:-1] == lines[:-1]
    assert len(results.read_text().splitlines()) == 15
    for arm in example.ARMS:
        np.testing.assert_array_equal(again[arm]["scores"], summary[arm]["scores"])


def test_pooled_scores(example):
    """UAR is computed once over all folds, so that a speaker may lack a class."""
    y = np.array(["a", "a", "a", "b"])
    records = [
        {"arm": "none", "seed": 0, "rows": [0, 1], "predicted": ["a", "a"]},
        {"arm": "none", "seed": 0, "rows": [2, 3], "predicted": ["b", "b"]},
    ]
    records = [r | {"rows_added": 0, "seconds": 1.0} for r in records]
    summary = example.summarise(records, y, ["none"], [0])
    np.testing.assert_allclose(summary["none"]["scores"], [[75.0, 100 * (2 / 3 + 1) / 2]])


@pytest.mark.slow
def test_from_recordings_to_a_table(tmp_path, monkeypatch, capsys):
    pytest.importorskip("opensmile")
    example = load_example("from_recordings")
    make = example.make_recordings
    monkeypatch.setattr(example, "make_recordings", lambda folder: make(folder, n_takes=2))
    figure = tmp_path / "figure.png"
    arguments = ["--feature-set", "IS09_emotion", "--samplers", "duplication", "SMOTE"]
    arguments += ["--sets", "0", "1", "--repeats", "1", "--n-jobs", "1", "--figure", str(figure)]
    curves = example.main(arguments)
    out = capsys.readouterr().out
    assert "32 recordings, 384 features" in out
    for name in ("no augmentation", "duplication", "SMOTE"):
        assert re.search(rf"^{name} +\d", out, re.MULTILINE)
    assert list(curves) == ["duplication", "SMOTE"]
    assert curves["SMOTE"].scores.min() > 1 / 4  # four emotions
    assert figure.stat().st_size > 5000
