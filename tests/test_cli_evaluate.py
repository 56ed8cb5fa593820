"""The command `skadan evaluate`."""

import re
import sys

import numpy as np
import pytest
from matplotlib import pyplot as plt
from small_tables import HEAD, rows

from skadan._cli import arms, main
from skadan._cli.arguments import CLASSIFIERS, parser
from skadan._cli.evaluation import cross_validate, problem_of
from skadan._cli.progress import Progress
from skadan.datasets import load_table
from skadan.metrics import recall_gain


def test_evaluate(table, tmp_path, capsys):
    common = [str(table), "--target", "emotion", "--groups", "speaker", "--epochs", "2"]
    samplers = ["--samplers", "duplication", "noise", "smote", "wadan"]
    plot = tmp_path / "gains.png"
    assert main(["evaluate", *common, *samplers, "--C", "0.01", "--plot", str(plot)]) == 0
    assert plt.imread(plot).shape[:2] == (517, 1050)  # 1.2 inches and 0.45 for each of five rows
    printed, progress = capsys.readouterr()
    setting, header, *rows, alike = printed.splitlines()
    assert setting == "SVC(kernel='linear', C=0.01), one speaker held out at a time"
    assert header.split()[:3] == ["sampler", "WA", "%"]
    names = ["none", "weights", "duplication", "noise", "smote", "wadan"]
    assert [row.split()[0] for row in rows] == names
    assert all(0 <= float(row.split()[2]) <= 100 for row in rows)
    assert re.fullmatch(r"smote .*[+-]\d+\.\d \([+-]\d+\.\d to [+-]\d+\.\d\)", rows[4])
    assert len(rows[0].split()) == 3
    # On a GPU, whose rounding is another, wadan may be one of them.
    assert re.match("duplication, noise(, wadan)?: the same predictions as none, as of a", alike)
    assert "18 of 18: wadan, speaker 2" in progress
    assert "100 features, 3 classes (8 calm); left out: name (written by" in progress


def test_synthetic_rows_are_never_held_out(small_table, capsys):
    """Labels of synthetic rows that no classifier could learn leave the scores as they are."""
    real = [line.strip() for line in rows(24)]
    plain = f"{HEAD}\n" + "".join(f"{line}\n" for line in real)
    flagged = f"{HEAD};is_synthetic\n" + "".join(f"{line};False\n" for line in real)
    flagged += "".join(f"0{1 + i % 3};ang;99.5;1;True\n" for i in range(40))
    arms = ["--samplers", "duplication"]
    assert main(["evaluate", *small_table(plain), *arms]) == 0
    expected = capsys.readouterr().out
    assert main(["evaluate", *small_table(flagged), *arms]) == 0
    printed, progress = capsys.readouterr()
    assert printed == expected
    assert "40 synthetic rows are left out" in progress


def test_one_arm_that_cannot_does_not_end_the_others(small_table, capsys):
    text = f"{HEAD}\n01;sad;3.5;1\n" + "".join(rows(24))
    assert main(["evaluate", *small_table(text), "--samplers", "smote", "duplication"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines[2:6]] == ["none", "weights", "smote", "duplication"]
    assert re.match(r"smote +- +- +speaker 0\d held out: .*k_neighbors|smote +- +- .*", lines[4])
    assert float(lines[5].split()[2]) >= 0


def test_the_same_seed_the_same_scores(small_table, capsys):
    usual = small_table(f"{HEAD}\n" + "".join(rows(24)))
    printed = []
    for _ in range(2):
        assert main(["evaluate", *usual, "--seed", "7", "--samplers", "noise", "smote"]) == 0
        printed.append(capsys.readouterr().out)
    assert printed[0] == printed[1]


@pytest.mark.parametrize("classifier", CLASSIFIERS)
def test_classifiers(classifier, table, capsys):
    common = [str(table), "--target", "emotion", "--groups", "speaker", "--samplers", "shrunken"]
    more = ["--classifier", classifier, "--C", "0.02", "--seed", "4"]
    assert main(["evaluate", *common, *more]) == 0
    printed, progress = capsys.readouterr()
    args = parser().parse_args(["evaluate", *common, *more])
    estimator = arms.pipeline("weights", np.array([0, 1]), args, 4)["classifier"]
    assert type(estimator).__name__ == printed.partition("(")[0]
    assert "C=0.02), one speaker held out at a time" in printed.splitlines()[0]
    assert (estimator.C, estimator.class_weight) == (0.02, "balanced")
    assert classifier == "svc" or estimator.random_state == 4
    assert "converge" not in progress


@pytest.mark.parametrize(
    ("classifier", "kind"), [("svc", "SVM"), ("linearsvc", "SVM"), ("logistic", "classifier")]
)
def test_arms_that_predict_what_none_does_are_named(classifier, kind, table, capsys):
    """Where a hundred columns separate the classes, class weights move nothing."""
    common = [str(table), "--target", "emotion", "--groups", "speaker", "--classifier", classifier]
    arms = ["--samplers", "duplication", "shrunken"]
    assert main(["evaluate", *common, *arms, "--C", "10"]) == 0
    line = capsys.readouterr().out.splitlines()[-1]
    names, _, text = line.partition(": ")
    assert "weights" in names.split(", ")
    assert text == (
        f"the same predictions as none, as of a linear {kind} whose classes are separable at this "
        "C; try a smaller --C."
    )
    assert main(["evaluate", *common, *arms, "--C", "0.0001"]) == 0
    assert "separable" not in capsys.readouterr().out


def test_scores_are_means_over_seeds(table, capsys, monkeypatch):
    arguments = [str(table), "--target", "emotion", "--groups", "speaker", "--C", "0.001"]
    arguments += ["--samplers", "noise", "--seed", "3", "--seeds", "2"]
    fitted = []
    whole = arms.pipeline

    def watched(arm, y, args, seed):
        fitted.append((arm, seed))
        return whole(arm, y, args, seed)

    monkeypatch.setattr(arms, "pipeline", watched)
    assert main(["evaluate", *arguments]) == 0
    printed, progress = capsys.readouterr()
    assert sorted(set(fitted)) == [("noise", 3), ("noise", 4), ("none", 3), ("weights", 3)]
    assert len(fitted) == 12  # three folds of each: no seed moves a linear SVC
    assert "C=0.001), one speaker held out at a time, means over the seeds 3 to 4\n" in printed
    assert "12 of 12: noise, seed 4, speaker 2" in progress
    args = parser().parse_args(["evaluate", *arguments])
    problem = problem_of(load_table(table, target="emotion", groups="speaker"), args)
    predicted, failed, _ = cross_validate(problem, args)
    assert not failed
    assert {arm: p.shape for arm, p in predicted.items()} == dict.fromkeys(predicted, (2, 45))
    assert (predicted["none"][0] == predicted["none"][1]).all()
    assert (predicted["noise"][0] != predicted["noise"][1]).any()
    gain = recall_gain(problem.y, predicted["noise"], predicted["none"], random_state=0)
    noise = next(line for line in printed.splitlines() if line.startswith("noise"))
    assert noise.endswith("{:+.1f} ({:+.1f} to {:+.1f})".format(*(100 * np.array(gain))))


def test_one_seed_or_more(table, capsys):
    for wrong in ("0", "-1", "x"):
        with pytest.raises(SystemExit):
            main(["evaluate", str(table), "--seeds", wrong])
        assert "is no whole number of 1 or more" in capsys.readouterr().err


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
    assert "contains NaN in 2 place(s), column(s) 'f', 'n'. Impute or drop" in error


def test_a_line_of_progress_for_every_tenth(capsys):
    with Progress(45) as progress:
        for i in range(45):
            progress.step(f"job {i}")
    lines = capsys.readouterr().err.splitlines()
    assert [int(line.split()[0]) for line in lines] == [5, 9, 14, 18, 23, 27, 32, 36, 41, 45]


def test_one_line_of_progress_on_a_terminal(capsys, monkeypatch):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    monkeypatch.setenv("COLUMNS", "20")
    with Progress(2) as progress:
        progress.step("a job of a long name")
        progress.step("b")
    error = capsys.readouterr().err
    assert error == "\r1 of 2: a job of a \r2 of 2: b          \r         \r"


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_a_warning_of_every_fold_is_shown_once(jobs, small_table, capsys):
    lines = [line for i, line in enumerate(rows(24)) if i % 2]
    balanced = [line.replace(";ang;", ";neu;") for line in lines] + [
        line.replace(";neu;", ";ang;") for line in lines
    ]
    usual = small_table(f"{HEAD}\n" + "".join(balanced))
    more = ["--samplers", "shrunken", "--jobs", jobs]
    assert main(["evaluate", *usual, *more]) == 0
    error = capsys.readouterr().err
    assert error.count("asks for no synthetic rows") == 1
    assert error.count("of 9: ") == 9


def test_samplers_without_a_word():
    args = parser().parse_args(["evaluate", "t.csv"])
    assert args.samplers == ["smote", "shrunken", "wadan"]
