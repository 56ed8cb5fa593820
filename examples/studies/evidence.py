"""
==========================================
Does augmentation help, and against what?
==========================================

Each arm makes a training set from the rows of the training speakers, and each classifier is fitted
on it over a grid of its penalty. The penalty that counts is chosen arm by arm on other data
(``--tune-on``), never on the rows that are scored. ::

    python examples/studies/evidence.py --scenario unbalanced --data A.npz --results A.jsonl
    python examples/studies/evidence.py --scenario unbalanced --data B.npz --results B.jsonl
    python examples/studies/evidence.py --scenario unbalanced --data A.npz --results A.jsonl \
        --tune-on B.npz B.jsonl

Scenarios: ``full`` (all training rows, ``--sets`` synthetic sets), ``unbalanced`` (three classes,
drawn anew for each seed, cut to a tenth; the sampler fills all classes up to the largest) and
``few-N`` (N rows a class). Predictions are pooled over all held-out groups; the interval is a
paired bootstrap over utterances of the mean over seeds. Every fold is kept as soon as it is done,
and the same command goes on from there.
"""

import argparse
import time
import warnings
from functools import partial
from itertools import product
from pathlib import Path

import numpy as np
import resumable
from imblearn.over_sampling import ADASYN, SMOTE, RandomOverSampler
from imblearn.utils import check_sampling_strategy
from rich.console import Console
from rich.table import Table
from row_span import span
from sklearn.covariance import LedoitWolf
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import LeaveOneGroupOut
from sklearn.neural_network import MLPClassifier
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC, LinearSVC

from skadan import ADANSampler, NoiseSampler, Replicate, WADANSampler
from skadan._models.real_rows import shrink_factors
from skadan.metrics import recall_gain, unweighted_average_recall

# %%
# What makes the training set. Class weights are a matter of the classifier. Two yardsticks take the
# generator's place behind the same encoder and decoder. Two more are no networks: one moves a row
# of any class to the mean of the wanted one, the other draws copies towards the mean of all rows,
# which gives a rare class more room.


def mean_and_residual(X, y, strategy, seed):
    """Class mean plus x - class mean of a row of any class, for each wanted label."""
    rng = np.random.default_rng(seed)
    classes, numbers = np.unique(y, return_inverse=True)
    means = np.stack([X[numbers == k].mean(0) for k in range(len(classes))])
    missing = check_sampling_strategy(strategy, y, "over-sampling")
    wanted = np.searchsorted(classes, np.repeat(list(missing), list(missing.values())))
    lent = rng.integers(len(X), size=len(wanted))
    new = means[wanted] + X[lent] - means[numbers[lent]]
    return np.vstack([X, new]), np.concatenate([y, classes[wanted]])


def shrunken_copies(X, y, strategy, seed, shrink=0.65):
    """Copies of rows, at 0.65 times their distance from the mean of all rows."""
    sampler = RandomOverSampler(sampling_strategy=strategy, random_state=seed)
    X_new, y_new = sampler.fit_resample(X, y)
    mean, copied = X.mean(0), np.arange(len(X_new)) >= len(X)
    X_new[copied] = mean + shrink * (X_new[copied] - mean)
    return X_new, y_new


def of_codes(X, y, strategy, seed, make):
    """Codes that ``make(codes of a class, n, rng)`` returns in place of the generator's.

    Encoder, decoder and what real rows lend (an anchor, its residual, the shrinkage) are WADAN's.
    """
    rng, sampler = np.random.default_rng(seed), WADANSampler(random_state=seed).fit(X, y)
    missing = check_sampling_strategy(strategy, y, "over-sampling")
    codes = sampler.encode(X)
    known = sampler.decode(codes)
    classes, counts = np.unique(y, return_counts=True)
    factors = dict(zip(classes, shrink_factors(sampler.shrink, counts), strict=True))
    rows, labels = [X], [y]
    for c, n in missing.items():
        own = np.flatnonzero(y == c)
        anchors = np.concatenate([rng.permutation(own) for _ in range(-(-n // len(own)))])[:n]
        move = sampler.decode(make(codes[own], n, rng)) - known[anchors]
        new = X[anchors] + (1 - sampler.anchor) * move
        rows.append(X.mean(0) + factors[c] * (new - X.mean(0)))
        labels.append(np.full(n, c))
    return np.vstack(rows), np.concatenate(labels)


def gaussian(codes, n, rng):
    """Of the mean and the shrunken covariance (Ledoit & Wolf) of a class's codes."""
    if len(codes) < 2:
        return np.repeat(codes, n, axis=0)
    covariance = LedoitWolf().fit(codes).covariance_
    return rng.multivariate_normal(codes.mean(0), covariance, n, method="cholesky")


def mixture(codes, n, rng):
    """Points on the lines between two codes of a class."""
    one, two = codes[rng.integers(len(codes), size=(2, n))]
    return one + rng.random((n, 1)) * (two - one)


YARDSTICKS = {
    "latent Gaussian": partial(of_codes, make=gaussian),
    "latent mixing": partial(of_codes, make=mixture),
} | {"mean and residual": mean_and_residual, "shrunken copies": shrunken_copies}
SAMPLERS = {
    "duplication": RandomOverSampler,
    "SMOTE": SMOTE,
    "ADASYN": ADASYN,
    "noise": NoiseSampler,
    "ADAN": ADANSampler,
    "WADAN": WADANSampler,
}
# The default without one of its departures from the paper, or with another value of it.
ABLATIONS = {
    "shrink 1": {"shrink": 1.0},
    "anchor 0": {"anchor": 0.0},
    "no residuals": {"residuals": None},
    "residuals of all": {"residuals": "all"},
    "summed reconstruction": {"reconstruction_weight": 1.0},
    "blind critic": {"conditional_critic": False},
    "one latent step": {"latent_steps": 1},
    "no input noise": {"input_noise": 0.0},
    "the paper's Adam": {"learning_rate": 1e-4, "betas": (0.9, 0.999)},
    "bfloat16": {"precision": "bfloat16"},
    "anchor 0.5, shrink 1": {"anchor": 0.5, "shrink": 1.0},
    "all columns, shrink 1": {"row_space": False, "shrink": 1.0},
}
SAMPLERS |= {f"WADAN, {name}": partial(WADANSampler, **kw) for name, kw in ABLATIONS.items()}
ARMS = ("none", "class weights", *SAMPLERS, *YARDSTICKS)


def training_set(arm, X, y, strategy, seed):
    """Rows and labels that the classifiers are fitted on."""
    if arm in ("none", "class weights"):
        return X, y
    if arm in YARDSTICKS:
        return YARDSTICKS[arm](X, y, strategy, seed)
    keywords = {"sampling_strategy": strategy, "random_state": seed}
    if arm in ("SMOTE", "ADASYN"):
        fewest = np.unique(y, return_counts=True)[1].min()
        keywords["k_neighbors" if arm == "SMOTE" else "n_neighbors"] = min(5, fewest - 1)
    try:
        return SAMPLERS[arm](**keywords).fit_resample(X, y)
    except (RuntimeError, ValueError):
        if arm != "ADASYN":
            raise
        return X, y  # ADASYN refuses where it finds no rare row among rows of other classes


# %%
# What learns from it, over a grid of the penalty.

GRIDS = {
    "LinearSVC": (3e-5, 1e-4, 3e-4, 1e-3),
    "SVC": (1e-4, 1e-2),
    "MLP": (1.0, 10.0),
}


def classifier(name, penalty, weights, seed, epochs=200):
    """One classifier; `penalty` is C of an SVM, the L2 weight of the MLP, `epochs` its most."""
    if name == "MLP":
        return MLPClassifier((100, 100), alpha=penalty, max_iter=epochs, random_state=seed)
    if name == "SVC":
        return SVC(kernel="linear", C=penalty, class_weight=weights)
    return LinearSVC(C=penalty, class_weight=weights, random_state=seed)


# %%
# One fold of one arm.


def cut(y, scenario, seed, fold):
    """Numbers of the training rows that a scenario leaves."""
    rng, classes = np.random.default_rng([seed, fold]), np.unique(y)
    if scenario == "full":
        return np.arange(len(y))
    rare = np.random.default_rng(seed).choice(classes, 3, replace=False)
    kept = []
    for c in classes:
        rows = rng.permutation(np.flatnonzero(y == c))
        n = len(rows)
        if scenario == "unbalanced":
            n = max(2, round(n / 10)) if c in rare else n
        else:
            n = int(scenario.removeprefix("few-"))
        kept.append(rows[:n])
    return np.sort(np.concatenate(kept))


def run_fold(arm, seed, fold, X, y, train, test, scenario, n_sets, names, epochs):
    """Predictions for the held-out rows by every classifier of the grids."""
    train = train[cut(y[train], scenario, seed, fold)]
    start = time.perf_counter()
    varies = X[train].std(0) > 0
    scaler = StandardScaler().fit(X[train][:, varies])
    Z, Z_test = (scaler.transform(X[rows][:, varies]) for rows in (train, test))
    strategy = "auto" if scenario == "unbalanced" else Replicate(n_sets)
    Z, labels = training_set(arm, Z, y[train], strategy, seed)
    seconds = time.perf_counter() - start
    scaler = StandardScaler().fit(Z)
    Z, Z_test = span(scaler.transform(Z), scaler.transform(Z_test))
    weights = "balanced" if arm == "class weights" else None
    predicted = {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        for name in names:
            if name == "MLP" and weights:
                continue  # scikit-learn's has none
            for penalty in GRIDS[name]:
                model = classifier(name, penalty, weights, seed, epochs).fit(Z, labels)
                predicted[f"{name} {penalty:g}"] = model.predict(Z_test).tolist()
    return {
        "arm": arm,
        "seed": seed,
        "fold": fold,
        "scenario": scenario,
        "sets": n_sets,
        "rows_added": len(labels) - len(train),
        "seconds": round(seconds, 2),
        "rows": test.tolist(),
        "predicted": predicted,
    }


KEY = ("arm", "seed", "fold", "scenario", "sets")


def run(X, y, groups, args):
    """Every fold that the results file does not hold yet."""
    folds = list(LeaveOneGroupOut().split(X, y, groups))

    def work(arm, seed, fold, scenario, sets):
        rest = scenario, sets, args.classifiers, args.mlp_epochs
        return run_fold(arm, seed, fold, X, y, *folds[fold], *rest)

    wanted = product(args.arms, args.seeds, range(len(folds)), [args.scenario], [args.sets])
    wanted = sorted(wanted, key=lambda key: args.seeds.index(key[1]))  # a whole seed at a time
    return resumable.run(work, wanted, KEY, args.results, args.n_jobs)


# %%
# Scores.


def pooled(records, arm, setting, n_rows=None):
    """Predictions of one arm and setting, (n_seeds, n_rows): all folds of each seed."""
    mine = [r for r in records.values() if r["arm"] == arm and setting in r["predicted"]]
    seeds = sorted({r["seed"] for r in mine})
    n_rows = n_rows or 1 + max(max(r["rows"]) for r in records.values())
    out = np.full((len(seeds), n_rows), -1)
    for r in mine:
        out[seeds.index(r["seed"]), r["rows"]] = r["predicted"][setting]
    return out


def uar(y, predicted):
    """Unweighted average recall of each row of predictions (n_seeds, n), in percent."""
    return 100 * np.array([unweighted_average_recall(y, p) for p in predicted])


def best_setting(records, y, arm, name):
    """The penalty of the highest mean UAR."""
    settings = [f"{name} {penalty:g}" for penalty in GRIDS[name]]
    scores = [uar(y, pooled(records, arm, setting)).mean() for setting in settings]
    return settings[int(np.argmax(scores))]


def report(records, y, other, y_other, reference, names):
    """A line for each classifier and arm."""
    arms = list(dict.fromkeys(r["arm"] for r in records.values()))
    table = Table()
    for column in ("classifier", "arm", "penalty", "UAR %", "sd of seeds", f"against {reference}"):
        table.add_column(column)
    for name in names:
        chosen = {}
        for arm in arms:
            if name == "MLP" and arm == "class weights":
                continue
            setting = best_setting(other, y_other, arm, name)
            chosen[arm] = (setting, pooled(records, arm, setting, len(y)))
        for arm, (setting, predicted) in chosen.items():
            scores = uar(y, predicted)
            gain, low, high = 100 * np.array(
                recall_gain(y, predicted, chosen[reference][1], random_state=0)
            )
            table.add_row(
                name,
                arm,
                setting.split()[1],
                f"{scores.mean():.1f}",
                f"{scores.std(ddof=1):.1f}" if len(scores) > 1 else "",
                "" if arm == reference else f"{gain:+.1f} ({low:.1f} to {high:.1f})",
            )
    Console(width=110).print(table)


# %%
# Put together.


def read(path, n_groups):
    """Rows, class numbers and groups; `n_groups` puts speakers together."""
    with np.load(path) as file:
        X, y, groups = file["X"].astype(float), file["y"], file["groups"]
    y = np.unique(y, return_inverse=True)[1]
    speakers = np.unique(groups, return_inverse=True)[1]
    if n_groups:
        speakers = speakers * n_groups // (speakers.max() + 1)
    return X, y, speakers


def main(arguments=None):
    """Run what is missing and print the table."""
    parser = argparse.ArgumentParser(description="Compare ways to make a training set.")
    parser.add_argument("--data", type=Path, required=True, help="npz file with X, y and groups")
    parser.add_argument("--results", type=Path, required=True, help="jsonl file, for resuming too")
    parser.add_argument("--groups", type=int, help="put speakers together into so many groups")
    parser.add_argument("--scenario", default="full", help="full, unbalanced or few-N")
    parser.add_argument("--sets", type=int, default=1, help="synthetic sets (not if unbalanced)")
    parser.add_argument("--arms", nargs="+", choices=ARMS, default=list(ARMS))
    parser.add_argument("--classifiers", nargs="+", choices=GRIDS, default=list(GRIDS))
    parser.add_argument("--mlp-epochs", type=int, default=200, help="at most (use a file for each)")
    parser.add_argument("--seeds", nargs="+", type=int, default=[0, 1, 2])
    parser.add_argument("--n-jobs", type=int, default=2)
    parser.add_argument("--tune-on", nargs=2, type=Path, metavar=("NPZ", "JSONL"))
    parser.add_argument("--against", default="none", choices=ARMS, help="reference of the interval")
    args = parser.parse_args(arguments)
    X, y, groups = read(args.data, args.groups)
    records = run(X, y, groups, args)
    if args.tune_on:
        wanted = (args.scenario, args.sets)
        found = resumable.load(args.tune_on[1], KEY)
        other = {k: r for k, r in found.items() if (r["scenario"], r["sets"]) == wanted}
        report(records, y, other, read(args.tune_on[0], None)[1], args.against, args.classifiers)
    return records


if __name__ == "__main__":
    main()
