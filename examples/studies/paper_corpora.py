"""The corpora of the paper's experiments: EmoDB, and IEMOCAP or a generated stand-in."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from skadan.datasets import make_speaker_classification

FOUR = {"ang": 289, "hap": 284, "neu": 1099, "sad": 608}
ELEVEN = {
    "ang": 1103, "dis": 2, "exc": 1041, "fea": 40, "fru": 1849, "hap": 595,
    "neu": 1708, "oth": 3, "sad": 1084, "sur": 107, "xxx": 2507,
}  # fmt: skip


@dataclass
class Corpus:
    """The table for the classifier; `source` is the sampler's table if it is another one."""

    name: str
    X: np.ndarray
    y: np.ndarray
    groups: np.ndarray
    source: "Corpus | None" = None


def emodb(path: Path) -> Corpus:
    """Return EmoDB, with speakers as groups."""
    with np.load(path) as file:
        return Corpus("EmoDB", file["X"].astype(float), file["y"], file["groups"])


def iemocap(path: Path) -> tuple[Corpus, Corpus]:
    """Return four improvised classes of IEMOCAP: alone, and with all eleven for the sampler."""
    with np.load(path) as file:
        X, y, groups = file["X"].astype(float), file["y"], file["groups"]
        improvised = np.array(["impro" in name for name in file["filenames"]])
    return four_and_eleven("IEMOCAP", X, y, groups, improvised)


def stand_in(n_features: int, scale: float = 1.0) -> tuple[Corpus, Corpus]:
    """Return a generated table like IEMOCAP: its class counts times `scale`, and five sessions."""
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
    return four_and_eleven("stand-in for IEMOCAP", X, classes[y], groups, improvised)


def four_and_eleven(
    name: str, X: np.ndarray, y: np.ndarray, groups: np.ndarray, improvised: np.ndarray
) -> tuple[Corpus, Corpus]:
    """Return the improvised rows of four classes: alone, and with the whole table as source."""
    few = improvised & np.isin(y, list(FOUR))
    table = X[few], y[few], groups[few]
    eleven = Corpus(name, X, y, groups)
    return (
        Corpus(f"{name}, four classes", *table),
        Corpus(f"{name}, four classes, sampler of eleven", *table, eleven),
    )
