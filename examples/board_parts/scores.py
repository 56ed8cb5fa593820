"""What records say: recall at a penalty chosen on other families, ranks, gains and intervals."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from board_parts.classifiers import PENALTIES, settings
from scipy.stats import rankdata, wilcoxon

REFERENCES = ("none", "class weights", "SMOTE", "bagged under-sampling", "shrunken copies")
N_RESAMPLES = 10_000
FEWEST_TABLES = 4  # of a row of its own, with an interval: a domain, a shape
USUAL = 0.9  # of the tables: an arm that was run on fewer has no rank


class About(NamedTuple):
    """What is known of a table beside its scores."""

    domain: str
    family: str
    n_rows: int
    n_columns: int

    @property
    def kind(self) -> str:
        """Wide (columns above twice the rows), narrow (fewer than rows), or between."""
        wide, narrow = self.n_columns > 2 * self.n_rows, self.n_columns < self.n_rows
        return "wide" if wide else "narrow" if narrow else "between"


@dataclass(frozen=True)
class Scores:
    """Recall in percent of one classifier: values (arms, tables), NaN where an arm was not run."""

    arms: list[str]
    tables: list[str]
    about: list[About]
    values: np.ndarray
    chosen: dict[str, list[str]]  # the setting of each arm, table by table

    def of(self, arm: str) -> np.ndarray:
        """The scores of an arm, table by table."""
        return self.values[self.arms.index(arm)]

    def where(self, kind: str) -> np.ndarray:
        """Which tables are of a kind; "all" is any."""
        return np.array([kind in ("all", about.kind) for about in self.about])

    def of_domain(self, domain: str) -> np.ndarray:
        """Which tables are of a domain, which may have the name of a kind."""
        return np.array([about.domain == domain for about in self.about])

    @property
    def ranked(self) -> tuple[list[str], np.ndarray]:
        """The arms that were run on nearly all tables, and ranks (arms, tables that all have)."""
        n_tables = (~np.isnan(self.values)).sum(1)
        usual = n_tables >= USUAL * n_tables.max()
        values = self.values[usual]
        values = values[:, ~np.isnan(values).any(0)]
        arms = [arm for arm, is_usual in zip(self.arms, usual, strict=True) if is_usual]
        return arms, rankdata(-values, axis=0)


def mean_recalls(records: Iterable[dict]) -> dict[str, dict[str, dict[str, float]]]:
    """Recall by arm, table and setting, over the seeds that all arms of the table have."""
    found: dict[str, dict[str, dict[int, dict]]] = {}
    for record in records:
        if record["recall"]:
            arms = found.setdefault(record["table"], {})
            arms.setdefault(record["arm"], {})[record["seed"]] = record["recall"]
    means: dict[str, dict[str, dict[str, float]]] = {}
    for table, arms in found.items():
        common = set.intersection(*(set(seeds) for seeds in arms.values()))
        for arm, seeds in arms.items() if common else ():
            recalls = [seeds[seed] for seed in sorted(common)]
            shared = set.intersection(*map(set, recalls))
            means.setdefault(arm, {})[table] = {
                setting: float(np.mean([r[setting] for r in recalls])) for setting in shared
            }
    return means


def choose(values: np.ndarray, families: list[str]) -> list[int | None]:
    """For each table the penalty of the highest mean over the tables of other families.

    values (tables, penalties) are recalls. None where there is no other family.
    """
    names, found = np.array(families), []
    for family in families:
        others = values[names != family]
        found.append(int(others.mean(0).argmax()) if len(others) else None)
    return found


def score(records: list[dict], name: str) -> Scores:
    """The scores of one classifier, each arm at its own penalties."""
    means, grid = mean_recalls(records), settings(name)
    about = {r["table"]: About(r["domain"], r["family"], *r["shape"]) for r in records}
    tables = sorted(about)
    values, chosen = {}, {}
    for arm, by_table in means.items():
        there = [t for t in tables if set(grid) <= set(by_table.get(t, {}))]
        if not there:
            continue
        recalls = np.array([[by_table[t][setting] for setting in grid] for t in there])
        best = choose(recalls, [about[t].family for t in there])
        row = np.full(len(tables), np.nan)
        for k, (table, i) in enumerate(zip(there, best, strict=True)):
            row[tables.index(table)] = np.nan if i is None else recalls[k, i]
        values[arm] = row
        chosen[arm] = [grid[i] for i in best if i is not None]
    rows = np.array(list(values.values())).reshape(len(values), len(tables))
    return Scores(list(values), tables, [about[t] for t in tables], rows, chosen)


def classifiers_of(records: list[dict]) -> list[str]:
    """The classifiers that records know."""
    found = {setting.split()[0] for record in records for setting in record["recall"]}
    return [name for name in PENALTIES if name in found]


class Gain(NamedTuple):
    """An arm against another over tables: points, 95 % interval, wins, losses, p, worst table."""

    points: float
    low: float
    high: float
    wins: int
    losses: int
    p: float
    worst: float
    worst_table: str
    n_tables: int


def interval(gains: np.ndarray) -> tuple[float, float]:
    """95 % interval of the mean: bootstrap over tables, the same resamples for all arms."""
    if len(gains) < 2:
        return np.nan, np.nan
    rows = np.random.default_rng(0).integers(len(gains), size=(N_RESAMPLES, len(gains)))
    low, high = np.quantile(gains[rows].mean(1), (0.025, 0.975))
    return float(low), float(high)


def gain(scores: Scores, arm: str, reference: str, kind: str = "all") -> Gain | None:
    """The gain of an arm over another on the tables of a kind that both have."""
    return gain_on(scores, arm, reference, scores.where(kind))


def gain_on(scores: Scores, arm: str, reference: str, tables: np.ndarray) -> Gain | None:
    """The gain of an arm over another on some tables (a mask), where both have them."""
    if not {arm, reference} <= set(scores.arms):
        return None
    gains = scores.of(arm) - scores.of(reference)
    there = np.flatnonzero(tables & ~np.isnan(gains))
    if not len(there):
        return None
    gains = gains[there]
    p = wilcoxon(gains, zero_method="zsplit").pvalue if gains.any() else 1.0
    worst = there[gains.argmin()]
    return Gain(
        float(gains.mean()),
        *interval(gains),
        int((gains > 0).sum()),
        int((gains < 0).sum()),
        float(p),
        float(gains.min()),
        scores.tables[worst],
        len(gains),
    )


def holm(p: Iterable[float]) -> np.ndarray:
    """Holm's p-values: for as many tests as there are."""
    p = np.array(list(p))
    order = np.argsort(p)
    steps = np.maximum.accumulate(p[order] * np.arange(len(p), 0, -1))
    adjusted = np.empty(len(p))
    adjusted[order] = np.minimum(steps, 1)
    return adjusted
