"""Training rows that stay in the host's memory, as the device has no room for them."""

from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor

from .arrays import to_array, to_tensor

SHARE = 0.5  # of a device's free memory that a table may take; networks and batches want some


@dataclass(frozen=True)
class HostRows:
    """Rows in the host's memory: what of a tensor (n, d) the training needs.

    Parameters
    ----------
    rows : Tensor of shape (N, d)
        All rows, scaled, on the CPU.
    device : torch.device
        Where they go, some at a time.
    index : Tensor of shape (n,) or None, default=None
        Which of the rows; None for all of them.
    """

    rows: Tensor
    device: torch.device
    index: Tensor | None = None

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return len(self.rows if self.index is None else self.index), self.rows.shape[1]

    def __len__(self) -> int:
        return self.shape[0]

    def part(self, rows: Tensor) -> "HostRows":
        """Return some of the rows, without a copy."""
        return replace(self, index=self._numbers(rows))

    def index_select(self, dim: int, rows: Tensor) -> Tensor:
        """Return rows (m,) on the device, as `torch.Tensor.index_select` does."""
        return self.rows.index_select(dim, self._numbers(rows)).to(self.device)

    def read_ahead(self, rows: Tensor) -> None:
        """Do nothing: memory need not be told."""

    def array(self) -> np.ndarray:
        """Return the rows as an array."""
        return to_array(self.rows if self.index is None else self.rows[self.index])

    def whole(self) -> Tensor:
        """Return the rows on the device, which must have room for them after all."""
        return to_tensor(self.array(), self.device)

    def _numbers(self, rows: Tensor) -> Tensor:
        return rows.cpu() if self.index is None else self.index[rows.cpu()]


def placed(x: Tensor, device: torch.device) -> Tensor | HostRows:
    """Return rows x (n, d) on the device; where that has no room for them, they stay."""
    return x.to(device) if x.nbytes <= SHARE * free_bytes(device) else HostRows(x, device)


def free_bytes(device: torch.device) -> float:
    """Return the free memory of a GPU; that of other devices is not limited here."""
    return torch.cuda.mem_get_info(device)[0] if device.type == "cuda" else float("inf")
