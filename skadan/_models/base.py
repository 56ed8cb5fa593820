"""Define what every model can do."""

from collections.abc import Iterator
from typing import Any, Protocol

import numpy as np
from torch import Tensor

from .draws import DrawPlan

NOWHERE = -1  # index for a synthetic row that contains no real row


class Model(Protocol):
    """Generate rows from what a sampler has learned."""

    @property
    def counts(self) -> np.ndarray:
        """Return the number of training rows of each class, (K,)."""

    def sample(self, draw: DrawPlan) -> Iterator[Tensor]:
        """Yield the rows block by block: float64 blocks in the table's units, on any device."""

    def row_index(self, draw: DrawPlan) -> np.ndarray:
        """Return for each synthetic row the index of the real row of its class in it, (n,).

        Indices refer to the training table; NOWHERE means that there is no such row.
        """

    def adjusted(self, changes: dict[str, Any]) -> "Model":
        """Return this model with other values of parameters that are used only in sampling."""
