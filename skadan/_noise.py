"""The classical baseline: real rows with noise on them."""

from collections.abc import Iterator
from dataclasses import dataclass
from numbers import Real
from typing import ClassVar

import numpy as np
import torch
from sklearn.utils._param_validation import Interval

from ._docstrings import documented
from ._model import CHUNK, normal
from ._real_rows import draw_rows
from ._scaling import Scaling
from ._shell import SyntheticSampler


@dataclass(frozen=True)
class NoiseModel:
    """The training rows' z-scores, class by class, and the noise that goes on them."""

    z: np.ndarray
    scaling: Scaling
    counts: np.ndarray
    noise_scale: float

    def sample(self, classes: np.ndarray, generator: torch.Generator) -> Iterator[np.ndarray]:
        """A row of each class number (n,), with its noise."""
        rows = draw_rows(classes, self.counts, generator)
        for start in range(0, len(rows), CHUNK):
            z = self.z[rows[start : start + CHUNK]]
            noise = normal(len(z), z.shape[1], generator).numpy()
            yield self.scaling.unscale_rows(z + self.noise_scale * noise)


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
