"""Whether synthetic rows help: classifiers with and without them, on groups held out."""

import sys
from argparse import Namespace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from joblib import Parallel, delayed
from sklearn.metrics import accuracy_score
from sklearn.model_selection import LeaveOneGroupOut

from .._optional import require
from ..metrics import RecallGain, recall_gain, unweighted_average_recall
from ..samplers._checks import check_finite_columns
from .arguments import CLASSIFIERS, check_folder
from .arms import is_random, predict
from .progress import Progress
from .tables import features_of, load, real_rows


class Problem(NamedTuple):
    """The real rows of a table."""

    X: np.ndarray
    y: np.ndarray
    groups: np.ndarray


class Outcome(NamedTuple):
    """The labels of each arm, a row for each seed, and what is wrong with those that failed.

    `separable` says whether the classifier had the classes of all training rows apart, without
    synthetic rows and weights.
    """

    predicted: dict[str, np.ndarray]
    failed: dict[str, str]
    separable: bool


def evaluate(args: Namespace) -> None:
    """Print the scores of each sampler, and its gain over none."""
    problem = problem_of(load(args), args)
    if args.plot:
        drawable(args.plot)
    outcome = cross_validate(problem, args)
    if outcome.failed.keys() == outcome.predicted.keys():
        raise ValueError(outcome.failed["none"])
    print(setting(args))
    gains = report(problem.y, outcome.predicted, outcome.failed)
    print_alike(outcome, args)
    if args.plot:
        draw(gains, args.plot)


def problem_of(table: Any, args: Namespace) -> Problem:
    """Take what is evaluated from a table; refuse what cannot be, before the first fold."""
    if table.groups is None:
        raise ValueError("Which column has the groups to hold out? Pass it as --groups COLUMN.")
    real = real_rows(table)
    if not real.all():
        print(f"{(~real).sum()} synthetic rows are left out.", file=sys.stderr)
    X = features_of(table)[real]
    check_finite_columns(X, np.asarray(table.feature_names, dtype=object))
    return Problem(X, table.target[real], table.groups[real])


def cross_validate(problem: Problem, args: Namespace) -> Outcome:
    """Predict each group by the others, with every arm and seed."""
    X, y, groups = problem
    folds = list(LeaveOneGroupOut().split(X, y, groups))
    arms = list(dict.fromkeys(["none", "weights", *args.samplers]))
    seeds = {arm: args.seeds if is_random(arm, args) else 1 for arm in arms}
    jobs = [(arm, k, *fold) for arm in arms for k in range(seeds[arm]) for fold in folds]
    predicted = {arm: np.empty((seeds[arm], len(y)), y.dtype) for arm in arms}
    failed: dict[str, str] = {}
    separable = True
    results = Parallel(n_jobs=args.jobs, return_as="generator")(
        delayed(predict)(arm, args, args.seed + k, X[train], y[train], X[test])
        for arm, k, train, test in jobs
    )
    with Progress(len(jobs)) as progress:
        for (arm, k, _, test), result in zip(jobs, results, strict=True):
            group = f"{args.groups or 'group'} {groups[test[0]]}"
            seed = f", seed {args.seed + k}" if args.seeds > 1 else ""
            separable &= result.separates or arm != "none"
            progress.warn(result.warned)
            progress.step(f"{arm}{seed}, {group}")
            if result.labels is None:
                failed.setdefault(arm, f"{group} held out: {result.error}")
            else:
                predicted[arm][k, test] = result.labels
    for arm, n in seeds.items():  # where no seed changes anything
        predicted[arm] = np.repeat(predicted[arm], args.seeds // n, axis=0)
    return Outcome(predicted, failed, separable)


def setting(args: Namespace) -> str:
    """Say what is scored, in a line."""
    classifier = CLASSIFIERS[args.classifier].format(C=args.C)
    text = f"{classifier}, one {args.groups or 'group'} held out at a time"
    last = args.seed + args.seeds - 1
    return f"{text}, means over the seeds {args.seed} to {last}" if args.seeds > 1 else text


def report(
    y: np.ndarray, predicted: dict[str, np.ndarray], failed: dict[str, str]
) -> dict[str, RecallGain]:
    """Print a line for each arm: its scores, or why it has none. Returns the gains over none."""
    gains = {}
    print(f"{'sampler':<12} {'WA %':>6} {'UAR %':>6}   UAR against none (95 % interval)")
    for arm, labels in predicted.items():
        if arm in failed:
            print(f"{arm:<12} {'-':>6} {'-':>6}   {failed[arm]}")
            continue
        wa = np.mean([accuracy_score(y, one) for one in labels])
        uar = np.mean([unweighted_average_recall(y, one) for one in labels])
        line = f"{arm:<12} {100 * wa:>6.1f} {100 * uar:>6.1f}   "
        if arm != "none" and "none" not in failed:
            gains[arm] = recall_gain(y, labels, predicted["none"], random_state=0)
            line += "{:+.1f} ({:+.1f} to {:+.1f})".format(*(100 * np.array(gains[arm])))
        print(line.rstrip())
    return gains


def print_alike(outcome: Outcome, args: Namespace) -> None:
    """Name the arms that predict what none does: a gain of zero to the digit needs a word."""
    predicted, failed, separable = outcome
    others = [arm for arm in predicted if arm != "none" and not {arm, "none"} & failed.keys()]
    alike = [arm for arm in others if (predicted[arm] == predicted["none"]).all()]
    if not alike:
        return
    kind = "classifier" if args.classifier == "logistic" else "SVM"
    why = f", as of a linear {kind} whose classes are separable at this C; try a smaller --C"
    print(f"{', '.join(alike)}: the same predictions as none{why if separable else ''}.")


def drawable(path: Path) -> None:
    """Refuse a picture that could not be written, before anything is computed."""
    known = require("matplotlib.backends.backend_agg", "plot").FigureCanvasAgg
    kinds = known.get_supported_filetypes()
    if path.suffix.removeprefix(".").lower() not in kinds:
        raise ValueError(f"--plot {path}: the name must end in one of .{', .'.join(kinds)}.")
    check_folder("--plot", path)


def draw(gains: dict[str, RecallGain], path: Path) -> None:
    """Draw the gains over none, with their intervals, into a file."""
    if not gains:
        raise ValueError(f"--plot {path}: there is no gain to draw, see the table.")
    from matplotlib.figure import Figure

    from ..displays import RecallGainDisplay

    figure = Figure(figsize=(7, 1.2 + 0.45 * len(gains)), layout="constrained")
    RecallGainDisplay(gains=gains).plot(figure.subplots())
    figure.savefig(path, dpi=150)
    print(f"{path}: gains over none and their 95 % intervals.", file=sys.stderr)
