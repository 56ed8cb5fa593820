"""
=========================
The paper's experiments
=========================

Tables I and II and Figures 3 to 10 of Yi & Mak (2020), as far as the data are there::

    python examples/studies/paper_experiments.py --emodb emodb_is11.npz --out paper

``--emodb`` is an npz file with ``X``, ``y`` and ``groups`` (speakers). ``--iemocap`` is one of all
10,039 utterances (`skadan.datasets.load_iemocap`) with ``X``, ``y``, ``groups`` (sessions) and
``filenames``; where it is not given, a generated table of the same shape stands in for it, and the
titles say so. Every fold is kept in ``results.jsonl`` as soon as it is done, and the same command
goes on from there.

Departures from the paper: the number of synthetic sets is not chosen at its peak on the test
speakers, so the tables show one set and the largest number; the penalty of each classifier is
chosen by groups inside the training rows of each fold; WA and UAR are of pooled predictions; the
spread is over trainings and not over draws of rows. k added sets make the loss of the rows k + 1
times as heavy beside the penalty: no augmentation stands beside them at such a penalty too.
"""

import argparse
import time
import warnings
from dataclasses import dataclass
from functools import partial
from itertools import product
from pathlib import Path

import numpy as np
import resumable
from imblearn.over_sampling import SMOTE, RandomOverSampler
from matplotlib import pyplot as plt
from rich.console import Console
from rich.table import Table
from row_span import span
from sklearn.base import clone
from sklearn.exceptions import ConvergenceWarning
from sklearn.metrics import accuracy_score
from sklearn.model_selection import GroupKFold, LeaveOneGroupOut, cross_val_predict
from sklearn.neural_network import MLPClassifier
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from skadan import (
    AAESampler,
    ADANSampler,
    ConditionalGANSampler,
    GANSampler,
    NoiseSampler,
    Replicate,
    WADANSampler,
)
from skadan.datasets import make_speaker_classification
from skadan.displays import (
    AugmentationCurveDisplay,
    EmbeddingDisplay,
    FeatureHistogramDisplay,
    TrainingHistoryDisplay,
)
from skadan.metrics import (
    conditional_hit_rate,
    maximum_mean_discrepancy,
    recall_gain,
    unweighted_average_recall,
)
from skadan.model_selection import nested_sets

SAMPLERS = {
    "duplication": RandomOverSampler,
    "noise": NoiseSampler,
    "SMOTE": SMOTE,
    "GAN": GANSampler,
    "cGAN": ConditionalGANSampler,
    "AAE": AAESampler,
    "ADAN": ADANSampler,
    "WADAN": WADANSampler,
}
TRAINED = ("GAN", "cGAN", "AAE", "ADAN", "WADAN")

# %%
# The corpora. In two experiments the sampler learns from another table than the classifier's:
# from all eleven classes of IEMOCAP, while four of them are to be told apart.


@dataclass
class Corpus:
    """What the classifier sees, and what the sampler learns from where that is another table."""

    name: str
    X: np.ndarray
    y: np.ndarray
    groups: np.ndarray
    source: "Corpus | None" = None


FOUR = {"ang": 289, "hap": 284, "neu": 1099, "sad": 608}
ELEVEN = {
    "ang": 1103, "dis": 2, "exc": 1041, "fea": 40, "fru": 1849, "hap": 595,
    "neu": 1708, "oth": 3, "sad": 1084, "sur": 107, "xxx": 2507,
}  # fmt: skip


def emodb(path):
    """EmoDB, one group a speaker."""
    with np.load(path) as file:
        return Corpus("EmoDB", file["X"].astype(float), file["y"], file["groups"])


def iemocap(path):
    """The improvised four classes, and with the sampler on all eleven."""
    with np.load(path) as file:
        X, y, groups = file["X"].astype(float), file["y"], file["groups"]
        improvised = np.array(["impro" in name for name in file["filenames"]])
    return _four_and_eleven("IEMOCAP", X, y, groups, improvised)


def stand_in(n_features, scale=1.0):
    """A generated table of IEMOCAP's shape: its class counts, five sessions."""
    classes = np.array(list(ELEVEN))
    counts = np.maximum(2, np.round(scale * np.array(list(ELEVEN.values())))).astype(int)
    X, y, groups = make_speaker_classification(
        int(counts.sum()), n_features, n_classes=11, n_speakers=5, weights=counts,
        speaker_shift=0.8, noise=3.0, random_state=0,
    )  # fmt: skip
    improvised = np.zeros(len(y), bool)
    for name, count in FOUR.items():
        rows = np.flatnonzero(classes[y] == name)
        improvised[rows[: max(2, round(scale * count))]] = True
    return _four_and_eleven("stand-in for IEMOCAP", X, classes[y], groups, improvised)


def _four_and_eleven(name, X, y, groups, improvised):
    few = improvised & np.isin(y, list(FOUR))
    table = X[few], y[few], groups[few]
    eleven = Corpus(name, X, y, groups)
    return (
        Corpus(f"{name}, four classes", *table),
        Corpus(f"{name}, four classes, sampler of eleven", *table, eleven),
    )


# %%
# One fold: the sampler learns from the training rows, and makes as many sets as are wanted.


def synthetic_rows(arm, X, y, labels, epochs, seed):
    """Rows for these labels, by a sampler that has seen X and y alone."""
    if arm in ("duplication", "SMOTE"):
        n_sets = max(-(-np.sum(labels == c) // np.sum(y == c)) for c in np.unique(labels))
        sampler = SAMPLERS[arm](sampling_strategy=Replicate(int(n_sets)), random_state=seed)
        if arm == "SMOTE":
            fewest = np.unique(y, return_counts=True)[1].min()
            sampler.set_params(k_neighbors=int(min(5, fewest - 1)))
        X_new, y_new = (values[len(X) :] for values in sampler.fit_resample(X, y))
        rows = {c: iter(np.flatnonzero(y_new == c)) for c in np.unique(labels)}
        return X_new[[next(rows[c]) for c in labels]]
    keywords = {} if arm == "noise" or epochs is None else {"max_epochs": epochs}
    sampler = SAMPLERS[arm](random_state=seed, **keywords).fit(X, y)
    return sampler.sample(labels)[0]


def classifiers(seed, hidden):
    """The paper's linear SVM and DNN, each with the grid of its penalty."""
    dnn = MLPClassifier(hidden, random_state=seed)
    return {
        "SVM": (SVC(kernel="linear"), {"C": (1e-4, 1e-3, 1e-2)}),
        "DNN": (dnn, {"alpha": (0.1, 1.0, 10.0)}),
    }


def choose(model, grid, X, y, groups):
    """The penalty of the highest UAR, of pooled predictions of three parts of the groups."""
    folds = GroupKFold(min(3, len(np.unique(groups))))
    ((name, values),) = grid.items()

    def uar(value):
        candidate = clone(model).set_params(**{name: value})
        predicted = cross_val_predict(candidate, X, y, groups=groups, cv=folds)
        return unweighted_average_recall(y, predicted)

    return {name: max(values, key=uar)}


def weighed(penalty, k):
    """The penalty that is to n rows what `penalty` is to k + 1 times as many."""
    return {n: value * (k + 1 if n == "C" else 1 / (k + 1)) for n, value in penalty.items()}


def run_fold(corpus, epochs, hidden, penalties, experiment, arm, seed, fold, sets):
    """Predictions for the held-out rows: classifiers, numbers of sets, real rows or none.

    `penalties` by seed and fold are those that the arm without augmentation chose; it has None,
    and fits its real rows at the penalty of each number of sets.
    """
    start, n_sets = time.perf_counter(), [int(k) for k in sets.split()]
    train, test = list(LeaveOneGroupOut().split(corpus.X, corpus.y, corpus.groups))[fold]
    held_out = corpus.groups[test[0]]
    source = corpus.source or corpus
    learn = np.flatnonzero(source.groups != held_out)
    varies = source.X[learn].std(0) > 0
    scaler = StandardScaler().fit(source.X[learn][:, varies])
    Z_source, Z, Z_test = (
        scaler.transform(X[:, varies]) for X in (source.X[learn], corpus.X[train], corpus.X[test])
    )
    y = corpus.y[train]
    record = {"experiment": experiment, "arm": arm, "seed": seed, "fold": fold}
    record |= {"sets": sets, "rows": test.tolist(), "predicted": {}, "penalties": {}}
    labels = np.tile(y, max(n_sets)) if arm != "none" else y[:0]
    new = Z[:0]
    if arm != "none":
        new = synthetic_rows(arm, Z_source, source.y[learn], labels, epochs, seed)
        one = slice(0, len(y))
        record["mmd"] = maximum_mean_discrepancy(Z, new[one])
        record["hits"] = conditional_hit_rate(Z, y, new[one], labels[one])
    both, both_y = np.vstack([Z, new]), np.concatenate([y, labels])
    models = classifiers(seed, hidden)
    wanted = [k for k in n_sets if k > 0 or arm == "none"]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        if penalties is None:
            U, speakers = span(Z, Z)[0], corpus.groups[train]
            record["penalties"] = {n: choose(*m, U, y, speakers) for n, m in models.items()}
        else:
            record["penalties"] = penalties[seed, fold]
        for only in (False,) if arm == "none" else (False, True):
            chosen = nested_sets(both_y, len(y), wanted, synthetic_only=only)
            for k, rows in zip(wanted, chosen, strict=True):
                after = StandardScaler().fit(both[rows])
                U, U_test = span(after.transform(both[rows]), after.transform(Z_test))
                for name, (model, _) in models.items():
                    penalty = record["penalties"][name]
                    model.set_params(**(weighed(penalty, k) if arm == "none" else penalty))
                    model.fit(U, both_y[rows])
                    key = f"{name} {k}{' only' if only else ''}"
                    record["predicted"][key] = model.predict(U_test).tolist()
    record["seconds"] = round(time.perf_counter() - start, 1)
    return record


# %%
# What comes of it.

KEY = ("experiment", "arm", "seed", "fold", "sets")
CONTROL = "none, penalty as for these sets"
COLOURS = {"none": "black"} | dict(zip(SAMPLERS, plt.get_cmap("tab10").colors, strict=False))
MARKERS = dict(zip(COLOURS, ".osD^vPX*", strict=True))


def pooled(records, arm, key, y):
    """Predictions of all folds, (n_seeds, n_rows); none of it where a setting was not run."""
    mine = [r for r in records if r["arm"] == arm and key in r["predicted"]]
    seeds = sorted({r["seed"] for r in mine})
    out = np.empty((len(seeds), len(y)), dtype=y.dtype)
    for r in mine:
        out[seeds.index(r["seed"]), r["rows"]] = r["predicted"][key]
    return out


def recalls(records, arm, key, y):
    """UAR of each seed."""
    return np.array([unweighted_average_recall(y, p) for p in pooled(records, arm, key, y)])


def table(records, corpus, arms, n_sets, title):
    """Tables I and II: WA and UAR of one set and of the most, and the gain over none."""
    view = Table(title=title)
    for column in ("sampler", "classifier", "sets", "WA %", "UAR %", "gain in UAR over none"):
        view.add_column(column)
    lines = []
    for name, arm in product(("SVM", "DNN"), ("none", *arms)):
        none = pooled(records, "none", f"{name} 0", corpus.y)
        for k in sorted({0, 1, max(n_sets)} if arm == "none" else {1, max(n_sets)}):
            predicted = pooled(records, arm, f"{name} {k}", corpus.y)
            wa = [100 * accuracy_score(corpus.y, p) for p in predicted]
            uar = 100 * recalls(records, arm, f"{name} {k}", corpus.y)
            gain, low, high = 100 * np.array(recall_gain(corpus.y, predicted, none, random_state=0))
            spread = [f" ± {np.std(v, ddof=1):.1f}" if len(v) > 1 else "" for v in (wa, uar)]
            line = (
                CONTROL if arm == "none" and k else arm, name, str(k),
                f"{np.mean(wa):.1f}{spread[0]}", f"{np.mean(uar):.1f}{spread[1]}",
                "" if arm == "none" and not k else f"{gain:+.1f} ({low:.1f} to {high:.1f})",
            )  # fmt: skip
            lines.append(line)
            view.add_row(*line)
    Console(width=110).print(view)
    for arm in arms:
        mmd, hits = (np.mean([r[n] for r in records if r["arm"] == arm]) for n in ("mmd", "hits"))
        alone = {
            name: " ".join(
                f"{100 * u:.1f}" for u in recalls(records, arm, f"{name} 1 only", corpus.y)
            )
            for name in ("SVM", "DNN")
        }
        print(
            f"{arm}: MMD {mmd:.4f}, conditional hit rate {hits:.3f}; "
            f"UAR of one synthetic set alone, by seed: SVM {alone['SVM']}, DNN {alone['DNN']}"
        )
    return lines


def curves(records, corpus, arms, n_sets, only=False):
    """Figs. 6, 7, 10 and, of synthetic rows alone, 8."""
    figure, axes = plt.subplots(1, 2, figsize=(14, 5), layout="constrained", sharey=True)
    for ax, name in zip(axes, ("SVM", "DNN"), strict=True):
        base = recalls(records, "none", f"{name} 0", corpus.y).mean()
        for arm in arms if only else ("none", *arms):
            points = [k for k in n_sets if k > 0]
            what = " only" if only else ""
            scores = [recalls(records, arm, f"{name} {k}{what}", corpus.y) for k in points]
            if not only:
                points, scores = [0, *points], [np.full_like(scores[0], base), *scores]
            display = AugmentationCurveDisplay(n_sets=points, scores=scores)
            label = CONTROL if arm == "none" else arm
            display.plot(ax, label=label, color=COLOURS[arm], marker=MARKERS[arm])
        if only:
            ax.axhline(base, color="black", linestyle=":", linewidth=1)
            ax.set_xlabel("synthetic sets")
        ax.set_title(name)
        ax.get_legend().remove()
    figure.legend(*ax.get_legend_handles_labels(), loc="outside right center")
    title = "synthetic rows alone (dotted: the real ones)" if only else "UAR against synthetic sets"
    figure.suptitle(f"{corpus.name}: {title}")
    return figure


def portraits(corpus, arms, epochs, out, prefix=""):
    """Figs. 3, 4, 5 (and 9): one training each, on all rows; an illustration, no measurement."""
    source = corpus.source or corpus
    fitted = {}
    for arm in arms:
        keywords = {} if epochs is None else {"max_epochs": epochs}
        fitted[arm] = SAMPLERS[arm](random_state=0, **keywords).fit(source.X, source.y)
    grid = partial(plt.subplots, layout="constrained", squeeze=False)
    n_rows = -(-len(arms) // 2)
    figure, axes = grid(n_rows, 2, figsize=(14, 4 * n_rows))
    for ax, arm in zip(axes.flat, arms, strict=False):
        TrainingHistoryDisplay.from_estimator(fitted[arm], ax=ax)
    for ax in axes.flat[len(arms) :]:
        ax.remove()
    figure.savefig(out / f"{prefix}fig3_losses.png", dpi=120)
    rng = np.random.default_rng(0)
    rows = np.sort(rng.permutation(len(source.X))[:1500])
    spaces = [(arm, space) for arm in arms for space in ("original", "latent")
              if space == "original" or hasattr(fitted[arm], "encode")]  # fmt: skip
    n_rows = -(-len(spaces) // 2)
    figure, axes = grid(n_rows, 2, figsize=(14, 5.5 * n_rows))
    for ax, (arm, space) in zip(axes.flat, spaces, strict=False):
        EmbeddingDisplay.from_estimator(
            fitted[arm], source.X[rows], source.y[rows], space=space, random_state=0, ax=ax
        )
    for ax in axes.flat[len(spaces) :]:
        ax.remove()
    figure.savefig(out / f"{prefix}fig4_embedding.png", dpi=120)
    figure, axes = grid(1, len(arms), figsize=(5 * len(arms), 4))
    feature = int(rng.integers(source.X.shape[1]))
    for ax, arm in zip(axes.flat, arms, strict=True):
        FeatureHistogramDisplay.from_estimator(
            fitted[arm], source.X, source.y, feature=feature, random_state=0, ax=ax
        )
        ax.set_title(arm)
    figure.savefig(out / f"{prefix}fig5_histogram.png", dpi=120)


# %%
# Put together.


def experiment(name, corpus, arms, args):
    """All folds of one corpus; its table and curves."""
    n_folds = len(np.unique(corpus.groups))
    sets = " ".join(map(str, sorted(set(args.sets))))

    def run(arms, penalties):
        work = partial(run_fold, corpus, args.epochs, tuple(args.hidden), penalties)
        wanted = product([name], arms, args.seeds, range(n_folds), [sets])
        done = resumable.run(work, wanted, KEY, args.out / "results.jsonl", args.n_jobs)
        return list(done.values())

    none = run(["none"], None)
    return none + run(arms, {(r["seed"], r["fold"]): r["penalties"] for r in none})


def main(arguments=None):
    """Run what is missing; returns the tables by experiment."""
    parser = argparse.ArgumentParser(description="The experiments of Yi & Mak (2020).")
    parser.add_argument("--emodb", type=Path, help="npz of EmoDB")
    parser.add_argument("--iemocap", type=Path, help="npz of IEMOCAP (default: a stand-in)")
    parser.add_argument("--out", type=Path, required=True, help="folder for results and figures")
    parser.add_argument("--arms", nargs="+", choices=SAMPLERS, default=list(SAMPLERS))
    parser.add_argument(
        "--sets", nargs="+", type=int, default=[0, 1, 2, 5, 10], help="numbers, 0 and 1 among them"
    )
    parser.add_argument("--seeds", nargs="+", type=int, default=[0])
    parser.add_argument("--hidden", nargs="+", type=int, default=[100, 100], help="of the DNN")
    parser.add_argument("--epochs", type=int, help="of every sampler (default: its own)")
    parts = ("emodb", "four", "eleven", "portraits")
    parser.add_argument("--skip", nargs="*", default=[], choices=parts)
    parser.add_argument("--features", type=int, default=600, help="columns of the stand-in")
    parser.add_argument("--scale", type=float, default=1.0, help="rows of the stand-in, as a share")
    parser.add_argument("--n-jobs", type=int, default=2)
    args = parser.parse_args(arguments)
    if not {0, 1} <= set(args.sets):
        parser.error("--sets needs 0 and 1, for the tables.")
    args.out.mkdir(parents=True, exist_ok=True)
    trained = [arm for arm in args.arms if arm in TRAINED]
    tables = {}
    if args.emodb and "emodb" not in args.skip:
        corpus = emodb(args.emodb)
        records = experiment("emodb", corpus, args.arms, args)
        tables["emodb"] = table(records, corpus, args.arms, args.sets, "Table I: EmoDB")
        curves(records, corpus, args.arms, args.sets).savefig(args.out / "fig6_curves.png", dpi=120)
        figure = curves(records, corpus, trained, args.sets, only=True)
        figure.savefig(args.out / "fig8_synthetic_only.png", dpi=120)
        if "portraits" not in args.skip:
            portraits(corpus, trained, args.epochs, args.out)
    four, eleven = iemocap(args.iemocap) if args.iemocap else stand_in(args.features, args.scale)
    if "four" not in args.skip:
        records = experiment("four", four, args.arms, args)
        tables["four"] = table(records, four, args.arms, args.sets, f"Table II: {four.name}")
        curves(records, four, args.arms, args.sets).savefig(args.out / "fig7_curves.png", dpi=120)
    if "eleven" not in args.skip:
        two = [arm for arm in args.arms if arm in ("ADAN", "WADAN")]
        records = experiment("eleven", eleven, two, args)
        tables["eleven"] = table(records, eleven, two, args.sets, f"Fig. 10: {eleven.name}")
        curves(records, eleven, two, args.sets).savefig(args.out / "fig10_curves.png", dpi=120)
        if "portraits" not in args.skip:
            portraits(eleven, two, args.epochs, args.out, prefix="fig9_")
    return tables


if __name__ == "__main__":
    main()
