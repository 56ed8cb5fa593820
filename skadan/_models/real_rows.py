"""What real rows lend to synthetic ones: what the decoder lost of them, and themselves."""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from ..games.base import Game
from ..games.networks import Networks


@dataclass(frozen=True)
class RealRows:
    """The training rows in their coordinates, class by class, as far as sampling needs them.

    NOTE[DIFF] The paper's synthetic rows are R(G(z, y)) alone. R loses a quarter of the variance or
    more, so that these come out too clean: the residual x - R(E(x)) of a real row gives back what
    it lost. And a row that is mixed with a real one of its class cannot be far off. With weight a
    and the residual of the same x the row is x + (1 - a) (R(G(z, y)) - R(E(x))). A part of every
    training row no other row shares; seen from the training rows, a new row of the class has none
    of it and lies nearer to the middle, the more so the fewer rows the class has. A boundary half
    way between the training rows is then too near to a rare class: `shrink` moves its synthetic
    rows to where its new ones will be.

    Parameters
    ----------
    counts : ndarray of shape (K,)
        Rows of each class.
    residuals : ndarray of shape (n, r) or None
        x - R(E(x)).
    of_anchor : bool
        Whether a residual is the anchor's own, or that of any row.
    anchors : ndarray of shape (n, r) or None
        x.
    weight : float
        Of the anchor in a synthetic row.
    shrink : ndarray of shape (K,) or None
        Factor of a class's synthetic rows, whose distance from the mean of the table it is; the
        mean is 0 here.
    """

    counts: np.ndarray
    residuals: np.ndarray | None = None
    of_anchor: bool = True
    anchors: np.ndarray | None = None
    weight: float = 0.0
    shrink: np.ndarray | None = None

    @classmethod
    def of(
        cls,
        game: Game,
        networks: Networks,
        u: Tensor,
        numbers: np.ndarray,
        residuals: str | None,
        anchor: float,
        shrink: float | str,
    ) -> "RealRows":
        """Of training rows in coordinates u (n, r) with class numbers (n,)."""
        x = u[torch.from_numpy(np.argsort(numbers, kind="stable")).to(u.device)]
        lost = None
        if residuals is not None:
            with torch.no_grad():
                lost = (x - game.decode(networks, game.encode(networks, x))).cpu().numpy()
        anchors = x.cpu().numpy() if anchor else None
        counts = np.bincount(numbers)
        factors = shrink_factors(shrink, counts)
        return cls(counts, lost, residuals != "all", anchors, anchor, factors)

    def draw(self, classes: np.ndarray, generator: torch.Generator) -> tuple[np.ndarray, ...]:
        """For each class number the row whose residual it gets, and its anchor."""
        anchor = draw_rows(classes, self.counts, generator)
        if self.of_anchor:
            return anchor, anchor
        n_rows = self.counts.sum(keepdims=True)
        return draw_rows(np.zeros_like(classes), n_rows, generator), anchor

    def lend(
        self, u: Tensor, classes: np.ndarray, residual: np.ndarray, anchor: np.ndarray
    ) -> Tensor:
        """Decoded rows u (m, r) with their residuals, drawn towards their anchors, shrunk."""
        if self.residuals is not None:
            u = u + torch.from_numpy(self.residuals[residual]).to(u.device)
        if self.anchors is not None:
            u = torch.lerp(u, torch.from_numpy(self.anchors[anchor]).to(u.device), self.weight)
        if self.shrink is not None:
            u = u * torch.from_numpy(self.shrink[classes]).to(u)[:, None]
        return u


def shrink_factors(shrink: float | str, counts: np.ndarray) -> np.ndarray | None:
    """Of each class, (K,): one number, or "auto", the fifth root of its size over the largest."""
    if shrink == 1:
        return None
    return (counts / counts.max()) ** 0.2 if shrink == "auto" else np.full(len(counts), shrink)


def draw_rows(classes: np.ndarray, counts: np.ndarray, generator: torch.Generator) -> np.ndarray:
    """For each class number a row of that class, in a table that is sorted by class.

    Rows come in rounds, each a new order of the whole class: a set of the size of the table holds
    every row once, where drawing with replacement leaves out a third of them.
    """
    rows, first = np.empty(len(classes), dtype=int), np.cumsum(counts) - counts
    for k in np.unique(classes):
        wanted = np.flatnonzero(classes == k)
        shape = (-(-len(wanted) // counts[k]), counts[k])  # (rounds, rows of the class)
        like = {"dtype": torch.float64, "device": "cpu"}
        order = torch.rand(shape, generator=generator, **like).numpy().argsort(axis=1)
        rows[wanted] = first[k] + order.ravel()[: len(wanted)]
    return rows
