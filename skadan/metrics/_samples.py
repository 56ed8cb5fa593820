"""Check the two samples that most metrics compare."""

import numpy as np
from numpy.typing import ArrayLike
from sklearn.utils import check_array

from .._matching import with_columns_of


def two_samples(X: ArrayLike, X_new: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    """Return real and synthetic rows as finite float64 arrays of the same columns.

    Columns of two frames are matched by name.
    """
    real: np.ndarray = check_array(X, dtype=np.float64)
    new: np.ndarray = check_array(with_columns_of(X, X_new), dtype=np.float64)
    if real.shape[1] != new.shape[1]:
        raise ValueError(f"X has {real.shape[1]} columns, X_new has {new.shape[1]}.")
    return real, new
