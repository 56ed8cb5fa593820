"""Keep training rows in the host's memory if the device has no room for them."""

from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor

from .arrays import to_array, to_tensor

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


def place_rows(x: Tensor, device: torch.device) -> Tensor | HostRows:
    """Copy rows x (n, d) to the device; if it has no room, keep them in the host's memory."""
    return x.to(device) if x.nbytes <= SHARE * free_bytes(device) else HostRows(x, device)


def free_bytes(device: torch.device) -> float:
    """Return a GPU's free memory; infinity for other devices."""
    return torch.cuda.mem_get_info(device)[0] if device.type == "cuda" else float("inf")
