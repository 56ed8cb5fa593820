"""Tables of the board: rows, labels and groups of npz files, their folds, and what is cut."""

import csv
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from sklearn.model_selection import StratifiedGroupKFold, StratifiedKFold

N_FOLDS = 5
FEWEST = 3  # rows that are left of a class that is cut
SPEECH = {"emodb_is11": "speech: emotion", "ravdess_is11": "speech: emotion"}


@dataclass(frozen=True)
class Source:
    """Where a table is, and what the manifest says of it."""

    path: Path
    domain: str
    family: str


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
    def is_unequal(self) -> bool:
        """Whether the largest class has twice the rows of the smallest, or more."""
        counts = np.bincount(self.y)
        return bool(counts.max() >= 2 * counts.min())

    @property
    def cost(self) -> int:
        """A rough measure of how long a fit takes: the smaller tables come first."""
        n, d = self.X.shape
        return n * min(n, d) + n * d // 10


def sources(paths: list[Path]) -> dict[str, Source]:
    """The npz files named, and those of folders with their ``manifest.csv``, by name.

    Raises
    ------
    OSError, ValueError
        If there are none at one of the paths, or a manifest cannot be read.
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
    """The lines of a manifest by the name of the table; none where there is no file.

    Excel puts a byte order mark before them.
    """
    if not path.exists():
        return {}
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            return {line["name"]: line for line in csv.DictReader(file)}
    except KeyError:
        raise ValueError(f"{path} has no column 'name', or not commas between its cells.") from None
    except (UnicodeDecodeError, csv.Error) as error:
        raise ValueError(f"{path} is not a CSV file in UTF-8: {error}.") from None


@lru_cache(maxsize=2)
def read(source: Source) -> Table:
    """One table; a worker keeps the last two."""
    with np.load(source.path) as file:
        groups = file["groups"] if "groups" in file else np.empty(0)
        X, y = file["X"].astype(float), np.unique(file["y"], return_inverse=True)[1]
    groups = np.unique(groups, return_inverse=True)[1] if len(groups) == len(X) else None
    return Table(source.path.stem, source.domain, source.family, X, y, groups)


def folds(table: Table, seed: int) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Training and test rows of five folds, by groups where there are any."""
    keywords = {"shuffle": True, "random_state": seed}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # classes of fewer rows than folds
        if table.groups is None:
            yield from StratifiedKFold(N_FOLDS, **keywords).split(table.X, table.y)
            return
        n_folds = min(N_FOLDS, len(np.unique(table.groups)))
        splitter = StratifiedGroupKFold(n_folds, **keywords)
        for train, test in splitter.split(table.X, table.y, table.groups):
            if len(test):
                yield train, test


def rare_classes(table: Table, seed: int) -> np.ndarray:
    """A third of the classes, one or more, drawn by the seed: the same in every fold."""
    classes = np.unique(table.y)
    rng = np.random.default_rng(seed)
    return rng.choice(classes, max(1, round(len(classes) / 3)), replace=False)


def kept(table: Table, train: np.ndarray, scenario: str, seed: int, fold: int) -> np.ndarray:
    """The training rows that a scenario leaves.

    "cut" leaves a tenth of each rare class, but three rows, or all where there are fewer.
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
