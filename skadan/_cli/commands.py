"""What the command line does: augment a table, sample, and evaluate whether that helps."""

import contextlib
import sys
from argparse import Namespace
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

from .._optional import require
from .._strategy import Replicate
from ..datasets import load_table
from ..distributed import sample_files
from ..metrics import RecallGain, recall_gain, unweighted_average_recall
from ..model_selection import smote_neighbors
from ..samplers import ADANSampler, NoiseSampler, ShrunkenSampler, WADANSampler
from .arguments import TRAINED
from .augmented import check_out, data_of, real_rows, write

SAMPLERS = {
    "adan": ADANSampler,
    "duplication": RandomOverSampler,
    "noise": NoiseSampler,
    "shrunken": ShrunkenSampler,
    "smote": SMOTE,
    "wadan": WADANSampler,
}


def load(args: Namespace) -> Any:
    """Read the table, and say in a line what is used of it."""
    table = load_table(
        args.table,
        target=args.target,
        groups=args.groups,
        drop=args.drop,
        encoding=args.encoding,
        sep=args.sep,
        decimal=args.decimal,
    )
    if table.target is None:
        raise ValueError("Which column has the labels? Pass it as --target COLUMN.")
    print(summary(table), file=sys.stderr)
    return table


def summary(table: Any) -> str:
    """Say what is used: "802 features, 3 classes (6 severe); left out: name (...)"."""
    classes, counts = np.unique(table.target[real_rows(table)], return_counts=True)
    rarest = f"{counts.min()} {classes[counts.argmin()]}"
    text = f"{len(table.feature_names)} features, {len(classes)} classes ({rarest})"
    shown = [f"{str(name)[:40]} ({why})" for name, why in list(table.left_out.items())[:8]]
    more = f" and {len(table.left_out) - 8} more" if len(table.left_out) > 8 else ""
    return f"{text}; left out: {', '.join(shown)}{more}" if shown else text


def sampler_of(name: str, args: Namespace) -> Any:
    """Make a sampler by the arguments."""
    strategy = Replicate(args.sets) if args.sets else "auto"
    keywords = {"sampling_strategy": strategy, "random_state": args.seed}
    if name in TRAINED and args.epochs is not None:
        keywords["max_epochs"] = args.epochs
    return SAMPLERS[name](**keywords)


def augment(args: Namespace) -> None:
    """Append synthetic rows to a table, and write it."""
    check_out(args)
    table = load(args)
    sampler = sampler_of(args.sampler, args).set_params(verbose=1)
    real = real_rows(table)
    data, target = data_of(table, real)
    with contextlib.redirect_stdout(sys.stderr):  # progress
        blocks = sampler._fit_to_blocks(data, target)
    n_new = write(table, args, real, blocks)
    print(f"{args.out}: {len(data)} rows and {n_new} synthetic ones.", file=sys.stderr)


def sample(args: Namespace) -> None:
    """Draw rows from a saved sampler into parquet files."""
    files = sample_files(
        args.generator,
        args.rows,
        args.out,
        n_files=args.files,
        n_jobs=args.jobs,
        random_state=args.seed,
        target=args.target,
    )
    print(f"{args.out}: {args.rows} synthetic rows in {len(files)} files.", file=sys.stderr)


def evaluate(args: Namespace) -> None:
    """Print the scores of each sampler, and its gain over none."""
    table = load(args)
    if table.groups is None:
        raise ValueError("Which column has the groups to hold out? Pass it as --groups COLUMN.")
    real = real_rows(table)
    if not real.all():
        print(f"{(~real).sum()} synthetic rows are left out.", file=sys.stderr)
    X, y, groups = np.asarray(table.data)[real], table.target[real], table.groups[real]
    if args.plot:
        drawable(args.plot)
    folds = list(LeaveOneGroupOut().split(X, y, groups))
    arms = ["none", "weights", *args.samplers]
    jobs = [(arm, train, test) for arm in arms for train, test in folds]
    predicted = {arm: np.empty_like(y) for arm in arms}
    failed: dict[str, str] = {}
    results = Parallel(n_jobs=args.jobs, return_as="generator")(
        delayed(predict)(arm, args, X[train], y[train], X[test]) for arm, train, test in jobs
    )
    for i, ((arm, _, test), labels) in enumerate(zip(jobs, results, strict=True), 1):
        group = f"{args.groups or 'group'} {groups[test[0]]}"
        print(f"{i} of {len(jobs)}: {arm}, {group}", file=sys.stderr)
        if isinstance(labels, str):
            failed.setdefault(arm, f"{group} held out: {labels}")
        else:
            predicted[arm][test] = labels
    if failed.keys() == set(arms):
        raise ValueError(failed["none"])
    gains = report(y, predicted, failed)
    if args.plot:
        draw(gains, args.plot)


def predict(arm: str, args: Namespace, X: Any, y: Any, X_test: Any) -> np.ndarray | str:
    """Predict the held-out rows; what is wrong where an arm cannot."""
    try:
        return pipeline(arm, y, args).fit(X, y).predict(X_test)
    except ValueError as error:
        return str(error)[:300]


def pipeline(arm: str, y: np.ndarray, args: Namespace) -> Pipeline:
    """Make the pipeline of an arm. It z-norms first, for samplers that measure distances."""
    steps: list[tuple[str, Any]] = [("before", StandardScaler())]
    if arm in SAMPLERS:
        sampler = sampler_of(arm, args)
        if arm == "smote":
            sampler.set_params(k_neighbors=smote_neighbors(y))
        steps.append(("aug", sampler))
    class_weight = "balanced" if arm == "weights" else None
    svm = SVC(kernel="linear", C=args.C, class_weight=class_weight)
    return Pipeline([*steps, ("scale", StandardScaler()), ("svm", svm)])


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
        wa, uar = accuracy_score(y, labels), unweighted_average_recall(y, labels)
        line = f"{arm:<12} {100 * wa:>6.1f} {100 * uar:>6.1f}   "
        if arm != "none" and "none" not in failed:
            gains[arm] = recall_gain(y, labels, predicted["none"], random_state=0)
            line += "{:+.1f} ({:+.1f} to {:+.1f})".format(*(100 * np.array(gains[arm])))
        print(line.rstrip())
    return gains


def drawable(path: Path) -> None:
    """Refuse a picture that could not be written, before anything is computed."""
    known = require("matplotlib.backends.backend_agg", "plot").FigureCanvasAgg
    kinds = known.get_supported_filetypes()
    if path.suffix.removeprefix(".").lower() not in kinds:
        raise ValueError(f"--plot {path}: the name must end in one of .{', .'.join(kinds)}.")
    if not path.parent.is_dir():
        raise ValueError(f"--plot {path}: there is no folder {path.parent}. Make it first.")


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
