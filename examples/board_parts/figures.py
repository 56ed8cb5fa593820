"""Figures of the board: a critical-difference diagram, and gains table by table."""

from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from board_parts.scores import FEWEST_TABLES, Scores, classifiers_of, interval, score
from scipy.stats import friedmanchisquare, studentized_range

SHOWN = ("WADAN", "shrunken copies", "class weights", "bagged under-sampling")
COLOURS = {"WADAN": "C3", "shrunken copies": "C0", "ADAN": "C1"}  # what this library makes
CLASSES = {"WADAN": "WADANSampler", "shrunken copies": "ShrunkenSampler", "ADAN": "ADANSampler"}
REFERENCE = "SMOTE"
LINEAR = ("SVC", "LinearSVC", "logistic")  # the summary is of their mean


def critical_difference(n_arms: int, n_tables: int) -> float:
    """Nemenyi's: mean ranks further apart differ at the level of 5 % (Demsar, JMLR 2006)."""
    q = studentized_range.ppf(0.95, n_arms, np.inf) / np.sqrt(2)
    return float(q * np.sqrt(n_arms * (n_arms + 1) / (6 * n_tables)))


def draw_ranks(scores: Scores, title: str) -> plt.Figure | None:
    """Mean ranks of the arms, joined where they do not differ; None with too little to rank."""
    import scikit_posthocs

    arms, ranks = scores.ranked
    if len(arms) < 3 or ranks.shape[1] < 3:
        return None
    means = dict(zip(arms, ranks.mean(1), strict=True))
    p = scikit_posthocs.posthoc_nemenyi_friedman(ranks.T)
    p.index = p.columns = arms
    figure, axes = plt.subplots(figsize=(9, 1.6 + 0.22 * len(arms)), layout="constrained")
    scikit_posthocs.critical_difference_diagram(
        means,
        p,
        ax=axes,
        label_fmt_left="{label} ({rank:.1f}) ",
        label_fmt_right=" ({rank:.1f}) {label}",
        color_palette={arm: COLOURS.get(arm, "0.25") for arm in arms},
        crossbar_props={"color": "0.5"},
        text_h_margin=0.5,
    )
    friedman = friedmanchisquare(*ranks).pvalue
    gap = critical_difference(len(arms), ranks.shape[1])
    axes.set_title(
        f"{title}: mean ranks over {ranks.shape[1]} tables, best on the left\n"
        f"critical difference {gap:.1f}; Friedman's p {friedman:.1g}",
        fontsize=10,
    )
    return figure


def draw_domains(scores: Scores, title: str) -> plt.Figure | None:
    """Gains over SMOTE, a dot for each table, in the rows of its domain; a bar is the mean."""
    arms = [arm for arm in SHOWN if arm in scores.arms]
    if REFERENCE not in scores.arms or not arms:
        return None
    names = sorted({about.domain for about in scores.about}, reverse=True)
    size = 1.8 + 2.3 * len(arms), 1.4 + 0.32 * len(names)
    figure, panels = plt.subplots(
        1, len(arms), figsize=size, sharex=True, sharey=True, squeeze=False, layout="constrained"
    )
    for arm, axes in zip(arms, panels[0], strict=True):
        gains = scores.of(arm) - scores.of(REFERENCE)
        for place, name in enumerate(names):
            found = gains[scores.of_domain(name) & ~np.isnan(gains)]
            heights = place + np.linspace(-0.25, 0.25, len(found)) * (len(found) > 1)
            axes.scatter(found, heights, s=16, color=COLOURS.get(arm, "0.35"), alpha=0.6, lw=0)
            if len(found):
                axes.vlines(found.mean(), place - 0.35, place + 0.35, color="k", lw=1.5)
        axes.axvline(0, color="0.6", lw=0.8, zorder=0)
        axes.set_title(arm, fontsize=10)
        axes.grid(axis="y", color="0.93")
        axes.set_axisbelow(True)
    panels[0, 0].set_yticks(range(len(names)), names)
    figure.supxlabel(f"gain over {REFERENCE} (points of UAR)", fontsize=10)
    figure.suptitle(f"{title}: a dot for each table, a bar for the mean of a domain", fontsize=10)
    return figure


def gains_over(found: list[Scores], arm: str, reference: str) -> np.ndarray:
    """Gains of an arm, table by table, in the mean over classifiers."""
    return np.mean([scores.of(arm) - scores.of(reference) for scores in found], axis=0)


def rows_of(domains: np.ndarray) -> dict[str, np.ndarray]:
    """The tables of each row of the summary: those of a domain, of small domains, and all."""
    names, counts = np.unique(domains, return_counts=True)
    large = names[counts >= FEWEST_TABLES][::-1]  # from the top in the order of the alphabet
    small = {"other domains": ~np.isin(domains, large)} if len(large) < len(names) else {}
    rows = small | {name: domains == name for name in large}
    return rows | {"all tables": np.full(len(domains), True)}


def draw_summary(records: list[dict], scenario: str) -> plt.Figure | None:
    """Gains over nothing and over SMOTE by domain, with intervals over tables."""
    names = [name for name in LINEAR if name in classifiers_of(records)]
    found = [score(records, name) for name in names]
    arms = [arm for arm in COLOURS if found and all(arm in scores.arms for scores in found)]
    if not arms or any({"none", REFERENCE} - set(scores.arms) for scores in found):
        return None
    rows = rows_of(np.array([about.domain for about in found[0].about]))
    size = 8.5, 1.6 + 0.42 * len(rows)
    figure, panels = plt.subplots(
        1, 2, figsize=size, sharex=True, sharey=True, layout="constrained"
    )
    for reference, axes in zip(("none", REFERENCE), panels, strict=True):
        for number, arm in enumerate(arms):
            gains = gains_over(found, arm, reference)
            for place, tables in enumerate(rows.values()):
                there = gains[tables & ~np.isnan(gains)]
                low, high = interval(there)
                height = place + 0.14 - 0.28 * number / max(len(arms) - 1, 1)
                axes.plot([low, high], [height, height], color=COLOURS[arm], lw=1.5)
                label = CLASSES[arm] if place == 0 else None
                axes.plot(there.mean(), height, "o", color=COLOURS[arm], ms=5, label=label)
        axes.axvline(0, color="0.4", lw=0.8, zorder=0)
        axes.axhline(len(rows) - 1.5, color="0.8", lw=0.8)
        axes.grid(axis="x", color="0.93")
        axes.set_axisbelow(True)
        axes.set_title(f"over {'nothing' if reference == 'none' else reference}", fontsize=10)
    counted = [f"{name} ({tables.sum()})" for name, tables in rows.items()]
    panels[0].set_yticks(range(len(rows)), counted)
    figure.legend(
        *panels[0].get_legend_handles_labels(), loc="outside upper right", ncols=len(arms)
    )
    figure.supxlabel(
        "gain in points of unweighted average recall, 95 % interval over tables;\n"
        f"mean of {', '.join(names)}; number of tables in brackets",
        fontsize=9,
    )
    return figure


def draw_all(records: list[dict], scenario: str, folder: Path) -> list[Path]:
    """Save the figures of every classifier; returns their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    if (figure := draw_summary(records, scenario)) is not None:
        paths.append(folder / f"board_{scenario}.png")
        figure.savefig(paths[0], dpi=150)
        plt.close(figure)
    for name in classifiers_of(records):
        scores, title = score(records, name), f"{name}, {scenario}"
        for kind, draw in (("ranks", draw_ranks), ("domains", draw_domains)):
            figure = draw(scores, title)
            if figure is None:
                continue
            paths.append(folder / f"board_{scenario}_{name}_{kind}.svg")
            with plt.rc_context({"svg.hashsalt": "board"}):
                figure.savefig(paths[-1], metadata={"Date": None})
            plt.close(figure)
    return paths
