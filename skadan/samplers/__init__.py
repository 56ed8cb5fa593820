"""Samplers with the API of imbalanced-learn."""

from .aae import AAESampler
from .adan import ADANSampler, WADANSampler
from .frozen import FrozenSampler
from .game import GameSampler
from .gan import ConditionalGANSampler, GANSampler
from .noise import NoiseSampler
from .shrunken import ShrunkenSampler

__all__ = [
    "AAESampler",
    "ADANSampler",
    "ConditionalGANSampler",
    "FrozenSampler",
    "GANSampler",
    "GameSampler",
    "NoiseSampler",
    "ShrunkenSampler",
    "WADANSampler",
]
