"""The evidence program: its scenarios, its statistics, and that it resumes."""

import json

import numpy as np
import pytest
from conftest import load_example

from skadan import Replicate

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


def test_it_runs_resumes_and_reports(evidence, table, tmp_path, capsys):
    results = tmp_path / "folds.jsonl"
    arguments = ["--data", str(table), "--results", str(results), "--scenario", "few-6"]
    arguments += ["--arms", *ARMS, "--seeds", "0", "1", "--n-jobs", "1"]
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


def test_unbalanced_cuts_three_classes_to_a_tenth(evidence):
    y = np.repeat(np.arange(5), 40)
    kept = evidence.cut(y, "unbalanced", 0, 0)
    assert sorted(np.bincount(y[kept])) == [4, 4, 4, 40, 40]
    other = evidence.cut(y, "unbalanced", 0, 1)
    np.testing.assert_array_equal(np.bincount(y[kept]), np.bincount(y[other]))
    assert not np.array_equal(kept, other)
    np.testing.assert_array_equal(evidence.cut(y, "full", 0, 0), np.arange(200))


@pytest.mark.parametrize("strategy", ["auto", Replicate(2)])
def test_yardsticks(evidence, strategy):
    rng = np.random.default_rng(0)
    y = np.repeat([0, 1], [9, 3])
    X = rng.normal(size=(12, 4)) + 50 * y[:, None]
    want = [9, 9] if strategy == "auto" else [27, 9]
    for arm in ("mean and residual", "shrunken copies"):
        X_new, y_new = evidence.training_set(arm, X, y, strategy, 0)
        np.testing.assert_array_equal(X_new[:12], X)
        np.testing.assert_array_equal(np.bincount(y_new), want)
    new, labels = X_new[12:], y_new[12:]  # the last of them: shrunken copies
    copies = X.mean(0) + (new - X.mean(0)) / 0.65
    distance = np.abs(copies[:, None] - X[None]).max(2)
    assert distance.min(1).max() < 1e-9
    np.testing.assert_array_equal(y[distance.argmin(1)], labels)
    moved, labels = evidence.mean_and_residual(X, y, Replicate(20), 0)
    for c in (0, 1):
        assert np.abs(moved[labels == c].mean(0) - X[y == c].mean(0)).max() < 0.5


@pytest.mark.parametrize(
    ("n_rows", "rank", "n_columns", "expected"),
    [(6, 6, 30, 6), (1100, 8, 30, 8), (1100, 1050, 1050, 1050)],
    ids=["every row", "a sketch", "hardly fewer columns"],
)
def test_span_keeps_products(evidence, n_rows, rank, n_columns, expected):
    rng = np.random.default_rng(0)
    X = rng.normal(size=(n_rows, rank)) @ rng.normal(size=(rank, n_columns))
    X_test = rng.normal(size=(4, n_columns))
    U, U_test = evidence.span(X, X_test)
    assert U.shape == (n_rows, expected)
    assert (U is X) == (expected == n_columns)
    scale = np.abs(X @ X.T).max()
    np.testing.assert_allclose(U @ U.T, X @ X.T, atol=1e-9 * scale)
    np.testing.assert_allclose(U_test @ U.T, X_test @ X.T, atol=1e-9 * scale)


@pytest.mark.parametrize("arm", ["latent Gaussian", "latent mixing"])
def test_latent_yardsticks(evidence, arm):
    rng = np.random.default_rng(0)
    y = np.repeat([0, 1, 2], [12, 4, 1])
    X = rng.normal(size=(17, 30)) + 4 * y[:, None]
    X_new, y_new = evidence.training_set(arm, X, y, "auto", 0)
    np.testing.assert_array_equal(X_new[:17], X)
    np.testing.assert_array_equal(np.bincount(y_new), [12, 12, 12])
    assert (np.abs(X_new[17:].mean(1) - X.mean() - (4 * y_new[17:] - X.mean())) < 4).all()
    assert np.isfinite(X_new).all()


def test_codes_of_the_yardsticks(evidence):
    rng = np.random.default_rng(0)
    codes = rng.normal(size=(500, 3)) * [1.0, 2.0, 3.0] + 5
    drawn = evidence.gaussian(codes, 4000, rng)
    np.testing.assert_allclose(drawn.mean(0), codes.mean(0), atol=0.2)
    np.testing.assert_allclose(drawn.std(0), codes.std(0), rtol=0.1)
    mixed = evidence.mixture(np.array([[0.0, 0.0], [1.0, 2.0]]), 200, rng)
    np.testing.assert_allclose(mixed[:, 1], 2 * mixed[:, 0])
    assert 0 <= mixed.min() < mixed.max() <= 2
