"""The predictions of every arm for every row, each made without that row."""

from argparse import Namespace
from itertools import cycle
from typing import NamedTuple

import numpy as np
from joblib import Parallel, delayed

from .arms import Prediction, arms_of, n_runs, predict, unsuited
from .folds import Folds, Problem
from .progress import Progress


class Outcome(NamedTuple):
    """What the arms predict for the rows held out, and why some arms predict nothing.

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


def cross_validate(problem: Problem, folds: Folds, args: Namespace) -> Outcome:
    """Predict the rows of each fold by the others, with every arm and seed."""
    arms = [arm for arm in arms_of(args) if not unsuited(arm, args)]
    fold_indices = range(len(folds.splits))
    jobs = [(arm, k, i) for arm in arms for k in range(n_runs(arm, args)) for i in fold_indices]
    trainings = [problem.take(train) for train, _ in folds.splits]
    held_out = [problem.X[test] for _, test in folds.splits]
    classes = np.unique(problem.y)
    results = Parallel(n_jobs=args.jobs, return_as="generator")(
        delayed(predict)(arm, args, args.seed + k, trainings[i], held_out[i], classes)
        for arm, k, i in jobs
    )
    found: dict[str, list[Prediction]] = {arm: [] for arm in arms}
    with Progress(len(jobs)) as progress:
        for (arm, k, i), result in zip(jobs, results, strict=True):
            seed = f", seed {args.seed + k}" if args.seeds > 1 else ""
            progress.warn(result.warned)
            progress.step(f"{arm}{seed}, {folds.names[i]}")
            found[arm].append(result)
    return outcome_of(found, classes, folds, args)


def outcome_of(
    found: dict[str, list[Prediction]], classes: np.ndarray, folds: Folds, args: Namespace
) -> Outcome:
    """Put the predictions of each arm, seed by seed and fold by fold, in the order of the rows."""
    rows = np.concatenate([test for _, test in folds.splits])
    order = np.argsort(rows)
    fold = np.repeat(range(len(folds.splits)), [len(test) for _, test in folds.splits])[order]
    failed = {arm: reason for arm in arms_of(args) if (reason := unsuited(arm, args))}
    outcome = Outcome(arms_of(args), classes, fold, {}, {}, {}, failed)
    for arm, predictions in found.items():
        wrong = [f"{name} held out: {error}" for name, error in errors(predictions, folds)]
        if wrong:
            failed[arm] = wrong[0]
            continue
        runs = n_runs(arm, args)
        labels = np.concatenate([one.labels for one in predictions]).reshape(runs, -1)
        scores = np.concatenate([one.scores for one in predictions])
        scores = scores.reshape(runs, len(rows), len(classes))
        penalties = np.array([one.penalty for one in predictions]).reshape(runs, -1)
        n_copies = args.seeds // runs  # of the one run, where no seed changes anything
        outcome.labels[arm] = np.repeat(labels[:, order], n_copies, axis=0)
        outcome.scores[arm] = np.repeat(scores[:, order], n_copies, axis=0)
        outcome.penalties[arm] = np.repeat(penalties, n_copies, axis=0)
    return outcome


def errors(predictions: list[Prediction], folds: Folds) -> list[tuple[str, str]]:
    """Return the name of each fold that failed, and why."""
    pairs = zip(cycle(folds.names), predictions, strict=False)
    return [(name, one.error) for name, one in pairs if one.error]
