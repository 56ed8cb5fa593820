"""Score the arms, and recommend one in words."""

from collections.abc import Callable
from functools import cache
from typing import Any, NamedTuple

import numpy as np

from ..metrics import Gain, auc_gain, one_vs_rest_auc, recall_gain, unweighted_average_recall
from ._classifiers import PENALTIES
from ._cross_validation import Outcome
from ._folds import Folds
from ._problem import Problem
from ._settings import CLASSIFIERS, Settings

# From the cheapest arm to the dearest. The first arm that surely gains is recommended, unless a
# dearer one surely gains over it.
NAMES = {
    "prior": "prior correction",
    "partial": "partial filling with prior correction",
    "weights": "class weights",
    "duplication": "duplication",
    "noise": "noise",
    "smote": "SMOTE",
    "shrunken": "ShrunkenSampler",
    "adan": "ADAN",
    "wadan": "WADAN",
}
PLURAL = ("weights",)
FEW = 10  # rows or groups of a class, on which no interval should rest without a word
TOO_FEW = 4  # with fewer, intervals do not help: all of them may be hit by chance
ROW = "{:<12} {:>5}  {:<22} {:>5}  {:<22}"

GainOver = Callable[[str, str], Gain]  # of an arm over another


class Result(NamedTuple):
    """Hold recall and AUC of an arm, from 0 to 1, and its gains over none, if there are any."""

    recall: float
    recall_gain: Gain | None
    auc: float
    auc_gain: Gain | None


class Recommendation(NamedTuple):
    """Hold the arm to use, "none" if no arm is recommended, and the reasons."""

    arm: str
    text: str


def title_of(arm: str) -> str:
    """Return the name of an arm in sentences and figures; "none" is its own."""
    return NAMES.get(arm, arm)


def results_of(problem: Problem, outcome: Outcome) -> dict[str, Result]:
    """Score the arms that did not fail. AUC is NaN if no fold has rows of two classes."""
    _, classes, folds, labels, scores, *_ = outcome
    y = problem.y
    # The seed of `gains_over`, so that table and recommendation state the same intervals.
    drawn: dict[str, Any] = {"groups": problem.groups, "random_state": 0}
    results = {}
    for arm in labels:
        recall = np.mean([unweighted_average_recall(y, one) for one in labels[arm]])
        aucs = [one_vs_rest_auc(y, one, classes=classes, folds=folds) for one in scores[arm]]
        gains: list[Gain | None] = [None, None]
        if arm != "none" and "none" in labels:
            gains[0] = recall_gain(y, labels[arm], labels["none"], **drawn)
            if not np.isnan(aucs).any():
                both = scores[arm], scores["none"]
                gains[1] = auc_gain(y, *both, classes=classes, folds=folds, **drawn)
        results[arm] = Result(float(recall), gains[0], float(np.mean(aucs)), gains[1])
    return results


def header(settings: Settings, folds: Folds) -> str:
    """Say what is scored, in a line."""
    title, (penalty, _) = CLASSIFIERS[settings.classifier], PENALTIES[settings.classifier]
    first, last = settings.random_state, settings.random_state + settings.n_seeds - 1
    seeds = f"mean of seeds {first} to {last}" if last > first else f"seed {first}"
    title = title[0].upper() + title[1:]
    imputed = f"; {settings.impute} in missing cells" if settings.impute else ""
    return f"{title}, {penalty} chosen in inner folds; {folds.text}; {seeds}{imputed}"


def table_lines(outcome: Outcome, results: dict[str, Result]) -> list[str]:
    """Return a line for each arm: its scores and gains, or why it has none."""
    gain = "gain (95 % interval)"
    lines = [ROW.format("arm", "UAR %", gain, "AUC %", gain)]
    for arm in outcome.arms:
        if arm in outcome.failed:
            lines.append(f"{arm:<12} {'-':>5}  {outcome.failed[arm]}")
            continue
        result = results[arm]
        recall, auc = (
            "-" if np.isnan(score) else f"{100 * score:.1f}"
            for score in (result.recall, result.auc)
        )
        gains = [figures(one) if one else "" for one in (result.recall_gain, result.auc_gain)]
        lines.append(ROW.format(arm, recall, gains[0], auc, gains[1]))
    return [line.rstrip() for line in lines]


def figures(gain: Gain) -> str:
    """Return a gain and its interval in points, such as "+9.1 (4.0 to 13.2)"."""
    middle, low, high = points(gain)
    return f"{middle:+.1f} ({low:.1f} to {high:.1f})"


def points(gain: Gain) -> tuple[float, float, float]:
    """Return gain, low and high in points with one digit: what is printed is what decides."""
    middle, low, high = (round(100 * value, 1) + 0.0 for value in gain)  # no -0.0
    return middle, low, high


def remarks(outcome: Outcome, results: dict[str, Result]) -> list[str]:
    """Name arms that predict a single class or the same as none; say why there is no AUC."""
    labels, lines = outcome.labels, []
    for arm, predicted in labels.items():
        if (predicted == predicted[0, 0]).all():
            chance = f"compare with chance ({100 / len(outcome.classes):.1f})"
            lines.append(f"{arm} predicts '{predicted[0, 0]}' for every row: {chance}.")
    alike = [
        arm
        for arm in labels
        if arm != "none" and "none" in labels and (labels[arm] == labels["none"]).all()
    ]
    if alike:
        lines.append(f"{', '.join(alike)}: the same predictions as none.")
    if any(np.isnan(result.auc) for result in results.values()):
        lines.append("There is no AUC, because no fold has rows of two classes.")
    return lines


def recommendation(
    problem: Problem, outcome: Outcome, results: dict[str, Result]
) -> Recommendation:
    """Recommend an arm, and say how sure that is."""
    arms = [arm for arm in NAMES if arm in outcome.labels]
    if "none" not in outcome.labels or not arms:
        return Recommendation("none", "There is nothing to compare.")
    gain_over = gains_over(problem, outcome)
    rarest, n_units, unit = evidence(problem)
    if n_units < TOO_FEW:
        best = max(arms, key=lambda arm: gain_over(arm, "none").gain)
        text = f"'{rarest}' has {n_units} {unit}: too few to recommend anything."
        if points(gain_over(best, "none"))[0] > 0:
            found = figures(gain_over(best, "none"))
            text += f" The largest gain is that of {NAMES[best]}, {found}."
        return Recommendation("none", text)
    chosen = best_arm(arms, gain_over)
    sentences = advice(chosen, arms, gain_over)
    ranking = None if chosen == "none" else results[chosen].auc_gain
    if ranking and points(ranking)[2] < 0:
        verb = "rank" if chosen in PLURAL else "ranks"
        pronoun = "They" if chosen in PLURAL else "It"
        sentences.append(f"{pronoun} {verb} rows worse than none: AUC {figures(ranking)}.")
    if n_units < FEW:
        subject = "The intervals rest" if chosen == "none" else "The interval rests"
        sentences.append(f"{subject} on {n_units} {unit} of '{rarest}'.")
    return Recommendation(chosen, " ".join(sentences))


def gains_over(problem: Problem, outcome: Outcome) -> GainOver:
    """Return a function of two arms, which returns the gain in recall of the first one."""

    @cache
    def gain_over(arm: str, other: str) -> Gain:
        labels = outcome.labels
        return recall_gain(
            problem.y, labels[arm], labels[other], groups=problem.groups, random_state=0
        )

    return gain_over


def evidence(problem: Problem) -> tuple[str, int, str]:
    """Return the class with the fewest independent rows or groups, their number, and their name."""
    _, y, groups = problem
    units = np.arange(len(y)) if groups is None else groups
    counts = {str(label): len(np.unique(units[y == label])) for label in np.unique(y)}
    rarest = min(counts, key=lambda label: counts[label])
    name = "row" if groups is None else "group"
    return rarest, counts[rarest], name if counts[rarest] == 1 else f"{name}s"


def best_arm(arms: list[str], gain_over: GainOver) -> str:
    """Return the arm to use: each dearer arm has to gain over the one chosen so far."""
    chosen = "none"
    for arm in NAMES:
        if arm in arms and points(gain_over(arm, chosen))[1] > 0:
            chosen = arm
    return chosen


def advice(chosen: str, arms: list[str], gain_over: GainOver) -> list[str]:
    """Return sentences that recommend an arm, and say what dearer arms are worth."""
    if chosen == "none":
        sentences = ["Nothing here is better than doing nothing."]
        best = max(arms, key=lambda arm: gain_over(arm, "none").gain)
        gain = gain_over(best, "none")
        if points(gain)[0] > 0:
            verb = "gain" if best in PLURAL else "gains"
            sentences.append(
                f"The best, {NAMES[best]}, {verb} {figures(gain)}, which may be chance."
            )
        return sentences
    sentences = [f"Use {NAMES[chosen]}: {figures(gain_over(chosen, 'none'))}."]
    order = list(NAMES)
    cheaper = [arm for arm in order[: order.index(chosen)] if arm in arms]
    close = [arm for arm in cheaper if points(gain_over(chosen, arm))[1] <= 0]
    if close:
        name = NAMES[close[0]][0].upper() + NAMES[close[0]][1:]
        verb, cost = ("gain", "cost") if close[0] in PLURAL else ("gains", "costs")
        found = figures(gain_over(close[0], "none"))
        sentences.append(f"{name} {cost} less and {verb} {found}, not surely less.")
    dearer = [arm for arm in order[order.index(chosen) + 1 :] if arm in arms]
    if dearer:
        sentences.append(comparison(dearer[-1], gain_over(dearer[-1], chosen), chosen in PLURAL))
    return sentences


def comparison(arm: str, gain: Gain, plural: bool) -> str:
    """Say what a dearer arm is worth against the one that is recommended."""
    name, it = NAMES[arm][0].upper() + NAMES[arm][1:], "them" if plural else "it"
    if points(gain)[2] < 0:
        verb = "gain" if arm in PLURAL else "gains"
        return f"{name} {verb} less than {it}: {figures(gain)} in comparison."
    verb = "add" if arm in PLURAL else "adds"
    if points(gain)[0] > 0:
        return f"{name} {verb} {figures(gain)} to {it}, which may be chance."
    return f"{name} {verb} nothing to {it} here."
