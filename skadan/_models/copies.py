"""Copies of real rows, drawn towards the mean or with noise on them, as a model."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from torch import Tensor

from .._torch.seeding import normal
from .arrays import to_array, to_tensor
from .draws import Draw, Page, Rounds
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

    def sample(self, draw: Draw) -> Iterator[Tensor]:
        """Yield copies of real rows, a row of its class for each of the draw."""
        rounds = Rounds(self.counts, draw.streams)

        def copies(page: Page) -> Tensor:
            x = self.scaled[rounds.take(page.class_index, page.rank)]
            if self.shrink is not None:
                x = x * self.shrink[page.class_index, None]
            if self.noise_scale:
                x = x + self.noise_scale * to_array(normal(*x.shape, rng=page.rng))
            return self.scaling.unscale_rows(to_tensor(x))

        return map(copies, draw.pages())

    def row_index(self, draw: Draw) -> np.ndarray | None:
        """Return the index in the training table of the row that each copies, (n,)."""
        if self.order is None:
            return None
        rounds = Rounds(self.counts, draw.streams)
        rows = [rounds.take(page.class_index, page.rank) for page in draw.pages()]
        return self.order[np.concatenate(rows)]
