"""What to use, by what is known of a table beforehand: its shape, and its rarest class."""

from collections import defaultdict
from collections.abc import Iterable

import numpy as np
from board_parts.report import Grid, in_words
from board_parts.scores import FEWEST_TABLES, Scores, classifiers_of, gain_on, score
from board_parts.tables import Table, folds, kept

RARE = {"up to 4": (0, 4), "5 to 15": (5, 15), "16 and more": (16, np.inf)}
SHAPES = {"wide": "more than 2 n", "between": "n to 2 n", "narrow": "fewer than n"}
# From the cheapest on. An arm is worth its cost if it has half a point more than all before it.
CHOICES = ("none", "class weights", "SMOTE", "shrunken copies", "bagged under-sampling", "WADAN")
WORTH = 0.5
NAMES = {"none": "nothing", "shrunken copies": "`ShrunkenSampler`", "WADAN": "`WADANSampler`"}


def rarest(table: Table, scenario: str, seeds: Iterable[int]) -> float:
    """Training rows of the rarest class, in the mean over folds and seeds."""
    counts = []
    for seed in seeds:
        for fold, (train, _) in enumerate(folds(table, seed)):
            y = table.y[kept(table, train, scenario, seed, fold)]
            counts.append(np.unique(y, return_counts=True)[1].min())
    return float(np.mean(counts))


def cells(scores: Scores, rows: dict[str, float]) -> dict[tuple[str, str], np.ndarray]:
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


def advice(records: list[dict], rows: dict[str, float]) -> Grid:
    """For each shape, rarest class and classifier: what to use, and what each arm gained.

    `rows` has the training rows of each table's rarest class.
    """
    lines = defaultdict(list)
    by_classifier = {name: score(records, name) for name in classifiers_of(records)}
    there_are = {arm for scores in by_classifier.values() for arm in scores.arms}
    arms = [arm for arm in CHOICES[1:] if arm in there_are]  # a classifier may lack some
    for name, scores in by_classifier.items():
        for (kind, rare), there in cells(scores, rows).items():
            gains = {arm: gain_on(scores, arm, "none", there) for arm in arms}
            means = {"none": 0.0} | {arm: g.points for arm, g in gains.items() if g}
            use = choice(means)
            expected = "" if use == "none" else in_words(gains[use])
            others = (f"{means[arm]:+.1f}" if arm in means else "" for arm in arms)
            head = (SHAPES[kind], rare, str(there.sum()), name)
            lines[kind, rare].append((*head, NAMES.get(use, use), expected, *others))
    columns = ("columns", "rarest class", "tables", "classifier", "use", "gain", *arms)
    every = [line for group in lines.values() for line in group]
    title = "Gain over nothing by shape of the table and training rows of its rarest class"
    return Grid(title, columns, every)
