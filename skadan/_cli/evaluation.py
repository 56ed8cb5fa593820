"""`skadan evaluate`: evaluate a table, print what was found, draw it, and report it."""

import shlex
import sys
from argparse import Namespace
from pathlib import Path
from typing import Any

import numpy as np

from ..datasets._wording import worded_by
from ..evaluation import EvaluationReport
from ..evaluation import evaluate as evaluate_table
from ..evaluation._page import gains_figure
from .tables import option, real_rows

MOST_NAMES = 20  # of columns left out, in the report


def evaluate(args: Namespace, table: Any) -> None:
    """Print the scores of each arm, its gains over none, and what to use."""
    real = real_rows(table)
    if not real.all():
        print(f"{(~real).sum()} synthetic rows are left out.", file=sys.stderr)
    with worded_by(option):
        report = evaluate_table(
            table.data[real],
            table.target[real],
            groups=None if table.groups is None else table.groups[real],
            group_name=args.groups,
            classifier=args.classifier,
            arms=args.arms,
            n_folds=args.folds,
            n_seeds=args.seeds,
            n_sets=args.sets,
            max_epochs=args.epochs,
            impute=args.impute,
            random_state=args.seed,
            n_jobs=args.jobs,
            verbose=1,
        )
    print(report)
    if args.report:
        command = shlex.join(["skadan", *sys.argv[1:]])
        title = f"Rare classes in {args.table.name}"
        report.save(args.report, title=title, command=command, facts=facts_of(table, real, args))
        print(f"{args.report}: the report.", file=sys.stderr)
    if args.plot:
        draw(report, args.plot)


def draw(report: EvaluationReport, path: Path) -> None:
    """Draw the gains over none, with their intervals, into a file."""
    if not report.gains:
        raise ValueError(f"--plot {path}: there is no gain to draw, see the table.")
    gains_figure(report.gains).savefig(path, dpi=150)
    print(f"{path}: gains over none and their 95 % intervals.", file=sys.stderr)


def facts_of(table: Any, real: np.ndarray, args: Namespace) -> list[tuple[str, str]]:
    """Return what the report says about the file, as names and texts."""
    facts = [("file", str(args.table)), ("labels", args.target or "y")]
    if not real.all():
        facts.append(("synthetic rows", f"{(~real).sum():,} in the file, left out"))
    named = [f"{name} ({why})" for name, why in list(table.left_out.items())[:MOST_NAMES]]
    more = len(table.left_out) - len(named)
    text = ", ".join(named) + (f" and {more} more" if more else "")
    return [*facts, ("columns left out", text)] if named else facts
