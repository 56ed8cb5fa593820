"""Adversarial data augmentation for small, wide tables, as imbalanced-learn samplers."""

from ._saving import load_generator, save_generator
from ._strategy import Replicate
from ._version import __version__
from .samplers import (
    AAESampler,
    ADANSampler,
    ConditionalGANSampler,
    GANSampler,
    NoiseSampler,
    WADANSampler,
)

__all__ = [
    "AAESampler",
    "ADANSampler",
    "ConditionalGANSampler",
    "GANSampler",
    "NoiseSampler",
    "Replicate",
    "WADANSampler",
    "__version__",
    "load_generator",
    "save_generator",
]
