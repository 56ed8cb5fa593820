"""The report of an evaluation in Python: the numbers, words and page of the command line."""

import html
import re

import numpy as np
import pandas as pd
import polars as pl
import pytest
from scipy import sparse
from sklearn.neighbors import KNeighborsClassifier

from skadan import PriorCorrectedClassifier
from skadan._cli import main
from skadan.evaluation import EvaluationReport, evaluate
from skadan.metrics import auc_gain, recall_gain, unweighted_average_recall

OPTIONS = {"arms": ["prior", "smote"], "n_folds": 3, "n_seeds": 2}


def rows(n=60, seed=0):
    """Two unequal classes in four columns, of six patients."""
    y = np.where(np.arange(n) % 4 == 0, "rare", "common")
    X = np.random.default_rng(seed).normal(size=(n, 4)) + 1.2 * (y == "rare")[:, None]
    return X, y, np.arange(n) // 2 % 6


@pytest.fixture(scope="module")
def report():
    return evaluate(*rows()[:2], groups=pd.Series(rows()[2], name="patient"), **OPTIONS)


def test_the_frame_has_the_figures_of_the_metrics(report):
    y, groups = rows()[1:]
    frame = report.to_frame()
    assert list(frame.index) == ["none", "prior", "smote"]
    for arm in ("prior", "smote"):
        labels, none = report.labels[arm], report.labels["none"]
        gain = recall_gain(y, labels, none, groups=groups, random_state=0)
        assert tuple(frame.loc[arm, ["recall_gain", "recall_low", "recall_high"]]) == tuple(gain)
        recall = np.mean([unweighted_average_recall(y, one) for one in labels])
        assert frame.loc[arm, "recall"] == pytest.approx(recall)
        scores = report.scores[arm], report.scores["none"]
        by_fold = {"classes": report.classes, "folds": report.folds}
        gain = auc_gain(y, *scores, **by_fold, groups=groups, random_state=0)
        assert tuple(frame.loc[arm, ["auc_gain", "auc_low", "auc_high"]]) == tuple(gain)
    assert frame.loc["none", ["recall_gain", "auc_high"]].isna().all()
    assert (frame["failed"] == "").all()
    assert report.gains["prior"].gain == frame.loc["prior", "recall_gain"]


def test_the_command_line_prints_the_report(report, tmp_path, capsys):
    X, y, groups = rows()
    path = tmp_path / "t.csv"
    pd.DataFrame(X).add_prefix("x").assign(patient=groups, y=y).to_csv(path, index=False)
    command = ["evaluate", str(path), "--target", "y", "--groups", "patient", "--folds", "3"]
    assert main([*command, "--seeds", "2", "--arms", "prior", "smote"]) == 0
    assert capsys.readouterr().out == f"{report}\n" == f"{report!r}\n"
    assert report.recommendation in " ".join(str(report).split())


@pytest.mark.slow
def test_rows_of_any_container_give_the_same_report():
    X, y, groups = rows()
    X = np.where(X > 1, X, 0)
    expected = evaluate(X, y, groups=groups, **OPTIONS).to_frame()
    names = [f"x{i}" for i in range(4)]
    for rows_, labels in [
        (pd.DataFrame(X, columns=names), pd.Series(y, dtype="category")),
        (pl.DataFrame(X, schema=names), pl.Series(y)),
        (sparse.csr_array(X), y.tolist()),
    ]:
        found = evaluate(rows_, labels, groups=groups.tolist(), **OPTIONS).to_frame()
        pd.testing.assert_frame_equal(found, expected)


def test_the_model_of_an_arm_has_the_middle_penalty(report):
    model = report.model_of("prior")
    assert isinstance(model, PriorCorrectedClassifier)
    penalties = np.sort(report.outcome.penalties["prior"].ravel())
    assert len(penalties) == 6
    assert model.estimator["classifier"].C == penalties[2] == report.to_frame().penalty["prior"]
    X, y, _ = rows()
    assert model.fit(X, y).predict(X).shape == y.shape
    neighbours = evaluate(X, y, classifier="knn", arms=["smote"], n_folds=2).model_of("smote")
    assert type(neighbours["classifier"]) is KNeighborsClassifier
    assert neighbours.fit(X, y).predict(X).shape == y.shape
    with pytest.raises(KeyError, match="wadan"):
        report.model_of("wadan")


def test_a_notebook_shows_the_page_in_a_frame_of_its_own(report):
    (page,) = re.fullmatch(
        r'<iframe srcdoc="([^"]*)" style="[^"]*"></iframe>', report._repr_html_()
    ).groups()
    assert html.unescape(page) == report.to_html()
    text = html.unescape(report.to_html())
    assert "evaluate(X, y, groups=groups, arms=['prior', 'smote'], n_folds=3, n_seeds=2)" in text
    assert "patient: 6" in text
    assert repr(report.model_of(report.recommended)) in text


def test_a_report_is_saved_with_what_is_known_of_the_table(report, tmp_path):
    facts = [("file", "patients & sites.csv")]
    report.save(tmp_path / "r.html", title="Who <relapses>?", command="make report", facts=facts)
    text = (tmp_path / "r.html").read_text()
    for part in ("Who &lt;relapses&gt;?", "make report", "patients &amp; sites.csv"):
        assert part in text


def test_arms_that_fail_are_in_the_frame_with_the_reason():
    X, y, _ = rows(24)
    report = evaluate(X, y, classifier="svc", arms=["prior", "weights"], n_folds=2)
    frame = report.to_frame()
    assert "gives no probabilities" in frame.loc["prior", "failed"]
    assert frame.loc["prior", ["recall", "auc", "penalty"]].isna().all()
    assert isinstance(report, EvaluationReport)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"classifier": "tree"}, "classifier='tree': it must be one of ['logistic', "),
        ({"arms": ["prior", "SMOTE"]}, "arms=['prior', 'SMOTE']: it must be a list of names from"),
        ({"arms": "prior"}, "arms='prior': it must be a list of names from"),
        ({"impute": "mode"}, "impute='mode': it must be one of [None, 'median', 'mean']"),
        ({"n_folds": 1}, "n_folds=1: it must be a whole number, 2 or more"),
        ({"n_seeds": 0}, "n_seeds=0: it must be a whole number, 1 or more"),
        ({"n_sets": True}, "n_sets=True: it must be a whole number, 1 or more"),
        ({"y": ["a"] * 60}, "Every row has the label 'a'"),
        ({"y": np.arange(60) / 7}, "The labels are 60 different numbers"),
        ({"y": [None, *rows()[1][1:]]}, "y has no value in row 1"),
        ({"y": rows()[1][1:]}, "inconsistent numbers of samples"),
        ({"groups": np.zeros(60)}, "All rows have the group 0"),
    ],
)
def test_what_cannot_be_evaluated_is_refused(wrong, message):
    X, y, groups = rows()
    with pytest.raises(ValueError, match=re.escape(message)):
        evaluate(**({"X": X, "y": y, "groups": groups} | wrong))


def test_missing_cells_are_refused_with_the_keyword_that_fills_them():
    X, y, _ = rows()
    X[3, 2] = np.nan
    with pytest.raises(ValueError, match=r"NaN in 1 place\(s\).*Pass impute='median' to fill"):
        evaluate(pd.DataFrame(X), y)
    filled = evaluate(X, y, impute="median", arms=["prior"], n_folds=2)
    assert "filled with the median" in filled.to_html()


def test_row_ids_are_no_groups():
    X, y, _ = rows()
    with pytest.warns(UserWarning, match="groups='sample': each row is a separate group"):
        report = evaluate(X, y, groups=pd.Series(range(60), name="sample"), arms=[], n_folds=2)
    assert report.problem.groups is None
    assert report.recommendation == "There is nothing to compare."


@pytest.mark.filterwarnings("ignore:Stochastic Optimizer")
@pytest.mark.parametrize("classifier", ["mlp", "knn"])
@pytest.mark.slow
def test_the_model_is_the_one_that_was_evaluated(classifier):
    X, y, _ = rows(150)
    report = evaluate(X, y, classifier=classifier, arms=["prior"], n_folds=2)
    train = report.folds != 0
    model = report.model_of("none")
    name, value = ("alpha", "mlp") if classifier == "mlp" else ("n_neighbors", "knn")
    penalty = report.outcome.penalties["none"][0, 0].item()
    model.set_params(**{f"classifier__{name}": penalty}).fit(X[train], y[train])
    assert (model.predict(X[~train]) == report.labels["none"][0, ~train]).all(), value
    small = evaluate(X[:14], y[:14], classifier=classifier, arms=["prior"], n_folds=2)
    assert small.model_of("none").fit(X[:14], y[:14]).predict(X[:14]).shape == (14,)


@pytest.mark.slow
def test_labels_and_groups_of_other_containers():
    X, y, groups = rows()
    expected = evaluate(X, y, groups=groups, **OPTIONS)
    whole = (y == "rare").astype(int)
    for labels in (y[:, None], pd.DataFrame({"y": y})):
        found = evaluate(X, labels, groups=groups[:, None], **OPTIONS)
        assert (found.labels["prior"] == expected.labels["prior"]).all()
    of_objects = evaluate(X, whole.astype(object), groups=groups, **OPTIONS)
    assert of_objects.classes.tolist() == [0, 1]
    one_hot = np.column_stack([whole, 1 - whole])
    with pytest.raises(ValueError, match=r"y has the shape \(60, 2\): pass one value for each row"):
        evaluate(X, one_hot, **OPTIONS)
    for missing in (np.where(groups == 1, np.nan, groups), [None, *groups[1:].astype(str)]):
        with pytest.raises(ValueError, match="groups has no value in row"):
            evaluate(X, y, groups=missing, **OPTIONS)
    whole = np.where(np.arange(60) == 3, np.nan, whole)
    with pytest.raises(ValueError, match="y has no value in row 4"):
        evaluate(X, whole, **OPTIONS)


def test_figures_are_drawn_once_and_in_any_script(monkeypatch):
    X, y, _ = rows()
    words = np.where(y == "rare", "\u60a3\u8005", "\u5065\u5eb7")
    report = evaluate(X, words, arms=["shrunken"], n_folds=2)
    page = report.to_html()
    assert "\u60a3\u8005</text>" in page
    monkeypatch.setattr("skadan.evaluation._page.sampler_of", lambda *_: pytest.fail("again"))
    assert report.to_html() == page


@pytest.mark.parametrize(
    "wrong",
    [
        {"random_state": None},
        {"n_folds": "3"},
        {"n_seeds": 2.0},
        {"n_sets": 1.5},
        {"arms": None},
        {"group_name": 3},
    ],
)
def test_types_that_an_option_cannot_have(wrong):
    with pytest.raises(ValueError, match=f"{next(iter(wrong))}="):
        evaluate(*rows()[:2], **wrong)


def test_arms_may_be_an_array():
    report = evaluate(*rows()[:2], arms=np.array(["prior"]), n_folds=2)
    assert "arms=" in report.to_html()
