"""Figures of what a sampler learned and whether its rows help; they need the ``plot`` extra."""

from ._curve import AugmentationCurveDisplay
from ._embedding import EmbeddingDisplay
from ._gain import RecallGainDisplay
from ._histogram import FeatureHistogramDisplay
from ._history import TrainingHistoryDisplay

__all__ = [
    "AugmentationCurveDisplay",
    "EmbeddingDisplay",
    "FeatureHistogramDisplay",
    "RecallGainDisplay",
    "TrainingHistoryDisplay",
]
