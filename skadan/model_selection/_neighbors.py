"""Choose parameters with which imbalanced-learn's samplers can run."""

import numpy as np
from numpy.typing import ArrayLike


def smote_neighbors(y: ArrayLike, at_most: int = 5) -> int:
    """Return the largest number of neighbours that SMOTE can find in every class.

    SMOTE looks for the ``k_neighbors`` nearest rows of the same class, so each class needs at least
    ``k_neighbors`` + 1 rows. You can use the result for ADASYN's ``n_neighbors`` as well.

    Parameters
    ----------
    y : array-like of shape (n_samples,)
        Labels of the rows to be resampled.
    at_most : int, default=5
        The number to return if no class is too small for it. SMOTE and ADASYN use 5 by default.

    Returns
    -------
    n_neighbors : int
        `at_most`, or the number of rows of the smallest class minus 1 if that is smaller. It is 0
        if a class has a single row. SMOTE refuses 0, because there is no neighbour to interpolate
        with.

    Examples
    --------
    >>> from imblearn.over_sampling import SMOTE
    >>> from skadan.model_selection import smote_neighbors
    >>> y = ["a"] * 8 + ["b"] * 3
    >>> smote_neighbors(y)
    2
    >>> X = [[i] for i in range(11)]
    >>> len(SMOTE(k_neighbors=smote_neighbors(y)).fit_resample(X, y)[0])
    16
    """
    _, counts = np.unique(np.asarray(y), return_counts=True)
    return int(min(at_most, counts.min() - 1))
