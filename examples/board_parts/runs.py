"""Runs of the board: a table, a seed and some arms over all folds, and what is left to do."""

import time
import warnings
from collections.abc import Iterable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from board_parts.arms import BAGGED, OF_ONE_TRAINING, TrainingSets, in_bags
from board_parts.classifiers import Rows, predictions, settings, suits
from board_parts.peers import TooSlow
from board_parts.tables import Source, Table, folds, kept, read
from joblib import Parallel, delayed
from rich.markup import escape
from rich.progress import Progress, TimeElapsedColumn
from sklearn.preprocessing import StandardScaler
from studies import resumable

from skadan import Replicate
from skadan.metrics import unweighted_average_recall

KEY = ("table", "scenario", "seed", "arm")
Todo = dict[str, list[str]]  # arms, and the classifiers that each has still to fit


def strategy_of(scenario: str) -> Any:
    """What a sampler is asked for: every class as large as the largest, or one set more of each."""
    return Replicate(1) if scenario == "full" else "auto"


def recall(y: np.ndarray, predicted: np.ndarray) -> float:
    """Unweighted average recall in percent; -1 is a row that no fold could predict."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "y_pred contains classes not in y_true")
        return round(100 * unweighted_average_recall(y, predicted), 2)


class Tally:
    """What one arm did on one table: predictions by setting, seconds, and refusals."""

    def __init__(self, arm: str, classifiers: list[str], n_rows: int, seed: int) -> None:
        self.arm, self.seed = arm, seed
        self.classifiers = [name for name in classifiers if suits(name, arm)]
        self.predicted = {
            s: np.full(n_rows, -1) for name in self.classifiers for s in settings(name)
        }
        self.seconds = self.seconds_fitting = 0.0
        self.refused, self.late = 0, False

    def rows(self, sets: TrainingSets, Z_test: np.ndarray) -> Rows:
        """The arm's training set. A sampler that refuses leaves the rows as they are."""
        start = time.process_time()
        Z, y = sets.Z, sets.y
        try:
            Z, y = sets.make(self.arm)
        except (RuntimeError, ValueError):
            self.refused += 1
        self.seconds += time.process_time() - start
        return Rows(Z, y, Z_test, sets.Z)

    def fit(self, rows: Rows, test: np.ndarray) -> None:
        """Fit the classifiers, each at every penalty, and keep what they predict."""
        class_weight = "balanced" if self.arm == "class weights" else None
        wrap = partial(in_bags, seed=self.seed) if self.arm == BAGGED else None
        start = time.process_time()
        for name in self.classifiers:
            for setting, labels in predictions(name, rows, class_weight, self.seed, wrap):
                self.predicted[setting][test] = labels
        self.seconds_fitting += time.process_time() - start

    def record(self, table: Table, scenario: str) -> dict[str, Any]:
        """One line of the results file."""
        found = {} if self.late else self.predicted
        return {
            **dict(zip(KEY, (table.name, scenario, self.seed, self.arm), strict=True)),
            "domain": table.domain,
            "family": table.family,
            "shape": table.X.shape,
            "refused": self.refused,
            "late": self.late,
            "seconds": round(self.seconds, 2),
            "seconds_fitting": round(self.seconds_fitting, 2),
            "recall": {setting: recall(table.y, labels) for setting, labels in found.items()},
        }


def run(
    table: Table, scenario: str, seed: int, todo: Todo, own: dict[str, Any] | None = None
) -> list[dict[str, Any]]:
    """The records of some arms: recall of each classifier and penalty, pooled over the folds."""
    tallies = [Tally(arm, names, len(table.y), seed) for arm, names in todo.items()]
    for fold, (train, test) in enumerate(folds(table, seed)):
        train = kept(table, train, scenario, seed, fold)
        y = table.y[train]
        if len(np.unique(y)) < 2:
            continue
        varies = np.ptp(table.X[train], axis=0) > 0
        scaler = StandardScaler().fit(table.X[train][:, varies])
        Z, Z_test = (scaler.transform(table.X[rows][:, varies]) for rows in (train, test))
        sets = TrainingSets(Z, y, strategy_of(scenario), seed, own)
        for tally in (t for t in tallies if not t.late):
            try:
                tally.fit(tally.rows(sets, Z_test), test)
            except TooSlow:
                tally.late = True
    return [tally.record(table, scenario) for tally in tallies]


def attempt(
    source: Source, scenario: str, seed: int, todo: Todo, own: dict[str, Any] | None = None
) -> list[dict] | str:
    """The records, or what went wrong: one table's error does not end the board."""
    try:
        return run(read(source), scenario, seed, todo, own)
    except Exception as error:
        arms = ", ".join(todo)
        return f"{source.path.stem}, seed {seed}, {arms}: {type(error).__name__}: {error}"


def left(done: dict[tuple, dict], key: tuple, classifiers: Iterable[str]) -> list[str]:
    """The classifiers that a record lacks."""
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
    """What is left to do, in turn: a whole seed at a time, its tables in the order of `names`."""
    groups = [[arm] for arm in arms if arm not in OF_ONE_TRAINING]
    groups.append([arm for arm in arms if arm in OF_ONE_TRAINING])
    found = []
    for seed in seeds:
        for name in names:
            for group in groups:
                todo = {arm: left(done, (name, scenario, seed, arm), classifiers) for arm in group}
                found.append((name, seed, {arm: names for arm, names in todo.items() if names}))
    return [task for task in found if task[2]]


def merged(record: dict, former: dict | None) -> dict:
    """A record with the classifiers of a former one of the same key."""
    if former is None:
        return record
    recalls = former["recall"] | record["recall"]
    seconds = round(former["seconds_fitting"] + record["seconds_fitting"], 2)
    return record | {"recall": recalls, "seconds_fitting": seconds}


def run_all(
    found: dict[str, Source],
    path: Path,
    wanted: list[tuple[str, int, Todo]],
    scenario: str,
    n_jobs: int,
    own: dict[str, Any] | None = None,
) -> list[str]:
    """Do all tasks, append each record to the file as soon as it is there; returns the failures."""
    done, failures = resumable.load(path, KEY), []
    if wanted:
        resumable.check_not_kept(path)  # before hours of work, not after
    jobs = (delayed(attempt)(found[name], scenario, seed, todo, own) for name, seed, todo in wanted)
    with Progress(*resumable.COLUMNS, TimeElapsedColumn()) as progress:
        bar = progress.add_task(scenario, total=len(wanted))
        for outcome in Parallel(n_jobs=n_jobs, return_as="generator_unordered")(jobs):
            label = outcome
            if isinstance(outcome, str):
                failures.append(outcome)
                progress.console.print(f"[red]failed[/red] {escape(outcome)}")
            else:
                for record in outcome:
                    key = tuple(record[name] for name in KEY)
                    done[key] = merged(record, done.get(key))
                    resumable.append(path, done[key])
                label = f"{record['table']} seed {record['seed']}: {record['arm']}"
            progress.update(bar, advance=1, description=escape(label))
    return failures
