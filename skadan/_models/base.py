"""What every model can do."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import torch

NOWHERE = -1  # the index of the real row of a synthetic row that has none


@dataclass(frozen=True)
class Drawn:
    """Synthetic rows, and the real rows that they come from.

    Parameters
    ----------
    blocks : iterator of ndarray
        The rows: float64 blocks in the table's units, made as they are taken.
    row_index : ndarray of shape (n,) or None
        Index in the training table of the real row that each is anchored in, or NOWHERE. None if
        the model is of a file that does not hold the order of the rows.
    """

    blocks: Iterator[np.ndarray]
    row_index: np.ndarray | None


class Model(Protocol):
    """What a sampler has learned."""

    @property
    def counts(self) -> np.ndarray:
        """Number of training rows of each class, (K,)."""

    def sample(self, class_index: np.ndarray, rng: torch.Generator) -> Drawn:
        """Make a synthetic row for each class index (n,).

        `rng` belongs to this draw alone: blocks may draw from it as they are taken.
        """
