"""What the networks see of a row: every column, or its place in the span of the training rows."""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from .._torch.linear import affine
from .._torch.seeding import normal
from .arrays import to_array, to_tensor
from .on_disk import TableRows, whole


@dataclass(frozen=True)
class AllColumns:
    """The columns themselves.

    Parameters
    ----------
    n_columns : int
        How many.
    """

    n_columns: int

    @property
    def n_coordinates(self) -> int:
        """Number of columns."""
        return self.n_columns

    def project_table(self, x: TableRows) -> TableRows:
        """Return the rows themselves, wherever they are."""
        return x

    def project(self, x: Tensor) -> Tensor:
        """Return the rows themselves."""
        return x

    def expand(self, u: Tensor) -> Tensor:
        """Return the coordinates themselves."""
        return u


@dataclass(frozen=True)
class RowSpace:
    """Orthonormal coordinates of the span of the training rows.

    With x = B u for every training row, the first layer of E needs W B (r columns) in place of W
    (d columns), and |x - R|^2 = |u - B'R|^2: where n is far below d, the same game on a fraction
    of the work. What a new row has outside the span E does not see, and R cannot make.

    NOTE[DIFF] The paper's networks see the columns. Adam is not invariant to rotation: on principal
    axes it would treat the smallest like the largest. The axes are therefore random, among which
    the variance is spread as among columns, and the losses follow those of the full width.

    Parameters
    ----------
    basis : ndarray of shape (d, r)
        Orthonormal columns, r < n.
    """

    basis: np.ndarray

    @classmethod
    def of(cls, x: Tensor, rng: torch.Generator) -> "RowSpace":
        """Find the span of the rows of x (n, d), and turn its axes at random."""
        _, s, axes = torch.linalg.svd(x.double(), full_matrices=False)
        axes = axes[s > s[0] * max(x.shape) * torch.finfo(torch.float32).eps]  # (r, d)
        rotation, _ = torch.linalg.qr(normal(len(axes), len(axes), rng=rng).double())
        return cls(to_array((axes.T @ rotation).float()))

    @property
    def n_columns(self) -> int:
        """Number of columns of the table, d."""
        return self.basis.shape[0]

    @property
    def n_coordinates(self) -> int:
        """Rank r of the rows."""
        return self.basis.shape[1]

    def project_table(self, x: TableRows) -> Tensor:
        """Return u = B'x of all rows, (n, r)."""
        return self.project(whole(x))

    def project(self, x: Tensor) -> Tensor:
        """Return u = B'x, (m, r)."""
        return affine(x, self._basis(x.device).T, None)

    def expand(self, u: Tensor) -> Tensor:
        """Return x = B u, (m, d)."""
        return affine(u, self._basis(u.device), None)

    def _basis(self, device: torch.device) -> Tensor:
        return to_tensor(self.basis, device)


Coordinates = AllColumns | RowSpace


def choose_coordinates(row_space: bool | str, x: TableRows, rng: torch.Generator) -> Coordinates:
    """Choose the row space or all columns; "auto" takes the former where it halves the width."""
    pays = 2 * x.shape[0] <= x.shape[1] if isinstance(row_space, str) else row_space
    return RowSpace.of(whole(x), rng) if pays else AllColumns(x.shape[1])
