"""The generated tables of the board: the same by seed, and no classifier beats their optimum."""

import csv

import numpy as np
import pytest
from conftest import load_example
from scipy import stats
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis, QuadraticDiscriminantAnalysis
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import balanced_accuracy_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

LDA = LinearDiscriminantAnalysis(solver="lsqr")
FOREST = RandomForestClassifier(40, min_samples_leaf=3, random_state=0)


@pytest.fixture(scope="module")
def program():
    return load_example("board_tables")


@pytest.fixture(scope="module")
def generated(program):
    from board_parts import generated

    return generated


def rows(problem, n, rng):
    """The same number of rows of each class, of groups that are all different."""
    laws = problem.with_shift or problem.laws
    X = np.concatenate([law.rvs(n, random_state=rng) for law in laws])
    return X, np.repeat(np.arange(len(laws)), n)


def reached(model, problem, rng, n):
    """The recall in percent of a classifier that is trained on many rows, on as many others."""
    X, y = rows(problem, n, rng)
    X_test, y_test = rows(problem, 4000, rng)
    return 100 * balanced_accuracy_score(y_test, model.fit(X, y).predict(X_test))


def make(generated, name):
    rng = np.random.default_rng(3)
    return generated.PROBLEMS[f"gen_{name}"](rng), rng


@pytest.mark.parametrize(
    ("name", "model"),
    [
        ("wide_counts", make_pipeline(StandardScaler(), LogisticRegression(C=0.01))),
        ("between_skewed", LDA),
        ("between_heavy_tails", FOREST),
        ("between_groups", LDA),
        ("narrow_unequal", FOREST),
        ("narrow_clusters", FOREST),
    ],
)
def test_no_classifier_beats_the_optimum(generated, name, model):
    problem, rng = make(generated, name)
    best = problem.best_uar(rng, 8000)
    k = len(problem.laws)
    assert 100 / k < best <= 100
    assert reached(model, problem, rng, 3000) < best + 1


@pytest.mark.parametrize(
    ("name", "model"),
    [
        ("wide_factors", LDA),
        ("between_groups", LDA),
        ("narrow_equal", LDA),
        ("narrow_unequal", QuadraticDiscriminantAnalysis()),
        ("wide_counts", make_pipeline(StandardScaler(), LogisticRegression(C=0.01))),
    ],
)
def test_a_classifier_of_the_right_form_comes_near_the_optimum(generated, name, model):
    problem, rng = make(generated, name)
    assert abs(reached(model, problem, rng, 8000) - problem.best_uar(rng, 8000)) < 1.5


def test_the_optimum_has_its_closed_form(generated):
    problem, rng = make(generated, "wide_equal")
    distance = np.linalg.norm(np.subtract(*(law.columns.mean() for law in problem.laws)))
    expected = 100 * stats.norm.cdf(distance / 2)
    assert abs(problem.best_uar(rng) - expected) < 0.6  # three standard errors
    assert 80 < expected < 99


def test_a_mixture_integrates_to_one(generated):
    parts = tuple(stats.multivariate_normal([m, m], np.eye(2)) for m in (-1.0, 1.5))
    grid = np.linspace(-8, 8, 161)
    cells = np.stack(np.meshgrid(grid, grid), axis=-1).reshape(-1, 2)
    law = generated.Clusters(parts)
    assert abs(np.exp(law.logpdf(cells)).sum() * 0.1**2 - 1) < 1e-6
    drawn = law.rvs(20_000, random_state=np.random.default_rng(0))
    np.testing.assert_allclose(drawn.mean(axis=0), 0.25, atol=0.05)


def test_groups_shift_their_rows(generated):
    problem, rng = make(generated, "between_groups")
    X, y, groups = problem.draw(rng)
    assert len(np.unique(groups)) == problem.n_groups
    for c in np.unique(y):
        assert set(groups[y == c]) == set(groups)
    centred = X - np.array([law.columns.mean() for law in problem.laws])[y]
    of_groups = np.array([centred[groups == g].mean(axis=0) for g in np.unique(groups)])
    noise = X.shape[1] * problem.n_groups / len(X)  # of the mean of a group's rows
    assert np.mean((of_groups**2).sum(axis=1)) > 2 * noise


def small_run(program, generated, monkeypatch, folder, *options):
    """Generate all tables, with an optimum that is measured on few rows."""
    monkeypatch.setattr(generated.Problem.best_uar, "__defaults__", (50,))
    assert program.main(["--generate", "--out", str(folder), *options]) == 0
    with (folder / "manifest.csv").open(newline="") as file:
        return {line["name"]: line for line in csv.DictReader(file)}


def test_the_same_seed_gives_the_same_tables(program, generated, monkeypatch, tmp_path):
    first = small_run(program, generated, monkeypatch, tmp_path / "a")
    assert len(first) == 12
    assert small_run(program, generated, monkeypatch, tmp_path / "b") == first
    other = small_run(program, generated, monkeypatch, tmp_path / "c", "--seed", "1")
    assert not {a["digest"] for a in first.values()} & {a["digest"] for a in other.values()}
    assert [name for name, about in first.items() if not about["best_uar"]] == [generated.SPEAKERS]
    one = small_run(program, generated, monkeypatch, tmp_path / "d", "--only", "gen_narrow_equal")
    assert one == {"gen_narrow_equal": first["gen_narrow_equal"]}


def test_the_tables_are_of_many_shapes(program, generated, monkeypatch, tmp_path):
    manifest = small_run(program, generated, monkeypatch, tmp_path)
    from board_parts import tables

    found = tables.sources([tmp_path])
    assert set(found) == set(manifest)
    read = {name: tables.read(source) for name, source in found.items()}
    for name, table in read.items():
        about = manifest[name]
        assert table.X.shape == (int(about["rows"]), int(about["columns"]))
        assert (table.domain, table.family) == ("generated", name)
        n, d = table.X.shape
        kind = "wide" if d > 2 * n else "narrow" if d < n else "between"
        assert name.split("_")[1] == kind
    assert {len(np.unique(t.y)) for t in read.values()} == {2, 3, 4, 5}
    assert sum(t.groups is not None for t in read.values()) == 2


def test_the_board_runs_on_generated_tables(program, generated, monkeypatch, tmp_path):
    names = ["gen_narrow_equal", "gen_between_groups"]
    small_run(program, generated, monkeypatch, tmp_path / "tables", "--only", *names)
    options = ["--tables", str(tmp_path / "tables"), "--results", str(tmp_path / "r.jsonl")]
    options += ["--n-jobs", "1", "--arms", "none", "--classifiers", "LinearSVC"]
    records = load_example("board").main(options)
    assert {record["table"] for record in records} == set(names)
    assert all(record["recall"] for record in records)
