"""Generate a classification problem with speakers."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from sklearn.utils import check_random_state

from .._strategy import proportional_counts


def make_speaker_classification(
    n_samples: int = 240,
    n_features: int = 1000,
    *,
    n_classes: int = 4,
    n_speakers: int = 6,
    n_informative: int = 8,
    class_sep: float = 1.0,
    speaker_shift: float = 0.5,
    noise: float = 1.0,
    weights: Sequence[float] | None = None,
    random_state: Any = None,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Generate a small, wide classification problem whose rows are grouped by speaker.

    A row of class k by speaker s is ``(c_k + t_s + e) A + noise``. The class centres c_k, the
    speakers' shifts t_s and the within-class spread e have ``n_informative`` dimensions, and the
    loadings A map them to ``n_features`` columns. It is like
    `sklearn.datasets.make_classification`, but with groups for leave-one-speaker-out.

    Parameters
    ----------
    n_samples : int, default=240
        Number of rows; at least ``n_classes``.
    n_features : int, default=1000
        Number of columns.
    n_classes : int, default=4
        Number of classes, whose labels are 0 to n_classes - 1.
    n_speakers : int, default=6
        Number of speakers. The rows of each class are dealt to speakers 0 to n_speakers - 1 in
        turn.
    n_informative : int, default=8
        Number of dimensions of the subspace.
    class_sep : float, default=1.0
        Standard deviation of the class centres, in units of the within-class spread.
    speaker_shift : float, default=0.5
        Standard deviation of the speakers' shifts, in the same units.
    noise : float, default=1.0
        Standard deviation of the noise of each column; the signal's is about 1.
    weights : sequence of float, default=None
        Proportions of the classes, with any sum; None for equal ones.
    random_state : int, RandomState instance or None, default=None
        Seed.

    Returns
    -------
    X : ndarray of shape (n_samples, n_features)
        Rows, float64, in random order.
    y : ndarray of shape (n_samples,)
        Classes.
    groups : ndarray of shape (n_samples,)
        Speakers.

    Raises
    ------
    ValueError
        If a size is below 1, ``n_samples`` is below ``n_classes``, or ``weights`` is not one
        positive number per class.

    Examples
    --------
    >>> from skadan.datasets import make_speaker_classification
    >>> X, y, groups = make_speaker_classification(random_state=0)
    >>> X.shape, len(set(y)), len(set(groups))
    ((240, 1000), 4, 6)
    """
    sizes = {"n_features": n_features, "n_classes": n_classes, "n_speakers": n_speakers}
    for name, value in (sizes | {"n_informative": n_informative}).items():
        if value < 1:
            raise ValueError(f"{name}={value}: must be 1 or more.")
    if n_samples < n_classes:
        raise ValueError(f"n_samples={n_samples} is fewer than n_classes={n_classes}.")
    share = np.ones(n_classes) if weights is None else np.asarray(weights, dtype=float)
    if share.shape != (n_classes,) or not (share > 0).all():
        raise ValueError(f"weights={weights!r}: give one positive number for each class.")
    rng = check_random_state(random_state)

    # One row of each class first, so that none is empty; the rest by largest remainder.
    counts = 1 + proportional_counts(n_samples - n_classes, share)
    y = np.repeat(np.arange(n_classes), counts)
    groups = np.concatenate([np.arange(count) % n_speakers for count in counts])

    centres = class_sep * rng.standard_normal((n_classes, n_informative))
    shifts = speaker_shift * rng.standard_normal((n_speakers, n_informative))
    spread = rng.standard_normal((n_samples, n_informative))
    # The root keeps the deviation of `spread @ loadings` at 1, however many dimensions there are.
    loadings = rng.standard_normal((n_informative, n_features)) / np.sqrt(n_informative)
    signal = (centres[y] + shifts[groups] + spread) @ loadings
    X = signal + noise * rng.standard_normal((n_samples, n_features))

    order = rng.permutation(n_samples)
    return X[order], y[order], groups[order]
