"""Convert between NumPy arrays and torch tensors; no other module does."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import numpy as np
import torch
from torch import Tensor

from ..games.networks import Networks

# Rows per pass through the networks when no gradient is needed. Also the rows of a block of a draw,
# each of which has its own seed: another value would change every synthetic row.
BLOCK_ROWS = 256


def to_tensor(array: np.ndarray, device: torch.device | str = "cpu") -> Tensor:
    """Return a tensor of the array's dtype; on the CPU it shares the array's memory.

    A read-only array, such as joblib passes to its workers, is copied, because torch has no
    read-only tensors.
    """
    return torch.from_numpy(array if array.flags.writeable else array.copy()).to(device)


def to_array(tensor: Tensor) -> np.ndarray:
    """Return the tensor's values as an array, without its gradient.

    bfloat16 becomes float32, because NumPy has no bfloat16.
    """
    values = tensor.detach().cpu()
    return (values.float() if values.dtype == torch.bfloat16 else values).numpy()


def one_hot(class_index: np.ndarray, n_classes: int) -> np.ndarray:
    """Return one-hot labels, (n, K) float32, for class indices (n,)."""
    return np.eye(n_classes, dtype=np.float32)[class_index]


def weights_of(networks: Networks) -> dict[str, np.ndarray]:
    """Return copies of all weights, by dotted name."""
    return {name: to_array(weight).copy() for name, weight in networks.state_dict().items()}


def with_weights(
    networks: Networks, weights: dict[str, np.ndarray], device: torch.device
) -> Networks:
    """Load weights from `weights_of` into `networks`, which may be on the meta device."""
    tensors = {name: to_tensor(weight, device) for name, weight in weights.items()}
    # assign=True: meta tensors have no memory that values could be copied into.
    networks.load_state_dict(tensors, assign=True)
    return networks.requires_grad_(False).eval()


def row_slices(n_rows: int) -> Iterator[slice]:
    """Yield slices of BLOCK_ROWS rows; one empty slice if there are no rows."""
    # The empty slice gives callers an empty block of the right width and dtype to concatenate.
    for start in range(0, max(n_rows, 1), BLOCK_ROWS):
        yield slice(start, min(start + BLOCK_ROWS, n_rows))


def compute_blocks(function: Callable[[Any], Tensor], inputs: Iterable[Any]) -> Iterator[Tensor]:
    """Yield `function` of each input, such as each slice of `row_slices`, without gradients."""
    for value in inputs:
        # Not around the yield: no_grad would then stay on in the caller's code between blocks.
        with torch.no_grad():
            block = function(value)
        yield block
