"""The command line: augment a table, and evaluate whether that helps."""

import argparse
import contextlib
import sys
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from imblearn.over_sampling import SMOTE, RandomOverSampler
from imblearn.pipeline import Pipeline
from joblib import Parallel, delayed
from sklearn.metrics import accuracy_score
from sklearn.model_selection import LeaveOneGroupOut
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from . import ADANSampler, NoiseSampler, Replicate, WADANSampler, __version__
from ._optional import require
from .datasets import load_table
from .datasets._tables import separator
from .metrics import recall_gain, unweighted_average_recall
from .model_selection import smote_neighbors

TRAINED = {"adan": ADANSampler, "wadan": WADANSampler}
SAMPLERS = {"duplication": RandomOverSampler, "noise": NoiseSampler, "smote": SMOTE, **TRAINED}
WRITTEN = (".csv", ".tsv", ".parquet")

AUGMENT = """Append synthetic rows to a table. Without --sets every class is filled up to the
largest. The result has all columns of the table and one more, is_synthetic; synthetic rows have
features and a label, and nothing in the other columns."""

EVALUATE = """Hold out one group at a time and compare classifiers that are trained with and without
synthetic rows. Each fold: sampler on the training groups, z-norm, linear SVC. Scores are those of
the pooled predictions of all groups; the interval of a gain is a bootstrap over rows (95 %), for
one training: another seed can differ by as much."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; the exit code: 0, or 1 with a message on standard error.

    Wrong usage exits with 2, as `argparse` does.
    """
    args = _parser().parse_args(arguments)
    try:
        with warnings.catch_warnings():
            warnings.showwarning = lambda message, *_, **__: print(message, file=sys.stderr)
            args.run(args)
    except (ValueError, TypeError, OSError, ImportError, FloatingPointError) as error:
        print(f"skadan {args.command}: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print(f"skadan {args.command}: interrupted, nothing was written.", file=sys.stderr)
        return 130
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m skadan", description="Synthetic rows for small, wide, labelled tables."
    )
    parser.add_argument("--version", action="version", version=f"skadan {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    augment = _command(commands, "augment", _augment, "append synthetic rows", AUGMENT)
    augment.add_argument("--sampler", choices=TRAINED, default="wadan", help="default: wadan")
    augment.add_argument("--groups", metavar="COLUMN", help="groups: a column that is no feature")
    augment.add_argument("--sets", type=int, metavar="K", help="add K sets of the table's size")
    augment.add_argument("--out", type=Path, required=True, metavar="FILE", help=" ".join(WRITTEN))
    evaluate = _command(commands, "evaluate", _evaluate, "does augmentation help?", EVALUATE)
    evaluate.add_argument("--groups", metavar="COLUMN", help="whom to hold out, such as speakers")
    evaluate.add_argument(
        "--samplers",
        nargs="+",
        choices=SAMPLERS,
        default=["smote", "wadan"],
        metavar="SAMPLER",
        help=f"of {', '.join(SAMPLERS)} (default: smote wadan)",
    )
    evaluate.add_argument(
        "--sets", type=int, default=0, metavar="K", help="K sets each (default: fill classes up)"
    )
    evaluate.add_argument("--C", type=float, default=1.0, help="of the SVC (default: 1)")
    evaluate.add_argument("--jobs", type=int, default=1, help="processes (default: 1)")
    return parser


def _command(commands: Any, name: str, run: Any, summary: str, text: str) -> Any:
    """Add a command with the arguments that all commands have."""
    command = commands.add_parser(name, help=summary, description=text)
    command.set_defaults(run=run)
    command.add_argument("table", metavar="TABLE", help=".csv, .tsv, .arff, .parquet or .npz")
    command.add_argument("--target", metavar="COLUMN", help="labels")
    command.add_argument("--epochs", type=int, metavar="N", help="of training (default: 200)")
    command.add_argument("--seed", type=int, default=0, help="random_state (default: 0)")
    return command


def _load(args: argparse.Namespace) -> Any:
    table = load_table(args.table, target=args.target, groups=args.groups)
    if table.target is None:
        raise ValueError("Which column has the labels? Pass it as --target COLUMN.")
    return table


def _sampler(name: str, args: argparse.Namespace) -> Any:
    strategy = Replicate(args.sets) if args.sets else "auto"
    keywords = {"sampling_strategy": strategy, "random_state": args.seed}
    if name in TRAINED and args.epochs is not None:
        keywords["max_epochs"] = args.epochs
    return SAMPLERS[name](**keywords)


def _augment(args: argparse.Namespace) -> None:
    if args.out.suffix.lower() not in WRITTEN:
        raise ValueError(f"--out {args.out}: the file ends on one of {', '.join(WRITTEN)}.")
    pandas = require("pandas", "tables")
    table = _load(args)
    frame, data, target = table.frame, table.data, args.target
    if frame is None:  # an npz file: its arrays as columns
        target, groups = args.target or "y", args.groups or "groups"
        data = pandas.DataFrame(table.data, columns=table.feature_names)
        others = {target: table.target}
        if table.groups is not None:
            others[groups] = table.groups
        frame = data.assign(**others)
    sampler = _sampler(args.sampler, args).set_params(verbose=1)
    with contextlib.redirect_stdout(sys.stderr):  # progress
        X, y = sampler.fit_resample(data, frame[target])
    new = X[sampler.is_synthetic_].assign(**{target: y[sampler.is_synthetic_]})
    both = pandas.concat([frame, new.reindex(columns=frame.columns)], ignore_index=True)
    is_synthetic = pandas.Series(sampler.is_synthetic_, name="is_synthetic")
    _write(pandas.concat([both, is_synthetic], axis=1), args)
    print(f"{args.out}: {len(frame)} rows and {len(new)} synthetic ones.", file=sys.stderr)


def _write(frame: Any, args: argparse.Namespace) -> None:
    """Write the format that the file's name asks for; CSV is separated as the table was."""
    kind, source = args.out.suffix.lower(), Path(args.table)
    if kind == ".parquet":
        require("pyarrow", "tables")
        frame.to_parquet(args.out)
    else:
        alike = source.suffix.lower() == kind
        usual = "\t" if kind == ".tsv" else ","
        frame.to_csv(args.out, index=False, sep=separator(source) if alike else usual)


def _evaluate(args: argparse.Namespace) -> None:
    table = _load(args)
    if table.groups is None:
        raise ValueError("Which column has the groups to hold out? Pass it as --groups COLUMN.")
    X, y = np.asarray(table.data), table.target
    folds = list(LeaveOneGroupOut().split(X, y, table.groups))
    arms = ["none", *args.samplers]
    jobs = [(arm, train, test) for arm in arms for train, test in folds]
    predicted = {arm: np.empty_like(y) for arm in arms}
    results = Parallel(n_jobs=args.jobs, return_as="generator")(
        delayed(_predict)(_pipeline(arm, y[train], args), X[train], y[train], X[test])
        for arm, train, test in jobs
    )
    for i, ((arm, _, test), labels) in enumerate(zip(jobs, results, strict=True), 1):
        predicted[arm][test] = labels
        group = table.groups[test[0]]
        print(f"{i} of {len(jobs)}: {arm}, {args.groups or 'group'} {group}", file=sys.stderr)
    print(f"{'sampler':<12} {'WA %':>6} {'UAR %':>6}   UAR against none (95 % interval)")
    for arm, labels in predicted.items():
        wa, uar = accuracy_score(y, labels), unweighted_average_recall(y, labels)
        gain = recall_gain(y, labels, predicted["none"], random_state=0)
        text = "{:+.1f} ({:+.1f} to {:+.1f})".format(*(100 * np.array(gain)))
        line = f"{arm:<12} {100 * wa:>6.1f} {100 * uar:>6.1f}   {'' if arm == 'none' else text}"
        print(line.rstrip())


def _pipeline(arm: str, y: np.ndarray, args: argparse.Namespace) -> Pipeline:
    """Make the pipeline of an arm. It z-norms first, for samplers that measure distances."""
    steps = [("before", StandardScaler())]
    if arm != "none":
        sampler = _sampler(arm, args)
        if arm == "smote":
            sampler.set_params(k_neighbors=smote_neighbors(y))
        steps.append(("aug", sampler))
    svm = SVC(kernel="linear", C=args.C)
    return Pipeline([*steps, ("scale", StandardScaler()), ("svm", svm)])


def _predict(pipeline: Pipeline, X: Any, y: Any, X_test: Any) -> np.ndarray:
    return pipeline.fit(X, y).predict(X_test)
