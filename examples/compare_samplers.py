"""
============================================
Compare samplers, one speaker out at a time
============================================

Does augmentation help a linear SVM on speakers that it has not heard? Each sampler adds the same
number of synthetic sets, each as large as the training data (`skadan.Replicate`). It sees the
training speakers only, and is followed by ``StandardScaler`` and ``LinearSVC``. Accuracy (WA) and
unweighted average recall (UAR) are computed from the pooled predictions of all held-out speakers.

With no argument the example runs on generated data, in under two minutes on two cores::

    python examples/compare_samplers.py

It also runs on your own features, from an npz file with ``X``, ``y`` and ``groups``::

    python examples/compare_samplers.py --data FILE.npz --sets 10 --setting paper \
        --results FILE.jsonl

``--results`` writes every fold to a file as soon as it is done. The same command then resumes.
"""

import argparse
import time
import warnings
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from imblearn.over_sampling import SMOTE, RandomOverSampler
from imblearn.pipeline import Pipeline
from rich.console import Console
from rich.table import Table
from sklearn.exceptions import ConvergenceWarning
from sklearn.metrics import accuracy_score, recall_score
from sklearn.model_selection import LeaveOneGroupOut
from sklearn.preprocessing import StandardScaler
from sklearn.svm import LinearSVC
from studies import resumable

from skadan import ADANSampler, Replicate, WADANSampler
from skadan.datasets import make_speaker_classification

# %%
# The arms. SMOTE measures distances, so it gets z-scores; ADAN and WADAN scale the columns
# themselves.

LABELS = {"none": "no augmentation"}
ARMS = ("none", "duplication", "SMOTE", "ADAN", "WADAN")


def sampling_steps(arm, n_sets, setting, seed):
    """Return the pipeline steps that come before the scaler and the SVM."""
    common = {"sampling_strategy": Replicate(n_sets), "random_state": seed}

    def adversarial(sampler):
        return sampler(**(sampler.paper_params() if setting == "paper" else {}) | common)

    return {
        "none": lambda: [],
        "duplication": lambda: [("aug", RandomOverSampler(**common))],
        "SMOTE": lambda: [("prescale", StandardScaler()), ("aug", SMOTE(**common))],
        "ADAN": lambda: [("aug", adversarial(ADANSampler))],
        "WADAN": lambda: [("aug", adversarial(WADANSampler))],
    }[arm]()


# %%
# One fold: fit on the training speakers, predict the one left out.


def run_fold(arm, seed, fold, X, y, train, test, n_sets, setting):
    """Return the record of one fold: predictions for the held-out speaker, and the seconds."""
    steps = sampling_steps(arm, n_sets, setting, seed)
    pipe = Pipeline([*steps, ("scale", StandardScaler()), ("svm", LinearSVC(random_state=0))])
    start = time.perf_counter()
    with warnings.catch_warnings():
        # If many rows are nearly the same, the SVM's solver converges slowly. Its answer is usable.
        warnings.simplefilter("ignore", ConvergenceWarning)
        predicted = pipe.fit(X[train], y[train]).predict(X[test])
    seconds = time.perf_counter() - start
    return {
        "arm": arm,
        "seed": seed,
        "fold": fold,
        "sets": n_sets,
        "setting": setting,
        "rows_added": n_sets * len(train) if steps else 0,
        "seconds": seconds,
        "rows": test.tolist(),
        "predicted": predicted.tolist(),
    }


KEY = ("arm", "seed", "fold", "sets", "setting")


def run(X, y, groups, arms, seeds, n_sets, setting, n_jobs, results):
    """Run every arm, seed and fold that ``results`` lacks, and return all records."""
    folds = list(LeaveOneGroupOut().split(X, y, groups))

    def work(arm, seed, fold, sets, setting):
        return run_fold(arm, seed, fold, X, y, *folds[fold], sets, setting)

    wanted = [
        (arm, seed, fold, n_sets, setting)
        for seed in seeds
        for arm in arms
        for fold in range(len(folds))
    ]
    return list(resumable.run(work, wanted, KEY, results, n_jobs).values())


# %%
# Scores are computed once, over the pooled predictions of all folds: a speaker may lack a class.


def summarise(records, y, arms, seeds):
    """Return WA and UAR by seed, mean rows added in a fold, and seconds of a seed, for each arm."""
    summary = {}
    for arm in arms:
        scores, seconds, added = [], 0.0, []
        for seed in seeds:
            predicted = np.empty_like(y)
            for record in records:
                if (record["arm"], record["seed"]) == (arm, seed):
                    predicted[record["rows"]] = record["predicted"]
                    seconds += record["seconds"]
                    added.append(record["rows_added"])
            uar = recall_score(y, predicted, average="macro")
            scores.append((100 * accuracy_score(y, predicted), 100 * uar))
        summary[arm] = {
            "scores": np.array(scores),
            "rows_added": np.mean(added),
            "seconds": seconds / len(seeds),
        }
    return summary


def print_table(summary, title):
    """Print WA, UAR, rows added and seconds. The spread is over seeds."""
    table = Table(title=title)
    for column in ("sampler", "WA %", "UAR %", "rows added a fold", "seconds, all folds"):
        table.add_column(column, justify="left" if column == "sampler" else "right")
    for arm, result in summary.items():
        scores = result["scores"]
        mean, spread = scores.mean(0), scores.std(0, ddof=1) if len(scores) > 1 else None
        cells = [
            f"{m:.1f}" + (f" ± {s:.1f}" if spread is not None else "")
            for m, s in zip(mean, spread if spread is not None else mean, strict=True)
        ]
        table.add_row(
            LABELS.get(arm, arm), *cells, f"{result['rows_added']:.0f}", f"{result['seconds']:.1f}"
        )
    Console().print(table)


def plot(summary, title, n_rows):
    """Draw the UAR of each arm and seed, with a band for no augmentation ± 1 standard error."""
    figure, ax = plt.subplots(figsize=(7, 3.2), layout="constrained")
    for height, (arm, result) in enumerate(summary.items()):
        uar = result["scores"][:, 1]
        colour = "#0072b2" if arm.endswith("ADAN") else "#6f6f6f"
        ax.plot(uar, np.full(len(uar), height), "o", color=colour, alpha=0.6, markersize=9)
        ax.annotate(
            f"{uar.mean():.1f}",
            (uar.max(), height),
            xytext=(9, 0),
            textcoords="offset points",
            verticalalignment="center",
        )
    if "none" in summary:
        base = summary["none"]["scores"][:, 1].mean()
        error = np.sqrt(base * (100 - base) / n_rows)  # of a share of n_rows, in points
        ax.axvline(base, color="black", linestyle=":", zorder=0)
        ax.axvspan(base - error, base + error, color="0.9", zorder=-1)
    ax.set_yticks(range(len(summary)), [LABELS.get(arm, arm) for arm in summary])
    ax.set_ylim(len(summary) - 0.5, -0.5)
    ax.margins(x=0.15)
    ax.set_xlabel("pooled UAR (%); band: no augmentation ± 1 standard error")
    ax.set_title(title)
    return figure


# %%
# The command line.


def main(arguments=None):
    """Run the comparison and return the summary."""
    parser = argparse.ArgumentParser(description="Compare samplers, one speaker out at a time.")
    parser.add_argument("--data", type=Path, help="npz file with X, y and groups")
    parser.add_argument("--sets", type=int, default=1, help="synthetic sets to add (default 1)")
    parser.add_argument("--setting", choices=("default", "paper"), default="default")
    parser.add_argument("--arms", nargs="+", choices=ARMS, default=list(ARMS))
    parser.add_argument("--seeds", nargs="+", type=int, default=[0])
    parser.add_argument("--n-jobs", type=int, default=2)
    parser.add_argument("--results", type=Path, help="jsonl file for the folds, to resume a run")
    parser.add_argument("--figure", type=Path, default=Path("compare_samplers.png"))
    args = parser.parse_args(arguments)

    if args.data:
        with np.load(args.data) as file:
            X, y, groups = file["X"], file["y"], file["groups"]
        name = args.data.stem
    else:
        X, y, groups = make_speaker_classification(200, 600, n_speakers=5, random_state=0)
        name = "generated data"
    records = run(
        X, y, groups, args.arms, args.seeds, args.sets, args.setting, args.n_jobs, args.results
    )
    summary = summarise(records, y, args.arms, args.seeds)
    title = f"{name}: {len(X)} x {X.shape[1]}, synthetic sets: {args.sets}, setting: {args.setting}"
    print_table(summary, title)
    plot(summary, title, len(X)).savefig(args.figure, dpi=150)
    print(f"Figure: {args.figure}")
    return summary


if __name__ == "__main__":
    main()
