"""Compute class weights for training."""

from collections.abc import Mapping
from typing import Any

import numpy as np


def class_weights(class_weight: Any, classes: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """Return the weight of each class in the cross-entropy of real rows (section IV-D), (K,).

    ``"balanced"`` is the paper's n_max / n_k. Classes that a dict leaves out have weight 1.

    Raises
    ------
    ValueError
        If a dict names a class that is not in `classes`.
    """
    if class_weight is None:
        return np.ones(len(classes))
    if isinstance(class_weight, Mapping):
        unknown = [c for c in class_weight if c not in set(classes.tolist())]
        if unknown:
            raise ValueError(
                f"class_weight names {unknown}, but the classes in y are {classes.tolist()}."
            )
        return np.array([class_weight.get(c, 1.0) for c in classes.tolist()], dtype=float)
    return counts.max() / counts
