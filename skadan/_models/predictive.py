"""Compose rows that a class would have next, from estimates of its centre and its scatter.

Three rows say next to nothing about the covariance of their class; the rows of the other classes
say more. The estimate is therefore a weighted mean of the covariance of the class and the pooled
covariance of all classes, as in regularised discriminant analysis (Friedman 1989). The weight is
estimated from the data, as is the factor that shrinks the mean of the class.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from torch import Tensor

from .arrays import to_tensor

LEAST = 0.15  # smallest factor; with less, a class would be centred in the middle of the table
TINY = np.finfo(float).tiny  # avoids a division by 0
PRIOR = 5  # weight of the pooled variance, in rows; the class itself has weight n - 1
MOST_ROWS = 1024  # rows of which all pairwise inner products are computed
OF_A_CLASS = 16  # smallest number of rows taken of a class, if it has them; fewer say too little


@dataclass(frozen=True)
class Predictive:
    """Hold the centre and scatter of each class; the mean of the table is 0.

    Parameters
    ----------
    counts : ndarray of shape (K,)
        Number of training rows of each class.
    means : ndarray of shape (K, r)
        Class means, float32, in z-scores or in coordinates of the row space.
    factors : ndarray of shape (K,)
        f_k, which shrinks each mean: see `center_factors`.
    own : ndarray of shape (K,)
        alpha_k, share of the class's own covariance: see `own_shares`.
    spread : ndarray of shape (K,)
        c_k, variance of the class relative to the pooled variance: see `spreads`.
    """

    counts: np.ndarray
    means: np.ndarray
    factors: np.ndarray
    own: np.ndarray
    spread: np.ndarray

    @classmethod
    def of(
        cls,
        blocks: Iterable[np.ndarray],
        class_index: np.ndarray,
        take: Callable[[np.ndarray], np.ndarray],
    ) -> "Predictive":
        """Estimate from all rows, given in blocks, with class indices (n,).

        `take` returns the rows of given indices. Every class must have a row.
        """
        n = np.bincount(class_index)
        sums, squares = class_sums(blocks, class_index, len(n))
        variance, pooled = variances(sums, squares, n)
        means = sums / n[:, None]
        # Means and variances use all rows; covariances need inner products of all pairs of rows,
        # so they use a selection.
        row_indices = np.argsort(class_index, kind="stable")[select_rows(n)]
        shapes = squares_of(take(row_indices).astype(np.float64), class_index[row_indices])
        return cls(
            n,
            means.astype(np.float32),
            center_factors(means, variance, n),
            own_shares(shapes, n),
            spreads(variance, pooled, n),
        )

    def adjusted(self, center: str, own_share: float | str) -> "Predictive":
        """Return a copy with the centres and shares that a sampler's parameters ask for."""
        factors = np.ones(len(self.counts)) if center == "mean" else self.factors
        own = self.own if isinstance(own_share, str) else np.full(len(self.counts), own_share)
        # A class of one row has no deviations from its mean: all scatter comes from the others.
        return replace(self, factors=factors, own=np.where(self.counts > 1, own, 0.0))

    def compose(
        self, u_own: Tensor, u_any: Tensor, class_index: np.ndarray, donor: np.ndarray
    ) -> Tensor:
        r"""Compose each row (m, r) from a row of its class and a row of any class.

        Let e and e' be the deviations of the two rows from the means of their classes. Then

        .. math:: x = f_k m_k + \sqrt{1 + f_k / n_k}\,\Bigl(
            \sqrt{\alpha_k \tfrac{n_k}{n_k - 1}}\, e
            + \sqrt{(1 - \alpha_k)\, c_k \tfrac{n}{n - K}}\, e' \Bigr)

        Deviations from an estimated mean are too small; the factors n_k / (n_k - 1) and n / (n - K)
        correct for that. The factor 1 + f_k / n_k adds the uncertainty of the centre, whose
        posterior variance is f_k / n_k times that of a row.

        Parameters
        ----------
        u_own, u_any : Tensor of shape (m, r)
            Rows of the class itself and of any class.
        class_index, donor : ndarray of shape (m,)
            Classes of the two.

        Returns
        -------
        rows : Tensor of shape (m, r)
        """
        n_k, n = self.counts, int(self.counts.sum())
        widening = np.sqrt(1 + self.factors / n_k)
        own_weight = widening * np.sqrt(self.own * n_k / np.maximum(n_k - 1, 1))
        pooled_weight = widening * np.sqrt((1 - self.own) * self.spread * n / max(n - len(n_k), 1))

        def by_class(values: np.ndarray, index: np.ndarray) -> Tensor:
            """Return the values of each row's class, as a column if they are scalars."""
            picked = to_tensor(values[index].astype(np.float32), u_own.device)
            return picked[:, None] if picked.ndim == 1 else picked

        return (
            by_class(self.factors[:, None] * self.means, class_index)
            + by_class(own_weight, class_index) * (u_own - by_class(self.means, class_index))
            + by_class(pooled_weight, class_index) * (u_any - by_class(self.means, donor))
        )


def class_sums(
    blocks: Iterable[np.ndarray], class_index: np.ndarray, n_classes: int
) -> tuple[np.ndarray, np.ndarray]:
    """Return for each class the sum of its rows, (K, r), and of their squared norms, (K,)."""
    sums, squares, start = np.zeros((n_classes, 1)), np.zeros(n_classes), 0
    for block in blocks:
        x, k = block.astype(np.float64), class_index[start : start + len(block)]
        sums = sums if start else np.zeros((n_classes, x.shape[1]))
        np.add.at(sums, k, x)  # unlike sums[k] += x, this adds repeated classes
        np.add.at(squares, k, (x**2).sum(1))
        start += len(x)
    return sums, squares


def variances(sums: np.ndarray, squares: np.ndarray, n: np.ndarray) -> tuple[np.ndarray, float]:
    """Return the total variance within each class, (K,), and the pooled one of all classes.

    The total variance is the trace of the covariance matrix. A class of one row has no variance of
    its own and gets the pooled one.
    """
    # Rounding can make the difference slightly negative, for example if all rows are equal.
    scatter = np.maximum(squares - (sums**2).sum(1) / n, 0)  # (n - 1) s^2
    pooled = scatter.sum() / max((n - 1).sum(), 1)
    return np.where(n > 1, scatter / np.maximum(n - 1, 1), pooled), float(pooled)


def center_factors(means: np.ndarray, variance: np.ndarray, n: np.ndarray) -> np.ndarray:
    r"""Return the factor f of each class, (K,), that shrinks its mean towards the table's mean.

    The mean m_k of n_k rows has an expected squared error of s_k^2 / n_k. With many columns nearly
    all of this error points away from the mean of the table, which is 0 in z-scores. A share
    n_k / n of the error is also in the table's own mean. The positive-part James-Stein estimate of
    the centre corrects for the rest:

    .. math:: f_k = \max\Bigl(0.15,\;
        1 - \Bigl(\frac{1}{n_k} - \frac{1}{n}\Bigr) \frac{s_k^2}{\lVert m_k \rVert^2}\Bigr)

    It is the posterior mean under a normal prior whose variance is estimated from m_k itself. It
    also equals the Spearman-Brown reliability of a mean of n_k rows.

    Parameters
    ----------
    means : ndarray of shape (K, r)
        Class means m_k of z-scores, or of their orthonormal coordinates.
    variance : ndarray of shape (K,)
        Total variance s_k^2 within each class.
    n : ndarray of shape (K,)
        Number of rows of each class.

    Returns
    -------
    factors : ndarray of shape (K,)
        Factors from `LEAST` to 1.
    """
    error = variance * (1 / n - 1 / n.sum())
    return np.clip(1 - error / np.maximum((means**2).sum(1), TINY), LEAST, 1)


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
