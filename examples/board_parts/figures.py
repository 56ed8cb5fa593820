"""Figures of the board: gains by classifier, and gains by table."""

from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from board_parts.classifiers import CORRECTION
from board_parts.scores import Scores, mean_gain, mean_gains, mean_over, score_all

# The arms that figures show, each with a name, a colour and a marker. Remedies that add no rows are
# green and yellow, those of other packages grey, samplers of this library blue and red. Arms with a
# few rows and a correction of the probabilities have hollow markers.
SHOWN = {
    "prior correction": ("prior correction", "#009e73", "o"),
    "class weights": ("class weights", "#7fc97f", "s"),
    "tuned thresholds": ("tuned thresholds", "#b8a000", "d"),
    "bagged under-sampling": ("bagged under-sampling", "0.35", "D"),
    "SMOTE": ("SMOTE", "0.6", "^"),
    "smoothed bootstrap": ("smoothed bootstrap", "0.75", "v"),
    "ShrunkenSampler": ("ShrunkenSampler", "C0", "P"),
    "WADAN": ("WADANSampler", "C3", "X"),
    "partial SMOTE + correction": ("partial SMOTE + correction", "0.6", "^"),
    "partial ShrunkenSampler + correction": ("partial ShrunkenSampler + correction", "C0", "P"),
    "partial WADAN + correction": ("partial WADANSampler + correction", "C3", "X"),
}
COLUMNS = 6  # of small panels
WORDS = {
    "cut": "a third of the classes cut to a tenth of their training rows",
    "native": "tables of unequal classes as they are",
    "full": "all training rows and one more set of them",
}
MEASURES = {"recall": "unweighted average recall", "auc": "AUC, one class against the rest"}
TITLES = {
    "SVC": "linear SVC",
    "logistic": "logistic regression",
    "RBF": "RBF SVC",
    "neighbours": "nearest neighbours",
    "forest": "random forest",
    "boosting": "boosted trees",
}


def shown_arms(every: dict[str, Scores]) -> list[str]:
    """Return the arms that a figure of these classifiers shows."""
    return [arm for arm in SHOWN if any(arm in scores.arms for scores in every.values())]


def draw_gains(every: dict[str, Scores], axes: plt.Axes) -> None:
    """Draw the gain of each arm over none and its interval, in one row per classifier."""
    arms = shown_arms(every)
    # From below: the mean over all classifiers, then each of them.
    groups = [every, *({name: every[name]} for name in reversed(every))]
    for place, group in enumerate(groups):
        for number, arm in enumerate(arms):
            found = mean_gain(group, arm, "none")
            if found is None:
                continue
            name, colour, marker = SHOWN[arm]
            height = place + 0.36 - 0.72 * number / max(len(arms) - 1, 1)
            axes.plot([found.low, found.high], [height, height], color=colour, lw=1.4)
            label = name if place == 0 else None
            fill = "white" if arm.endswith(CORRECTION) else colour
            axes.plot(found.points, height, marker, color=colour, mfc=fill, ms=5, label=label)
    for border in range(1, len(every) + 1):
        axes.axhline(border - 0.5, color="0.9" if border > 1 else "0.5", lw=0.8)
    axes.axvline(0, color="0.4", lw=0.8, zorder=0)
    axes.grid(axis="x", color="0.93")
    axes.set_axisbelow(True)
    axes.set_ylim(-0.5, len(every) + 0.5)


def draw_summary(records: list[dict], title: str) -> plt.Figure | None:
    """Draw gains over none by classifier: recall on the left and, if measured, AUC on the right."""
    found = {measure: score_all(records, measure) for measure in MEASURES}
    found = {m: every for m, every in found.items() if any(s.arms for s in every.values())}
    if not any("none" in scores.arms for every in found.values() for scores in every.values()):
        return None
    names = [TITLES.get(name, name) for name in reversed(found["recall"])]
    size = 4.4 + 3.6 * len(found), 1.8 + 0.75 * len(names)
    figure, panels = plt.subplots(
        1, len(found), figsize=size, sharey=True, squeeze=False, layout="constrained"
    )
    for (measure, every), axes in zip(found.items(), panels[0], strict=True):
        draw_gains(every, axes)
        axes.set_title(MEASURES[measure], fontsize=10)
    panels[0, 0].set_yticks(range(len(names) + 1), ["mean of those\nthat it suits", *names])
    handles = panels[0, 0].get_legend_handles_labels()
    figure.legend(*handles, loc="outside upper center", ncols=3, fontsize=9, frameon=False)
    figure.supxlabel(f"gain over nothing in points, 95 % interval over tables; {title}", fontsize=9)
    return figure


def draw_domains(every: dict[str, Scores], title: str) -> plt.Figure | None:
    """Draw gains over none by domain: a dot for each table, and a bar for their mean."""
    arms = shown_arms(every)
    about = next(iter(every.values()))
    names = sorted({a.domain for a in about.about}, reverse=True)
    if "none" not in about.arms or not arms:
        return None
    shape = -(-len(arms) // COLUMNS), min(len(arms), COLUMNS)
    size = 1.8 + 1.9 * shape[1], 0.8 + (0.6 + 0.32 * len(names)) * shape[0]
    figure, panels = plt.subplots(
        *shape, figsize=size, sharex=True, sharey=True, squeeze=False, layout="constrained"
    )
    for axes in panels.flat[len(arms) :]:
        axes.set_axis_off()
    for axes in panels.flat[max(len(arms) - shape[1], 0) : len(arms)]:
        axes.tick_params(labelbottom=True)  # the lowest panel of each column
    for arm, axes in zip(arms, panels.flat, strict=False):
        gains = mean_gains(every, arm, "none")
        for place, name in enumerate(names):
            found = gains[about.of_domain(name) & ~np.isnan(gains)]
            heights = place + np.linspace(-0.25, 0.25, len(found)) * (len(found) > 1)
            axes.scatter(found, heights, s=14, color=SHOWN[arm][1], alpha=0.7, lw=0)
            if len(found):
                axes.vlines(mean_over(found, 0), place - 0.35, place + 0.35, color="k", lw=1.5)
        axes.axvline(0, color="0.6", lw=0.8, zorder=0)
        axes.set_title(SHOWN[arm][0].replace(" + ", "\n+ "), fontsize=9)
        axes.grid(axis="y", color="0.93")
        axes.set_axisbelow(True)
    # A dollar sign in a name does not start a formula.
    panels[0, 0].set_yticks(range(len(names)), names, parse_math=False)
    figure.supxlabel(
        f"gain in unweighted average recall over nothing, in points; {title}.\n"
        "A dot is a table, in the mean over the classifiers; a bar is the mean of a domain.",
        fontsize=9,
    )
    return figure


def draw_all(records: list[dict], scenario: str, folder: Path) -> list[Path]:
    """Save the figures, and return their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    figures = {
        f"board_{scenario}.png": draw_summary(records, WORDS[scenario]),
        f"board_{scenario}_domains.svg": draw_domains(score_all(records), WORDS[scenario]),
    }
    paths = []
    for name, figure in figures.items():
        if figure is not None:
            paths.append(folder / name)
            metadata = {"Date": None} if name.endswith(".svg") else None
            with plt.rc_context({"svg.hashsalt": "board"}):
                figure.savefig(paths[-1], dpi=150, metadata=metadata)
            plt.close(figure)
    return paths
