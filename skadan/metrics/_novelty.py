"""How far synthetic rows are from the training rows."""

import numpy as np
from numpy.typing import ArrayLike
from sklearn.neighbors import NearestNeighbors
from sklearn.preprocessing import StandardScaler

from ._samples import two_samples


def nearest_neighbour_ratio(X: ArrayLike, X_new: ArrayLike) -> np.ndarray:
    """Distance of each synthetic row to the nearest real one, against what is usual there.

    The unit is the distance of that real row to its own nearest real neighbour, so a copy has 0
    and a row as far out as its neighbours are from each other has 1. Distances are Euclidean,
    between rows z-normed by the mean and standard deviation of `X`. Where a real row has an exact
    twin the unit is 0: a copy of it still gives 0, anything else infinity.

    It says how close synthetic rows come to training rows. It is no measure of privacy: a row that
    is far from all others can still give a person away.

    Parameters
    ----------
    X : array-like of shape (n_samples, n_features)
        Real rows, 2 or more.
    X_new : array-like of shape (n_samples_new, n_features)
        Synthetic rows.

    Returns
    -------
    ratio : ndarray of shape (n_samples_new,)
        0 or more.

    Examples
    --------
    >>> from skadan.metrics import nearest_neighbour_ratio
    >>> nearest_neighbour_ratio([[0.0], [1.0], [3.0]], [[1.0], [1.5], [9.0]])
    array([0. , 0.5, 3. ])
    """
    X, X_new = two_samples(X, X_new)
    if len(X) < 2:
        raise ValueError("X has 1 row; a row needs another real one to be compared with.")
    scaler = StandardScaler().fit(X)
    X, X_new = scaler.transform(X), scaler.transform(X_new)
    real = NearestNeighbors(n_neighbors=1).fit(X)
    usual = real.kneighbors()[0][:, 0]  # of each real row to its nearest other one
    nearest, index = (values[:, 0] for values in real.kneighbors(X_new))
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(nearest == 0, 0.0, nearest / usual[index])


def near_copy_share(X: ArrayLike, X_new: ArrayLike, *, threshold: float = 0.1) -> float:
    """Share of synthetic rows that lie next to a training row.

    0 does not say that rows are new: all of them may lie just beyond the threshold. Look at the
    quantiles of the ratio, too, which `quality_report` prints.

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
