"""Over-sample with noisy copies of real rows, the classical baseline."""

from typing import Any, ClassVar

import numpy as np

from .._models.kept_rows import CopiesModel
from ._parameters import Flag, NonNegative, RandomState, Strategy, with_parameters
from .base import SyntheticSampler


@with_parameters
class NoiseSampler(SyntheticSampler):
    """Over-sample with real rows that have Gaussian noise added to their z-scores.

    A baseline of Yi & Mak [1]_ (section V-B). The rows of a class are used equally often.

    Parameters
    ----------
    {sampling_strategy}

    {random_state}

    {clip}

    {whole_numbers}

    noise_scale : float, default=0.1
        Standard deviation of the noise, in standard deviations of each column.

    Attributes
    ----------
    {attributes}

    See Also
    --------
    imblearn.over_sampling.RandomOverSampler : Duplicates rows; with `shrinkage`, adds noise whose
        size depends on the number of rows and columns.

    References
    ----------
    .. [1] L. Yi and M.-W. Mak, "Improving Speech Emotion Recognition With Adversarial Data
       Augmentation Network", IEEE Transactions on Neural Networks and Learning Systems, 2020.

    Examples
    --------
    >>> import numpy as np
    >>> from skadan import NoiseSampler
    >>> X, y = np.array([[0.0, 3.0], [1.0, 3.0], [9.0, 3.0]]), [0, 0, 1]
    >>> X_new, y_new = NoiseSampler(noise_scale=0.1, random_state=0).fit_resample(X, y)
    >>> X_new.shape, y_new
    ((4, 2), [0, 0, 1, 1])
    """

    sampling_strategy: Strategy = "auto"
    random_state: RandomState = None
    clip: Flag = False
    whole_numbers: Flag = False
    noise_scale: NonNegative = 0.1

    model_class: ClassVar[type] = CopiesModel
    _only_for_sampling: ClassVar[dict[str, Any]] = {
        **SyntheticSampler._only_for_sampling,
        "noise_scale": 1.0,  # any value will do: the model keeps the same rows for all
    }

    def _learn(
        self, rows: np.ndarray, class_index: np.ndarray, classes: np.ndarray, counts: np.ndarray
    ) -> CopiesModel:
        return CopiesModel.of(rows, class_index, counts, self.noise_scale)
