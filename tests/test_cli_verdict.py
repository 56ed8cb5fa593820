"""What `skadan evaluate` says of made-up outcomes."""

from argparse import Namespace

import numpy as np
import pytest

from skadan._cli.cross_validation import Outcome
from skadan._cli.folds import Folds
from skadan._cli.verdict import (
    advice,
    best_arm,
    figures,
    header,
    recommendation,
    remarks,
    results_of,
    table_lines,
)
from skadan.metrics import Gain

UP, MAYBE, SAME, DOWN = (
    Gain(0.091, 0.04, 0.132),
    Gain(0.012, -0.005, 0.03),
    Gain(0.0, 0.0, 0.0),
    Gain(-0.03, -0.05, -0.01),
)


def advised(gains):
    """The recommendation for gains by arm, or by arm and what it is compared with."""

    def gain_over(arm, other):
        return gains.get((arm, other), gains.get(arm, SAME))

    arms = list(dict.fromkeys(key if isinstance(key, str) else key[0] for key in gains))
    return " ".join(advice(best_arm(arms, gain_over), arms, gain_over))


@pytest.mark.parametrize(
    ("gains", "text"),
    [
        ({"prior": SAME, "wadan": DOWN}, "Nothing here is better than doing nothing."),
        (
            {"prior": DOWN, "smote": MAYBE},
            "Nothing here is better than doing nothing. The best, SMOTE, gains +1.2 (-0.5 to 3.0), "
            "which may be chance.",
        ),
        (
            {"shrunken": MAYBE},
            "Nothing here is better than doing nothing. The best, shrunken copies, gain +1.2 (-0.5 "
            "to 3.0), which may be chance.",
        ),
        ({"prior": UP}, "Use prior correction: +9.1 (4.0 to 13.2)."),
        (  # the dearest arm gains over none as well, but not over the cheaper one
            {"prior": UP, "smote": SAME, ("wadan", "none"): UP, ("wadan", "prior"): MAYBE},
            "Use prior correction: +9.1 (4.0 to 13.2). WADAN adds nothing to it here.",
        ),
        (
            {"weights": UP, ("shrunken", "none"): UP, ("shrunken", "weights"): DOWN},
            "Use class weights: +9.1 (4.0 to 13.2). Shrunken copies are worse here: "
            "-3.0 (-5.0 to -1.0).",
        ),
        (
            {"weights": UP, ("smote", "weights"): SAME, ("adan", "weights"): SAME},
            "Use class weights: +9.1 (4.0 to 13.2). ADAN adds nothing to them here.",
        ),
        (  # each step up has to gain over the arm before, whatever the order of the arms
            {"wadan": UP, ("smote", "prior"): MAYBE, "prior": UP},
            "Use WADAN: +9.1 (4.0 to 13.2).",
        ),
    ],
)
def test_advice(gains, text):
    assert advised(gains) == text


def test_an_interval_that_is_printed_as_from_0_does_not_decide():
    assert advised({"prior": Gain(0.02, 0.0004, 0.04)}).startswith("Nothing here")
    assert figures(Gain(-0.0001, -0.0004, 0.0)) == "+0.0 (0.0 to 0.0)"


def outcome_of(y, failed=None, folds=None, **labels):
    """An outcome of one seed, whose scores are 1 for the predicted class and 0 for others."""
    classes = np.unique(y)
    labels = {arm: np.array([predicted]) for arm, predicted in labels.items()}
    scores = {arm: (one[..., None] == classes).astype(float) for arm, one in labels.items()}
    arms = [*labels, *(failed or {})]
    folds = np.zeros(len(y)) if folds is None else folds
    return Outcome(arms, classes, folds, labels, scores, {}, failed or {})


def test_remarks():
    y = np.array(["ill", "well", "well"])
    well = np.array(["well"] * 3)
    failed = {"prior": "not possible"}
    outcome = outcome_of(y, failed, none=well, weights=well, smote=y)
    assert remarks(outcome, results_of(y, outcome)) == [
        "none predicts 'well' for every row: compare with chance (50.0).",
        "weights predicts 'well' for every row: compare with chance (50.0).",
        "weights: the same predictions as none.",
    ]
    outcome = outcome_of(y, none=y, smote=y[::-1])
    assert not remarks(outcome, results_of(y, outcome))


def test_a_table_has_the_scores_or_the_reason():
    y = np.array(["ill", "well"] * 20)
    half = np.where(np.arange(40) % 4 == 0, "well", y)
    outcome = outcome_of(y, {"prior": "not possible", "smote": "too few"}, none=half, weights=y)
    lines = table_lines(outcome, results_of(y, outcome))
    assert [line.split()[0] for line in lines] == ["arm", "none", "weights", "prior", "smote"]
    assert lines[1].split() == ["none", "75.0", "75.0"]
    assert lines[2].split()[:3] == ["weights", "100.0", "+25.0"]
    assert lines[3:] == ["prior            -  not possible", "smote            -  too few"]
    alone = outcome_of(y, folds=np.arange(40), none=half, weights=y)  # no pairs within folds
    results = results_of(y, alone)
    lines = table_lines(alone, results)
    assert lines[1].split() == ["none", "75.0", "-"]
    assert lines[2].split()[-1] == "-"
    assert remarks(alone, results) == ["There is no AUC, because no fold has rows of two classes."]


def test_a_recommendation_names_worse_ranking_and_few_rows():
    y = np.repeat(["common", "rare"], [60, 9])
    none, better = np.where(np.arange(69) == 68, "rare", "common"), y
    outcome = outcome_of(y, none=none, weights=better, shrunken=better)
    results = results_of(y, outcome)
    text = recommendation(y, outcome, results)
    assert max(map(len, text.splitlines())) <= 88
    text = " ".join(text.split())
    assert text.startswith("Use class weights: +44.4 (")
    assert text.endswith("to them here. The interval rests on 9 rows of 'rare'.")
    assert "rank" not in text
    worse = {arm: one._replace(auc_gain=DOWN) for arm, one in results.items()}
    text = " ".join(recommendation(y, outcome, worse).split())
    assert "They rank rows worse than none: AUC -3.0 (-5.0 to -1.0). The interval" in text
    y = np.repeat(["common", "rare"], [60, 10])
    outcome = outcome_of(y, none=y, prior=y)
    text = recommendation(y, outcome, results_of(y, outcome))
    assert text == "Nothing here is better than doing nothing."


def test_where_none_failed_there_is_no_comparison():
    y = np.array(["a", "b"] * 5)
    failed = {"none": "fold 1 of 10 held out: it failed"}
    outcome = outcome_of(y, failed, weights=y)
    results = results_of(y, outcome)
    assert results["weights"] == (1.0, None, 1.0, None)
    assert recommendation(y, outcome, results) == "There is nothing to compare."
    only = outcome_of(y, none=y)
    assert recommendation(y, only, results_of(y, only)) == "There is nothing to compare."


def test_header():
    folds = Folds([], [], "ten folds of 47 speakers")
    args = Namespace(classifier="svc", seed=2, seeds=1)
    text = "Linear SVC, C chosen in inner folds; ten folds of 47 speakers; seed 2"
    assert header(args, folds) == text
    args = Namespace(classifier="knn", seed=0, seeds=3)
    assert header(args, folds) == (
        "Nearest-neighbour classifier, n_neighbors chosen in inner folds; "
        "ten folds of 47 speakers; mean of seeds 0 to 2"
    )
