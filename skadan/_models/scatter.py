"""Estimate how the rows of a class scatter around its centre.

Three rows say next to nothing about the covariance of their class; the rows of the other classes
say more. The estimate is therefore a weighted mean of the covariance of the class and the pooled
covariance of all classes, as in regularised discriminant analysis (Friedman 1989). The weight is
estimated from the data.
"""

from typing import NamedTuple

import numpy as np

PRIOR = 5  # weight of the pooled variance, in rows; the class itself has weight n - 1
MOST_ROWS = 1024  # rows of which all pairwise inner products are computed
OF_A_CLASS = 16  # smallest number of rows taken of a class, if it has them; fewer say too little


class Squares(NamedTuple):
    """Hold estimated squares of covariance matrices, relative to the squares of their traces.

    `pooled` is tr(S^2) / tr(S)^2 of the pooled covariance S, which is 1 over the effective number
    of dimensions. `difference` is the mean over the classes of ||S_k - S||^2 / tr^2: how much their
    scatter differs.
    """

    pooled: float
    difference: float


def own_shares(squares: Squares, n: np.ndarray) -> np.ndarray:
    r"""Return the weight alpha of each class's own covariance in the estimate, (K,).

    The covariance S_k of n_k rows has no bias, but the variance V(n_k - 1). The pooled covariance S
    has a smaller variance, V(n - K), but a squared bias D, by which the classes differ. If the two
    were independent, the risk of alpha S_k + (1 - alpha) S would be smallest at

    .. math:: \alpha_k = \frac{D + V(n - K)}{D + V(n - K) + V(n_k - 1)},
        \qquad V(v) = \frac{1 + R}{v}

    where V is the variance for normal rows (Wishart), and all values are relative to the square of
    the trace. R is ``squares.pooled`` and D is ``squares.difference``. Because S contains S_k, the
    share is slightly too large if the classes scatter alike: (n_k - 1) / (n - K + n_k - 1) instead
    of 0. A class of one row has the share 0.

    Parameters
    ----------
    squares : Squares
        Estimates from the training rows: see `squares_of`.
    n : ndarray of shape (K,)
        Number of rows of each class.

    Returns
    -------
    shares : ndarray of shape (K,)
        Shares from 0 to 1.
    """
    degrees = n - 1
    risk_of_pooled = squares.difference + (1 + squares.pooled) / max(degrees.sum(), 1)
    risk_of_own = (1 + squares.pooled) / np.maximum(degrees, 1)
    return np.where(degrees > 0, risk_of_pooled / (risk_of_pooled + risk_of_own), 0.0)


def spreads(variance: np.ndarray, pooled: float, n: np.ndarray) -> np.ndarray:
    """Return the variance of each class relative to the pooled one, (K,), shrunk towards 1.

    The pooled variance counts as `PRIOR` additional rows of the class, because a few rows estimate
    a variance only roughly.
    """
    relative = variance / pooled if pooled > 0 else np.ones(len(n))
    return ((n - 1) * relative + PRIOR) / (n - 1 + PRIOR)


def select_rows(counts: np.ndarray) -> np.ndarray:
    """Return indices of rows to estimate covariances from, in a table sorted by class.

    These are all rows of rare classes and evenly spaced rows of the others, at most `MOST_ROWS`. If
    there are very many classes, only evenly spaced classes are used.
    """
    most = max(OF_A_CLASS, MOST_ROWS // len(counts))
    classes = evenly_spaced(
        len(counts), MOST_ROWS // OF_A_CLASS if most == OF_A_CLASS else len(counts)
    )
    first = np.cumsum(counts) - counts
    return np.concatenate([first[k] + evenly_spaced(int(counts[k]), most) for k in classes])


def evenly_spaced(n: int, most: int) -> np.ndarray:
    """Return the integers below n, or `most` evenly spaced ones if n is larger than that."""
    return np.arange(n) if n <= most else np.linspace(0, n - 1, most).astype(int)


def squares_of(x: np.ndarray, class_index: np.ndarray) -> Squares:
    """Estimate the squares of covariances from the inner products of rows x (n, r).

    tr(S_j S_k) is the mean squared inner product of deviations of class j with deviations of class
    k. For a class with itself this has a bias of about tr(S)^2 / v, with v = n_k - 1, which is
    removed as for normal rows. The difference of a class is its difference from all other classes
    together, each scaled to the same trace. Classes are weighted by their degrees of freedom v.
    """
    classes, k, n = np.unique(class_index, return_inverse=True, return_counts=True)
    means = np.array([x[k == c].mean(0) for c in range(len(classes))])
    e = x - means[k]
    # Squares of inner products give traces of products of covariances without the (r, r) matrices
    # themselves, of which r may be thousands.
    squared = (e @ e.T) ** 2  # (n, n)
    membership = np.zeros((len(classes), len(x)))
    membership[k, np.arange(len(x))] = 1
    products = membership @ squared @ membership.T  # (K, K), sums over pairs of rows
    traces = membership @ (e**2).sum(1)  # (K,), v tr(S)
    degrees = n - 1
    pooled = _relative_square(products.sum(), traces.sum(), degrees.sum())
    total, weight = 0.0, 0
    for c, v in enumerate(degrees.tolist()):
        others = np.arange(len(classes)) != c
        rest = int(degrees[others].sum())
        if v < 2 or rest < 2 or traces[c] <= 0 or traces[others].sum() <= 0:
            continue  # too few rows for an estimate without bias, or all rows are equal
        own = _relative_square(products[c, c], traces[c], v)
        other = _relative_square(products[np.ix_(others, others)].sum(), traces[others].sum(), rest)
        both = products[c, others].sum() / (traces[c] * traces[others].sum())
        total, weight = total + v * (own - 2 * both + other), weight + v
    # Unbiased estimates of a square can be negative.
    return Squares(pooled, max(total / weight, 0.0) if weight else 0.0)


def _relative_square(square: float, trace: float, v: int) -> float:
    """Return tr(S^2) / tr(S)^2, from 0 to 1, corrected for the bias of v degrees of freedom.

    `square` is v^2 tr(S_v^2) and `trace` is v tr(S_v), where S_v is the measured covariance.
    """
    if v < 2 or trace <= 0:
        return 1.0
    measured = square / trace**2
    return float(np.clip(v**2 / ((v - 1) * (v + 2)) * (measured - 1 / v), 0, 1))
