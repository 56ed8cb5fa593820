"""Tables of the board: rows, labels and groups of npz files, their folds, and what is cut."""

import csv
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from sklearn.model_selection import StratifiedGroupKFold, StratifiedKFold

N_FOLDS = 5
FEWEST = 3  # rows that are left of a class that is cut
SPEECH = {"emodb_is11": "speech: emotion", "ravdess_is11": "speech: emotion"}


@dataclass(frozen=True)
class Table:
    """One table: X (n, d), class numbers y (n,), groups (n,) or None, and where it comes from."""

    name: str
    domain: str
    family: str
    X: np.ndarray
    y: np.ndarray
    groups: np.ndarray | None

    @property
    def kind(self) -> str:
        """Wide, narrow, or between: columns against rows."""
        n, d = self.X.shape
        return "wide" if d > 2 * n else "narrow" if d < n else "between"

    @property
    def is_unequal(self) -> bool:
        """Whether the largest class has twice the rows of the smallest, or more."""
        counts = np.bincount(self.y)
        return bool(counts.max() >= 2 * counts.min())


def read(path: Path, about: dict[str, str]) -> Table:
    """One npz file, and what the manifest says about it."""
    with np.load(path) as file:
        groups = file["groups"] if "groups" in file else np.empty(0)
        X, y = file["X"].astype(float), np.unique(file["y"], return_inverse=True)[1]
    groups = np.unique(groups, return_inverse=True)[1] if len(groups) == len(X) else None
    domain = about.get("domain", SPEECH.get(path.stem, "other")).partition(":")[0]
    return Table(path.stem, domain, about.get("family") or path.stem, X, y, groups)


def read_all(paths: list[Path]) -> dict[str, Table]:
    """The tables of files, and of folders with their ``manifest.csv``, by name."""
    tables = {}
    for path in paths:
        manifest = path / "manifest.csv"
        rows = csv.DictReader(manifest.read_text().splitlines()) if manifest.exists() else ()
        about = {row["name"]: row for row in rows}
        for file in sorted(path.glob("*.npz")) if path.is_dir() else [path]:
            tables[file.stem] = read(file, about.get(file.stem, {}))
    return tables


def folds(table: Table, seed: int) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Training and test rows of five folds, by groups where there are any."""
    keywords = {"n_splits": N_FOLDS, "shuffle": True, "random_state": seed}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # classes of fewer rows than folds
        if table.groups is None:
            yield from StratifiedKFold(**keywords).split(table.X, table.y)
        else:
            yield from StratifiedGroupKFold(**keywords).split(table.X, table.y, table.groups)


def kept(y: np.ndarray, scenario: str, seed: int, fold: int) -> np.ndarray:
    """The training rows that a scenario leaves.

    "cut" leaves a tenth of a third of the classes, which the seed draws, but three rows of each.
    """
    if scenario != "cut":
        return np.arange(len(y))
    rng, classes = np.random.default_rng([seed, fold]), np.unique(y)
    rare = np.random.default_rng(seed).choice(classes, max(1, round(len(classes) / 3)), False)
    rows = []
    for c in classes:
        of_class = rng.permutation(np.flatnonzero(y == c))
        n = max(FEWEST, round(len(of_class) / 10)) if c in rare else len(of_class)
        rows.append(of_class[:n])
    return np.sort(np.concatenate(rows))
