"""Add parts of real rows to decoded rows: reconstruction residuals, and the rows themselves."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from torch import Tensor

from .._torch.settings import evaluating
from ..games.base import Game
from ..games.networks import Networks
from .arrays import compute_blocks, row_slices, to_array, to_tensor, weights_of
from .base import NOWHERE
from .draws import DrawPlan, own_rows
from .on_disk import row_blocks
from .predictive import Predictive
from .table_rows import HostRows, LostRows, ScaledRows, TableRows, residuals_of


@dataclass(frozen=True)
class Blend:
    """Hold the parameters that change generated rows; the defaults leave them unchanged.

    Parameters
    ----------
    residuals : bool, default=False
        Whether to add x - R(E(x)) of a real row of the class.
    anchor : float, default=0.0
        Weight of that real row itself.
    center : {"shrunken", "mean"} or None, default=None
        Centre of the rows of a class; None leaves them where the generator puts them.
    own_share : float or "auto", default="auto"
        Share of the class's own covariance in its rows.
    """

    residuals: bool = False
    anchor: float = 0.0
    center: str | None = None
    own_share: float | str = "auto"


@dataclass(frozen=True)
class RealRows:
    """Store what sampling needs of the training rows, in coordinates and sorted by class.

    NOTE[DIFF] The paper's synthetic rows are R(G(z, y)) alone. R loses a quarter of the variance or
    more, so these rows vary too little: adding the residual x - R(E(x)) of a real row restores what
    R lost. A row that is mixed with a real one of its class also cannot be far off. With weight a
    and the residual of the same x, the row is x + (1 - a) (R(G(z, y)) - R(E(x))).

    NOTE[DIFF] With a `center`, such a row is not used by itself. Its deviation from the mean of its
    class is added to the deviation of a generated row of any class. See `Predictive`.

    Parameters
    ----------
    counts : ndarray of shape (K,)
        Number of rows of each class.
    order : ndarray of shape (n,)
        Index of each row in the training table.
    predictive : Predictive
        Centre and scatter of the classes, estimated from the data.
    blend : Blend
        The sampler's parameters.
    residuals : ndarray of shape (n, r), LostRows or None
        x - R(E(x)) of each row.
    anchors : ndarray of shape (n, r), ScaledRows or None
        The rows x.
    """

    counts: np.ndarray
    order: np.ndarray
    predictive: Predictive
    blend: Blend
    residuals: np.ndarray | LostRows | None = None
    anchors: np.ndarray | ScaledRows | None = None

    @classmethod
    def of(
        cls,
        game: Game,
        networks: Networks,
        u: TableRows,
        class_index: np.ndarray,
        blend: Blend,
    ) -> "RealRows":
        """Store what sampling needs of training rows u (n, r) with class indices (n,)."""
        order, counts = np.argsort(class_index, kind="stable"), np.bincount(class_index)
        all_rows = u.blocks() if isinstance(u, ScaledRows) else row_blocks(_in_memory(u))
        device = next(networks.parameters()).device

        def take(row_indices: np.ndarray) -> np.ndarray:
            return to_array(u.index_select(0, to_tensor(row_indices, device)))

        return cls(
            counts,
            order,
            Predictive.of(all_rows, class_index, take),
            blend,
            _residual_rows(game, networks, u, order, len(counts)) if blend.residuals else None,
            _anchor_rows(u, order) if blend.anchor else None,
        )

    @property
    def on_disk(self) -> bool:
        """Return whether the rows are read from a file of the user's."""
        return isinstance(self.anchors, ScaledRows) or isinstance(self.residuals, LostRows)

    def adjusted(self, **changes: Any) -> "RealRows":
        """Return a copy with other values of fields of `Blend`.

        Raises
        ------
        ValueError
            If a value needs residuals or anchors that were not stored.
        """
        if changes.get("residuals") and self.residuals is None:
            raise ValueError(
                "residuals=True: the sampler was fitted with residuals=False and kept none. Fit "
                "it with residuals=True; training does not depend on it."
            )
        if changes.get("anchor") and self.anchors is None:
            raise ValueError(
                f"anchor={changes['anchor']}: the sampler was fitted with anchor=0 and kept no "
                "rows to mix in. Fit it with an anchor above 0; training does not depend on it."
            )
        blend = replace(self.blend, **changes)
        # Rows that are no longer used are dropped, so that a saved sampler does not hold them.
        residuals = self.residuals if blend.residuals else None
        anchors = self.anchors if blend.anchor else None
        return replace(self, blend=blend, residuals=residuals, anchors=anchors)

    def row_index(self, draw: DrawPlan) -> np.ndarray:
        """Return for each synthetic row the index of the real row of its class in it, (n,).

        It is NOWHERE if there are neither anchors nor residuals, because synthetic rows then
        contain no real row.
        """
        if self.anchors is None and self.residuals is None:
            return np.full(len(draw), NOWHERE)
        return self.order[own_rows(self.counts, draw)]

    def complete(self, u: Tensor, row_indices: np.ndarray) -> Tensor:
        """Add residuals of real rows (m,) to decoded rows u (m, r), then mix in the real rows."""
        if self.residuals is not None:
            u = u + to_tensor(self.residuals[row_indices], u.device)
        if self.anchors is not None:
            anchors = to_tensor(self.anchors[row_indices], u.device)
            u = torch.lerp(u, anchors, self.blend.anchor)
        return u


def _anchor_rows(u: TableRows, order: np.ndarray) -> np.ndarray | ScaledRows:
    """Return the rows in this order, in the host's memory, or in their file if they are there."""
    return u.part(to_tensor(order)) if isinstance(u, ScaledRows) else _in_memory(u)[order]


def _in_memory(u: Tensor | HostRows) -> np.ndarray:
    """Return the rows as an array in the host's memory."""
    return to_array(u) if isinstance(u, Tensor) else u.array()


def _residual_rows(
    game: Game, networks: Networks, u: TableRows, order: np.ndarray, n_classes: int
) -> np.ndarray | LostRows:
    """Return the residuals x - R(E(x)) of the rows in this order.

    For rows in a file, this is an object that computes them when sampling needs them.
    """
    if isinstance(u, ScaledRows):
        return LostRows(u.part(to_tensor(order)), game, weights_of(networks), n_classes)
    device = next(networks.parameters()).device

    def residuals(part: slice) -> Tensor:
        return residuals_of(game, networks, u.index_select(0, to_tensor(order[part], device)))

    with evaluating(networks):
        return np.concatenate(
            [to_array(x) for x in compute_blocks(residuals, row_slices(len(order)))]
        )
