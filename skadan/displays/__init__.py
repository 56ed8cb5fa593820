"""Draw what a sampler has learned and whether its rows help; needs the ``plot`` extra."""

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
