"""What real rows give to synthetic ones: what the decoder lost of them, and themselves."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from torch import Tensor

from .._torch.settings import evaluating
from ..games.base import Game
from ..games.networks import Networks
from .arrays import blocks, parts, to_array, to_tensor, weights_of
from .base import NOWHERE
from .draws import Draw, own_rows
from .in_host import HostRows
from .on_disk import LostRows, ScaledRows, TableRows, lost, row_blocks
from .predictive import Predictive


@dataclass(frozen=True)
class Blend:
    """What is made of the generator's rows; the defaults leave them as they are.

    Parameters
    ----------
    residuals : bool, default=False
        Whether x - R(E(x)) of a real row of the class is added to each.
    anchor : float, default=0.0
        Weight of that real row itself.
    center : {"shrunken", "mean"} or None, default=None
        Where the rows of a class are centred; None is wherever the generator puts them.
    own_share : float or "auto", default="auto"
        Share of the class's own covariance in its rows.
    """

    residuals: bool = False
    anchor: float = 0.0
    center: str | None = None
    own_share: float | str = "auto"


@dataclass(frozen=True)
class RealRows:
    """The training rows in their coordinates, sorted by class, as far as sampling needs them.

    NOTE[DIFF] The paper's synthetic rows are R(G(z, y)) alone. R loses a quarter of the variance or
    more, so that these come out too clean: the residual x - R(E(x)) of a real row gives back what
    it lost. And a row that is mixed with a real one of its class cannot be far off. With weight a
    and the residual of the same x the row is x + (1 - a) (R(G(z, y)) - R(E(x))).

    NOTE[DIFF] With a `center`, such a row does not stand alone: its deviation from the mean of its
    class is a part of that of a synthetic row, beside the deviation of a generated row of any
    class. See `Predictive`.

    Parameters
    ----------
    counts : ndarray of shape (K,)
        Rows of each class.
    order : ndarray of shape (n,)
        Index in the training table of each row.
    predictive : Predictive
        Centre and scatter of the classes, from the data.
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
        """Keep what sampling needs of training rows u (n, r) with class indices (n,)."""
        order, counts = np.argsort(class_index, kind="stable"), np.bincount(class_index)
        pieces = u.blocks() if isinstance(u, ScaledRows) else row_blocks(_in_memory(u))
        device = next(networks.parameters()).device

        def take(rows: np.ndarray) -> np.ndarray:
            return to_array(u.index_select(0, to_tensor(rows, device)))

        return cls(
            counts,
            order,
            Predictive.of(pieces, class_index, take),
            blend,
            _lost(game, networks, u, order, len(counts)) if blend.residuals else None,
            _kept(u, order) if blend.anchor else None,
        )

    @property
    def on_disk(self) -> bool:
        """Whether the rows stay in a file of their own."""
        return isinstance(self.anchors, ScaledRows) or isinstance(self.residuals, LostRows)

    def adjusted(self, **changes: Any) -> "RealRows":
        """Return these rows with other values of fields of `Blend`.

        Raises
        ------
        ValueError
            If a value needs a part of the real rows that was not kept.
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
        # Rows that are not asked for are dropped: a saved sampler must not hold more than it uses.
        residuals = self.residuals if blend.residuals else None
        anchors = self.anchors if blend.anchor else None
        return replace(self, blend=blend, residuals=residuals, anchors=anchors)

    def row_index(self, draw: Draw) -> np.ndarray:
        """Return the index in the training table of the row of its class behind each, (n,).

        NOWHERE stands for none: with neither anchors nor residuals, a synthetic row has nothing of
        one real row.
        """
        if self.anchors is None and self.residuals is None:
            return np.full(len(draw), NOWHERE)
        return self.order[own_rows(self.counts, draw)]

    def complete(self, u: Tensor, rows: np.ndarray) -> Tensor:
        """Add to decoded rows u (m, r) the residuals of real rows (m,), and mix them with these."""
        if self.residuals is not None:
            u = u + to_tensor(self.residuals[rows], u.device)
        if self.anchors is not None:
            u = torch.lerp(u, to_tensor(self.anchors[rows], u.device), self.blend.anchor)
        return u


def _kept(u: TableRows, order: np.ndarray) -> np.ndarray | ScaledRows:
    """Return rows in this order as sampling keeps them: in the host's memory, or in their file."""
    return u.part(to_tensor(order)) if isinstance(u, ScaledRows) else _in_memory(u)[order]


def _in_memory(u: Tensor | HostRows) -> np.ndarray:
    """Return the rows as an array in the host's memory."""
    return to_array(u) if isinstance(u, Tensor) else u.array()


def _lost(
    game: Game, networks: Networks, u: TableRows, order: np.ndarray, n_classes: int
) -> np.ndarray | LostRows:
    """Return x - R(E(x)) of rows in this order; of those of a file, when sampling asks for them."""
    if isinstance(u, ScaledRows):
        return LostRows(u.part(to_tensor(order)), game, weights_of(networks), n_classes)
    device = next(networks.parameters()).device

    def residuals(part: slice) -> Tensor:
        return lost(game, networks, u.index_select(0, to_tensor(order[part], device)))

    with evaluating(networks):
        return np.concatenate([to_array(x) for x in blocks(residuals, parts(len(order)))])
