"""Choose how many rows of each class to generate."""

from numbers import Real

import numpy as np
from numpy.typing import ArrayLike


class Replicate:
    """Request `n_sets` synthetic sets, each with the size and class counts of the real data.

    Pass it as ``sampling_strategy`` to any over-sampler, of this package or of imbalanced-learn, to
    compare samplers with the same number of rows. Unlike a dict, it works in a fold that lacks a
    class. Unlike a lambda, it can be pickled.

    Parameters
    ----------
    n_sets : int, default=1
        Number of synthetic sets, 1 or more. The paper adds ten (section IV-D).

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
            raise ValueError(
                f"Replicate(n_sets={n_sets!r}): n_sets must be a whole number of 1 or more."
            )
        self.n_sets: int = int(n_sets)

    def __call__(self, y: ArrayLike) -> dict:
        """Return the number of rows of each class after resampling, ``{c: (n_sets + 1) * n_c}``."""
        classes, counts = np.unique(np.asarray(y), return_counts=True)
        # Python's integers: those of NumPy would overflow for a huge `n_sets`.
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
    """Request rows that bring rare classes part of the way to the size of the largest class.

    A class of n_k rows gets ``n_k ** (1 - share) * n_max ** share`` rows, that is, it goes `share`
    of the way on a logarithmic scale. If a few rows are repeated thirty times, a classifier learns
    their noise. Instead, add a few synthetic rows and use `PriorCorrectedClassifier`, which moves
    the classifier's boundary without turning it. Like `Replicate`, pass it as ``sampling_strategy``
    to any over-sampler. Under-samplers refuse it, because it requests more rows.

    Parameters
    ----------
    share : float, default=0.25
        Above 0 and at most 1. With 1, every class gets as many rows as the largest, as with "auto".

    Raises
    ------
    ValueError
        If ``share`` is not a number above 0 and at most 1.

    See Also
    --------
    Replicate : Request whole synthetic sets.
    PriorCorrectedClassifier : Correct for class shares that are still unequal.

    Examples
    --------
    >>> from skadan import PartialFill
    >>> PartialFill(0.25)(["rare"] * 3 + ["frequent"] * 243) == {"frequent": 243, "rare": 9}
    True
    """

    def __init__(self, share: float = 0.25) -> None:
        if isinstance(share, bool) or not isinstance(share, Real) or not 0 < share <= 1:
            raise ValueError(
                f"PartialFill(share={share!r}): share must be a number above 0 and at most 1."
            )
        self.share: float = float(share)

    def __call__(self, y: ArrayLike) -> dict:
        """Return the number of rows of each class after resampling."""
        classes, counts = np.unique(np.asarray(y), return_counts=True)
        wanted = np.rint(counts ** (1 - self.share) * counts.max() ** self.share).astype(int)
        # Rounding must not remove real rows: over-samplers refuse to shrink a class.
        return dict(zip(classes.tolist(), np.maximum(wanted, counts).tolist(), strict=True))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, PartialFill) and self.share == other.share

    def __hash__(self) -> int:
        return hash((PartialFill, self.share))

    def __repr__(self) -> str:
        return f"PartialFill({self.share})"


def proportional_counts(n_rows: int, counts: np.ndarray) -> np.ndarray:
    """Distribute `n_rows` over classes in proportion to `counts`, by largest remainder."""
    exact = n_rows * counts / counts.sum()
    whole = np.floor(exact).astype(int)
    # whole - exact is minus the remainder, so the largest remainders come first. Classes with equal
    # remainders keep their order.
    rest = np.argsort(whole - exact, kind="stable")[: n_rows - whole.sum()]
    whole[rest] += 1
    return whole
