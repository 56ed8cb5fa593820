"""Hold the scaled rows of a table: on the device, in the host's memory, or in their file."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, cast

import numpy as np
import torch
from torch import Tensor

from ..games.base import EncodingGame, Game
from ..games.networks import Networks
from .arrays import to_array, to_tensor, with_weights
from .on_disk import File, file_of
from .scaling import Scaling

SHARE = 0.5  # share of free device memory for the table; networks and batches need the rest


@dataclass(frozen=True)
class HostRows:
    """Hold rows in the host's memory, with the methods of a tensor (n, d) that training uses.

    Parameters
    ----------
    rows : Tensor of shape (N, d)
        All rows, scaled, on the CPU.
    device : torch.device
        Device that batches of rows are copied to.
    index : Tensor of shape (n,) or None, default=None
        Indices of the rows that belong to this object; None for all of them.
    """

    rows: Tensor
    device: torch.device
    index: Tensor | None = None

    @property
    def shape(self) -> tuple[int, int]:
        """Return the numbers of rows and columns."""
        return len(self.rows if self.index is None else self.index), self.rows.shape[1]

    def __len__(self) -> int:
        return self.shape[0]

    def part(self, row_indices: Tensor) -> "HostRows":
        """Return a subset of the rows, without a copy."""
        return replace(self, index=self._in_all_rows(row_indices))

    def index_select(self, dim: int, row_indices: Tensor) -> Tensor:
        """Return the rows of these indices (m,) on the device, as `torch.Tensor.index_select`."""
        return self.rows.index_select(dim, self._in_all_rows(row_indices)).to(self.device)

    def read_ahead(self, row_indices: Tensor) -> None:
        """Do nothing: rows in memory need no prefetching."""

    def array(self) -> np.ndarray:
        """Return the rows as an array on the CPU."""
        return to_array(self.rows if self.index is None else self.rows[self.index])

    def whole(self) -> Tensor:
        """Copy all rows to the device, which must have room for them."""
        return to_tensor(self.array(), self.device)

    def _in_all_rows(self, row_indices: Tensor) -> Tensor:
        """Return these indices as indices into `rows`."""
        on_cpu = row_indices.cpu()
        return on_cpu if self.index is None else self.index[on_cpu]


@dataclass(frozen=True)
class ScaledRows:
    """Read scaled rows from a file, with the methods of a tensor (n, d) that training uses.

    Parameters
    ----------
    file : File
        The file of the rows.
    scaling : Scaling
        Map from the file's units to z-scores.
    device : torch.device
        Device that rows are copied to.
    index : ndarray of shape (n,) or None, default=None
        Indices of the rows that belong to this object; None for all rows of the file.
    """

    file: File
    scaling: Scaling
    device: torch.device
    index: np.ndarray | None = None

    @property
    def shape(self) -> tuple[int, int]:
        """Return the numbers of rows and of columns that are not constant."""
        n_rows = self.file.shape[0] if self.index is None else len(self.index)
        return n_rows, int(self.scaling.varies.sum())

    def __len__(self) -> int:
        return self.shape[0]

    def part(self, row_indices: Tensor) -> "ScaledRows":
        """Return a subset of the rows, which stay in the file."""
        return replace(self, index=self._in_file(to_array(row_indices)))

    def index_select(self, dim: int, row_indices: Tensor) -> Tensor:
        """Read the rows of these indices (m,), as `torch.Tensor.index_select`; `dim` is 0."""
        return to_tensor(self[to_array(row_indices)], self.device)

    def __getitem__(self, row_indices: np.ndarray) -> np.ndarray:
        """Read and scale the rows of these indices (m,)."""
        return self.scaling.scale_rows(self.file.take(self._in_file(row_indices)))

    def read_ahead(self, row_indices: Tensor) -> None:
        """Prefetch hint: rows that will be read soon."""
        self.file.read_ahead(self._in_file(to_array(row_indices)))

    def blocks(self) -> Iterator[np.ndarray]:
        """Read and scale all rows of the file, block by block, whatever `index` is."""
        return map(self.scaling.scale_rows, self.file.blocks())

    def whole(self) -> Tensor:
        """Read all rows into memory."""
        return to_tensor(np.concatenate(list(self.blocks())), self.device)

    def _in_file(self, row_indices: np.ndarray) -> np.ndarray:
        """Return these indices as indices into the file."""
        return row_indices if self.index is None else self.index[row_indices]


TableRows = Tensor | HostRows | ScaledRows  # (n, d): on the device, in the host's memory, in a file


def scale_table(rows: np.ndarray, device: torch.device) -> tuple[Scaling, TableRows]:
    """Fit a scaling to rows (n, d) and return it with the scaled rows.

    Scaled rows are a tensor on the device, `HostRows` if the device has no room, or `ScaledRows` if
    the rows are in a large file.
    """
    file = file_of(rows)
    if file is None:
        scaling = Scaling.fit(rows)
        return scaling, place_rows(to_tensor(scaling.scale_rows(rows)), device)
    scaling = Scaling.of_blocks(file.blocks())
    return scaling, ScaledRows(file, scaling, device)


def place_rows(x: Tensor, device: torch.device) -> Tensor | HostRows:
    """Copy rows x (n, d) to the device; if it has no room, keep them in the host's memory."""
    return x.to(device) if x.nbytes <= SHARE * free_bytes(device) else HostRows(x, device)


def free_bytes(device: torch.device) -> float:
    """Return a GPU's free memory; infinity for other devices."""
    return torch.cuda.mem_get_info(device)[0] if device.type == "cuda" else float("inf")


def load_all(x: TableRows) -> Tensor:
    """Return all rows as a tensor on the device."""
    return x if isinstance(x, Tensor) else x.whole()


@dataclass(frozen=True)
class LostRows:
    """Compute the residuals x - R(E(x)) of rows in a file when they are needed.

    Parameters
    ----------
    rows : ScaledRows
        The rows x.
    game : Game
        The game, which builds the networks.
    weights : dict of str to ndarray
        Weights of the networks, by dotted name.
    n_classes : int
        Number of classes.
    """

    rows: ScaledRows
    game: Game
    weights: dict[str, np.ndarray] = field(repr=False)
    n_classes: int

    @cached_property
    def networks(self) -> Networks:
        """Build the networks, with their weights, on the CPU."""
        networks = self.game.networks(self.rows.shape[1], self.n_classes, "meta")
        return with_weights(networks, self.weights, torch.device("cpu"))

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, row_indices: np.ndarray) -> np.ndarray:
        """Compute the residuals of the rows of these indices (m,)."""
        x = to_tensor(self.rows[row_indices])
        with torch.no_grad():
            return to_array(residuals_of(self.game, self.networks, x))

    def __getstate__(self) -> dict[str, Any]:
        # The networks can be built again from `weights`: a pickle needs the numbers only once.
        return {name: value for name, value in vars(self).items() if name != "networks"}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)


def residuals_of(game: Game, networks: Networks, x: Tensor) -> Tensor:
    """Return the reconstruction residuals x - R(E(x)) of rows x (m, r)."""
    return x - game.decode(networks, cast(EncodingGame, game).encode(networks, x))
