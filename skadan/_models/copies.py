"""Samplers without a network, as models: real rows with noise, and rows of the predictive."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from torch import Tensor

from .._torch.seeding import normal
from .arrays import to_array, to_tensor
from .draws import Draw, Page, Rounds, own_rows, partners_of
from .predictive import Predictive
from .scaling import Scaling


@dataclass(frozen=True)
class KeptRows:
    """The training rows, as models without a network keep them.

    Parameters
    ----------
    scaled : ndarray of shape (n, r)
        The rows' z-scores, sorted by class.
    scaling : Scaling
        From the table's units to z-scores.
    counts : ndarray of shape (K,)
        Rows of each class.
    order : ndarray of shape (n,)
        Index in the training table of each row.
    """

    scaled: np.ndarray
    scaling: Scaling
    counts: np.ndarray
    order: np.ndarray

    def row_index(self, draw: Draw) -> np.ndarray:
        """Return the index in the training table of the row of its class behind each, (n,)."""
        return self.order[own_rows(self.counts, draw)]


@dataclass(frozen=True)
class RowsModel(KeptRows):
    """Rows put together of two real ones: see `Predictive.compose`.

    Parameters
    ----------
    predictive : Predictive
        Centre and scatter of the classes, from the data.
    center : {"shrunken", "mean"}, default="shrunken"
    own_share : float or "auto", default="auto"
        The sampler's parameters.
    """

    predictive: Predictive
    center: str = "shrunken"
    own_share: float | str = "auto"

    @classmethod
    def of(cls, rows: np.ndarray, class_index: np.ndarray, **parameters: Any) -> "RowsModel":
        """Learn from rows (n, d) in the table's units; `parameters` are center and own_share."""
        scaling, order = Scaling.fit(rows), np.argsort(class_index, kind="stable")
        scaled, sorted_index = scaling.scale_rows(rows)[order], class_index[order]
        predictive = Predictive.of([scaled], sorted_index, scaled.__getitem__)
        return cls(scaled, scaling, predictive.counts, order, predictive, **parameters)

    def adjusted(self, changes: dict[str, Any]) -> "RowsModel":
        """Return this model with another centre or share.

        Raises
        ------
        ValueError
            If it is to have no centre: its rows are where that is.
        """
        if changes.get("center", "") is None:
            raise ValueError(
                'center=None: ShrunkenSampler has no generator to place its rows. Pass "shrunken" '
                'or "mean".'
            )
        return replace(self, **changes)

    def sample(self, draw: Draw) -> Iterator[Tensor]:
        """Yield the rows of each page, in the table's units."""
        partners = partners_of(self.counts, draw)
        predictive = self.predictive.adjusted(self.center, self.own_share)

        def rows(page: Page) -> Tensor:
            own, of_any, donor = partners(page)
            x, x_any = to_tensor(self.scaled[own]), to_tensor(self.scaled[of_any])
            z = predictive.compose(x, x_any, page.class_index, donor)
            return self.scaling.unscale_rows(z)

        return map(rows, draw.pages())


@dataclass(frozen=True)
class CopiesModel(KeptRows):
    """Real rows with noise on them.

    Parameters
    ----------
    noise_scale : float
        Standard deviation of the noise, in standard deviations of a column.
    """

    noise_scale: float

    @classmethod
    def of(
        cls, rows: np.ndarray, class_index: np.ndarray, counts: np.ndarray, noise_scale: float
    ) -> "CopiesModel":
        """Keep rows (n, d) in the table's units."""
        scaling, order = Scaling.fit(rows), np.argsort(class_index, kind="stable")
        return cls(scaling.scale_rows(rows)[order], scaling, counts, order, noise_scale)

    def adjusted(self, changes: dict[str, Any]) -> "CopiesModel":
        """Return this model with another scale of the noise."""
        return replace(self, **changes)

    def sample(self, draw: Draw) -> Iterator[Tensor]:
        """Yield copies of real rows with noise, a row of its class for each of the draw."""
        rounds = Rounds(self.counts, draw.streams)

        def copies(page: Page) -> Tensor:
            x = self.scaled[rounds.take(page.class_index, page.rank)]
            if self.noise_scale:
                x = x + self.noise_scale * to_array(normal(*x.shape, rng=page.rng))
            return self.scaling.unscale_rows(to_tensor(x))

        return map(copies, draw.pages())
