"""Tables of the board: npz files, their folds, and the rows that a scenario cuts."""

import csv
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from sklearn.model_selection import StratifiedGroupKFold, StratifiedKFold

N_FOLDS = 5
FEWEST = 3  # rows that are left in a class that is cut
SPEECH = {"emodb_is11": "speech: emotion", "ravdess_is11": "speech: emotion"}


@dataclass(frozen=True)
class Source:
    """The path of a table, and its domain and family from the manifest."""

    path: Path
    domain: str
    family: str


@dataclass(frozen=True)
class Table:
    """One table: X (n, d), class indices y (n,), groups (n,) or None, domain and family."""

    name: str
    domain: str
    family: str
    X: np.ndarray
    y: np.ndarray
    groups: np.ndarray | None

    @property
    def is_unequal(self) -> bool:
        """Whether the largest class has at least twice the rows of the smallest."""
        counts = np.bincount(self.y)
        return bool(counts.max() >= 2 * counts.min())

    @property
    def cost(self) -> int:
        """A rough measure of how long a fit takes, to run the smaller tables first."""
        n, d = self.X.shape
        return n * min(n, d) + n * d // 10


def sources(paths: list[Path]) -> dict[str, Source]:
    """Return npz files and those in folders by name, with the entries of ``manifest.csv``.

    Raises
    ------
    OSError, ValueError
        If a path has no npz file, or a manifest cannot be read.
    """
    found = {}
    for path in paths:
        about = manifest(path / "manifest.csv")
        files = sorted(path.glob("*.npz")) if path.is_dir() else [path]
        if not files or not files[0].is_file():
            raise FileNotFoundError(f"{path} is neither an npz file nor a folder of them.")
        for file in files:
            line = about.get(file.stem, {})
            domain = line.get("domain") or SPEECH.get(file.stem, "other")
            family = line.get("family") or file.stem
            found[file.stem] = Source(file, domain.partition(":")[0], family)
    return found


def manifest(path: Path) -> dict[str, dict[str, str]]:
    """Return the lines of a manifest by the name of the table; none if there is no file."""
    if not path.exists():
        return {}
    try:
        # Excel writes a byte order mark, which this encoding skips.
        with path.open(newline="", encoding="utf-8-sig") as file:
            return {line["name"]: line for line in csv.DictReader(file)}
    except KeyError:
        raise ValueError(f"{path} has no column 'name', or not commas between cells.") from None
    except (UnicodeDecodeError, csv.Error) as error:
        raise ValueError(f"{path} is not a CSV file in UTF-8: {error}.") from None


@lru_cache(maxsize=2)
def read(source: Source) -> Table:
    """Return a table. A worker keeps the last two in memory."""
    with np.load(source.path) as file:
        groups = file["groups"] if "groups" in file else np.empty(0)
        X, y = file["X"].astype(float), np.unique(file["y"], return_inverse=True)[1]
    groups = np.unique(groups, return_inverse=True)[1] if len(groups) == len(X) else None
    return Table(source.path.stem, source.domain, source.family, X, y, groups)


def folds(table: Table, seed: int) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield training and test rows of five folds, which keep groups together."""
    keywords = {"shuffle": True, "random_state": seed}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # classes with fewer rows than folds
        if table.groups is None:
            yield from StratifiedKFold(N_FOLDS, **keywords).split(table.X, table.y)
            return
        n_folds = min(N_FOLDS, len(np.unique(table.groups)))
        splitter = StratifiedGroupKFold(n_folds, **keywords)
        for train, test in splitter.split(table.X, table.y, table.groups):
            if len(test):
                yield train, test


def rare_classes(table: Table, seed: int) -> np.ndarray:
    """Return a third of the classes (at least one), drawn by the seed: the same in every fold."""
    classes = np.unique(table.y)
    rng = np.random.default_rng(seed)
    return rng.choice(classes, max(1, round(len(classes) / 3)), replace=False)


def rows_left(table: Table, train: np.ndarray, scenario: str, seed: int, fold: int) -> np.ndarray:
    """Return the training rows that a scenario leaves.

    "cut" leaves a tenth of each rare class, but at least three rows, or all if there are fewer.
    """
    if scenario != "cut":
        return train
    rng, rare, y = np.random.default_rng([seed, fold]), rare_classes(table, seed), table.y[train]
    rows = []
    for c in np.unique(y):
        of_class = rng.permutation(train[y == c])
        n = max(FEWEST, round(len(of_class) / 10)) if c in rare else len(of_class)
        rows.append(of_class[:n])
    return np.sort(np.concatenate(rows))
