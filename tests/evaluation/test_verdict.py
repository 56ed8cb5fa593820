"""What `evaluate` says of made-up outcomes."""

import numpy as np
import pytest

from skadan.evaluation import _cost as cost
from skadan.evaluation._cross_validation import Outcome
from skadan.evaluation._folds import Folds
from skadan.evaluation._problem import Problem
from skadan.evaluation._settings import Settings
from skadan.evaluation._verdict import (
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
            "Nothing here is better than doing nothing. The best, ShrunkenSampler, gains +1.2 "
            "(-0.5 to 3.0), which may be chance.",
        ),
        ({"prior": UP}, "Use prior correction: +9.1 (4.0 to 13.2)."),
        (  # the dearest arm gains over none as well, but not over the cheaper one
            {"prior": UP, "smote": SAME, ("wadan", "none"): UP, ("wadan", "prior"): MAYBE},
            "Use prior correction: +9.1 (4.0 to 13.2). WADAN adds +1.2 (-0.5 to 3.0) to it, which "
            "may be chance.",
        ),
        (
            {"weights": UP, ("shrunken", "none"): UP, ("shrunken", "weights"): DOWN},
            "Use class weights: +9.1 (4.0 to 13.2). ShrunkenSampler gains less than "
            "them: -3.0 (-5.0 to -1.0) in comparison.",
        ),
        (
            {"weights": UP, ("smote", "weights"): SAME, ("adan", "weights"): SAME},
            "Use class weights: +9.1 (4.0 to 13.2). ADAN adds nothing to them here.",
        ),
        (  # each step up has to gain over the arm before, whatever the order of the arms
            {"wadan": UP, ("smote", "prior"): MAYBE, "prior": UP},
            "Use WADAN: +9.1 (4.0 to 13.2).",
        ),
        (  # it surely gains, a cheaper arm does not, and the two are not surely different
            {"prior": MAYBE, ("wadan", "none"): UP, ("wadan", "prior"): SAME},
            "Use WADAN: +9.1 (4.0 to 13.2). Prior correction costs less and gains +1.2 (-0.5 to "
            "3.0), not surely less.",
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


def rows_of(y, groups=None):
    """A problem of these labels, whose features do not matter."""
    return Problem(np.empty((len(y), 0)), y, groups)


def test_remarks():
    y = np.array(["ill", "well", "well"])
    well = np.array(["well"] * 3)
    failed = {"prior": "not possible"}
    outcome = outcome_of(y, failed, none=well, weights=well, smote=y)
    assert remarks(outcome, results_of(rows_of(y), outcome)) == [
        "none predicts 'well' for every row: compare with chance (50.0).",
        "weights predicts 'well' for every row: compare with chance (50.0).",
        "weights: the same predictions as none.",
    ]
    outcome = outcome_of(y, none=y, smote=y[::-1])
    assert not remarks(outcome, results_of(rows_of(y), outcome))


def test_a_table_has_the_scores_or_the_reason():
    y = np.array(["ill", "well"] * 20)
    half = np.where(np.arange(40) % 4 == 0, "well", y)
    outcome = outcome_of(y, {"prior": "not possible", "smote": "too few"}, none=half, weights=y)
    lines = table_lines(outcome, results_of(rows_of(y), outcome))
    assert [line.split()[0] for line in lines] == ["arm", "none", "weights", "prior", "smote"]
    assert lines[1].split() == ["none", "75.0", "75.0"]
    assert lines[2].split()[:3] == ["weights", "100.0", "+25.0"]
    assert lines[3:] == ["prior            -  not possible", "smote            -  too few"]
    alone = outcome_of(y, folds=np.arange(40), none=half, weights=y)  # no pairs within folds
    results = results_of(rows_of(y), alone)
    lines = table_lines(alone, results)
    assert lines[1].split() == ["none", "75.0", "-"]
    assert lines[2].split()[-1] == "-"
    assert remarks(alone, results) == ["There is no AUC, because no fold has rows of two classes."]


def test_a_recommendation_names_worse_ranking_and_few_rows():
    y = np.repeat(["common", "rare"], [60, 9])
    none, better = np.where(np.arange(69) == 68, "rare", "common"), y
    outcome = outcome_of(y, none=none, weights=better, shrunken=better)
    results = results_of(rows_of(y), outcome)
    text = recommendation(rows_of(y), outcome, results).text
    assert text.startswith("Use class weights: +44.4 (")
    assert text.endswith("to them here. The interval rests on 9 rows of 'rare'.")
    assert "rank" not in text
    worse = {arm: one._replace(auc_gain=DOWN) for arm, one in results.items()}
    text = recommendation(rows_of(y), outcome, worse).text
    assert "They rank rows worse than none: AUC -3.0 (-5.0 to -1.0). The interval" in text
    y = np.repeat(["common", "rare"], [60, 10])
    outcome = outcome_of(y, none=y, prior=y)
    text = recommendation(rows_of(y), outcome, results_of(rows_of(y), outcome)).text
    assert text == "Nothing here is better than doing nothing."


def test_rows_of_one_group_count_once():
    """Sixty ill rows of five patients are five: the interval is wide, and the sentence says so."""
    y = np.tile(np.repeat(["ill", "well"], 12), 5)
    groups = np.repeat(np.arange(10), 12)
    # The ill rows of two patients of five are found by the arm alone.
    none = np.full(120, "well")
    better = np.where((y == "ill") & (groups < 4), "ill", "well")
    outcome = outcome_of(y, none=none, prior=better)
    alone, grouped = rows_of(y), rows_of(y, groups)
    text = recommendation(alone, outcome, results_of(alone, outcome)).text
    assert text.startswith("Use prior correction: +20.0 (14")
    results = results_of(grouped, outcome)
    gain = results["prior"].recall_gain
    assert gain.gain == pytest.approx(0.2)
    assert gain.low == 0
    assert gain.high > 0.35
    text = recommendation(grouped, outcome, results).text
    assert text.startswith("Nothing here is better than doing nothing. The best, prior correction,")
    assert text.endswith("The intervals rest on 5 groups of 'ill'.")


def test_too_few_rows_to_recommend_anything():
    y = np.repeat(["common", "rare"], [60, 3])
    outcome = outcome_of(y, none=np.full(63, "common"), weights=y)
    text = recommendation(rows_of(y), outcome, results_of(rows_of(y), outcome)).text
    assert text == (
        "'rare' has 3 rows: too few to recommend anything. The largest gain is that of "
        "class weights, +50.0 (0.0 to 50.0)."
    )


def test_where_none_failed_there_is_no_comparison():
    y = np.array(["a", "b"] * 5)
    failed = {"none": "fold 1 of 10 held out: it failed"}
    outcome = outcome_of(y, failed, weights=y)
    results = results_of(rows_of(y), outcome)
    assert results["weights"] == (1.0, None, 1.0, None)
    assert recommendation(rows_of(y), outcome, results).text == "There is nothing to compare."
    only = outcome_of(y, none=y)
    assert (
        recommendation(rows_of(y), only, results_of(rows_of(y), only)).text
        == "There is nothing to compare."
    )


def test_header():
    folds = Folds([], [], "ten folds of 47 speakers")
    settings = Settings(classifier="svc", random_state=2)
    text = "Linear SVC, C chosen in inner folds; ten folds of 47 speakers; seed 2"
    assert header(settings, folds) == text
    settings = Settings(classifier="knn", n_seeds=3, impute="median")
    assert header(settings, folds) == (
        "Nearest-neighbour classifier, n_neighbors chosen in inner folds; "
        "ten folds of 47 speakers; mean of seeds 0 to 2; median in missing cells"
    )


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(4, ""), (6, "10 seconds"), (34, "30 seconds"), (70, "a minute"), (3600, "60 minutes")],
)
def test_durations(seconds, text):
    assert cost.in_words(seconds) == (text and f"about {text}")
