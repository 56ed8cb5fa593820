"""The report of the board: tables for the terminal, and the same for a page."""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from board_parts.arms import ARMS
from board_parts.scores import REFERENCES, Gain, Scores, classifiers_of, gain, gain_on, holm, score
from rich.console import Console
from rich.table import Table as RichTable
from studies.pages import markdown, put

SCENARIOS = {
    "cut": "Cut: a tenth of a third of the classes",
    "native": "Native: unequal classes as they are",
    "full": "Full: one set more of all rows",
}


@dataclass(frozen=True)
class Grid:
    """One table of the report."""

    title: str
    columns: tuple[str, ...]
    lines: list[tuple[str, ...]]

    def show(self, console: Console) -> None:
        """Print it."""
        table = RichTable(title=self.title, title_justify="left")
        for k, column in enumerate(self.columns):
            table.add_column(column, justify="right" if k else "left")
        for line in self.lines:
            table.add_row(*line)
        console.print(table)

    def markdown(self) -> str:
        """The same for a page."""
        return f"{self.title}:\n\n{markdown(self.columns, self.lines, align='--:')}"


def in_order(arms: list[str]) -> list[str]:
    """Arms as the board lists them."""
    return [arm for arm in ARMS if arm in arms] + sorted(set(arms) - set(ARMS))


def in_words(found: Gain | None) -> str:
    """A gain and its interval, in points."""
    if found is None:
        return ""
    bounds = "" if np.isnan(found.low) else f" ({found.low:.1f} to {found.high:.1f})"
    return f"{found.points:+.1f}{bounds}"


def overview(every: dict[str, Scores], reference: str) -> Grid:
    """Each arm's gain over one reference, classifier by classifier."""
    arms = in_order([arm for scores in every.values() for arm in scores.arms])
    lines = [
        (arm, *(in_words(gain(scores, arm, reference)) for scores in every.values()))
        for arm in dict.fromkeys(arms)
        if arm != reference
    ]
    return Grid(f"Gain over {reference}, all tables", ("arm", *every), lines)


def standing(scores: Scores) -> Grid:
    """Recall and rank of each arm, the penalty that was chosen most, and its worst table."""
    ranked, ranks = scores.ranked
    lines = []
    for arm in in_order(scores.arms):
        values = scores.of(arm)
        usual = Counter(scores.chosen[arm]).most_common(1)
        worst = gain(scores, arm, "none") if arm != "none" else None
        lines.append(
            (
                arm,
                str((~np.isnan(values)).sum()),
                usual[0][0].split()[1] if usual else "",
                f"{np.nanmean(values):.1f}" if usual else "",
                f"{ranks[ranked.index(arm)].mean():.1f}" if arm in ranked and ranks.size else "",
                f"{worst.worst:+.1f} ({worst.worst_table})" if worst else "",
            )
        )
    columns = ("arm", "tables", "usual penalty", "UAR %", "mean rank", "worst table against none")
    return Grid(f"Standing; ranks over {ranks.shape[1]} tables", columns, lines)


def gains(scores: Scores, group: str) -> Grid:
    """Gains of each arm over the references, with intervals."""
    references = [arm for arm in REFERENCES if arm in scores.arms]
    lines = [
        (arm, *(in_words(gain(scores, arm, r, group)) if r != arm else "" for r in references))
        for arm in in_order(scores.arms)
    ]
    title = f"Gain over each reference, {group} tables ({scores.where(group).sum()})"
    return Grid(title, ("arm", *references), lines)


def duels(scores: Scores) -> Grid:
    """Wins and losses against the references, and Holm's p of the Wilcoxon tests."""
    references, arms = [arm for arm in REFERENCES if arm in scores.arms], in_order(scores.arms)
    cells = {}
    for reference in references:
        found = {arm: gain(scores, arm, reference) for arm in arms if arm != reference}
        found = {arm: g for arm, g in found.items() if g}
        for (arm, g), p in zip(found.items(), holm(g.p for g in found.values()), strict=True):
            cells[arm, reference] = f"{g.wins}–{g.losses}, {p:.2g}"
    lines = [(arm, *(cells.get((arm, r), "") for r in references)) for arm in arms]
    return Grid("Tables won and lost, and Holm's p", ("arm", *references), lines)


def by_domain(scores: Scores, reference: str) -> Grid:
    """Mean gain over one reference in each domain."""
    domains = Counter(about.domain for about in scores.about)
    places = [scores.of_domain(domain) for domain in sorted(domains)]
    lines = []
    for arm in in_order(scores.arms):
        if arm != reference:
            found = [gain_on(scores, arm, reference, there) for there in places]
            lines.append((arm, *(f"{g.points:+.1f}" if g else "" for g in found)))
    columns = ("arm", *(f"{domain} ({domains[domain]})" for domain in sorted(domains)))
    return Grid(f"Gain over {reference} by domain", columns, lines)


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
    """The report: an overview, then each classifier."""
    every = {name: score(records, name) for name in classifiers_of(records)}
    arms = {record["arm"] for record in records}
    overviews = [overview(every, r) for r in REFERENCES if r in arms]
    found = {"All classifiers": [*overviews, costs(records)]}
    for name, scores in every.items():
        if scores.arms:
            groups = [gains(scores, group) for group in ("all", "wide", "narrow")]
            domains = [by_domain(scores, r) for r in ("none", "SMOTE") if r in scores.arms]
            found[name] = [standing(scores), duels(scores), *groups, *domains]
    return found


def intro(records: list[dict]) -> str:
    """What was run."""
    tables, arms, seeds = ({r[n] for r in records} for n in ("table", "arm", "seed"))
    seeds = ", ".join(map(str, sorted(seeds)))
    return (
        f"{len(tables)} tables, {len(arms)} arms, seeds {seeds}. UAR in percent, gains in points."
    )


def report(records: list[dict], scenario: str, path: Path | None, command: str) -> None:
    """Print the report of one scenario, and write it to its place on a page."""
    console, found = Console(width=150), sections(records)
    parts = [f"## {SCENARIOS[scenario]}", "", f"Written by `{command}`.", intro(records), ""]
    for title, grids in found.items():
        console.rule(title)
        parts.append(f"### {title}, {scenario}\n")
        for grid in grids:
            grid.show(console)
            parts.append(grid.markdown())
    if path:
        put(path, scenario, "examples/board.py", "\n".join(parts))
