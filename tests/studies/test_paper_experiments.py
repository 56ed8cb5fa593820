"""The paper's experiments on tables so small that they say nothing, but go all the way."""

import json
from functools import partial

import numpy as np
import pytest
from conftest import load_example
from sklearn.base import clone
from sklearn.manifold import TSNE
from sklearn.neural_network import MLPClassifier

from skadan.metrics import unweighted_average_recall


@pytest.fixture(scope="module")
def program():
    return load_example("studies/paper_experiments")


@pytest.fixture
def emodb(tmp_path):
    rng = np.random.default_rng(0)
    y = np.tile(["calm", "glad"], 24)
    X = rng.normal(size=(48, 60)) + 2 * (y == "glad")[:, None]
    np.savez(tmp_path / "emodb.npz", X=X, y=y, groups=np.repeat([1, 2, 3, 4], 12))
    return tmp_path / "emodb.npz"


@pytest.fixture(scope="module")
def folds():
    return load_example("studies/paper_folds")


@pytest.fixture
def brief(monkeypatch):
    """The networks that classify and t-SNE end early: the programs are to run, not to be good."""
    monkeypatch.setitem(MLPClassifier.__init__.__kwdefaults__, "max_iter", 5)
    monkeypatch.setitem(TSNE.__init__.__kwdefaults__, "max_iter", 250)  # the least


@pytest.mark.slow
@pytest.mark.usefixtures("brief")
@pytest.mark.filterwarnings("ignore:The least populated class")
def test_it_runs_resumes_and_draws(program, emodb, tmp_path, capsys):
    out = tmp_path / "paper"
    arguments = ["--emodb", str(emodb), "--out", str(out), "--arms", "SMOTE", "WADAN"]
    arguments += ["--sets", "0", "1", "2", "--epochs", "1", "--n-jobs", "1", "--hidden", "4"]
    arguments += ["--scale", "0.02", "--features", "40"]
    tables = program.main(arguments)
    printed = capsys.readouterr().out
    assert {name: len(lines) for name, lines in tables.items()} == {
        "emodb": 14,
        "four": 14,
        "eleven": 10,
    }
    assert "Table I: EmoDB" in printed
    assert "stand-in for IEMOCAP" in printed
    assert "WADAN: MMD" in printed
    figures = {path.name for path in out.glob("*.png")}
    assert {f"fig{n}" for n in range(3, 11)} == {name.partition("_")[0] for name in figures}
    lines = (out / "results.jsonl").read_text().splitlines()
    assert len(lines) == 4 * 3 + 5 * 3 + 5 * 2
    (out / "results.jsonl").write_text("\n".join(lines[:-3]) + "\n")
    assert program.main([*arguments, "--skip", "portraits"]) == tables
    again = (out / "results.jsonl").read_text().splitlines()
    assert [known(line) for line in again] == [known(line) for line in lines]


def known(line):
    """What a record holds, but for the time that it took."""
    return {key: value for key, value in json.loads(line).items() if key != "seconds"}


@pytest.mark.slow
@pytest.mark.usefixtures("brief")
def test_the_table_is_of_pooled_predictions(program, folds, emodb):
    corpus = program.emodb(emodb)
    run = partial(folds.run_fold, corpus, 1, (4,))
    none = [run(None, "e", "none", 0, fold, "0 1") for fold in range(4)]
    penalties = {(0, fold): {"SVM": {"C": 0.5}, "DNN": {"alpha": 2.0}} for fold in range(4)}
    work = none + [run(penalties, "e", "duplication", 0, fold, "0 1") for fold in range(4)]
    assert work[5]["penalties"] == penalties[0, 1]
    assert none[0]["penalties"]["SVM"]["C"] in (1e-4, 1e-3, 1e-2)
    lines = program.print_table(work, corpus, ["duplication"], [0, 1], "title")
    predicted = np.empty(48, dtype=corpus.y.dtype)
    for record in work[:4]:
        predicted[record["rows"]] = record["predicted"]["SVM 0"]
    assert lines[0][4] == f"{100 * unweighted_average_recall(corpus.y, predicted):.1f}"
    assert set(work[4]["predicted"]) == {
        f"{name} {k}" for name in ("SVM", "DNN") for k in ("1", "1 only")
    }
    assert work[4]["mmd"] < 0.2
    assert work[4]["hits"] == 1


def test_the_control_weighs_the_penalty_as_copies_of_all_rows_would(program, folds, emodb):
    corpus = program.emodb(emodb)
    model, _ = folds.classifiers(0, (4,))["SVM"]
    rng = np.random.default_rng(0)
    X, y = corpus.X + 3 * rng.normal(size=corpus.X.shape), corpus.y  # not separable
    C = {"C": 0.001}
    copies = clone(model).set_params(**C).fit(np.tile(X, (3, 1)), np.tile(y, 3))
    control = clone(model).set_params(**folds.rescale_penalty(C, 2)).fit(X, y)
    plain = clone(model).set_params(**C).fit(X, y)
    assert np.allclose(copies.coef_, control.coef_, atol=1e-3 * np.abs(control.coef_).max())
    assert not np.allclose(copies.coef_, plain.coef_, rtol=0.1)
    assert folds.rescale_penalty({"alpha": 6.0}, 2) == {"alpha": 2.0}


def test_the_sampler_of_eleven_learns_from_the_other_table(folds, monkeypatch):
    corpora = load_example("studies/paper_corpora")
    four, eleven = corpora.stand_in(30, scale=0.02)
    assert set(four.y) == set(corpora.FOUR)
    assert len(set(eleven.source.y)) == 11
    seen = []

    def spy(arm, X, y, labels, epochs, seed):
        seen.append((len(X), set(y), set(labels)))
        return np.zeros((len(labels), X.shape[1])) + np.arange(len(labels))[:, None]

    monkeypatch.setattr(folds, "synthetic_rows", spy)
    penalties = {(0, 2): {"SVM": {"C": 1.0}, "DNN": {"alpha": 1.0}}}
    folds.run_fold(eleven, 1, (4,), penalties, "e", "WADAN", 0, 2, "0 1")
    ((rows, learned, made),) = seen
    assert rows == (eleven.source.groups != 2).sum()
    assert len(learned) == 11
    assert made == set(corpora.FOUR)


@pytest.mark.parametrize("arm", ["duplication", "noise", "SMOTE", "WADAN"])
def test_synthetic_rows_follow_their_labels(arm):
    rng = np.random.default_rng(0)
    y = np.repeat(["a", "b"], [12, 6])
    X = rng.normal(size=(18, 5)) + 60 * (y == "b")[:, None]
    labels = np.array(["b", "a", "b"] * 9)
    new = load_example("studies/paper_samplers").synthetic_rows(arm, X, y, labels, 5, 0)
    assert ((new.mean(1) > 30) == (labels == "b")).mean() > 0.9


@pytest.mark.slow
def test_fig_3_has_six_panels_each_of_its_own_loss(problem):
    X, y, _ = problem
    figures, samplers = (load_example(f"studies/paper_{n}") for n in ("figures", "samplers"))
    fitted = {arm: samplers.new_sampler(arm, 2, 0).fit(X, y) for arm in samplers.TRAINED}
    axes = figures.draw_losses(fitted, X, y, epochs=2).axes
    assert [ax.get_title()[:3] for ax in axes] == ["(a)", "(b)", "(c)", "(d)", "(e)", "(f)"]

    def loss(ax, term):
        return next(line.get_ydata() for line in ax.lines if line.get_label() == term)

    assert loss(axes[0], "generator").max() < 0  # log(1 - D(G)): Eqs. 1 and 14
    assert loss(axes[4], "generator").max() < 0
    for ax in axes[1:4]:
        assert loss(ax, "generator").min() > 0  # -log D(G), or of E(x): Eqs. 3, 6 and 8
