"""What real rows give to synthetic ones: what the decoder lost of them, and themselves."""

from collections.abc import Callable
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
from .draws import Draw, Page, Rounds
from .in_host import HostRows
from .on_disk import LostRows, ScaledRows, TableRows, lost, row_blocks
from .shrinkage import shrink_factors, shrink_from_data


@dataclass(frozen=True)
class Blend:
    """How synthetic rows are completed by real ones; the defaults leave them as they are.

    Parameters
    ----------
    residuals : {"class", "all"} or None, default=None
        Whose x - R(E(x)) is added: that of the anchor, that of any row, or none.
    anchor : float, default=0.0
        Weight of the anchor, a real row of the class, in a synthetic row.
    shrink : float or "auto", default=1.0
        Factor of a synthetic row's distance from the mean; "auto" is `shrink_factors`'.
    """

    residuals: str | None = None
    anchor: float = 0.0
    shrink: float | str = 1.0


@dataclass(frozen=True)
class Partners:
    """The real rows that complete synthetic ones, by their place in a table sorted by class.

    `residual` and `anchor` are (n,): whose residual a row gets, and which row is mixed in.
    """

    residual: np.ndarray
    anchor: np.ndarray


@dataclass(frozen=True)
class RealRows:
    """The training rows in their coordinates, sorted by class, as far as sampling needs them.

    NOTE[DIFF] The paper's synthetic rows are R(G(z, y)) alone. R loses a quarter of the variance or
    more, so that these come out too clean: the residual x - R(E(x)) of a real row gives back what
    it lost. And a row that is mixed with a real one of its class cannot be far off. With weight a
    and the residual of the same x the row is x + (1 - a) (R(G(z, y)) - R(E(x))).

    Each training row has noise of its own, a part that no other row shares. A new row of the class
    has none of it: seen from the training rows, it lies nearer to the middle, the more so the fewer
    rows the class has. A boundary half way between the training rows is then too near to a rare
    class. `shrink` moves the synthetic rows of a class to where its new rows will be.

    Parameters
    ----------
    counts : ndarray of shape (K,)
        Rows of each class.
    residuals : ndarray of shape (n, r), LostRows or None
        x - R(E(x)) of each row.
    of_anchor : bool
        Whether a synthetic row gets the residual of its anchor, or that of any row.
    anchors : ndarray of shape (n, r), ScaledRows or None
        The rows x.
    anchor_weight : float
        Share of the anchor in a synthetic row.
    shrink : ndarray of shape (K,) or None
        Factor of the distance of a class's synthetic rows from the mean of the table, which is 0
        here.
    order : ndarray of shape (n,) or None
        Index in the training table of each row. Files of older versions do not hold it.
    from_data : ndarray of shape (K,) or None
        What `shrink` is where the data say it: see `shrink_from_data`. Older files do not hold it.
    """

    counts: np.ndarray
    residuals: np.ndarray | LostRows | None = None
    of_anchor: bool = True
    anchors: np.ndarray | ScaledRows | None = None
    anchor_weight: float = 0.0
    shrink: np.ndarray | None = None
    order: np.ndarray | None = None
    from_data: np.ndarray | None = None

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
        from_data = shrink_from_data(pieces, class_index, len(counts))
        return cls(
            counts,
            _lost(game, networks, u, order, len(counts)) if blend.residuals is not None else None,
            blend.residuals != "all",
            _kept(u, order) if blend.anchor else None,
            blend.anchor,
            shrink_factors(blend.shrink, counts, from_data),
            order,
            from_data,
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
        made = self
        if "residuals" in changes:
            made = made._with_residuals(changes["residuals"])
        if "anchor" in changes:
            made = made._with_anchor(changes["anchor"])
        if "shrink" in changes:
            made = replace(
                made, shrink=shrink_factors(changes["shrink"], self.counts, self.from_data)
            )
        return made

    def _with_residuals(self, residuals: str | None) -> "RealRows":
        if residuals is None:
            return replace(self, residuals=None, of_anchor=True)
        if self.residuals is None:
            raise ValueError(
                f"residuals={residuals!r}: the sampler was fitted with residuals=None and kept "
                'none. Fit it with residuals="class"; training does not depend on it.'
            )
        return replace(self, of_anchor=residuals != "all")

    def _with_anchor(self, anchor: float) -> "RealRows":
        if not anchor:
            return replace(self, anchors=None, anchor_weight=anchor)
        if self.anchors is None:
            raise ValueError(
                f"anchor={anchor}: the sampler was fitted with anchor=0 and kept no rows to mix "
                "in. Fit it with an anchor above 0; training does not depend on it."
            )
        return replace(self, anchor_weight=anchor)

    def partners(self, draw: Draw) -> Callable[[Page], Partners]:
        """Return what draws the partners of the rows of a page."""
        of_class = Rounds(self.counts, draw.streams)
        of_table = Rounds(self.counts, draw.streams, whole=True)

        def drawn(page: Page) -> Partners:
            anchor = of_class.take(page.class_index, page.rank)
            if self.of_anchor:
                return Partners(anchor, anchor)
            return Partners(of_table.take(np.zeros_like(page.class_index), page.index), anchor)

        return drawn

    def row_index(self, draw: Draw) -> np.ndarray | None:
        """Return the index in the training table of each synthetic row's anchor, (n,).

        NOWHERE stands for none: with neither anchors nor residuals of them, a synthetic row has
        nothing of one real row of its class. None where the order of the rows is not known.
        """
        if self.anchors is None and (self.residuals is None or not self.of_anchor):
            return np.full(len(draw), NOWHERE)
        if self.order is None:
            return None
        partners = self.partners(draw)
        return self.order[np.concatenate([partners(page).anchor for page in draw.pages()])]

    def complete(self, u: Tensor, class_index: np.ndarray, partners: Partners) -> Tensor:
        """Add residuals to decoded rows u (m, r), mix them with their anchors, and shrink them."""
        if self.residuals is not None:
            u = u + to_tensor(self.residuals[partners.residual], u.device)
        if self.anchors is not None:
            u = torch.lerp(
                u, to_tensor(self.anchors[partners.anchor], u.device), self.anchor_weight
            )
        if self.shrink is not None:
            u = u * to_tensor(self.shrink[class_index]).to(u)[:, None]
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
