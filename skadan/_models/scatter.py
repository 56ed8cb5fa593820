"""How the rows of a class deviate from its centre: its own scatter, and that of all classes.

Three rows say next to nothing about the covariance of their class, and the other fifty say a lot.
The estimate is therefore a compromise between the covariance of the class and that of all classes,
as in regularised discriminant analysis (Friedman 1989), with a share that the data give.
"""

from typing import NamedTuple

import numpy as np

PRIOR = 5  # rows' worth of the variance of all classes, beside the n - 1 of a class itself
MOST_ROWS = 1024  # whose inner products are looked at
OF_A_CLASS = 16  # of these at least, where a class has so many: fewer say nothing of a covariance


class Squares(NamedTuple):
    """Estimates of squares of covariance matrices, each relative to the squares of its trace.

    `pooled` is tr(S^2) / tr(S)^2 of the covariance of all classes, one over the effective number
    of dimensions. `difference` is ||S_k - S||^2 / tr^2 in the mean over the classes, how unlike
    their scatter is.
    """

    pooled: float
    difference: float


def own_shares(squares: Squares, n: np.ndarray) -> np.ndarray:
    r"""Return the share alpha of its own covariance in that of each class, (K,).

    The covariance S_k of n_k rows has no bias, but a variance of V(n_k - 1); the pooled S of all
    classes has a smaller one, V(n - K), and a bias of D, by which the classes differ. If the two
    were independent, the risk of alpha S_k + (1 - alpha) S would be least at

    .. math:: \alpha_k = \frac{D + V(n - K)}{D + V(n - K) + V(n_k - 1)},
        \qquad V(v) = \frac{1 + R}{v}

    where V is that of normal rows (Wishart's), and all is relative to the square of the trace. R
    is ``squares.pooled`` and D ``squares.difference``. S contains S_k, so that the share is a
    little too large where the classes scatter alike: (n_k - 1) / (n - K + n_k - 1) in place of 0.
    A class of one row has a share of 0.

    Parameters
    ----------
    squares : Squares
        Of the training rows: see `squares_of`.
    n : ndarray of shape (K,)
        Rows of each class.

    Returns
    -------
    shares : ndarray of shape (K,)
        From 0 to 1.
    """
    degrees = n - 1
    risk_of_pooled = squares.difference + (1 + squares.pooled) / max(degrees.sum(), 1)
    risk_of_own = (1 + squares.pooled) / np.maximum(degrees, 1)
    return np.where(degrees > 0, risk_of_pooled / (risk_of_pooled + risk_of_own), 0.0)


def spreads(variance: np.ndarray, pooled: float, n: np.ndarray) -> np.ndarray:
    """Return the variance of each class relative to that of all, (K,), drawn towards 1.

    `PRIOR` rows of the variance of all classes are added to those of the class, as a few rows give
    theirs only roughly.
    """
    relative = variance / pooled if pooled > 0 else np.ones(len(n))
    return ((n - 1) * relative + PRIOR) / (n - 1 + PRIOR)


def some_of_each(counts: np.ndarray) -> np.ndarray:
    """Return the places of rows to look at, in a table that is sorted by class.

    All rows of rare classes and evenly spaced ones of the others, `MOST_ROWS` at most. Of very many
    classes, evenly spaced ones are looked at.
    """
    most = max(OF_A_CLASS, MOST_ROWS // len(counts))
    some = evenly_spaced(
        len(counts), MOST_ROWS // OF_A_CLASS if most == OF_A_CLASS else len(counts)
    )
    first = np.cumsum(counts) - counts
    return np.concatenate([first[k] + evenly_spaced(int(counts[k]), most) for k in some])


def evenly_spaced(n: int, most: int) -> np.ndarray:
    """Return the numbers below n, or `most` evenly spaced ones of them."""
    return np.arange(n) if n <= most else np.linspace(0, n - 1, most).astype(int)


def squares_of(x: np.ndarray, class_index: np.ndarray) -> Squares:
    """Estimate the squares of the covariances of rows x (n, r), from their inner products.

    tr(S_j S_k) is the mean square of the products of deviations of one class with those of the
    other. That of a class with itself also holds tr(S)^2 / v, with v = n_k - 1, and is put right as
    for normal rows. The difference of a class is that from all other classes together, each scaled
    to the same trace; classes count by their degrees of freedom v.
    """
    classes, k, n = np.unique(class_index, return_inverse=True, return_counts=True)
    means = np.array([x[k == c].mean(0) for c in range(len(classes))])
    e = x - means[k]
    squared = (e @ e.T) ** 2  # (n, n)
    of_class = np.zeros((len(classes), len(x)))
    of_class[k, np.arange(len(x))] = 1
    products = of_class @ squared @ of_class.T  # (K, K), sums over pairs of rows
    traces = of_class @ (e**2).sum(1)  # (K,), v tr(S)
    degrees = n - 1
    pooled = _relative_square(products.sum(), traces.sum(), degrees.sum())
    total, weight = 0.0, 0
    for c, v in enumerate(degrees.tolist()):
        others = np.arange(len(classes)) != c
        rest = int(degrees[others].sum())
        if v < 2 or rest < 2 or traces[c] <= 0 or traces[others].sum() <= 0:
            continue
        own = _relative_square(products[c, c], traces[c], v)
        other = _relative_square(products[np.ix_(others, others)].sum(), traces[others].sum(), rest)
        both = products[c, others].sum() / (traces[c] * traces[others].sum())
        total, weight = total + v * (own - 2 * both + other), weight + v
    return Squares(pooled, max(total / weight, 0.0) if weight else 0.0)


def _relative_square(square: float, trace: float, v: int) -> float:
    """Return tr(S^2) / tr(S)^2 without the bias of v degrees of freedom, from 0 to 1.

    `square` is v^2 tr(S_v^2) and `trace` v tr(S_v) of the covariance S_v that was measured.
    """
    if v < 2 or trace <= 0:
        return 1.0
    measured = square / trace**2
    return float(np.clip(v**2 / ((v - 1) * (v + 2)) * (measured - 1 / v), 0, 1))
