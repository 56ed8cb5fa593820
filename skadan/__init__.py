"""Adversarial data augmentation for small, wide tables, as imbalanced-learn samplers."""

from ._saving import load_generator, save_generator
from ._show_versions import show_versions
from ._strategy import Replicate
from ._version import __version__
from .samplers import (
    AAESampler,
    ADANSampler,
    ConditionalGANSampler,
    GameSampler,
    GANSampler,
    NoiseSampler,
    WADANSampler,
)

__all__ = [
    "AAESampler",
    "ADANSampler",
    "ConditionalGANSampler",
    "GANSampler",
    "GameSampler",
    "NoiseSampler",
    "Replicate",
    "WADANSampler",
    "__version__",
    "load_generator",
    "save_generator",
    "show_versions",
]
