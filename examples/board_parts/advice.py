"""What to use, by what is known of a table beforehand: its shape, and its rarest class."""

from collections.abc import Iterable

import numpy as np
from board_parts.figures import TITLES
from board_parts.report import Grid, in_words
from board_parts.scores import FEWEST_TABLES, Scores, score_all, summary
from board_parts.tables import Table, folds, kept

RARE = {"up to 4": (0, 4), "5 to 15": (5, 15), "16 and more": (16, np.inf)}
SHAPES = {"wide": "more than 2 n", "between": "n to 2 n", "narrow": "fewer than n"}
# From the cheapest on. An arm is worth its cost if it has half a point more than all before it.
CHOICES = {
    "none": "nothing",
    "prior correction": "prior correction",
    "class weights": "class weights",
    "tuned thresholds": "tuned thresholds",
    "partial SMOTE + correction": "a few SMOTE rows and prior correction",
    "partial ShrunkenSampler + correction": "a few rows of `ShrunkenSampler` and prior correction",
    "smoothed bootstrap": "smoothed bootstrap",
    "SMOTE": "SMOTE",
    "ShrunkenSampler": "`ShrunkenSampler`",
    "bagged under-sampling": "bagged under-sampling",
    "WADAN": "`WADANSampler`",
}
WORTH = 0.5


def rarest(table: Table, scenario: str, seeds: Iterable[int]) -> float:
    """Training rows of the rarest class, in the mean over folds and seeds."""
    counts = []
    for seed in seeds:
        for fold, (train, _) in enumerate(folds(table, seed)):
            y = table.y[kept(table, train, scenario, seed, fold)]
            counts.append(np.unique(y, return_counts=True)[1].min())
    return float(np.mean(counts))


def places(scores: Scores, rows: dict[str, float]) -> dict[tuple[str, str], np.ndarray]:
    """Which tables are of each shape and rarest class; those with few tables are left out."""
    found = {}
    kinds = np.array([about.kind for about in scores.about])
    counts = np.round([rows[table] for table in scores.tables])
    for kind in SHAPES:
        for name, (low, high) in RARE.items():
            there = (kinds == kind) & (low <= counts) & (counts <= high)
            if there.sum() >= FEWEST_TABLES:
                found[kind, name] = there
    return found


def choice(means: dict[str, float]) -> str:
    """The cheapest arm that no dearer one passes by what is worth its cost."""
    best = "none"
    for arm in CHOICES:
        if arm in means and means[arm] >= means[best] + WORTH:
            best = arm
    return best


def advised(scores: Scores, there: np.ndarray) -> str:
    """What to use on some tables (a mask) with one classifier, and its gain over none.

    Arms with fewer seeds or tables than none cannot be compared with the others.
    """
    lacking = {arm: np.isnan(scores.of(arm)) & ~np.isnan(scores.of("none")) for arm in CHOICES}
    arms = [arm for arm in CHOICES if not lacking[arm].any()]
    gains = {arm: summary(scores.gains(arm, "none"), scores.tables, there) for arm in arms}
    means = {arm: found.points for arm, found in gains.items() if found}
    use = choice({"none": 0.0} | means)
    return CHOICES[use] if use == "none" else f"{CHOICES[use]} {in_words(gains[use])}"


def advice(records: list[dict], rows: dict[str, float]) -> Grid:
    """For each shape, rarest class and classifier: what to use, and what it gained.

    `rows` has the training rows of each table's rarest class.
    """
    every = score_all(records)
    found = places(next(iter(every.values())), rows)
    heads = [
        f"{SHAPES[kind]} columns, {rare} rows ({there.sum()} tables)"
        for (kind, rare), there in found.items()
    ]
    lines = [
        (TITLES.get(name, name), *(advised(scores, there) for there in found.values()))
        for name, scores in every.items()
    ]
    title = "What to use, by columns of the table and rows of its rarest class, and its gain"
    return Grid(title, ("classifier", *heads), lines, is_markdown=True)
