"""Scores from records at a penalty chosen on other families; gains and their intervals."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from board_parts.classifiers import PENALTIES, WITH_PROBABILITIES, settings
from scipy.stats import rankdata, wilcoxon

REFERENCES = (
    "none",
    "prior correction",
    "class weights",
    "SMOTE",
    "smoothed bootstrap",
    "bagged under-sampling",
)
LOSSES = ("log_loss", "log_loss_right", "brier", "brier_right")  # lower is better
N_RESAMPLES = 10_000
FEWEST_TABLES = 4  # of a domain or shape that gets a column of its own
USUAL = 0.9  # share of the tables: an arm that was run on fewer has no rank


class About(NamedTuple):
    """Domain, family and size of a table."""

    domain: str
    family: str
    n_rows: int
    n_columns: int

    @property
    def kind(self) -> str:
        """Wide (columns above twice the rows), narrow (fewer columns than rows), or between."""
        wide, narrow = self.n_columns > 2 * self.n_rows, self.n_columns < self.n_rows
        return "wide" if wide else "narrow" if narrow else "between"


@dataclass(frozen=True)
class Scores:
    """One measure of one classifier: values (arms, tables, seeds), NaN where an arm was not run."""

    arms: list[str]
    tables: list[str]
    about: list[About]
    values: np.ndarray
    chosen: dict[str, list[str]]  # the setting of each arm, table by table

    def of(self, arm: str) -> np.ndarray:
        """Return the values (tables, seeds) of an arm; NaN if this classifier lacks it."""
        if arm not in self.arms:
            return np.full(self.values.shape[1:], np.nan)
        return self.values[self.arms.index(arm)]

    def gains(self, arm: str, reference: str) -> np.ndarray:
        """Return the differences (tables,) of two arms, averaged over the seeds that both have."""
        return mean_over(self.of(arm) - self.of(reference), axis=1)

    def where(self, kind: str) -> np.ndarray:
        """Return a mask of the tables of a kind; "all" is every table."""
        return np.array([kind in ("all", about.kind) for about in self.about])

    def of_domain(self, domain: str) -> np.ndarray:
        """Return a mask of the tables of a domain. Domains and kinds may share names."""
        return np.array([about.domain == domain for about in self.about])

    @property
    def ranked(self) -> tuple[list[str], np.ndarray]:
        """The arms that were run on nearly all tables, and ranks (arms, tables that all have).

        Only seeds that all these arms have count.
        """
        n_tables = (~np.isnan(self.values)).any(2).sum(1)
        usual = n_tables >= USUAL * n_tables.max()
        values = self.values[usual]
        values = mean_over(np.where(np.isnan(values).any(0), np.nan, values), axis=2)
        arms = [arm for arm, is_usual in zip(self.arms, usual, strict=True) if is_usual]
        return arms, rankdata(-values[:, ~np.isnan(values).any(0)], axis=0)


def mean_over(values: np.ndarray, axis: int) -> np.ndarray:
    """Return the mean of the values that are not NaN, or NaN if all are."""
    known = ~np.isnan(values)
    with np.errstate(invalid="ignore"):
        return np.where(known, values, 0).sum(axis) / known.sum(axis)


def choose(values: np.ndarray, families: list[str]) -> list[int | None]:
    """Return, for each table, the index of the penalty with the best mean over other families.

    `values` has the shape (tables, penalties). The index is None if there is no other family.
    """
    names, found = np.array(families), []
    for family in families:
        others = values[names != family]
        found.append(int(others.mean(0).argmax()) if len(others) else None)
    return found


def score(records: list[dict], name: str, measure: str = "recall") -> Scores:
    """Return the scores of one classifier, each arm at the penalties chosen for this measure."""
    grid, sign = settings(name), -1 if measure in LOSSES else 1
    about = {r["table"]: About(r["domain"], r["family"], *r["shape"]) for r in records}
    tables, seeds = sorted(about), sorted({r["seed"] for r in records})
    by_arm: dict[str, np.ndarray] = {}
    for record in records:
        found = record.get(measure, {})
        if set(grid) <= set(found):
            shape = (len(tables), len(seeds), len(grid))
            values = by_arm.setdefault(record["arm"], np.full(shape, np.nan))
            place = tables.index(record["table"]), seeds.index(record["seed"])
            values[place] = [found[setting] for setting in grid]
    values, chosen = np.full((len(by_arm), len(tables), len(seeds)), np.nan), {}
    for arm, (name_of_arm, found) in enumerate(by_arm.items()):
        means = mean_over(found, axis=1)
        there = np.flatnonzero(~np.isnan(means).any(1))
        best = choose(sign * means[there], [about[tables[k]].family for k in there])
        for table, i in zip(there, best, strict=True):
            if i is not None:
                values[arm, table] = found[table, :, i]
        chosen[name_of_arm] = [grid[i] for i in best if i is not None]
    return Scores(list(by_arm), tables, [about[t] for t in tables], values, chosen)


def classifiers_of(records: list[dict]) -> list[str]:
    """Return the classifiers in records, without LDA, which the report shows separately."""
    found = {setting.split()[0] for record in records for setting in record["recall"]}
    return [name for name in PENALTIES if name in found and name != "LDA"]


def score_all(records: list[dict], measure: str = "recall") -> dict[str, Scores]:
    """Return the scores of every classifier."""
    return {name: score(records, name, measure) for name in classifiers_of(records)}


def with_probabilities(every: dict[str, Scores]) -> dict[str, Scores]:
    """Return the classifiers with probabilities, which all arms but class weights can use."""
    return {name: scores for name, scores in every.items() if name in WITH_PROBABILITIES}


def mean_gains(every: dict[str, Scores], arm: str, reference: str) -> np.ndarray:
    """Return gains (tables,), averaged over the classifiers that have both arms."""
    return mean_over(np.array([s.gains(arm, reference) for s in every.values()]), axis=0)


class Gain(NamedTuple):
    """Gain of an arm over another: mean, 95 % interval, tables won and lost, p, and worst table."""

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
    """Return the 95 % bootstrap interval of the mean over tables.

    A fixed seed gives all arms the same resamples.
    """
    if len(gains) < 2:
        return np.nan, np.nan
    rows = np.random.default_rng(0).integers(len(gains), size=(N_RESAMPLES, len(gains)))
    low, high = np.quantile(gains[rows].mean(1), (0.025, 0.975))
    return float(low), float(high)


def gain(scores: Scores, arm: str, reference: str, kind: str = "all") -> Gain | None:
    """Return the gain of an arm over another, on the tables of a kind that both have."""
    return summary(scores.gains(arm, reference), scores.tables, scores.where(kind))


def mean_gain(every: dict[str, Scores], arm: str, reference: str) -> Gain | None:
    """Return the gain of an arm over another, averaged over the classifiers that have both."""
    tables = next(iter(every.values())).tables
    return summary(mean_gains(every, arm, reference), tables, np.full(len(tables), True))


def summary(gains: np.ndarray, names: list[str], tables: np.ndarray) -> Gain | None:
    """Summarise gains (tables,) over some tables (a mask); None if no table has one."""
    there = np.flatnonzero(tables & ~np.isnan(gains))
    if not len(there):
        return None
    gains = gains[there]
    p = wilcoxon(gains, zero_method="zsplit").pvalue if gains.any() else 1.0
    return Gain(
        float(gains.mean()),
        *interval(gains),
        int((gains > 0).sum()),
        int((gains < 0).sum()),
        float(p),
        float(gains.min()),
        names[there[gains.argmin()]],
        len(gains),
    )


def holm(p: Iterable[float]) -> np.ndarray:
    """Return the p-values adjusted by Holm's method."""
    p = np.array(list(p))
    order = np.argsort(p)
    steps = np.maximum.accumulate(p[order] * np.arange(len(p), 0, -1))
    adjusted = np.empty(len(p))
    adjusted[order] = np.minimum(steps, 1)
    return adjusted


def in_words(found: Gain | None) -> str:
    """Return a gain and its interval in points, as text."""
    if found is None:
        return ""
    bounds = "" if np.isnan(found.low) else f" ({found.low:.1f} to {found.high:.1f})"
    return f"{found.points:+.1f}{bounds}"


def points(found: Gain | None) -> str:
    """Return a gain in points as text, without its interval."""
    return "" if found is None else f"{found.points:+.1f}"
