"""How good synthetic rows are, and how well a classifier does on unequal classes."""

from ._fidelity import (
    TwoSampleTest,
    classifier_two_sample_test,
    conditional_hit_rate,
    maximum_mean_discrepancy,
)
from ._novelty import near_copy_share, nearest_neighbour_ratio
from ._recall import RecallGain, recall_gain, unweighted_average_recall
from ._report import QualityReport, quality_report

__all__ = [
    "QualityReport",
    "RecallGain",
    "TwoSampleTest",
    "classifier_two_sample_test",
    "conditional_hit_rate",
    "maximum_mean_discrepancy",
    "near_copy_share",
    "nearest_neighbour_ratio",
    "quality_report",
    "recall_gain",
    "unweighted_average_recall",
]
