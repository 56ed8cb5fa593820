"""The comparison example, end to end, and the README's promises."""

import re

import matplotlib
import numpy as np
import pytest
from conftest import ROOT, load_example

EMODB = ROOT.parent / "shared" / "data" / "emodb_is11.npz"


@pytest.fixture(scope="module")
def example():
    return load_example("plot_compare_samplers")


@pytest.fixture
def table(tmp_path):
    """A tiny npz of three speakers, labels as text."""
    rng = np.random.default_rng(0)
    y = np.tile(["calm", "glad"], 21)
    X = rng.normal(size=(42, 12)) + 2 * (y == "glad")[:, None]
    np.savez(tmp_path / "table.npz", X=X, y=y, groups=np.repeat([1, 2, 3], 14))
    return tmp_path / "table.npz"


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


@pytest.mark.skipif(not EMODB.exists(), reason="EmoDB features are not here")
@pytest.mark.filterwarnings("ignore:Liblinear failed to converge")
def test_one_fold_of_real_features(example):
    """Raw openSMILE columns, up to 4e12, through the pipeline: finite and better than chance."""
    from imblearn.pipeline import Pipeline
    from sklearn.preprocessing import StandardScaler
    from sklearn.svm import LinearSVC

    from skadan import Replicate, WADANSampler

    with np.load(EMODB) as file:
        X, y, groups = file["X"], file["y"], file["groups"]
    test = groups == groups.min()
    sampler = WADANSampler(sampling_strategy=Replicate(1), max_epochs=3, random_state=0)
    pipe = Pipeline(
        [("aug", sampler), ("scale", StandardScaler()), ("svm", LinearSVC(random_state=0))]
    )
    assert pipe.fit(X[~test], y[~test]).score(X[test], y[test]) > 0.4
    assert np.isfinite(pipe["aug"].sample(20)[0]).all()


def blocks(path, language):
    """The code of a Markdown page."""
    return re.findall(rf"```{language}\n(.*?)```", (ROOT / path).read_text(), flags=re.DOTALL)


PAGES = {"README.md": 3, "docs/index.md": 1, "docs/quickstart.md": 3, "docs/guide.md": 3}


@pytest.mark.parametrize("page", PAGES)
def test_the_code_of_the_pages_runs(page, tmp_path, monkeypatch):
    matplotlib.use("Agg")
    monkeypatch.chdir(tmp_path)
    found = blocks(page, "python")
    assert len(found) >= PAGES[page]
    namespace = {}
    for block in found:
        exec(compile(block, page, "exec"), namespace)
    if page == "README.md":
        assert namespace["scores"]["test_score"].shape == (3,)


def test_readme_links_exist():
    for target in re.findall(r"\]\(([^)#:]+)\)", (ROOT / "README.md").read_text()):
        assert (ROOT / target).exists(), target


def test_ci_runs_the_readmes_test_command():
    commands = [c.strip() for c in blocks("README.md", "bash")]
    (test_command,) = [c for c in commands if "pytest" in c]
    assert (ROOT / ".ci" / "run").read_text().splitlines()[-1] == test_command


def test_from_recordings_to_a_table(tmp_path, monkeypatch, capsys):
    pytest.importorskip("opensmile")
    example = load_example("plot_from_recordings")
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
