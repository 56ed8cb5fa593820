"""What every model can do: labels to rows."""

from collections.abc import Iterator
from typing import Protocol

import numpy as np
import torch


class Model(Protocol):
    """What a sampler has learned: `counts` (K,) training rows of each class, and how to draw."""

    @property
    def counts(self) -> np.ndarray:
        """Training rows of each class, (K,)."""

    def sample(self, classes: np.ndarray, generator: torch.Generator) -> Iterator[np.ndarray]:
        """Synthetic rows for class numbers (n,): float64 blocks in the table's units."""
