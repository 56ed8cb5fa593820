"""Real rows with noise on them, as a model."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch

from .._torch.seeding import normal
from .arrays import parts, to_array
from .base import Drawn
from .real_rows import draw_rows
from .scaling import Scaling


@dataclass(frozen=True)
class NoiseModel:
    """The training rows, and the noise that goes on them.

    Parameters
    ----------
    scaled : ndarray of shape (n, d)
        The rows' z-scores, sorted by class.
    scaling : Scaling
        From the table's units to z-scores.
    counts : ndarray of shape (K,)
        Rows of each class.
    noise_scale : float
        Standard deviation of the noise, in standard deviations of a column.
    order : ndarray of shape (n,) or None
        Index in the training table of each row. Files of older versions do not hold it.
    """

    scaled: np.ndarray
    scaling: Scaling
    counts: np.ndarray
    noise_scale: float
    order: np.ndarray | None = None

    def adjusted(self, changes: dict[str, Any]) -> "NoiseModel":
        """Return this model with another scale of the noise."""
        return replace(self, **changes)

    def sample(self, class_index: np.ndarray, rng: torch.Generator) -> Drawn:
        """Make a noisy row of each class of `class_index` (n,)."""
        rows = draw_rows(class_index, self.counts, rng)

        def noisy(part: slice) -> np.ndarray:
            x = self.scaled[rows[part]]
            noise = to_array(normal(*x.shape, rng=rng))
            return self.scaling.unscale_rows(x + self.noise_scale * noise)

        row_index = None if self.order is None else self.order[rows]
        return Drawn(map(noisy, parts(len(rows))), row_index)
