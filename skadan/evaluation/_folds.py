"""Split rows into outer folds to score on, and inner folds to choose a penalty on."""

import warnings
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from sklearn.model_selection import LeaveOneGroupOut, StratifiedGroupKFold, StratifiedKFold

from ._problem import Problem
from ._settings import Settings

N_FOLDS = 10
N_INNER = 3
NUMBERS = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"]

Splits = list[tuple[np.ndarray, np.ndarray]]  # row indices: training rows, test rows


class Folds(NamedTuple):
    """Hold the outer folds, a name for each, and a description of them all."""

    splits: Splits
    names: list[str]
    text: str


def outer_folds(problem: Problem, settings: Settings) -> Folds:
    """Split the rows into the folds that are held out in turn."""
    _, y, groups = problem
    n_folds = settings.n_folds or N_FOLDS
    most = int(np.unique(y, return_counts=True)[1].max())  # more folds than that cannot stratify
    if groups is None:
        if most < 2:
            raise ValueError("Every class has a single row: there is none to hold out.")
        splits = _split(StratifiedKFold, min(n_folds, most), y, None, settings.random_state)
        return Folds(splits, _numbered(splits), f"{_in_words(len(splits))} stratified folds")
    name, n_groups = settings.group_name or "group", len(np.unique(groups))
    if n_groups < 2:
        raise ValueError(f"All rows have the {name} {groups[0]}: there is no other to hold out.")
    if n_groups <= n_folds:
        # Of its first argument, a splitter uses only the length.
        splits = list(LeaveOneGroupOut().split(y, y, groups))
        names = [f"{name} {groups[test[0]]}" for _, test in splits]
        return Folds(splits, names, f"one {name} held out at a time")
    splits = _split(
        StratifiedGroupKFold, max(2, min(n_folds, most)), y, groups, settings.random_state
    )
    regular = name.isalpha() and not name.endswith(("s", "x", "y", "ch", "sh"))
    many = f"{n_groups} {name}s" if regular else f"{n_groups} groups"
    return Folds(splits, _numbered(splits), f"{_in_words(len(splits))} folds of {many}")


def inner_folds(training: Problem, seed: int) -> Splits:
    """Split training rows into folds to choose a penalty on: three, or two if a class is rare.

    The folds keep groups together where there are two groups or more.
    """
    _, y, groups = training
    labels, n_rows = np.unique(y, return_counts=True)
    if n_rows.max() < 2:
        return []
    if groups is None or len(np.unique(groups)) < 2:
        return _split(StratifiedKFold, _at_most_three(n_rows), y, None, seed)
    n_groups = np.array([len(np.unique(groups[y == label])) for label in labels])
    return _split(StratifiedGroupKFold, _at_most_three(n_groups), y, groups, seed)


def _at_most_three(counts: np.ndarray) -> int:
    """Return the number of inner folds if classes have so many rows, or are in so many groups."""
    return int(np.clip(counts.min(), 2, N_INNER))


def _split(
    kind: Callable[..., Any], n_folds: int, y: np.ndarray, groups: np.ndarray | None, seed: int
) -> Splits:
    with warnings.catch_warnings():
        # A class with fewer rows than folds is missing from some folds, which all scores allow.
        warnings.filterwarnings("ignore", "The least populated class", UserWarning)
        return list(kind(n_folds, shuffle=True, random_state=seed).split(y, y, groups))


def _numbered(splits: Splits) -> list[str]:
    return [f"fold {i} of {len(splits)}" for i in range(1, len(splits) + 1)]


def _in_words(number: int) -> str:
    return NUMBERS[number] if number < len(NUMBERS) else str(number)
