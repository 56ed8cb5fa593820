"""The classical baseline: real rows with noise on them."""

from dataclasses import dataclass
from numbers import Real
from typing import ClassVar

import numpy as np
from sklearn.utils._param_validation import Interval

from .._models.noise import NoiseModel
from .._models.scaling import Scaling
from ._docstrings import documented
from .base import SyntheticSampler


@documented
@dataclass(kw_only=True, eq=False, repr=False)
class NoiseSampler(SyntheticSampler):
    """Over-sampling by real rows with Gaussian noise on their z-scores.

    A baseline of Yi & Mak [1]_ (section V-B). No row of a class is taken again before all were.

    Parameters
    ----------
    {parameters}

    Attributes
    ----------
    {attributes}

    See Also
    --------
    imblearn.over_sampling.RandomOverSampler : Duplication; with `shrinkage`, noise whose size
        follows the number of rows and columns.

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

    noise_scale: float = 0.1

    _parameter_constraints: ClassVar[dict] = {
        **SyntheticSampler._parameter_constraints,
        "noise_scale": [Interval(Real, 0, None, closed="left")],
    }

    def _learn(
        self, rows: np.ndarray, numbers: np.ndarray, classes: np.ndarray, counts: np.ndarray
    ) -> NoiseModel:
        scaling = Scaling.fit(rows)
        z = scaling.scale_rows(rows)[np.argsort(numbers, kind="stable")]
        return NoiseModel(z, scaling, counts, self.noise_scale)
