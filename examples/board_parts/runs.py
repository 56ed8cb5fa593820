"""Run the tasks of the board: each is a table, a seed and some arms, over all folds."""

import time
from collections.abc import Iterable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from board_parts.arms import SHARING_WADAN, WRAPPERS, TrainingSets
from board_parts.classifiers import (
    PENALTIES,
    Rows,
    fits,
    scores_of,
    settings,
    source_of,
    suits,
)
from board_parts.heldout import MEASURES, Fold, HeldOut, shares
from board_parts.peers import TooSlow
from board_parts.tables import Source, Table, folds, read, rows_left
from joblib import Parallel, delayed
from rich.markup import escape
from rich.progress import Progress, TimeElapsedColumn
from sklearn.frozen import FrozenEstimator
from sklearn.preprocessing import StandardScaler
from studies import resumable

from skadan import PriorCorrectedClassifier, Replicate

KEY = ("table", "scenario", "seed", "arm")
Todo = dict[str, list[str]]  # arms, each with the classifiers that are left to fit


def strategy_of(scenario: str) -> Any:
    """Return what samplers add: one more set of all rows, or rows for all but the largest class."""
    return Replicate(1) if scenario == "full" else "auto"


class Tally:
    """Results of one arm on one table: predictions and scores by setting, seconds, refusals."""

    def __init__(self, arm: str, classifiers: list[str], table: Table, seed: int) -> None:
        self.arm, self.seed, self.table = arm, seed, table
        self.classifiers = [name for name in classifiers if suits(name, arm)]
        self.heldout = {s: HeldOut(table.y) for name in self.classifiers for s in settings(name)}
        self.seconds = self.seconds_fitting = 0.0
        self.refused, self.late = 0, False

    @property
    def source(self) -> str:
        """The arm whose fits this one uses: itself, or the arm whose probabilities it corrects."""
        return source_of(self.arm)

    def rows(self, sets: TrainingSets, Z_test: np.ndarray) -> Rows:
        """Return the arm's training set: the real rows alone if the sampler refuses."""
        start = time.process_time()
        Z, y = sets.Z, sets.y
        try:
            Z, y = sets.make(self.source)
        except (RuntimeError, ValueError):
            self.refused += 1
        self.seconds += time.process_time() - start
        return Rows(Z, y, Z_test, sets.Z, sets.y)

    def keep(
        self, setting: str, fitted: Any, Z_test: np.ndarray, fold: Fold, y: np.ndarray
    ) -> None:
        """Store the predictions for a fold's test rows by a classifier fitted on labels y."""
        model = correct_priors(fitted, y, "balanced") if self.source != self.arm else fitted
        scores, are_probabilities = scores_of(model, Z_test)
        corrected = None
        # Prior correction uses the fits of none, so its corrected probabilities are those of none.
        if are_probabilities and (self.arm == "none" or self.source != "none"):
            corrected = correct_priors(fitted, y, fold.shares).predict_proba(Z_test)
        found = (model.predict(Z_test), scores, corrected)
        self.heldout[setting].keep(fold, fitted.classes_, *found)

    def record(self, scenario: str) -> dict[str, Any]:
        """Return the record for the results file."""
        found = {} if self.late else self.heldout
        scores = {setting: heldout.scores() for setting, heldout in found.items()}
        by_name = {
            name: {s: values[name] for s, values in scores.items() if name in values}
            for name in MEASURES
        }
        return {
            **dict(zip(KEY, (self.table.name, scenario, self.seed, self.arm), strict=True)),
            "domain": self.table.domain,
            "family": self.table.family,
            "shape": self.table.X.shape,
            "refused": self.refused,
            "late": self.late,
            "seconds": round(self.seconds, 2),
            "seconds_fitting": round(self.seconds_fitting, 2),
            **by_name,
            "predicted": {
                setting: heldout.predicted.tolist() for setting, heldout in found.items()
            },
        }


def correct_priors(fitted: Any, y: np.ndarray, priors: Any) -> PriorCorrectedClassifier:
    """Return a fitted classifier with corrected probabilities, given its training labels y."""
    # The frozen estimator is not fitted again, so X is not used.
    return PriorCorrectedClassifier(FrozenEstimator(fitted), priors=priors).fit(y[:, None], y)


def fit_all(tallies: list[Tally], sets: TrainingSets, Z_test: np.ndarray, fold: Fold) -> None:
    """Fit each classifier at every penalty, for arms that share these fits."""
    first = tallies[0]
    rows = first.rows(sets, Z_test)
    class_weight = "balanced" if first.source == "class weights" else None
    wrap = partial(WRAPPERS[first.source], seed=first.seed) if first.source in WRAPPERS else None
    start = time.process_time()
    for name in PENALTIES:
        takers = [tally for tally in tallies if name in tally.classifiers]
        if takers:
            for setting, *fitted in fits(name, rows, class_weight, first.seed, wrap):
                for tally in takers:
                    tally.keep(setting, *fitted, fold, rows.y)
    first.seconds_fitting += time.process_time() - start


def run(
    table: Table, scenario: str, seed: int, todo: Todo, own: dict[str, Any] | None = None
) -> list[dict[str, Any]]:
    """Return a record for each arm: all classifiers and penalties, pooled over the folds."""
    tallies = [Tally(arm, names, table, seed) for arm, names in todo.items()]
    for number, (train, test) in enumerate(folds(table, seed)):
        train = rows_left(table, train, scenario, seed, number)
        y = table.y[train]
        if len(np.unique(y)) < 2:
            continue
        varies = np.ptp(table.X[train], axis=0) > 0
        scaler = StandardScaler().fit(table.X[train][:, varies])
        Z, Z_test = (scaler.transform(table.X[rows][:, varies]) for rows in (train, test))
        sets = TrainingSets(Z, y, strategy_of(scenario), seed, own)
        fold = Fold(number, test, dict(zip(*shares(y), strict=True)))
        for source in dict.fromkeys(tally.source for tally in tallies):
            alike = [tally for tally in tallies if tally.source == source and not tally.late]
            try:
                if alike:
                    fit_all(alike, sets, Z_test, fold)
            except TooSlow:
                for tally in alike:
                    tally.late = True
    return [tally.record(scenario) for tally in tallies]


def attempt(
    source: Source, scenario: str, seed: int, todo: Todo, own: dict[str, Any] | None = None
) -> list[dict] | str:
    """Return the records, or an error as text: a failure on one table must not stop the board."""
    try:
        return run(read(source), scenario, seed, todo, own)
    except Exception as error:
        arms = ", ".join(todo)
        return f"{source.path.stem}, seed {seed}, {arms}: {type(error).__name__}: {error}"


def missing_classifiers(
    done: dict[tuple, dict], key: tuple, classifiers: Iterable[str]
) -> list[str]:
    """Return the classifiers that the record of a key lacks."""
    record = done.get(key, {"late": False, "recall": {}})
    names = [name for name in classifiers if not record["late"] and suits(name, key[-1])]
    return [name for name in names if not set(settings(name)) <= set(record["recall"])]


def tasks(
    done: dict[tuple, dict],
    names: Iterable[str],
    scenario: str,
    seeds: Iterable[int],
    arms: Iterable[str],
    classifiers: Iterable[str],
) -> list[tuple[str, int, Todo]]:
    """Return the tasks that are left: seed by seed, with tables in the order of `names`."""
    groups: dict[str, list[str]] = {}  # arms of one task: they share fits, or a training of WADAN
    for arm in arms:
        source = source_of(arm)
        shared = "WADAN" if source in SHARING_WADAN else source
        groups.setdefault(shared, []).append(arm)
    found = []
    for seed in seeds:
        for name in names:
            for group in groups.values():
                todo = {
                    arm: missing_classifiers(done, (name, scenario, seed, arm), classifiers)
                    for arm in group
                }
                found.append((name, seed, {arm: names for arm, names in todo.items() if names}))
    return [task for task in found if task[2]]


def merge(record: dict, former: dict | None) -> dict:
    """Return a record, with the classifiers of a former record of the same key added."""
    if former is None:
        return record
    both = {name: former.get(name, {}) | record[name] for name in (*MEASURES, "predicted")}
    seconds = round(former["seconds_fitting"] + record["seconds_fitting"], 2)
    return record | both | {"seconds_fitting": seconds}


def keep(records: list[dict], path: Path, done: dict[tuple, dict]) -> str:
    """Merge the records of a task with former ones, append them, and return a label of the task."""
    for record in records:
        key = tuple(record[name] for name in KEY)
        done[key] = merge(record, done.get(key))
        resumable.append(path, done[key])
    return f"{record['table']} seed {record['seed']}: {record['arm']}"


def run_all(
    found: dict[str, Source],
    path: Path,
    wanted: list[tuple[str, int, Todo]],
    scenario: str,
    n_jobs: int,
    own: dict[str, Any] | None = None,
) -> list[str]:
    """Run all tasks, append each record as soon as it is computed, and return the failures."""
    failures: list[str] = []
    if not wanted:
        return failures
    with resumable.hold_lock(path):
        done = resumable.load(path, KEY)
        jobs = (
            delayed(attempt)(found[name], scenario, seed, todo, own) for name, seed, todo in wanted
        )
        with Progress(*resumable.COLUMNS, TimeElapsedColumn()) as progress:
            bar = progress.add_task(scenario, total=len(wanted))
            for outcome in Parallel(n_jobs=n_jobs, return_as="generator_unordered")(jobs):
                if isinstance(outcome, str):
                    failures.append(outcome)
                    progress.console.print(f"[red]failed[/red] {escape(outcome)}")
                label = outcome if isinstance(outcome, str) else keep(outcome, path, done)
                progress.update(bar, advance=1, description=escape(label))
    return failures
