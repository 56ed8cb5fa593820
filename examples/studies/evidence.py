"""
=========================================
Does augmentation help, and against what?
=========================================

Each arm makes a training set from the rows of the training speakers, and each classifier is fitted
on it at every penalty of a grid. The reported penalty is chosen for each arm on another corpus
(``--tune-on``), never on the rows that are scored. ::

    python examples/studies/evidence.py --scenario unbalanced --data A.npz --results A.jsonl
    python examples/studies/evidence.py --scenario unbalanced --data B.npz --results B.jsonl
    python examples/studies/evidence.py --scenario unbalanced --data A.npz --results A.jsonl \
        --tune-on B.npz B.jsonl

There are three kinds of scenario. ``full`` has all training rows and ``--sets`` synthetic sets.
``unbalanced`` cuts three classes, different ones for each seed, to a tenth, and the sampler fills
all classes up to the largest. ``few-N`` has N rows of each class. Predictions are pooled over all
held-out groups. The interval is a paired bootstrap over utterances, for the mean over seeds. Every
fold is written as soon as it is done, and the same command resumes an interrupted run.
"""

import argparse
from collections.abc import Sequence
from itertools import product
from pathlib import Path

import numpy as np
import resumable
from evidence_folds import GRIDS, KEY, run_fold
from evidence_table import print_table
from sklearn.model_selection import LeaveOneGroupOut
from training_sets import ARMS


def read(path: Path, n_groups: int | None) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return rows, class indices and groups; `n_groups` merges speakers into so many groups."""
    with np.load(path) as file:
        X, y, groups = file["X"].astype(float), file["y"], file["groups"]
    y = np.unique(y, return_inverse=True)[1]
    speakers = np.unique(groups, return_inverse=True)[1]
    if n_groups:
        speakers = speakers * n_groups // (speakers.max() + 1)
    return X, y, speakers


def run(
    X: np.ndarray, y: np.ndarray, groups: np.ndarray, args: argparse.Namespace
) -> dict[tuple, dict]:
    """Run every fold that the results file lacks, and return all records."""
    folds = list(LeaveOneGroupOut().split(X, y, groups))

    def work(arm: str, seed: int, fold: int, scenario: str, sets: int) -> dict:
        options = scenario, sets, args.classifiers, args.mlp_epochs
        return run_fold(arm, seed, fold, X, y, *folds[fold], *options)

    wanted = product(args.arms, args.seeds, range(len(folds)), [args.scenario], [args.sets])
    wanted = sorted(wanted, key=lambda key: args.seeds.index(key[1]))  # one seed at a time
    return resumable.run(work, wanted, KEY, args.results, args.n_jobs)


def parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description="Compare ways to make a training set.")
    parser.add_argument("--data", type=Path, required=True, help="npz file with X, y and groups")
    parser.add_argument("--results", type=Path, required=True, help="jsonl file, for resuming too")
    parser.add_argument("--groups", type=int, help="merge speakers into so many groups")
    parser.add_argument("--scenario", default="full", help="full, unbalanced or few-N")
    parser.add_argument("--sets", type=int, default=1, help="synthetic sets (not for unbalanced)")
    parser.add_argument("--arms", nargs="+", choices=ARMS, default=list(ARMS))
    parser.add_argument("--classifiers", nargs="+", choices=GRIDS, default=list(GRIDS))
    parser.add_argument(
        "--mlp-epochs", type=int, default=200, help="at most; one results file each"
    )
    parser.add_argument("--seeds", nargs="+", type=int, default=[0, 1, 2])
    parser.add_argument("--n-jobs", type=int, default=2)
    parser.add_argument("--tune-on", nargs=2, type=Path, metavar=("NPZ", "JSONL"))
    parser.add_argument("--against", default="none", choices=ARMS, help="reference of the interval")
    return parser.parse_args(arguments)


def main(arguments: Sequence[str] | None = None) -> dict[tuple, dict]:
    """Run what is missing, print the table, and return the records."""
    args = parse(arguments)
    X, y, groups = read(args.data, args.groups)
    records = run(X, y, groups, args)
    if args.tune_on:
        other_table, other_results = args.tune_on
        found = resumable.load(other_results, KEY).values()
        wanted = (args.scenario, args.sets)
        others = [r for r in found if (r["scenario"], r["sets"]) == wanted]
        other_y = read(other_table, None)[1]
        print_table(list(records.values()), y, others, other_y, args.against, args.classifiers)
    return records


if __name__ == "__main__":
    main()
