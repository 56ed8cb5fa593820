"""How far synthetic rows are drawn towards the mean of the table, from the rows themselves."""

from collections.abc import Iterable

import numpy as np

LEAST = 0.3  # factor; below it the rows of a class are hardly more than its mean
PRIOR = 5  # rows' worth of what all classes say, beside the n - 1 that a class says of itself
TINY = np.finfo(float).tiny


def shrink_from_data(
    blocks: Iterable[np.ndarray], class_index: np.ndarray, n_classes: int
) -> np.ndarray:
    """Return the factor of each class, (K,): how near its new rows lie beside the largest one's.

    Let the rows of class k be x = m + e, with m common and e of each row alone, and rho the share
    of m in them, ||m||^2 / E ||x||^2. A linear classifier scores a row by its product with the sum
    of the class's n training rows. In the mean it is E ||x||^2 (1 + (n - 1) rho) for one of these
    and E ||x||^2 n rho for a new row. New rows thus have the share

        s(n) = n rho / (1 + (n - 1) rho)

    of a training row's score (the Spearman-Brown formula). A boundary between training rows is
    right for new ones where all classes have the same share. A class of n_k rows lacks
    s(n_k) / s(n_max) beside one that had as many as the largest, and this is its factor:

        f_k = n_k / n_max (1 + (n_max - 1) rho_k) / (1 + (n_k - 1) rho_k).

    It is 1 for the largest class and in tables of equal classes, goes to 1 with rho, where rows
    are copies of each other, and to n_k / n_max where they share nothing.

    rho_k is estimated without bias from the rows of the class and the means of all, a few rows of
    it by all classes together: see `shared_parts`.
    It assumes that rows of a class are independent of each other.

    Parameters
    ----------
    blocks : iterable of ndarray of shape (m, r)
        Rows as z-scores, or in orthonormal coordinates of them, block by block.
    class_index : ndarray of shape (n,)
        The classes of all rows.
    n_classes : int
        Number of classes K, each with a row.

    Returns
    -------
    factors : ndarray of shape (K,)
        From `LEAST` to 1.
    """
    n = np.bincount(class_index, minlength=n_classes)
    rho = shared_parts(*class_sums(blocks, class_index, n_classes), n)
    factors = n / n.max() * (1 + (n.max() - 1) * rho) / (1 + (n - 1) * rho)
    return np.maximum(factors, LEAST)


def class_sums(
    blocks: Iterable[np.ndarray], class_index: np.ndarray, n_classes: int
) -> tuple[np.ndarray, np.ndarray]:
    """Return the sum of the rows of each class, (K, r), and that of their squared norms, (K,)."""
    sums, squares, start = np.zeros((n_classes, 1)), np.zeros(n_classes), 0
    for block in blocks:
        x, k = block.astype(np.float64), class_index[start : start + len(block)]
        sums = sums if start else np.zeros((n_classes, x.shape[1]))
        np.add.at(sums, k, x)
        np.add.at(squares, k, (x**2).sum(1))
        start += len(x)
    return sums, squares


def shared_parts(sums: np.ndarray, squares: np.ndarray, n: np.ndarray) -> np.ndarray:
    """Return the share rho of each class, (K,), from its sums and its number of rows n (K,).

    m_k is meant about the middle of the class means, 1/K of each: about the mean of the table the
    largest class would share nothing. ||m_k||^2 is a sum of products of two class means, and that
    of a mean with itself holds the variance of its own rows, s_k^2 / n_k, which is taken off. A
    class is given `PRIOR` rows of the share of all rows.
    """
    scatter = np.maximum(squares - (sums**2).sum(1) / n, 0)  # (n - 1) s^2
    pooled = scatter.sum() / max((n - 1).sum(), 1)
    s2 = np.where(n > 1, scatter / np.maximum(n - 1, 1), pooled)
    products = (sums / n[:, None]) @ (sums / n[:, None]).T - np.diag(s2 / n)  # <m_j, m_k>
    away = np.eye(len(n)) - 1 / len(n)
    signal = np.einsum("kj,jl,kl->k", away, products, away)  # ||m_k||^2, perhaps below 0
    of_all = n @ np.maximum(signal, 0) / max(n @ (np.maximum(signal, 0) + s2), TINY)
    own = signal / np.maximum(signal + s2, TINY)
    return np.clip(((n - 1) * own + PRIOR * of_all) / (n - 1 + PRIOR), 0, 1)


def shrink_factors(
    shrink: float | str, counts: np.ndarray, from_data: np.ndarray | None
) -> np.ndarray | None:
    """Return the factors of the classes, (K,): a number for all, or "auto", which is the data's.

    None stands for factors of 1.
    """
    if not isinstance(shrink, str):
        return None if shrink == 1 else np.full(len(counts), shrink)
    if from_data is None:
        raise ValueError(
            'shrink="auto": this sampler is of a file that an older version wrote, which does not '
            "hold what this takes from the data. Fit it again."
        )
    return from_data
