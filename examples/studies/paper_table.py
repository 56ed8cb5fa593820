"""Tables I and II of the paper, and the quality of each sampler's rows."""

from collections.abc import Iterator, Sequence
from itertools import product

import numpy as np
from paper_corpora import Corpus
from pooled_scores import gain_in_words, pooled_predictions, recalls
from rich.console import Console
from rich.table import Table
from sklearn.metrics import accuracy_score

CONTROL = "none, penalty as for these sets"
CLASSIFIERS = ("SVM", "DNN")
COLUMNS = ("sampler", "classifier", "sets", "WA %", "UAR %", "gain in UAR over none")


def mean_and_spread(scores: np.ndarray) -> str:
    """Return the mean over seeds and, if there are several, their standard deviation."""
    spread = f" ± {np.std(scores, ddof=1):.1f}" if len(scores) > 1 else ""
    return f"{np.mean(scores):.1f}{spread}"


def table_lines(
    records: list[dict], y: np.ndarray, arms: Sequence[str], n_sets: Sequence[int]
) -> Iterator[tuple[str, ...]]:
    """Yield WA, UAR and gain over none, for one set and for the largest number of sets."""
    for name, arm in product(CLASSIFIERS, ("none", *arms)):
        none = pooled_predictions(records, "none", f"{name} 0", y)
        for k in sorted({0, 1, max(n_sets)} if arm == "none" else {1, max(n_sets)}):
            predicted = pooled_predictions(records, arm, f"{name} {k}", y)
            wa = 100 * np.array([accuracy_score(y, p) for p in predicted])
            yield (
                CONTROL if arm == "none" and k else arm,
                name,
                str(k),
                mean_and_spread(wa),
                mean_and_spread(recalls(y, predicted)),
                "" if arm == "none" and not k else gain_in_words(y, predicted, none),
            )


def print_table(
    records: list[dict], corpus: Corpus, arms: Sequence[str], n_sets: Sequence[int], title: str
) -> list[tuple[str, ...]]:
    """Print the table and a line on each sampler's rows, and return the lines of the table."""
    table = Table(title=title)
    for column in COLUMNS:
        table.add_column(column)
    lines = list(table_lines(records, corpus.y, arms, n_sets))
    for line in lines:
        table.add_row(*line)
    Console(width=110).print(table)
    for arm in arms:
        print(quality_in_words(records, corpus.y, arm))
    return lines


def quality_in_words(records: list[dict], y: np.ndarray, arm: str) -> str:
    """Return mean MMD and hit rate, and the UAR of classifiers trained on one set alone."""
    mmd, hits = (np.mean([r[name] for r in records if r["arm"] == arm]) for name in ("mmd", "hits"))
    alone = {}
    for name in CLASSIFIERS:
        scores = recalls(y, pooled_predictions(records, arm, f"{name} 1 only", y))
        alone[name] = " ".join(f"{score:.1f}" for score in scores)
    return (
        f"{arm}: MMD {mmd:.4f}, conditional hit rate {hits:.3f}; "
        f"UAR of one synthetic set alone, by seed: SVM {alone['SVM']}, DNN {alone['DNN']}"
    )
