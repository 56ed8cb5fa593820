"""
================================
The tables of the results page
================================

Writes the tables from the records of the evidence study; nothing is trained::

    python examples/studies/results_page.py --emodb emodb_is11.npz --ravdess ravdess_is11.npz

The npz files are those that the study was run on; only their labels are read. The penalty of an arm
is the best one of the same arm on the other corpus. On complete training sets it is, for all arms,
the best one without augmentation on the other corpus, which favours doing nothing. A cell is empty
if an arm was not run with all seeds of its corpus, or not on the other corpus.
"""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import resumable
from evidence_folds import GRIDS, KEY
from evidence_table import best_setting
from pages import markdown, put
from pooled_scores import gain_in_words, pooled_predictions, recalls

DOCS = Path(__file__).parents[2] / "docs"
PROGRAM = "examples/studies/results_page.py"
UNBALANCED = ("none", "class weights", "duplication", "SMOTE", "ADASYN", "shrunken copies", "WADAN")
COMPLETE = ("none", "duplication", "WADAN")
FEW = (5, 10, 20)


@dataclass(frozen=True)
class Corpus:
    """Labels of a corpus, and its records with one synthetic set."""

    name: str
    y: np.ndarray
    records: list[dict]

    @classmethod
    def read(cls, name: str, table: Path, results: Path) -> "Corpus":
        """Read labels from an npz file and records from a results file."""
        with np.load(table) as file:
            y = np.unique(file["y"], return_inverse=True)[1]
        records = [r for r in resumable.load(results, KEY).values() if r["sets"] == 1]
        return cls(name, y, records)

    def of(self, scenario: str) -> list[dict]:
        """Return the records of a scenario."""
        return [r for r in self.records if r["scenario"] == scenario]

    def has(self, scenario: str, arm: str, name: str) -> bool:
        """Return whether an arm was run with this classifier and all seeds of the scenario."""
        records = self.of(scenario)
        found = {r["seed"] for r in records if r["arm"] == arm and ran(r, name)}
        return bool(found) and found == {r["seed"] for r in records}


def ran(record: dict, name: str) -> bool:
    """Return whether a record has predictions of a classifier at every penalty."""
    return {f"{name} {penalty:g}" for penalty in GRIDS[name]} <= record["predicted"].keys()


def cell(corpus: Corpus, other: Corpus, scenario: str, arm: str, name: str) -> str:
    """Return UAR and the gain over none with its interval, or "" if something was not run."""

    def predicted(arm: str) -> np.ndarray:
        tuned = "none" if scenario == "full" else arm
        setting = best_setting(other.of(scenario), other.y, tuned, name)
        return pooled_predictions(corpus.of(scenario), arm, setting, corpus.y)

    tuned = "none" if scenario == "full" else arm
    known = any(r["arm"] == tuned and ran(r, name) for r in other.of(scenario))
    if not known or not corpus.has(scenario, arm, name):
        return ""
    uar = f"{recalls(corpus.y, predicted(arm)).mean():.1f}"
    gain = "" if arm == "none" else gain_in_words(corpus.y, predicted(arm), predicted("none"))
    return f"{uar}, {gain}" if gain else uar


def by_arm(corpus: Corpus, other: Corpus, scenario: str, arms: Sequence[str]) -> str:
    """Return a table with a line for each arm and a column for each classifier."""
    lines = [(arm, *(cell(corpus, other, scenario, arm, name) for name in GRIDS)) for arm in arms]
    return markdown(("training set", *GRIDS), lines)


def by_rows(pairs: Sequence[tuple[Corpus, Corpus]], arm: str) -> str:
    """Return a table of one arm, with a line for each corpus and number of rows per class."""
    lines = [
        (corpus.name, str(n), *(cell(corpus, other, f"few-{n}", arm, name) for name in GRIDS))
        for corpus, other in pairs
        for n in FEW
    ]
    return markdown(("corpus", "rows a class", *GRIDS), lines)


def main(arguments: Sequence[str] | None = None) -> None:
    """Write all tables to their parts of the page."""
    parser = argparse.ArgumentParser(description="Write the tables of the results page.")
    parser.add_argument("--emodb", type=Path, required=True, help="npz with y")
    parser.add_argument("--ravdess", type=Path, required=True, help="npz with y")
    parser.add_argument("--records", type=Path, default=DOCS / "results", help="folder")
    parser.add_argument("--page", type=Path, default=DOCS / "results.md")
    args = parser.parse_args(arguments)
    emodb, ravdess = (
        Corpus.read(name, table, args.records / f"evidence_{name.lower()}.jsonl")
        for name, table in (("EmoDB", args.emodb), ("RAVDESS", args.ravdess))
    )
    pairs = ((emodb, ravdess), (ravdess, emodb))
    for corpus, other in pairs:
        for title, scenario, arms in (
            ("very unequal classes", "unbalanced", UNBALANCED),
            ("complete sets", "full", COMPLETE),
        ):
            text = by_arm(corpus, other, scenario, arms)
            put(args.page, f"{corpus.name}, {title}", PROGRAM, text)
    put(args.page, "few rows", PROGRAM, by_rows(pairs, "WADAN"))


if __name__ == "__main__":
    main()
