"""What every model can do."""

from collections.abc import Iterator
from typing import Protocol

import numpy as np
from torch import Tensor

from .draws import Draw

NOWHERE = -1  # the index of the real row of a synthetic row that has none


class Model(Protocol):
    """What a sampler has learned."""

    @property
    def counts(self) -> np.ndarray:
        """Number of training rows of each class, (K,)."""

    def sample(self, draw: Draw) -> Iterator[Tensor]:
        """Yield the rows of each page: float64 blocks in the table's units, on any device."""

    def row_index(self, draw: Draw) -> np.ndarray:
        """Return the index in the training table of the row of its class behind each, (n,).

        NOWHERE stands for none.
        """
