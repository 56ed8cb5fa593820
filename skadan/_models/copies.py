"""Copies of real rows, drawn towards the mean or with noise on them, as a model."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch

from .._torch.seeding import normal
from .arrays import parts, to_array
from .base import Drawn
from .real_rows import draw_rows
from .scaling import Scaling
from .shrinkage import shrink_factors


@dataclass(frozen=True)
class CopiesModel:
    """The training rows, and what is done to a copy of one.

    Parameters
    ----------
    scaled : ndarray of shape (n, d)
        The rows' z-scores, sorted by class.
    scaling : Scaling
        From the table's units to z-scores.
    counts : ndarray of shape (K,)
        Rows of each class.
    noise_scale : float, default=0.0
        Standard deviation of the noise, in standard deviations of a column.
    order : ndarray of shape (n,) or None
        Index in the training table of each row. Files of older versions do not hold it.
    shrink : ndarray of shape (K,) or None
        Factor of the distance of a class's copies from the mean of the table; None for 1.
    from_data : ndarray of shape (K,) or None
        What "auto" goes by: see `shrink_from_data`.
    """

    scaled: np.ndarray
    scaling: Scaling
    counts: np.ndarray
    noise_scale: float = 0.0
    order: np.ndarray | None = None
    shrink: np.ndarray | None = None
    from_data: np.ndarray | None = None

    @classmethod
    def of(
        cls, rows: np.ndarray, class_index: np.ndarray, counts: np.ndarray, **changes: Any
    ) -> "CopiesModel":
        """Keep rows (n, d) in the table's units; `changes` are other fields."""
        scaling, order = Scaling.fit(rows), np.argsort(class_index, kind="stable")
        return cls(scaling.scale_rows(rows)[order], scaling, counts, order=order, **changes)

    def adjusted(self, changes: dict[str, Any]) -> "CopiesModel":
        """Return this model with another scale of the noise, or other factors."""
        if "shrink" in changes:
            factors = shrink_factors(changes["shrink"], self.counts, self.from_data)
            changes = changes | {"shrink": factors}
        return replace(self, **changes)

    def sample(self, class_index: np.ndarray, rng: torch.Generator) -> Drawn:
        """Make a copy of a row of each class of `class_index` (n,)."""
        rows = draw_rows(class_index, self.counts, rng)

        def copies(part: slice) -> np.ndarray:
            x = self.scaled[rows[part]]
            if self.shrink is not None:
                x = x * self.shrink[class_index[part], None]
            if self.noise_scale:
                x = x + self.noise_scale * to_array(normal(*x.shape, rng=rng))
            return self.scaling.unscale_rows(x)

        row_index = None if self.order is None else self.order[rows]
        return Drawn(map(copies, parts(len(rows))), row_index)
