"""The command `skadan evaluate`, from its arguments to what it prints."""

import re

import numpy as np
import pytest
from matplotlib import pyplot as plt
from small_tables import HEAD, command_line, rows, write_table

from skadan._cli import main
from skadan._cli.arguments import parser
from skadan.datasets import load_table
from skadan.evaluation import _arms as arms
from skadan.evaluation import _classifiers as classifiers
from skadan.evaluation import _cost as cost
from skadan.evaluation import _evaluate
from skadan.evaluation._settings import CLASSIFIERS
from skadan.metrics import auc_gain, one_vs_rest_auc, recall_gain, unweighted_average_recall

GAIN = r"[+-]\d+\.\d \(-?\d+\.\d to -?\d+\.\d\)"
SCORED = rf"\w+ +\d+\.\d  {GAIN} +\d+\.\d  {GAIN}"


def arms_in(printed):
    """First words of the lines of the table."""
    lines = printed.splitlines()
    return [line.split()[0] for line in lines[2:] if re.match(r"\w+ +(\d+\.\d|-) ", line + " ")]


@pytest.mark.slow
def test_evaluate(table, tmp_path, capsys):
    names = ["duplication", "noise", "smote", "wadan"]
    plot = tmp_path / "gains.png"
    arguments = [*command_line(table), "--groups", "speaker", "--arms", *names]
    assert main([*arguments, "--plot", str(plot)]) == 0
    assert plt.imread(plot).shape[:2] == (450, 1050)  # 1.2 inches and 0.45 for each of four rows
    printed, progress = capsys.readouterr()
    setting, header, none, *lines = printed.splitlines()
    assert setting == (
        "Logistic regression, C chosen in inner folds; one speaker held out at a time; seed 0"
    )
    gain = "gain (95 % interval)"
    assert " ".join(header.split()) == f"arm UAR % {gain} AUC % {gain}"
    assert re.fullmatch(r"none +\d+\.\d +\d+\.\d", none)
    for name, line in zip(names, lines[:4], strict=True):
        assert line.split()[0] == name
        assert re.fullmatch(SCORED, line)
        assert [line.index(" (") for line in lines[:4]] == [lines[0].index(" (")] * 4
    assert max(map(len, printed.splitlines())) <= 88
    assert re.search(r"15/15 .*wadan, speaker 2", progress)
    assert "100 features, 3 classes (8 calm); left out: name (written by" in progress
    assert "165 fits and 9 trainings of WADAN" in progress  # two groups are left: two inner folds


def test_default_arms_and_no_fixed_penalty(capsys):
    args = parser().parse_args(["evaluate", "t.csv"])
    assert args.arms == ["weights", "prior", "partial", "smote", "shrunken", "wadan"]
    assert (args.classifier, args.folds) == ("logistic", None)
    for wrong in (
        ["--C", "1"],
        ["--samplers", "smote"],
        ["--arms", "none"],
        ["--sets", "-1"],
        ["--folds", "1"],
    ):
        with pytest.raises(SystemExit) as stop:
            main(["evaluate", "t.csv", *wrong])
        assert stop.value.code == 2
    assert "'1' is not a whole number of 2 or more" in capsys.readouterr().err


def test_synthetic_rows_are_never_held_out(small_table, capsys):
    """Labels of synthetic rows that no classifier could learn leave the scores as they are."""
    real = [line.strip() for line in rows(24)]
    plain = f"{HEAD}\n" + "".join(f"{line}\n" for line in real)
    flagged = f"{HEAD};is_synthetic\n" + "".join(f"{line};False\n" for line in real)
    flagged += "".join(f"0{1 + i % 3};ang;99.5;1;True\n" for i in range(40))
    arms = ["--arms", "duplication"]
    assert main(["evaluate", *small_table(plain), *arms]) == 0
    expected = capsys.readouterr().out
    assert main(["evaluate", *small_table(flagged), *arms]) == 0
    printed, progress = capsys.readouterr()
    assert printed == expected
    assert "40 synthetic rows are left out" in progress


def test_one_arm_that_cannot_does_not_end_the_others(small_table, capsys):
    text = f"{HEAD}\n01;sad;3.5;1\n" + "".join(rows(24))
    assert main(["evaluate", *small_table(text), "--arms", "smote", "duplication"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines[2:5]] == ["none", "smote", "duplication"]
    reason = "speaker 02 held out: SMOTE needs two rows of each class, and 'sad' has one."
    assert re.fullmatch(rf"smote +-  {reason}", lines[3])
    assert re.fullmatch(SCORED, lines[4])
    assert "'sad' has 1 group: too few to recommend anything." in " ".join(lines)


def test_a_single_class_is_refused(tmp_path, capsys):
    path = write_table(tmp_path, np.arange(12.0)[:, None], ["a"] * 12)
    assert main([*command_line(path), "--folds", "2", "--arms", "prior"]) == 1
    printed, error = capsys.readouterr()
    assert printed == ""
    assert "skadan evaluate: Every row has the label 'a'" in error


@pytest.mark.slow
def test_the_same_seed_the_same_scores(small_table, capsys):
    usual = small_table(f"{HEAD}\n" + "".join(rows(24)))
    printed = []
    for _ in range(2):
        assert main(["evaluate", *usual, "--seed", "7", "--arms", "noise", "smote"]) == 0
        printed.append(capsys.readouterr().out)
    assert printed[0] == printed[1]


@pytest.mark.parametrize("classifier", CLASSIFIERS)
@pytest.mark.slow
def test_every_classifier_runs_and_says_what_it_cannot_do(
    classifier, small_table, capsys, monkeypatch
):
    monkeypatch.setattr(classifiers, "N_TREES", 5)
    usual = small_table(f"{HEAD}\n" + "".join(rows(24)))
    names = ["prior", "partial", "weights", "duplication"]
    more = ["--folds", "2", "--classifier", classifier, "--arms", *names]
    assert main(["evaluate", *usual, *more]) == 0
    printed, progress = capsys.readouterr()
    title = CLASSIFIERS[classifier]
    assert printed.lower().startswith(f"{title.lower()}, ")
    assert printed.splitlines()[0].endswith(
        " chosen in inner folds; two folds of 3 speakers; seed 0"
    )
    assert arms_in(printed) == ["none", *names]
    lines = dict(line.split(maxsplit=1) for line in printed.splitlines()[2:7])
    unsuited = dict.fromkeys(["prior", "partial"], ("svc", "linearsvc", "rbf"))
    unsuited["weights"] = ("knn", "mlp")
    for arm in unsuited:
        word = "takes no class weights" if arm == "weights" else "gives no probabilities"
        impossible = f"-  not possible with {title}, which {word}"
        assert (lines[arm] == impossible) == (classifier in unsuited[arm])
        assert re.search(GAIN, lines[arm]) or classifier in unsuited[arm]
    assert "converge" not in progress


def test_a_baseline_that_predicts_one_class_is_named(tmp_path, capsys):
    """Columns that say nothing of the class."""
    X = np.tile([[0.0, 1.0], [1.0, 0.0]], (18, 1))
    path = write_table(tmp_path, X, ["healthy"] * 26 + ["ill"] * 10)
    assert main([*command_line(path), "--folds", "2", "--arms", "prior"]) == 0
    printed = capsys.readouterr().out
    assert "none predicts 'healthy' for every row: compare with chance (50.0).\n" in printed


def test_arms_that_predict_what_none_does_are_named(tmp_path, capsys):
    """Equal classes leave a sampler nothing to add."""
    X = np.random.default_rng(0).normal(size=(40, 2))
    y = ["a", "b"] * 20
    path = write_table(tmp_path, X + 3 * (np.array(y) == "b")[:, None], y)
    assert main([*command_line(path), "--folds", "2", "--arms", "duplication", "prior"]) == 0
    printed = capsys.readouterr().out
    assert "\nduplication, prior: the same predictions as none.\n" in printed
    assert printed.endswith("\nNothing here is better than doing nothing.\n")


@pytest.mark.slow
def test_prior_correction_is_recommended_where_classes_are_unequal_and_overlap(tmp_path, capsys):
    y = np.repeat(["common", "rare"], [200, 30])
    X = np.random.default_rng(6).normal(size=(230, 3)) + 0.9 * (y == "rare")[:, None]
    path = write_table(tmp_path, X, y)
    assert main([*command_line(path), "--folds", "5", "--arms", "prior", "smote"]) == 0
    last = capsys.readouterr().out.splitlines()[-1]
    assert re.fullmatch(
        r"Use prior correction: \+\d+\.\d \(\d+\.\d to \d+\.\d\)\. "
        r"SMOTE (adds .* to it.*|gains less than it: .* in comparison)\.",
        last,
    )


def test_scores_are_means_over_seeds(table, capsys, monkeypatch):
    arguments = [*command_line(table), "--groups", "speaker", "--classifier", "svc"]
    arguments += ["--arms", "weights", "noise", "--seed", "3", "--seeds", "2"]
    fitted, outcomes = [], []
    fit, cross_validate = arms.fit, _evaluate.cross_validate

    def watched_fit(arm, args, seed, *others):
        fitted.append((arm, seed))
        return fit(arm, args, seed, *others)

    def watched_outcome(*values):
        outcomes.append(cross_validate(*values))
        return outcomes[0]

    monkeypatch.setattr(cost, "seconds_of", lambda *_: 0.0)
    monkeypatch.setattr(arms, "fit", watched_fit)
    monkeypatch.setattr(_evaluate, "cross_validate", watched_outcome)
    assert main(arguments) == 0
    printed, progress = capsys.readouterr()
    assert sorted(set(fitted)) == [("noise", 3), ("noise", 4), ("none", 3), ("weights", 3)]
    assert len(fitted) == 12  # three folds of each: no seed moves a linear SVC
    assert printed.splitlines()[0].endswith("held out at a time; mean of seeds 3 to 4")
    assert re.search(r"12/12 .*noise, seed 4, speaker 2", progress)
    (outcome,) = outcomes
    labels, scores, penalties = outcome.labels, outcome.scores, outcome.penalties
    assert {arm: one.shape for arm, one in labels.items()} == dict.fromkeys(labels, (2, 45))
    assert {arm: one.shape for arm, one in scores.items()} == dict.fromkeys(labels, (2, 45, 3))
    assert {arm: one.shape for arm, one in penalties.items()} == dict.fromkeys(labels, (2, 3))
    assert (labels["none"][0] == labels["none"][1]).all()
    assert (scores["noise"][0] != scores["noise"][1]).any()
    loaded = load_table(table, target="emotion", groups="speaker")
    y, drawn = loaded.target, {"groups": loaded.groups, "random_state": 0}
    by_fold = {"classes": outcome.classes, "folds": outcome.folds}
    recall = np.mean([unweighted_average_recall(y, one) for one in labels["noise"]])
    auc = np.mean([one_vs_rest_auc(y, one, **by_fold) for one in scores["noise"]])
    gains = [
        recall_gain(y, labels["noise"], labels["none"], **drawn),
        auc_gain(y, scores["noise"], scores["none"], **by_fold, **drawn),
    ]
    noise = next(line for line in printed.splitlines() if line.startswith("noise"))
    found = [float(number) for number in re.findall(r"[+-]?\d+\.\d", noise)]
    expected = 100 * np.array([recall, *gains[0], auc, *gains[1]])
    np.testing.assert_allclose(found, expected, atol=0.0501)


def test_one_seed_or_more(table, capsys):
    for option in ("--seeds", "--sets", "--epochs"):
        for wrong in ("0", "-1", "x"):
            with pytest.raises(SystemExit):
                main(["evaluate", str(table), option, wrong])
            assert f"{option}: {wrong!r} is not a whole number of 1 or" in capsys.readouterr().err


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_missing_values_are_refused_as_augment_does(kind, small_table, tmp_path, capsys):
    text = f"{HEAD}\n" + "".join(rows()) + "01;neu;;3\n01;neu;4.5;\n"
    usual = small_table(text)
    if kind == "parquet":  # where whole numbers with a hole are of another dtype
        frame = load_table(usual[0], groups="speaker").frame.astype({"n": "Int64"})
        frame.to_parquet(tmp_path / "t.parquet")
        usual[0] = str(tmp_path / "t.parquet")
    assert main(["augment", *usual, "--out", str(tmp_path / "out.csv")]) == 1
    expected = capsys.readouterr().err.replace("skadan augment: ", "skadan evaluate: ")
    assert main(["evaluate", *usual]) == 1
    printed, error = capsys.readouterr()
    assert (printed, error) == ("", expected)
    assert "contains NaN in 2 place(s), column(s) 'f', 'n'. Pass --impute median" in error


@pytest.mark.parametrize("jobs", ["1", "2"])
@pytest.mark.slow
def test_a_warning_of_every_fold_is_shown_once(jobs, small_table, capsys):
    lines = [line for i, line in enumerate(rows(24)) if i % 2]
    balanced = [line.replace(";ang;", ";neu;") for line in lines] + [
        line.replace(";neu;", ";ang;") for line in lines
    ]
    usual = small_table(f"{HEAD}\n" + "".join(balanced))
    more = ["--arms", "shrunken", "--jobs", jobs]
    assert main(["evaluate", *usual, *more]) == 0
    error = capsys.readouterr().err
    assert error.count("asks for no synthetic rows") == 1
    assert re.search(r"6/6 ", error)
