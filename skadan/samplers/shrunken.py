"""Copies of real rows, drawn towards the mean of the table."""

from dataclasses import replace
from typing import Any, ClassVar

import numpy as np

from .._models.copies import CopiesModel
from .._models.shrinkage import shrink_from_data
from ._parameters import Flag, RandomState, Shrink, Strategy, with_parameters
from .base import SyntheticSampler


@with_parameters
class ShrunkenSampler(SyntheticSampler):
    """Over-sampling by copies of real rows that are drawn towards the mean of the table.

    Each row holds a part that no other row of its class shares. Where columns outnumber rows this
    part is most of the row, and a new row of the class lacks it: seen from the training rows, it
    lies nearer to the middle, and a boundary half way between the classes is too near to a rare
    one. Copies at the distance of new rows mend that. SMOTE, which stays between training rows,
    does not. No network is trained: this is what `WADANSampler` does without one.

    Parameters
    ----------
    {sampling_strategy}

    {random_state}

    {clip}

    {whole_numbers}

    {shrink}

    Attributes
    ----------
    {attributes}

    See Also
    --------
    WADANSampler : Rows of their own at the same distance.
    imblearn.over_sampling.RandomOverSampler : Plain copies; its ``shrinkage`` is another thing, the
        size of noise.
    PriorCorrectedClassifier : Balanced decisions without synthetic rows.

    Notes
    -----
    {when_rows_help}

    Examples
    --------
    >>> from skadan import ShrunkenSampler
    >>> from skadan.datasets import make_speaker_classification
    >>> X, y, _ = make_speaker_classification(60, 400, n_classes=2, weights=(5, 1), random_state=0)
    >>> X_new, y_new = ShrunkenSampler(random_state=0).fit_resample(X, y)
    >>> X_new.shape
    (98, 400)
    """

    sampling_strategy: Strategy = "auto"
    random_state: RandomState = None
    clip: Flag = False
    whole_numbers: Flag = False
    shrink: Shrink = "auto"

    _only_for_sampling: ClassVar[dict[str, Any]] = {
        **SyntheticSampler._only_for_sampling,
        "shrink": "auto",
    }

    def _learn(
        self, rows: np.ndarray, class_index: np.ndarray, classes: np.ndarray, counts: np.ndarray
    ) -> CopiesModel:
        model = CopiesModel.of(rows, class_index, counts)
        by_class = np.repeat(np.arange(len(counts)), counts)  # as the model has the rows
        from_data = shrink_from_data([model.scaled], by_class, len(counts))
        return replace(model, from_data=from_data).adjusted({"shrink": self.shrink})
