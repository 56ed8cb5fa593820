"""Predict every row with every arm, trained without that row."""

import sys
import warnings
from itertools import cycle
from typing import NamedTuple

import numpy as np
from joblib import Parallel, delayed

from .._progress import progress_bar
from ._arms import Prediction, arms_of, n_runs, predict, unsuited
from ._folds import Folds
from ._problem import Problem
from ._settings import Settings


class Outcome(NamedTuple):
    """Hold the predictions of the arms for held-out rows, and why some arms have none.

    `labels` (n_seeds, n), `scores` (n_seeds, n, n_classes) and the `penalties` that were chosen
    (n_seeds, n_folds) are by arm, and so are the reasons in `failed`; each of the `arms` is in
    either. Row i was held out in fold `folds[i]`.
    """

    arms: list[str]
    classes: np.ndarray
    folds: np.ndarray
    labels: dict[str, np.ndarray]
    scores: dict[str, np.ndarray]
    penalties: dict[str, np.ndarray]
    failed: dict[str, str]

    def penalty(self, arm: str) -> float:
        """Return the middle one of the penalties that were chosen for an arm."""
        # "lower" returns one of the values that were chosen: a number of neighbours stays whole.
        return np.quantile(self.penalties[arm], 0.5, method="lower").item()


def cross_validate(
    problem: Problem, folds: Folds, settings: Settings, verbose: bool = False
) -> Outcome:
    """Predict the rows of each fold by the others, with every arm and seed."""
    arms = [arm for arm in arms_of(settings) if not unsuited(arm, settings)]
    fold_indices = range(len(folds.splits))
    jobs = [(arm, k, i) for arm in arms for k in range(n_runs(arm, settings)) for i in fold_indices]
    trainings = [problem.take(train) for train, _ in folds.splits]
    held_out = [problem.X[test] for _, test in folds.splits]
    classes = np.unique(problem.y)
    results = Parallel(n_jobs=settings.n_jobs, return_as="generator")(
        delayed(predict)(
            arm, settings, settings.random_state + k, trainings[i], held_out[i], classes
        )
        for arm, k, i in jobs
    )
    found: dict[str, list[Prediction]] = {arm: [] for arm in arms}
    warned: set[tuple[str, type[Warning]]] = set()
    with progress_bar(len(jobs), "evaluate", "fold", shown=verbose) as bar:
        for (arm, k, i), result in zip(jobs, results, strict=True):
            seed = f", seed {settings.random_state + k}" if settings.n_seeds > 1 else ""
            bar.set_postfix_str(f"{arm}{seed}, {folds.names[i]}", refresh=False)
            bar.update()
            for warning in result.warned:
                if warning not in warned:
                    warned.add(warning)
                    # Otherwise the warning would be printed into the line of the bar.
                    with bar.external_write_mode(sys.stderr):
                        text, category = warning
                        warnings.warn(text, category, stacklevel=3)
            found[arm].append(result)
    return outcome_of(found, classes, folds, settings)


def outcome_of(
    found: dict[str, list[Prediction]], classes: np.ndarray, folds: Folds, settings: Settings
) -> Outcome:
    """Put the predictions of each arm, seed by seed and fold by fold, in the order of the rows."""
    rows = np.concatenate([test for _, test in folds.splits])
    order = np.argsort(rows)
    fold = np.repeat(range(len(folds.splits)), [len(test) for _, test in folds.splits])[order]
    failed = {arm: reason for arm in arms_of(settings) if (reason := unsuited(arm, settings))}
    outcome = Outcome(arms_of(settings), classes, fold, {}, {}, {}, failed)
    for arm, predictions in found.items():
        wrong = [f"{name} held out: {error}" for name, error in errors(predictions, folds)]
        if wrong:
            failed[arm] = wrong[0]
            continue
        runs = n_runs(arm, settings)
        labels = np.concatenate([one.labels for one in predictions]).reshape(runs, -1)
        scores = np.concatenate([one.scores for one in predictions])
        scores = scores.reshape(runs, len(rows), len(classes))
        penalties = np.array([one.penalty for one in predictions]).reshape(runs, -1)
        n_copies = settings.n_seeds // runs  # of the one run, where no seed changes anything
        outcome.labels[arm] = np.repeat(labels[:, order], n_copies, axis=0)
        outcome.scores[arm] = np.repeat(scores[:, order], n_copies, axis=0)
        outcome.penalties[arm] = np.repeat(penalties, n_copies, axis=0)
    return outcome


def errors(predictions: list[Prediction], folds: Folds) -> list[tuple[str, str]]:
    """Return the name of each fold that failed, and why."""
    pairs = zip(cycle(folds.names), predictions, strict=False)
    return [(name, one.error) for name, one in pairs if one.error]
