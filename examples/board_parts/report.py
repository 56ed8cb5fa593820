"""The report of the board: tables for the terminal and for a page."""

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
    Scores,
    classifiers_of,
    gain,
    holm,
    in_words,
    mean_gain,
    mean_gains,
    mean_over,
    points,
    score,
    score_all,
    summary,
    with_probabilities,
)
from rich.console import Console
from rich.markup import escape
from rich.table import Table as RichTable
from studies.pages import foldable, markdown, put

SCENARIOS = {
    "cut": "Cut: a third of the classes keep a tenth of their rows",
    "native": "Native: unequal classes as they are",
    "full": "Full: one more set of all rows",
}


FEWER = "\N{DAGGER}"  # marks a gain over fewer tables than others in its column


@dataclass(frozen=True)
class Grid:
    """One table of the report."""

    title: str
    columns: tuple[str, ...]
    lines: list[tuple[str, ...]]
    is_markdown: bool = False  # otherwise special characters are escaped

    def show(self, console: Console) -> None:
        """Print the table."""
        table = RichTable(title=self.title, title_justify="left")
        for k, column in enumerate(self.columns):
            table.add_column(escape(column), justify="right" if k else "left")
        for line in self.lines:
            table.add_row(*map(escape, line))
        console.print(table)

    def markdown(self) -> str:
        """Return the table as markdown, below its title."""
        columns, lines = self.columns, self.lines
        if not self.is_markdown:
            columns, lines = (
                map(escape_markdown, columns),
                [map(escape_markdown, line) for line in lines],
            )
        return f"{self.title}:\n\n{markdown(columns, lines, align='--:')}"


def escape_markdown(text: str) -> str:
    """Return markdown and HTML that show a text, such as a name in a manifest, literally."""
    one_line = html.escape(" ".join(text.split()), quote=False)
    # An underscore within a word means nothing.
    return re.sub(r"[\\`*|$~{}\[\]]|(?<!\w)_|_(?!\w)", r"\\\g<0>", one_line)


def in_board_order(arms: list[str]) -> list[str]:
    """Return arms in the order of the board, then the others by name."""
    return [arm for arm in ARMS if arm in arms] + sorted(set(arms) - set(ARMS))


def over_none(scores: Scores, arm: str) -> str:
    """Return the gain of an arm over none in points, marked if it is over fewer tables."""
    found, everything = gain(scores, arm, "none"), gain(scores, "none", "none")
    fewer = found and everything and found.n_tables < everything.n_tables
    return f"{points(found)}{FEWER if fewer else ''}"


def arms_of(every: dict[str, Scores]) -> list[str]:
    """Return the arms that some classifier has scores for."""
    return in_board_order([arm for scores in every.values() for arm in scores.arms])


def by_classifier(every: dict[str, Scores], measure: str) -> Grid:
    """Return none's score and the gain of each arm over none, by classifier and on average."""
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


def over_rivals(every: dict[str, Scores], measure: str) -> Grid:
    """Return the gain over each rival, averaged over classifiers, and the worst table."""
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


def wins_and_losses(every: dict[str, Scores]) -> Grid:
    """Return tables won and lost, and Holm's p of Wilcoxon tests, from means over classifiers."""
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
    """Return the mean gain over none for each shape of table and each domain with enough tables."""
    about = next(iter(every.values()))
    kinds = {kind: about.where(kind) for kind in ("wide", "between", "narrow")}
    domains = {name: about.of_domain(name) for name in sorted({a.domain for a in about.about})}
    large = [item for item in domains.items() if item[1].sum() >= FEWEST_TABLES]
    columns = [*kinds.items(), *large]  # not a dict: a domain may have the name of a shape
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
    """Return how far the log loss and Brier score of each arm are above none's."""
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
    heads = ("log loss", "log loss, corrected", "Brier score", "Brier score, corrected")
    return Grid("Probabilities, loss above none's (lower is better)", ("arm", *heads), lines)


def reference_lines(records: list[dict], measures: dict[str, str]) -> Grid:
    """Return shrinkage LDA with equal priors, and its gain over three common choices."""
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


def ranking(scores: Scores, name: str) -> Grid:
    """Return recall, rank, most chosen penalty and worst table of each arm."""
    ranked, ranks = scores.ranked
    lines = []
    for arm in in_board_order(scores.arms):
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
    return Grid(f"{name}: recall, and ranks over {ranks.shape[1]} tables", columns, lines)


def costs(records: list[dict]) -> Grid:
    """Return the seconds of each arm, and the number of refused and slow folds."""
    lines = []
    for arm in in_board_order([r["arm"] for r in records]):
        of_arm = [r for r in records if r["arm"] == arm]
        making, fitting = (np.array([r[n] for r in of_arm]) for n in ("seconds", "seconds_fitting"))
        refused, late = (sum(r[n] for r in of_arm) for n in ("refused", "late"))
        figures = (f"{making.mean():.1f}", f"{making.max():.0f}", f"{fitting.mean():.1f}")
        lines.append((arm, str(len(of_arm)), *figures, str(refused), str(late)))
    columns = ("arm", "records", "s to make rows", "longest", "s to fit", "refused", "too slow")
    return Grid("Seconds for the five folds of a table, and refused folds", columns, lines)


def sections(records: list[dict]) -> dict[str, list[Grid]]:
    """Return the tables of the report by section: recall, then what else was measured."""
    recall = score_all(records)
    found = {
        "Recall": [
            by_classifier(recall, "UAR"),
            over_rivals(recall, "UAR"),
            wins_and_losses(recall),
        ]
    }
    measures = {"recall": "UAR"}
    auc = {name: scores for name, scores in score_all(records, "auc").items() if scores.arms}
    if auc:
        measures["auc"] = "AUC"
        found["Ranking"] = [by_classifier(auc, "AUC"), over_rivals(auc, "AUC")]
    if any(record.get("log_loss") for record in records):
        found["Probabilities"] = [probabilities(records)]
    found["Shapes and domains"] = [by_kind(recall, "UAR")]
    if any(record["arm"] == LDA for record in records):
        found["A reference"] = [reference_lines(records, measures)]
    return found | {"Costs": [costs(records)]}


def intro(records: list[dict]) -> str:
    """Return a sentence with the number of tables, the classifiers and the seeds."""
    seeds: dict[tuple, list[str]] = {}
    for arm in in_board_order([r["arm"] for r in records]):
        of_arm = tuple(sorted({r["seed"] for r in records if r["arm"] == arm}))
        seeds.setdefault(of_arm, []).append(arm)
    n_tables = len({r["table"] for r in records})
    # The seeds that most arms have come first.
    *_, usual = sorted(seeds, key=lambda of_arm: len(seeds[of_arm]))
    text = f"{n_tables} tables; {', '.join(classifiers_of(records))}; seeds {join_numbers(usual)}"
    others = [
        f"{escape_markdown(', '.join(seeds[s]))}: seeds {join_numbers(s)}"
        for s in seeds
        if s != usual
    ]
    if others:
        text += f" ({'; '.join(others)}). Two arms are compared on the seeds that both have"
    return f"{text}."


def join_numbers(numbers: tuple[int, ...]) -> str:
    """Return numbers with commas between them."""
    return ", ".join(map(str, numbers))


def report(records: list[dict], scenario: str, path: Path | None, command: str) -> None:
    """Print the report of one scenario, and write it to its part of a page."""
    console, found = Console(width=160), sections(records)
    parts = [f"## {SCENARIOS[scenario]}", "", f"Written by `{command}`.", intro(records), ""]
    for title, grids in found.items():
        console.rule(title)
        for grid in grids:
            grid.show(console)
        parts.append(foldable(title, "\n".join(grid.markdown() for grid in grids)))
    for name, scores in score_all(records).items():  # on the terminal only
        ranking(scores, name).show(console)
    if path:
        put(path, scenario, "examples/board.py", "\n".join(parts))
