"""Choose parameters with which imbalanced-learn's samplers can run."""

from typing import Any

import numpy as np
from imblearn.over_sampling import SMOTE
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


class CappedSMOTE(SMOTE):
    """SMOTE that takes as many neighbours as the smallest class of the rows given has.

    In nested cross-validation a class of seven rows may have three in an inner fold, where SMOTE
    with five neighbours fails. This class counts the rows that it is given, fold by fold.

    Parameters
    ----------
    sampling_strategy : float, str, dict or callable, default="auto"
        As for `imblearn.over_sampling.SMOTE`.
    random_state : int, RandomState instance or None, default=None
        As for SMOTE.
    k_neighbors : int, default=5
        The most neighbours to take.

    Raises
    ------
    ValueError
        From ``fit_resample``, if a class has a single row: there is no neighbour to interpolate
        with.

    See Also
    --------
    smote_neighbors : The number of neighbours, for other samplers.

    Examples
    --------
    >>> from skadan.model_selection import CappedSMOTE
    >>> X, y = [[i] for i in range(11)], ["a"] * 8 + ["b"] * 3
    >>> len(CappedSMOTE(random_state=0).fit_resample(X, y)[0])
    16
    """

    def __init__(
        self, *, sampling_strategy: Any = "auto", random_state: Any = None, k_neighbors: int = 5
    ) -> None:
        super().__init__(
            sampling_strategy=sampling_strategy, random_state=random_state, k_neighbors=k_neighbors
        )

    def _fit_resample(self, X: Any, y: Any) -> Any:
        labels, counts = np.unique(y, return_counts=True)
        if counts.min() < 2:
            alone = labels[counts.argmin()]
            raise ValueError(f"SMOTE needs two rows of each class, and {str(alone)!r} has one.")
        # The parameter itself stays as it was set, as scikit-learn wants it.
        plain = SMOTE(**self.get_params() | {"k_neighbors": smote_neighbors(y, self.k_neighbors)})
        # `fit_resample` sets it, but only `_fit_resample` of this object is called.
        plain.sampling_strategy_ = self.sampling_strategy_
        return plain._fit_resample(X, y)
