"""
=========================
The paper's experiments
=========================

Tables I and II and Figures 3 to 10 of Yi & Mak (2020), from your copy of the data::

    python examples/studies/paper_experiments.py --emodb emodb_is11.npz --out paper

``--emodb`` is an npz file with ``X``, ``y`` and ``groups`` (speakers). ``--iemocap`` is one with
``X``, ``y``, ``groups`` (sessions) and ``filenames`` of all 10,039 utterances
(`skadan.datasets.load_iemocap`). Without it, a generated table of the same shape is used, and the
titles say so. Every fold is written to ``results.jsonl`` as soon as it is done, and the same
command resumes an interrupted run.

The experiments differ from the paper in five points. The number of synthetic sets is not chosen by
the test speakers: the tables show one set and the largest number. The penalty of each classifier is
chosen by groups within the training rows of each fold. WA and UAR are computed from pooled
predictions. The spread is over trainings and not over draws of rows. Finally, k added sets make the
loss k + 1 times as large relative to the penalty. Therefore the tables also show no augmentation
with a penalty that is weaker by this factor.
"""

import argparse
from collections.abc import Sequence
from functools import partial
from itertools import product
from pathlib import Path

import numpy as np
import resumable
from paper_corpora import Corpus, emodb, iemocap, stand_in
from paper_figures import curves, portraits
from paper_folds import KEY, run_fold
from paper_samplers import SAMPLERS, TRAINED
from paper_table import print_table

PARTS = ("emodb", "four", "eleven", "portraits")
Lines = list[tuple[str, ...]]  # of a printed table


def run(name: str, corpus: Corpus, arms: Sequence[str], args: argparse.Namespace) -> list[dict]:
    """Return the records of all folds of a corpus, without augmentation and of each arm."""
    n_folds = len(np.unique(corpus.groups))
    sets = " ".join(map(str, sorted(set(args.sets))))

    def records(arms: Sequence[str], penalties: dict | None) -> list[dict]:
        work = partial(run_fold, corpus, args.epochs, tuple(args.hidden), penalties)
        wanted = product([name], arms, args.seeds, range(n_folds), [sets])
        done = resumable.run(work, wanted, KEY, args.out / "results.jsonl", args.n_jobs)
        return list(done.values())

    none = records(["none"], None)
    return none + records(arms, {(r["seed"], r["fold"]): r["penalties"] for r in none})


def experiment_emodb(args: argparse.Namespace) -> Lines:
    """Make Table I and Figures 3 to 6 and 8, and return the table."""
    corpus, trained = emodb(args.emodb), [arm for arm in args.arms if arm in TRAINED]
    records = run("emodb", corpus, args.arms, args)
    lines = print_table(records, corpus, args.arms, args.sets, "Table I: EmoDB")
    curves(records, corpus, args.arms, args.sets).savefig(args.out / "fig6_curves.png", dpi=120)
    if trained:
        figure = curves(records, corpus, trained, args.sets, only=True)
        figure.savefig(args.out / "fig8_synthetic_only.png", dpi=120)
    if trained and "portraits" not in args.skip:
        portraits(corpus, trained, args.epochs, args.out)
    return lines


def experiment_four(corpus: Corpus, args: argparse.Namespace) -> Lines:
    """Make Table II and Figure 7, and return the table."""
    records = run("four", corpus, args.arms, args)
    lines = print_table(records, corpus, args.arms, args.sets, f"Table II: {corpus.name}")
    curves(records, corpus, args.arms, args.sets).savefig(args.out / "fig7_curves.png", dpi=120)
    return lines


def experiment_eleven(corpus: Corpus, args: argparse.Namespace) -> Lines:
    """Make Figures 9 and 10, for a sampler trained on all eleven classes; return the table."""
    arms = [arm for arm in args.arms if arm in ("ADAN", "WADAN")]
    records = run("eleven", corpus, arms, args)
    lines = print_table(records, corpus, arms, args.sets, f"Fig. 10: {corpus.name}")
    curves(records, corpus, arms, args.sets).savefig(args.out / "fig10_curves.png", dpi=120)
    if arms and "portraits" not in args.skip:
        portraits(corpus, arms, args.epochs, args.out, prefix="fig9_")
    return lines


def parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description="The experiments of Yi & Mak (2020).")
    parser.add_argument("--emodb", type=Path, help="npz of EmoDB")
    parser.add_argument("--iemocap", type=Path, help="npz of IEMOCAP (default: a stand-in)")
    parser.add_argument("--out", type=Path, required=True, help="folder for results and figures")
    parser.add_argument("--arms", nargs="+", choices=SAMPLERS, default=list(SAMPLERS))
    parser.add_argument(
        "--sets", nargs="+", type=int, default=[0, 1, 2, 5, 10], help="including 0 and 1"
    )
    parser.add_argument("--seeds", nargs="+", type=int, default=[0])
    parser.add_argument("--hidden", nargs="+", type=int, default=[100, 100], help="DNN layers")
    parser.add_argument("--epochs", type=int, help="of every sampler (default: its own)")
    parser.add_argument("--skip", nargs="*", default=[], choices=PARTS)
    parser.add_argument("--features", type=int, default=600, help="columns of the stand-in")
    parser.add_argument("--scale", type=float, default=1.0, help="rows of the stand-in, as a share")
    parser.add_argument("--n-jobs", type=int, default=2)
    args = parser.parse_args(arguments)
    if not {0, 1} <= set(args.sets):
        parser.error("--sets must include 0 and 1, because the tables show them.")
    return args


def main(arguments: Sequence[str] | None = None) -> dict[str, Lines]:
    """Run what is missing, and return the tables by experiment."""
    args = parse(arguments)
    args.out.mkdir(parents=True, exist_ok=True)
    tables = {}
    if args.emodb and "emodb" not in args.skip:
        tables["emodb"] = experiment_emodb(args)
    four, eleven = iemocap(args.iemocap) if args.iemocap else stand_in(args.features, args.scale)
    if "four" not in args.skip:
        tables["four"] = experiment_four(four, args)
    if "eleven" not in args.skip:
        tables["eleven"] = experiment_eleven(eleven, args)
    return tables


if __name__ == "__main__":
    main()
