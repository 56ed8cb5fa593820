"""Measure how far synthetic rows are from the training rows."""

import numpy as np
from numpy.typing import ArrayLike
from sklearn.neighbors import NearestNeighbors
from sklearn.preprocessing import StandardScaler

from ._samples import two_samples


def nearest_neighbour_ratio(X: ArrayLike, X_new: ArrayLike) -> np.ndarray:
    """Compute each synthetic row's distance to the nearest real row, relative to real distances.

    The distance is divided by the distance of that real row to its own nearest real neighbour. A
    copy has the ratio 0, and a row at the usual distance has 1. Distances are Euclidean, between
    rows z-normed by the mean and standard deviation of `X`. If a real row has an exact duplicate,
    the divisor is 0: a copy still has the ratio 0, any other row has infinity.

    The ratio shows how close synthetic rows come to training rows. It does not measure privacy: a
    row that is far from all others can still identify a person.

    Parameters
    ----------
    X : array-like of shape (n_samples, n_features)
        Real rows, 2 or more.
    X_new : array-like of shape (n_samples_new, n_features)
        Synthetic rows.

    Returns
    -------
    ratio : ndarray of shape (n_samples_new,)
        Ratios, 0 or more.

    Examples
    --------
    >>> from skadan.metrics import nearest_neighbour_ratio
    >>> nearest_neighbour_ratio([[0.0], [1.0], [3.0]], [[1.0], [1.5], [9.0]])
    array([0. , 0.5, 3. ])
    """
    X, X_new = two_samples(X, X_new)
    if len(X) < 2:
        raise ValueError("X has 1 row; the ratio needs 2 or more real rows.")
    scaler = StandardScaler().fit(X)
    X, X_new = scaler.transform(X), scaler.transform(X_new)
    real = NearestNeighbors(n_neighbors=1).fit(X)
    usual = real.kneighbors()[0][:, 0]  # without an argument, a row is not its own neighbour
    nearest, index = (values[:, 0] for values in real.kneighbors(X_new))
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(nearest == 0, 0.0, nearest / usual[index])


def near_copy_share(X: ArrayLike, X_new: ArrayLike, *, threshold: float = 0.1) -> float:
    """Compute the share of synthetic rows that are close to a training row.

    A share of 0 does not prove that rows are new: all may be just beyond the threshold. Also look
    at the quantiles of the ratio, which `quality_report` prints.

    Parameters
    ----------
    X : array-like of shape (n_samples, n_features)
        Real rows, 2 or more.
    X_new : array-like of shape (n_samples_new, n_features)
        Synthetic rows.
    threshold : float, default=0.1
        Largest `nearest_neighbour_ratio` that counts as a copy.

    Returns
    -------
    share : float
        Between 0 and 1.

    Examples
    --------
    >>> from skadan.metrics import near_copy_share
    >>> near_copy_share([[0.0], [1.0], [3.0]], [[1.0], [1.5]])
    0.5
    """
    return float(np.mean(nearest_neighbour_ratio(X, X_new) <= threshold))
