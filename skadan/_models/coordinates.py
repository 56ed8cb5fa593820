"""Map rows to the networks' inputs: all columns, or coordinates in the training rows' span."""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from .._torch.linear import affine
from .._torch.seeding import normal
from .arrays import to_array, to_tensor
from .table_rows import TableRows, load_all


@dataclass(frozen=True)
class AllColumns:
    """Use the columns themselves as coordinates.

    Parameters
    ----------
    n_columns : int
        Number of columns.
    """

    n_columns: int

    @property
    def n_coordinates(self) -> int:
        """Return the number of columns."""
        return self.n_columns

    def project_table(self, x: TableRows) -> TableRows:
        """Return the rows unchanged; they may be on a device, in memory or in a file."""
        return x

    def project(self, x: Tensor) -> Tensor:
        """Return the rows unchanged."""
        return x

    def expand(self, u: Tensor) -> Tensor:
        """Return the coordinates unchanged."""
        return u


@dataclass(frozen=True)
class RowSpace:
    """Use orthonormal coordinates in the span of the training rows.

    Every training row is x = B u. The first layer of E then needs W B (r columns) instead of W
    (d columns), and |x - R|^2 = |u - B'R|^2. If n is far below d, this is the same training at a
    fraction of the work. The part of a new row outside the span is invisible to E, and R cannot
    generate it.

    NOTE[DIFF] The paper's networks see the columns. Adam is not invariant to rotation: on principal
    axes it would make steps of the same size for the smallest axis as for the largest. The axes are
    therefore random. The variance is then spread over them as over columns, and the losses follow
    those of the full width.

    Parameters
    ----------
    basis : ndarray of shape (d, r)
        B, with orthonormal columns, r < n.
    """

    basis: np.ndarray

    @classmethod
    def of(cls, x: Tensor, rng: torch.Generator) -> "RowSpace":
        """Find the span of the rows of x (n, d), and rotate its axes at random."""
        _, s, axes = torch.linalg.svd(x.double(), full_matrices=False)
        # The rank by the usual tolerance, with the eps of float32, the precision of the rows.
        axes = axes[s > s[0] * max(x.shape) * torch.finfo(torch.float32).eps]  # (r, d)
        # Q of a matrix of normal numbers is a random rotation. This is the training's first draw,
        # which is why a checkpoint stores the generator's state from before it.
        rotation, _ = torch.linalg.qr(normal(len(axes), len(axes), rng=rng).double())
        return cls(to_array((axes.T @ rotation).float()))

    @property
    def n_columns(self) -> int:
        """Return the number of columns of the table, d."""
        return self.basis.shape[0]

    @property
    def n_coordinates(self) -> int:
        """Return the rank r of the training rows."""
        return self.basis.shape[1]

    def project_table(self, x: TableRows) -> Tensor:
        """Return u = B'x for all rows, (n, r)."""
        return self.project(load_all(x))

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
    """Return the row space or all columns; "auto" chooses the row space if 2 n <= d."""
    is_used = 2 * x.shape[0] <= x.shape[1] if isinstance(row_space, str) else row_space
    return RowSpace.of(load_all(x), rng) if is_used else AllColumns(x.shape[1])
