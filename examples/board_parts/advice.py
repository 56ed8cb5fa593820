"""Which remedy to use, by the shape of a table and the rows of its rarest class."""

from collections.abc import Iterable

import numpy as np
from board_parts.figures import TITLES
from board_parts.report import Grid
from board_parts.scores import FEWEST_TABLES, Scores, in_words, score_all, summary
from board_parts.tables import Table, folds, rows_left

RARE = {"up to 4": (0, 4), "5 to 15": (5, 15), "16 and more": (16, np.inf)}
SHAPES = {"wide": "more than 2 n", "between": "n to 2 n", "narrow": "fewer than n"}
# From the cheapest to the dearest. A dearer arm must gain `MIN_GAIN` points more to be advised.
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
MIN_GAIN = 0.5


def rarest_class_rows(table: Table, scenario: str, seeds: Iterable[int]) -> float:
    """Return the training rows of the rarest class, averaged over folds and seeds."""
    counts = []
    for seed in seeds:
        for fold, (train, _) in enumerate(folds(table, seed)):
            y = table.y[rows_left(table, train, scenario, seed, fold)]
            counts.append(np.unique(y, return_counts=True)[1].min())
    return float(np.mean(counts))


def table_masks(scores: Scores, rows: dict[str, float]) -> dict[tuple[str, str], np.ndarray]:
    """Return a mask of tables for each shape and size of the rarest class, if it has enough."""
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
    """Return the cheapest arm that no dearer one beats by `MIN_GAIN` points."""
    best = "none"
    for arm in CHOICES:
        if arm in means and means[arm] >= means[best] + MIN_GAIN:
            best = arm
    return best


def advice_cell(scores: Scores, there: np.ndarray) -> str:
    """Return the remedy for some tables (a mask) with one classifier, and its gain over none.

    Arms that lack seeds or tables of none are left out: they cannot be compared with the others.
    """
    lacking = {arm: np.isnan(scores.of(arm)) & ~np.isnan(scores.of("none")) for arm in CHOICES}
    arms = [arm for arm in CHOICES if not lacking[arm].any()]
    gains = {arm: summary(scores.gains(arm, "none"), scores.tables, there) for arm in arms}
    means = {arm: found.points for arm, found in gains.items() if found}
    use = choice({"none": 0.0} | means)
    return CHOICES[use] if use == "none" else f"{CHOICES[use]} {in_words(gains[use])}"


def advice(records: list[dict], rows: dict[str, float]) -> Grid:
    """Return the remedy and its gain for each shape, size of the rarest class and classifier.

    `rows` has the training rows of the rarest class of each table.
    """
    every = score_all(records)
    found = table_masks(next(iter(every.values())), rows)
    heads = [
        f"{SHAPES[kind]} columns, {rare} rows ({there.sum()} tables)"
        for (kind, rare), there in found.items()
    ]
    lines = [
        (TITLES.get(name, name), *(advice_cell(scores, there) for there in found.values()))
        for name, scores in every.items()
    ]
    title = "What to use and its gain, by number of columns and rows of the rarest class"
    return Grid(title, ("classifier", *heads), lines, is_markdown=True)
