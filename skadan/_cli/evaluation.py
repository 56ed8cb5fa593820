"""Whether synthetic rows help: classifiers with and without them, on rows held out."""

import sys
from argparse import Namespace
from pathlib import Path
from typing import Any

import numpy as np

from ..metrics import Gain
from .cost import announce
from .cross_validation import cross_validate
from .folds import Problem, groups_of, outer_folds
from .report import write_report
from .tables import check_cells, features_of, real_rows
from .verdict import header, recommendation, remarks, results_of, table_lines


def evaluate(args: Namespace, table: Any) -> None:
    """Print the scores of each arm, its gains over none, and what to use."""
    problem = problem_of(table, args)
    folds = outer_folds(problem, args)
    announce(problem, folds, args)
    outcome = cross_validate(problem, folds, args)
    if not outcome.labels:
        raise ValueError(outcome.failed["none"])
    results = results_of(problem, outcome)
    print(header(args, folds))
    print("\n".join([*table_lines(outcome, results), *remarks(outcome, results)]))
    print(recommendation(problem, outcome, results))
    if args.plot:
        gains = {arm: one.recall_gain for arm, one in results.items() if one.recall_gain}
        draw(gains, args.plot)
    if args.report:
        write_report(args.report, table, problem, folds, outcome, results, args)


def problem_of(table: Any, args: Namespace) -> Problem:
    """Take what is evaluated from a table; refuse what cannot be, before the first fold."""
    real = real_rows(table)
    if not real.all():
        print(f"{(~real).sum()} synthetic rows are left out.", file=sys.stderr)
    X = features_of(table)[real]
    check_cells(X, table, args)
    y = table.target[real]
    check_labels(y)
    return Problem(X, y, groups_of(table, real, args))


def check_labels(y: np.ndarray) -> None:
    """Refuse labels that no classifier can learn."""
    labels = np.unique(y)
    if len(labels) == 1:
        raise ValueError(
            f"Every row has the label '{labels[0]}': there are no classes to tell apart."
        )
    if y.dtype.kind == "f" and (y % 1).any():
        raise ValueError(
            f"The labels are {len(labels)} different numbers, such as {labels[0]:g}. They have to "
            "be classes, text or whole numbers: is --target the right column?"
        )


def draw(gains: dict[str, Gain], path: Path) -> None:
    """Draw the gains over none, with their intervals, into a file."""
    if not gains:
        raise ValueError(f"--plot {path}: there is no gain to draw, see the table.")
    from matplotlib.figure import Figure

    from ..displays import RecallGainDisplay

    figure = Figure(figsize=(7, 1.2 + 0.45 * len(gains)), layout="constrained")
    RecallGainDisplay(gains=gains).plot(figure.subplots())
    figure.savefig(path, dpi=150)
    print(f"{path}: gains over none and their 95 % intervals.", file=sys.stderr)
