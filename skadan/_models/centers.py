"""Estimate the centre of each class by shrinking its mean towards the mean of the table."""

from collections.abc import Iterable

import numpy as np

LEAST = 0.15  # smallest factor; with less, a class would be centred in the middle of the table
TINY = np.finfo(float).tiny  # avoids a division by 0


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
