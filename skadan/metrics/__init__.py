"""Measure the quality of synthetic rows, and of classifiers on unequal classes."""

from ._fidelity import (
    TwoSampleTest,
    classifier_two_sample_test,
    conditional_hit_rate,
    maximum_mean_discrepancy,
)
from ._gain import Gain, auc_gain, recall_gain
from ._novelty import near_copy_share, nearest_neighbour_ratio
from ._ranking import one_vs_rest_auc
from ._recall import unweighted_average_recall
from ._report import QualityReport, quality_report

__all__ = [
    "Gain",
    "QualityReport",
    "TwoSampleTest",
    "auc_gain",
    "classifier_two_sample_test",
    "conditional_hit_rate",
    "maximum_mean_discrepancy",
    "near_copy_share",
    "nearest_neighbour_ratio",
    "one_vs_rest_auc",
    "quality_report",
    "recall_gain",
    "unweighted_average_recall",
]
