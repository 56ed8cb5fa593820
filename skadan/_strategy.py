"""How many rows to make of which class."""

import numpy as np
from numpy.typing import ArrayLike


class Replicate:
    """Ask for `n_sets` synthetic sets, each of the size and class counts of the real data.

    A callable for ``sampling_strategy`` of any over-sampler, these and imbalanced-learn's alike, so
    that samplers can be compared on one budget. Unlike a dict it holds in a fold that lacks a
    class, and unlike a lambda it pickles.

    Parameters
    ----------
    n_sets : int, default=1
        Number of synthetic sets, 1 or more. The paper (section IV-D) adds ten.

    Raises
    ------
    ValueError
        If ``n_sets`` is not a whole number of 1 or more.

    Examples
    --------
    >>> from skadan import Replicate
    >>> Replicate(10)(["sad", "sad", "happy"]) == {"happy": 11, "sad": 22}
    True
    """

    def __init__(self, n_sets: int = 1) -> None:
        self.n_sets = n_sets
        if isinstance(n_sets, bool) or not isinstance(n_sets, (int, np.integer)) or n_sets < 1:
            raise ValueError(f"Replicate(n_sets={n_sets!r}): n_sets is a whole number, 1 or more.")

    def __call__(self, y: ArrayLike) -> dict:
        """Return the rows of each class after resampling, ``{c: (n_sets + 1) * n_c}``."""
        classes, counts = np.unique(np.asarray(y), return_counts=True)
        k = int(self.n_sets)
        return {c: (k + 1) * n for c, n in zip(classes.tolist(), counts.tolist(), strict=True)}

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Replicate) and self.n_sets == other.n_sets

    def __hash__(self) -> int:
        return hash((Replicate, self.n_sets))

    def __repr__(self) -> str:
        return f"Replicate({self.n_sets})"


def proportional_counts(n_rows: int, counts: np.ndarray) -> np.ndarray:
    """Share out `n_rows` in the proportions of `counts`, by largest remainder."""
    exact = n_rows * counts / counts.sum()
    whole = np.floor(exact).astype(int)
    rest = np.argsort(whole - exact, kind="stable")[: n_rows - whole.sum()]
    whole[rest] += 1
    return whole
