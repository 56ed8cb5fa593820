"""Over-sample from shrinkage estimates of each class's centre and covariance."""

from typing import Any, ClassVar

import numpy as np

from .._models.kept_rows import RowsModel
from ._parameters import AutoShare, Center, Flag, RandomState, Strategy, with_parameters
from .base import SyntheticSampler


@with_parameters
class ShrunkenSampler(SyntheticSampler):
    """Over-sample from shrinkage estimates of each class's centre and covariance.

    A few rows do not show where the next rows of their class will be: the mean of a small class is
    uncertain, mostly too far from the mean of the table, and so is its covariance. Both
    are therefore shrunk: the mean towards the mean of the table (the James-Stein estimate), the
    covariance towards that of all classes. The amount is estimated from the data. A synthetic row
    is the centre plus the deviations of two real rows from the means of their classes: one row of
    the same class and one of any class. No network is trained; `WADANSampler` does the same with
    generated rows.

    Parameters
    ----------
    {sampling_strategy}

    {random_state}

    {clip}

    {whole_numbers}

    center : {"shrunken", "mean"}, default="shrunken"
        Where the rows of a class are centred. "shrunken" is the mean of its training rows, shrunk
        towards the mean of the table: the more, the less certain it is. Use it for synthetic rows
        alone, since a boundary half way between training rows is too near to a rare class. "mean"
        is the mean itself. Use it with `PriorCorrectedClassifier`, which moves the boundary.

    {own_share}

    Attributes
    ----------
    {attributes}

    See Also
    --------
    WADANSampler : Takes the deviations from a trained generator.
    PriorCorrectedClassifier : Balances decisions without synthetic rows, or with a few.
    PartialFill : Requests a few rows.
    imblearn.over_sampling.RandomOverSampler : With `shrinkage`, a smoothed bootstrap of each class
        on its own.

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
    center: Center = "shrunken"
    own_share: AutoShare = "auto"

    model_class: ClassVar[type] = RowsModel
    _only_for_sampling: ClassVar[dict[str, Any]] = {
        **SyntheticSampler._only_for_sampling,
        "center": "shrunken",
        "own_share": "auto",
    }

    def _learn(
        self, rows: np.ndarray, class_index: np.ndarray, classes: np.ndarray, counts: np.ndarray
    ) -> RowsModel:
        return RowsModel.of(rows, class_index, center=self.center, own_share=self.own_share)
