"""Adversarial data augmentation for small, wide tables, as imbalanced-learn samplers."""

from ._noise import NoiseSampler
from ._samplers import (
    AAESampler,
    ADANSampler,
    ConditionalGANSampler,
    GANSampler,
    WADANSampler,
)
from ._strategy import Replicate

__version__ = "0.1.0"
__all__ = [
    "AAESampler",
    "ADANSampler",
    "ConditionalGANSampler",
    "GANSampler",
    "NoiseSampler",
    "Replicate",
    "WADANSampler",
]
