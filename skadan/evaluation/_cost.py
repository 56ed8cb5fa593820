"""Estimate how many fits and minutes an evaluation takes, before it starts."""

import sys
import time

from joblib import effective_n_jobs

from ._arms import FAILURES, arms_of, fit, grid_of, n_runs, quiet, unsuited
from ._classifiers import middle
from ._folds import Folds, inner_folds
from ._problem import Problem
from ._settings import TRAINED, Settings

SHORT = 5  # seconds: no need to say how long


def announce(problem: Problem, folds: Folds, settings: Settings) -> None:
    """Print the number of fits, then, after a trial of each arm, about how long they take."""
    n_fits, n_trainings = count(problem, folds, settings)
    parts = [f"{sum(n_fits.values()):,} fits"]
    parts += [f"{n:,} trainings of {arm.upper()}" for arm, n in n_trainings.items()]
    text = " and ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)
    print(text, end="", file=sys.stderr, flush=True)
    training = problem.take(folds.splits[0][0])
    times = {arm: seconds_of(arm, settings, training) for arm in n_fits}
    # A trial of an arm that trains is a training and a fit; all other fits have no training.
    total = sum(n * times[arm] for arm, n in n_trainings.items())
    for arm, n in n_fits.items():
        total += (n - n_trainings[arm]) * times["none"] if arm in n_trainings else n * times[arm]
    duration = in_words(total / effective_n_jobs(settings.n_jobs))
    print(f", {duration}." if duration else ".", file=sys.stderr)


def count(
    problem: Problem, folds: Folds, settings: Settings
) -> tuple[dict[str, int], dict[str, int]]:
    """Return the fits of each arm's classifier, and the trainings of each sampler that trains."""
    n_inner = [
        len(inner_folds(problem.take(train), settings.random_state)) for train, _ in folds.splits
    ]
    n_fits, n_trainings = {}, {}
    for arm in arms_of(settings):
        if unsuited(arm, settings):
            continue
        n_penalties = len(grid_of(arm, settings, problem.X.shape[1])[1])
        n_fits[arm] = n_runs(arm, settings) * sum(n_penalties * n + 1 for n in n_inner)
        if arm in TRAINED:
            n_trainings[arm] = n_runs(arm, settings) * sum(n + 1 for n in n_inner)
    return n_fits, n_trainings


def seconds_of(arm: str, settings: Settings, training: Problem) -> float:
    """Return how long one fit takes, with the middle penalty; 0 if it fails."""
    penalty = middle(grid_of(arm, settings, training.X.shape[1])[1])
    with quiet():
        start = time.perf_counter()
        try:
            fit(arm, settings, settings.random_state, training, penalty)
        except FAILURES:
            return 0.0  # the table will say why
        return time.perf_counter() - start


def in_words(seconds: float) -> str:
    """Return a duration in words, such as "about 2 minutes"; empty if it is short."""
    if seconds < SHORT:
        return ""
    if seconds < 55:
        return f"about {max(10 * round(seconds / 10), 10)} seconds"
    if seconds < 90:
        return "about a minute"
    if seconds < 90 * 60:
        return f"about {round(seconds / 60)} minutes"
    return f"about {round(seconds / 3600)} hours"
