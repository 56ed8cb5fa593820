"""Evaluate synthetic rows over folds, with one training of the sampler in each."""

from ._curve import AugmentationCurve, augmentation_curve, nested_sets
from ._neighbors import CappedSMOTE, smote_neighbors
from ._search import ResamplingSearchCV

__all__ = [
    "AugmentationCurve",
    "CappedSMOTE",
    "ResamplingSearchCV",
    "augmentation_curve",
    "nested_sets",
    "smote_neighbors",
]
