"""Define the models without a network: noisy copies, and rows from the posterior predictive."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from torch import Tensor

from .._torch.seeding import normal
from .arrays import to_array, to_tensor
from .draws import Block, DrawPlan, Rounds, own_rows, partners_of
from .predictive import Predictive
from .scaling import Scaling


@dataclass(frozen=True)
class KeptRows:
    """Store the training rows for models without a network.

    Parameters
    ----------
    scaled : ndarray of shape (n, r)
        The rows' z-scores, sorted by class.
    scaling : Scaling
        Map from the table's units to z-scores.
    counts : ndarray of shape (K,)
        Number of rows of each class.
    order : ndarray of shape (n,)
        Index of each row in the training table.
    """

    scaled: np.ndarray
    scaling: Scaling
    counts: np.ndarray
    order: np.ndarray

    def row_index(self, draw: DrawPlan) -> np.ndarray:
        """Return for each synthetic row the index of the real row of its class in it, (n,)."""
        return self.order[own_rows(self.counts, draw)]


@dataclass(frozen=True)
class RowsModel(KeptRows):
    """Compose each synthetic row from two real ones: see `Predictive.compose`.

    Parameters
    ----------
    predictive : Predictive
        Centre and scatter of the classes, estimated from the data.
    center : {"shrunken", "mean"}, default="shrunken"
    own_share : float or "auto", default="auto"
        The sampler's parameters.
    """

    predictive: Predictive
    center: str = "shrunken"
    own_share: float | str = "auto"

    @classmethod
    def of(cls, rows: np.ndarray, class_index: np.ndarray, **parameters: Any) -> "RowsModel":
        """Fit to rows (n, d) in the table's units; `parameters` are center and own_share."""
        scaling, order = Scaling.fit(rows), np.argsort(class_index, kind="stable")
        scaled, sorted_index = scaling.scale_rows(rows)[order], class_index[order]
        predictive = Predictive.of([scaled], sorted_index, scaled.__getitem__)
        return cls(scaled, scaling, predictive.counts, order, predictive, **parameters)

    def adjusted(self, changes: dict[str, Any]) -> "RowsModel":
        """Return this model with another `center` or `own_share`.

        Raises
        ------
        ValueError
            If `center` is None.
        """
        # "" only tells an absent key from None, which is a value here.
        if changes.get("center", "") is None:
            raise ValueError(
                'center=None: ShrunkenSampler has no generator to place its rows. Pass "shrunken" '
                'or "mean".'
            )
        return replace(self, **changes)

    def sample(self, draw: DrawPlan) -> Iterator[Tensor]:
        """Yield the rows block by block, in the table's units."""
        partners = partners_of(self.counts, draw)
        predictive = self.predictive.adjusted(self.center, self.own_share)

        def compose_block(block: Block) -> Tensor:
            own, of_any, donor = partners(block)
            x, x_any = to_tensor(self.scaled[own]), to_tensor(self.scaled[of_any])
            x_new = predictive.compose(x, x_any, block.class_index, donor)
            return self.scaling.unscale_rows(x_new)

        return map(compose_block, draw.blocks())


@dataclass(frozen=True)
class CopiesModel(KeptRows):
    """Copy real rows and add noise.

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
        """Store rows (n, d), given in the table's units."""
        scaling, order = Scaling.fit(rows), np.argsort(class_index, kind="stable")
        return cls(scaling.scale_rows(rows)[order], scaling, counts, order, noise_scale)

    def adjusted(self, changes: dict[str, Any]) -> "CopiesModel":
        """Return this model with another `noise_scale`."""
        return replace(self, **changes)

    def sample(self, draw: DrawPlan) -> Iterator[Tensor]:
        """Yield noisy copies of real rows block by block, in the table's units."""
        rounds = Rounds(self.counts, draw.streams)

        def copy_block(block: Block) -> Tensor:
            x = self.scaled[rounds.take(block.class_index, block.rank)]
            if self.noise_scale:
                # From the block's own generator, so that any process can make this block.
                x = x + self.noise_scale * to_array(normal(*x.shape, rng=block.rng))
            return self.scaling.unscale_rows(to_tensor(x))

        return map(copy_block, draw.blocks())
