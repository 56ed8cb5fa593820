"""What every model can do."""

from collections.abc import Iterator
from typing import Protocol

import numpy as np
import torch


class Model(Protocol):
    """What a sampler has learned."""

    @property
    def counts(self) -> np.ndarray:
        """Number of training rows of each class, (K,)."""

    def sample(self, class_index: np.ndarray, rng: torch.Generator) -> Iterator[np.ndarray]:
        """Make a synthetic row for each class index (n,): float64 blocks in the table's units.

        `rng` belongs to this draw alone: blocks may draw from it as they are taken.
        """
