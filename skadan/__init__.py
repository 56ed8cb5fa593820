"""Adversarial data augmentation for small, wide tables, as imbalanced-learn samplers."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from ._version import __version__

if TYPE_CHECKING:
    from ._prior_correction import PriorCorrectedClassifier
    from ._saving import load_sampler, save_sampler
    from ._show_versions import show_versions
    from ._strategy import PartialFill, Replicate
    from .samplers import (
        AAESampler,
        ADANSampler,
        ConditionalGANSampler,
        FrozenSampler,
        GameSampler,
        GANSampler,
        NoiseSampler,
        ShrunkenSampler,
        WADANSampler,
    )

__all__ = [
    "AAESampler",
    "ADANSampler",
    "ConditionalGANSampler",
    "FrozenSampler",
    "GANSampler",
    "GameSampler",
    "NoiseSampler",
    "PartialFill",
    "PriorCorrectedClassifier",
    "Replicate",
    "ShrunkenSampler",
    "WADANSampler",
    "__version__",
    "load_sampler",
    "save_sampler",
    "show_versions",
]

# Names are imported on first use, so that `--help` and data sets do not import torch.
HOMES = {
    "PartialFill": "_strategy",
    "PriorCorrectedClassifier": "_prior_correction",
    "Replicate": "_strategy",
    "load_sampler": "_saving",
    "save_sampler": "_saving",
    "show_versions": "_show_versions",
}
MODULES = (
    "datasets",
    "displays",
    "distributed",
    "evaluation",
    "games",
    "metrics",
    "model_selection",
    "samplers",
)


def __getattr__(name: str) -> Any:
    """Import a public name on first use."""
    if name in MODULES:
        return import_module(f".{name}", __name__)
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f".{HOMES.get(name, 'samplers')}", __name__), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return [*__all__, *MODULES]
