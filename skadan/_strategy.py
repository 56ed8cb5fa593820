"""How many rows to make of which class."""

from numbers import Real

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
        if isinstance(n_sets, bool) or not isinstance(n_sets, (int, np.integer)) or n_sets < 1:
            raise ValueError(f"Replicate(n_sets={n_sets!r}): n_sets is a whole number, 1 or more.")
        self.n_sets: int = int(n_sets)

    def __call__(self, y: ArrayLike) -> dict:
        """Return the rows of each class after resampling, ``{c: (n_sets + 1) * n_c}``."""
        classes, counts = np.unique(np.asarray(y), return_counts=True)
        return {
            c: (self.n_sets + 1) * n for c, n in zip(classes.tolist(), counts.tolist(), strict=True)
        }

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Replicate) and self.n_sets == other.n_sets

    def __hash__(self) -> int:
        return hash((Replicate, self.n_sets))

    def __repr__(self) -> str:
        return f"Replicate({self.n_sets})"


class PartialFill:
    """Ask for rare classes to be filled a part of the way to the size of the largest.

    A class of n_k rows gets ``n_k ** (1 - share) * n_max ** share`` rows, that is, it goes `share`
    of the way in the logarithm of its size. A classifier that sees a few rows thirty times over
    learns their noise; a few synthetic rows and `PriorCorrectedClassifier` leave the direction of
    its boundary alone and put its place right. Like `Replicate`, it is a callable for the
    ``sampling_strategy`` of any over-sampler. Under-samplers refuse it: it asks for more rows.

    Parameters
    ----------
    share : float, default=0.25
        Above 0 and up to 1. With 1 every class gets as many rows as the largest, as with "auto".

    Raises
    ------
    ValueError
        If ``share`` is not a number above 0 and up to 1.

    See Also
    --------
    Replicate : Whole synthetic sets.
    PriorCorrectedClassifier : Corrects the class shares that are left unequal.

    Examples
    --------
    >>> from skadan import PartialFill
    >>> PartialFill(0.25)(["rare"] * 3 + ["frequent"] * 243) == {"frequent": 243, "rare": 9}
    True
    """

    def __init__(self, share: float = 0.25) -> None:
        if isinstance(share, bool) or not isinstance(share, Real) or not 0 < share <= 1:
            raise ValueError(
                f"PartialFill(share={share!r}): share is a number above 0 and up to 1."
            )
        self.share: float = float(share)

    def __call__(self, y: ArrayLike) -> dict:
        """Return the rows of each class after resampling."""
        classes, counts = np.unique(np.asarray(y), return_counts=True)
        wanted = np.rint(counts ** (1 - self.share) * counts.max() ** self.share).astype(int)
        return dict(zip(classes.tolist(), np.maximum(wanted, counts).tolist(), strict=True))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, PartialFill) and self.share == other.share

    def __hash__(self) -> int:
        return hash((PartialFill, self.share))

    def __repr__(self) -> str:
        return f"PartialFill({self.share})"


def proportional_counts(n_rows: int, counts: np.ndarray) -> np.ndarray:
    """Share out `n_rows` in the proportions of `counts`, by largest remainder."""
    exact = n_rows * counts / counts.sum()
    whole = np.floor(exact).astype(int)
    rest = np.argsort(whole - exact, kind="stable")[: n_rows - whole.sum()]
    whole[rest] += 1
    return whole
