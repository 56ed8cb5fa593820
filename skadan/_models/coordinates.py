"""What the networks see of a row: every column, or its place in the span of the training rows."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from .._torch.linear import affine


@dataclass(frozen=True)
class AllColumns:
    """The columns themselves."""

    n_columns: int

    @property
    def n_coordinates(self) -> int:
        """As many as there are columns."""
        return self.n_columns

    def project(self, x: Tensor) -> Tensor:
        """Coordinates of rows: the rows."""
        return x

    def expand(self, u: Tensor) -> Tensor:
        """Rows of coordinates: the coordinates."""
        return u


@dataclass(frozen=True)
class RowSpace:
    """Orthonormal coordinates of the span of the training rows, `basis` (d, r), r < n.

    With x = B u for every training row, the first layer of E needs W B (r columns) in place of W
    (d columns), and |x - R|^2 = |u - B'R|^2: where n is far below d, the same game on a fraction
    of the work. What a new row has outside the span is lost to E; R makes none of it.

    NOTE[DIFF] The paper's networks see the columns. Adam is not invariant to rotation: on principal
    axes it would treat the smallest like the largest. The axes are therefore random, among which
    the variance is spread as among columns, and the losses follow those of the full width.
    """

    basis: np.ndarray

    @classmethod
    def of(cls, x: Tensor, generator: torch.Generator) -> "RowSpace":
        """The span of the rows of x (n, d), on random axes."""
        _, s, axes = torch.linalg.svd(x.double(), full_matrices=False)
        axes = axes[s > s[0] * max(x.shape) * torch.finfo(torch.float32).eps]  # (r, d)
        gauss = torch.empty(len(axes), len(axes), device=x.device, dtype=torch.float32)
        gauss.normal_(generator=generator)
        rotation, _ = torch.linalg.qr(gauss.double())
        return cls((axes.T @ rotation).float().cpu().numpy())

    @property
    def n_columns(self) -> int:
        """d."""
        return self.basis.shape[0]

    @property
    def n_coordinates(self) -> int:
        """The rank r."""
        return self.basis.shape[1]

    def project(self, x: Tensor) -> Tensor:
        """u = B'x, (m, r)."""
        return affine(x, self._basis(x.device).T, None)

    def expand(self, u: Tensor) -> Tensor:
        """x = B u, (m, d)."""
        return affine(u, self._basis(u.device), None)

    def _basis(self, device: torch.device) -> Tensor:
        return torch.from_numpy(self.basis).to(device)


Coordinates = AllColumns | RowSpace


def choose_coordinates(row_space: Any, x: Tensor, generator: torch.Generator) -> Coordinates:
    """`row_space` as the user set it; "auto" takes it where it halves the width or better."""
    pays = 2 * x.shape[0] <= x.shape[1] if row_space == "auto" else row_space
    return RowSpace.of(x, generator) if pays else AllColumns(x.shape[1])
