"""How far synthetic rows are drawn towards the mean of the table, from the rows themselves."""

import numpy as np
from torch import Tensor

from .arrays import to_array

FLOOR = 0.15  # of a factor; three rows that share nothing would else become the mean itself


def shared_parts(u: Tensor, class_index: np.ndarray, n_classes: int) -> np.ndarray:
    """Return, for each class, the share of a row's class score that an unseen row has, (K,).

    Let the rows of class k be x = m + e about the mean of the table, with m common and e of each
    row alone. A linear classifier scores a row by its product with the sum of the class's training
    rows. For a row that is one of these n the product is b + (n - 1) a in the mean, with b = E
    ||x||^2 and a = E <x, x'> = ||m||^2 of two different rows; for a new one it is n a. The share

        n a / (b + (n - 1) a)

    goes to 1 with n, and as e goes. It assumes that rows of a class are independent of each other.

    Parameters
    ----------
    u : Tensor of shape (n, r)
        Rows as z-scores, or in orthonormal coordinates of them.
    class_index : ndarray of shape (n,)
        Their classes.
    n_classes : int
        Number of classes K, each with a row.

    Returns
    -------
    shares : ndarray of shape (K,)
        Between 0 and 1; 0 of a class of one row, which shows nothing of what it shares.
    """
    rows = to_array(u).astype(np.float64)
    n = np.bincount(class_index, minlength=n_classes)
    sums = np.zeros((n_classes, rows.shape[1]))
    np.add.at(sums, class_index, rows)
    squares = np.bincount(class_index, (rows**2).sum(1), n_classes)  # n b
    products = np.maximum((sums**2).sum(1) - squares, 0)  # n (n - 1) a
    alike = products / np.maximum(n - 1, 1)  # n a
    return alike / np.maximum(squares / n + products / n, np.finfo(float).tiny)


def shrink_factors(
    shrink: float | str, counts: np.ndarray, shares: np.ndarray | None
) -> np.ndarray | None:
    """Return the factors of the classes, (K,): a number for all, or "auto", which is the data's.

    None stands for factors of 1.
    """
    if not isinstance(shrink, str):
        return None if shrink == 1 else np.full(len(counts), shrink)
    if shares is None:
        raise ValueError(
            'shrink="auto": this sampler is of a file that an older version wrote, which does not '
            "hold what this takes from the data. Fit it again."
        )
    return np.clip(shares, FLOOR, 1)
