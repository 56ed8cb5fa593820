"""The report of the board: tables for the terminal, and the same for a page."""

import html
import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from board_parts.arms import ARMS, BAGGED
from board_parts.classifiers import LDA
from board_parts.scores import (
    FEWEST_TABLES,
    LOSSES,
    REFERENCES,
    Gain,
    Scores,
    classifiers_of,
    gain,
    holm,
    mean_gain,
    mean_gains,
    mean_over,
    score,
    score_all,
    summary,
    with_probabilities,
)
from rich.console import Console
from rich.markup import escape
from rich.table import Table as RichTable
from studies.pages import folded, markdown, put

SCENARIOS = {
    "cut": "Cut: a tenth of a third of the classes",
    "native": "Native: unequal classes as they are",
    "full": "Full: one set more of all rows",
}


FEWER = "\N{DAGGER}"  # marks a gain that is of fewer tables than others in its column


@dataclass(frozen=True)
class Grid:
    """One table of the report."""

    title: str
    columns: tuple[str, ...]
    lines: list[tuple[str, ...]]
    is_markdown: bool = False  # such as `code`; else all text stands for itself

    def show(self, console: Console) -> None:
        """Print it."""
        table = RichTable(title=self.title, title_justify="left")
        for k, column in enumerate(self.columns):
            table.add_column(escape(column), justify="right" if k else "left")
        for line in self.lines:
            table.add_row(*map(escape, line))
        console.print(table)

    def markdown(self) -> str:
        """The same for a page."""
        columns, lines = self.columns, self.lines
        if not self.is_markdown:
            columns, lines = map(plain, columns), [map(plain, line) for line in lines]
        return f"{self.title}:\n\n{markdown(columns, lines, align='--:')}"


def plain(text: str) -> str:
    """Text of a name, such as one of a manifest, as markdown and HTML that show it as it is."""
    one_line = html.escape(" ".join(text.split()), quote=False)
    # An underscore within a word means nothing.
    return re.sub(r"[\\`*|$~{}\[\]]|(?<!\w)_|_(?!\w)", r"\\\g<0>", one_line)


def in_order(arms: list[str]) -> list[str]:
    """Arms as the board lists them."""
    return [arm for arm in ARMS if arm in arms] + sorted(set(arms) - set(ARMS))


def in_words(found: Gain | None) -> str:
    """A gain and its interval, in points."""
    if found is None:
        return ""
    bounds = "" if np.isnan(found.low) else f" ({found.low:.1f} to {found.high:.1f})"
    return f"{found.points:+.1f}{bounds}"


def points(found: Gain | None) -> str:
    """A gain in points, without its interval."""
    return "" if found is None else f"{found.points:+.1f}"


def over_none(scores: Scores, arm: str) -> str:
    """The gain of an arm over none in points, marked if it was run on fewer tables."""
    found, everything = gain(scores, arm, "none"), gain(scores, "none", "none")
    fewer = found and everything and found.n_tables < everything.n_tables
    return f"{points(found)}{FEWER if fewer else ''}"


def arms_of(every: dict[str, Scores]) -> list[str]:
    """The arms that a classifier has scores of."""
    return in_order([arm for scores in every.values() for arm in scores.arms])


def by_classifier(every: dict[str, Scores], measure: str) -> Grid:
    """None's score, and each arm's gain over none, classifier by classifier and in the mean."""
    groups = {"mean": every, "mean of those with probabilities": with_probabilities(every)}
    groups = {name: group for name, group in groups.items() if group}
    lines = []
    for arm in arms_of(every):
        if arm == "none":
            levels = [np.nanmean(scores.of(arm)) for scores in every.values()]
            means = [np.nanmean([s.of(arm) for s in group.values()]) for group in groups.values()]
            lines.append((f"none: {measure} %", *(f"{level:.1f}" for level in (*levels, *means))))
            continue
        cells = [over_none(scores, arm) for scores in every.values()]
        for group in groups.values():
            cells.append(in_words(mean_gain(group, arm, "none")))
        lines.append((arm, *cells))
    title = f"{measure}, gain over none in points ({FEWER} on fewer tables)"
    return Grid(title, ("arm", *every, *groups), lines)


def against(every: dict[str, Scores], measure: str) -> Grid:
    """Gains over each rival in the mean over the classifiers that have both, and worst tables."""
    arms = arms_of(every)
    references = [arm for arm in REFERENCES if arm in arms]
    lines = []
    for arm in arms:
        found = [in_words(mean_gain(every, arm, r)) if r != arm else "" for r in references]
        worst = mean_gain(every, arm, "none")
        at_worst = f"{worst.worst:+.1f} ({worst.worst_table})" if worst and arm != "none" else ""
        lines.append((arm, *found, at_worst))
    title = f"{measure}, gain over each rival, mean over the classifiers that both have"
    return Grid(title, ("arm", *references, "worst table against none"), lines)


def duels(every: dict[str, Scores]) -> Grid:
    """Tables won and lost in the mean over the classifiers, and Holm's p of Wilcoxon tests."""
    arms = arms_of(every)
    references, cells = [arm for arm in REFERENCES if arm in arms], {}
    for reference in references:
        found = {arm: mean_gain(every, arm, reference) for arm in arms if arm != reference}
        found = {arm: g for arm, g in found.items() if g}
        for (arm, g), p in zip(found.items(), holm(g.p for g in found.values()), strict=True):
            cells[arm, reference] = f"{g.wins}–{g.losses}, {p:.2g}"
    lines = [(arm, *(cells.get((arm, r), "") for r in references)) for arm in arms]
    return Grid("UAR, tables won and lost, and Holm's p", ("arm", *references), lines)


def by_kind(every: dict[str, Scores], measure: str) -> Grid:
    """Mean gain over none for each shape of table and each domain of several tables."""
    about = next(iter(every.values()))
    kinds = {kind: about.where(kind) for kind in ("wide", "between", "narrow")}
    domains = {name: about.of_domain(name) for name in sorted({a.domain for a in about.about})}
    large = [item for item in domains.items() if item[1].sum() >= FEWEST_TABLES]
    columns = [*kinds.items(), *large]  # a list, as a domain may have the name of a shape
    lines = []
    for arm in arms_of(every):
        if arm != "none":
            gains = mean_gains(every, arm, "none")
            found = [points(summary(gains, about.tables, there)) for _, there in columns]
            lines.append((arm, *found))
    heads = (f"{name} ({there.sum()})" for name, there in columns)
    title = f"{measure}, gain over none by shape and domain, mean over the classifiers"
    return Grid(title, ("arm", *heads), lines)


def probabilities(records: list[dict]) -> Grid:
    """How far each arm's log loss and Brier score are above none's; lower is better."""
    every = {measure: score_all(records, measure) for measure in LOSSES}
    every = {measure: with_probabilities(scores) for measure, scores in every.items()}
    lines = []
    for arm in arms_of(every["log_loss"]):
        cells = []
        for scores in every.values():
            if arm == "none":
                cells.append(f"{np.nanmean([s.of(arm) for s in scores.values()]):.3f}")
                continue
            found = mean_gain(scores, arm, "none")
            cells.append(f"{found.points:+.3f} ({found.low:.3f} to {found.high:.3f})")
        lines.append(("none: the loss" if arm == "none" else arm, *cells))
    heads = ("log loss as they come", "put right", "Brier score as they come", "put right")
    return Grid("Probabilities, loss above none's (lower is better)", ("arm", *heads), lines)


def reference_lines(records: list[dict], measures: dict[str, str]) -> Grid:
    """Shrinkage LDA with equal priors, against the classifiers that experts would name."""
    lines = []
    for measure, title in measures.items():
        lda, every = score(records, "LDA", measure), score_all(records, measure)
        rivals = (("logistic", "none"), ("logistic", "prior correction"), ("forest", BAGGED))
        found = [
            in_words(
                summary(
                    mean_over(lda.of(LDA) - every[name].of(arm), 1), lda.tables, lda.where("all")
                )
            )
            if name in every
            else ""
            for name, arm in rivals
        ]
        lines.append((title, f"{np.nanmean(lda.of(LDA)):.1f}", *found))
    heads = ("logistic regression", "the same, prior-corrected", "balanced random forest")
    columns = ("measure", "LDA %", *(f"over {head}" for head in heads))
    return Grid("Shrinkage LDA with equal priors, and its gain over others", columns, lines)


def standing(scores: Scores, name: str) -> Grid:
    """Recall and rank of each arm, the penalty that was chosen most, and its worst table."""
    ranked, ranks = scores.ranked
    lines = []
    for arm in in_order(scores.arms):
        usual = Counter(scores.chosen[arm]).most_common(1)
        worst = gain(scores, arm, "none") if arm != "none" else None
        lines.append(
            (
                arm,
                str((~np.isnan(scores.of(arm))).any(1).sum()),
                usual[0][0].split()[1] if usual else "",
                f"{np.nanmean(scores.of(arm)):.1f}" if usual else "",
                f"{ranks[ranked.index(arm)].mean():.1f}" if arm in ranked and ranks.size else "",
                f"{worst.worst:+.1f} ({worst.worst_table})" if worst else "",
            )
        )
    columns = ("arm", "tables", "usual penalty", "UAR %", "mean rank", "worst table against none")
    return Grid(f"{name}: standing; ranks over {ranks.shape[1]} tables", columns, lines)


def costs(records: list[dict]) -> Grid:
    """Seconds of each arm, and what it could not do."""
    lines = []
    for arm in in_order([r["arm"] for r in records]):
        of_arm = [r for r in records if r["arm"] == arm]
        making, fitting = (np.array([r[n] for r in of_arm]) for n in ("seconds", "seconds_fitting"))
        refused, late = (sum(r[n] for r in of_arm) for n in ("refused", "late"))
        figures = (f"{making.mean():.1f}", f"{making.max():.0f}", f"{fitting.mean():.1f}")
        lines.append((arm, str(len(of_arm)), *figures, str(refused), str(late)))
    columns = ("arm", "records", "s to make rows", "longest", "s to fit", "refused", "too slow")
    return Grid("Seconds of a table's five folds, and folds refused", columns, lines)


def sections(records: list[dict]) -> dict[str, list[Grid]]:
    """The report: recall, then what else was measured."""
    recall = score_all(records)
    found = {"Recall": [by_classifier(recall, "UAR"), against(recall, "UAR"), duels(recall)]}
    measures = {"recall": "UAR"}
    auc = {name: scores for name, scores in score_all(records, "auc").items() if scores.arms}
    if auc:
        measures["auc"] = "AUC"
        found["Ranking"] = [by_classifier(auc, "AUC"), against(auc, "AUC")]
    if any(record.get("log_loss") for record in records):
        found["Probabilities"] = [probabilities(records)]
    found["Shapes and domains"] = [by_kind(recall, "UAR")]
    if any(record["arm"] == LDA for record in records):
        found["A reference"] = [reference_lines(records, measures)]
    return found | {"Costs": [costs(records)]}


def intro(records: list[dict]) -> str:
    """What was run."""
    seeds: dict[tuple, list[str]] = {}
    for arm in in_order([r["arm"] for r in records]):
        of_arm = tuple(sorted({r["seed"] for r in records if r["arm"] == arm}))
        seeds.setdefault(of_arm, []).append(arm)
    n_tables = len({r["table"] for r in records})
    # The seeds of most arms come first.
    *_, usual = sorted(seeds, key=lambda of_arm: len(seeds[of_arm]))
    text = f"{n_tables} tables; {', '.join(classifiers_of(records))}; seeds {in_a_row(usual)}"
    others = [f"{plain(', '.join(seeds[s]))}: seeds {in_a_row(s)}" for s in seeds if s != usual]
    if others:
        text += f" ({'; '.join(others)}). Two arms are compared on the seeds that both have"
    return f"{text}."


def in_a_row(numbers: tuple[int, ...]) -> str:
    """Numbers with commas between them."""
    return ", ".join(map(str, numbers))


def report(records: list[dict], scenario: str, path: Path | None, command: str) -> None:
    """Print the report of one scenario, and write it to its place on a page."""
    console, found = Console(width=160), sections(records)
    parts = [f"## {SCENARIOS[scenario]}", "", f"Written by `{command}`.", intro(records), ""]
    for title, grids in found.items():
        console.rule(title)
        for grid in grids:
            grid.show(console)
        parts.append(folded(title, "\n".join(grid.markdown() for grid in grids)))
    for name, scores in score_all(records).items():  # for the terminal alone
        standing(scores, name).show(console)
    if path:
        put(path, scenario, "examples/board.py", "\n".join(parts))
