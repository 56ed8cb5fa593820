"""Real rows with noise on them, as a model."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch

from .real_rows import draw_rows
from .scaling import Scaling
from .trained import CHUNK, normal


@dataclass(frozen=True)
class NoiseModel:
    """The training rows' z-scores, class by class, and the noise that goes on them."""

    z: np.ndarray
    scaling: Scaling
    counts: np.ndarray
    noise_scale: float

    def sample(self, classes: np.ndarray, generator: torch.Generator) -> Iterator[np.ndarray]:
        """A row of each class number (n,), with its noise."""
        rows = draw_rows(classes, self.counts, generator)
        for start in range(0, len(rows), CHUNK):
            z = self.z[rows[start : start + CHUNK]]
            noise = normal(len(z), z.shape[1], generator).numpy()
            yield self.scaling.unscale_rows(z + self.noise_scale * noise)
