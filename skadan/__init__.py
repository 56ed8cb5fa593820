"""Adversarial data augmentation for small, wide tables, as imbalanced-learn samplers."""

from ._samplers import ADANSampler, WADANSampler
from ._strategy import Replicate

__version__ = "0.1.0"
__all__ = ["ADANSampler", "Replicate", "WADANSampler"]
