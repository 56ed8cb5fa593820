"""Arrays and tensors: the one place where numpy's become torch's, and the way back."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import numpy as np
import torch
from torch import Tensor

from ..games.networks import Networks

CHUNK = 256  # rows that pass through the networks at once when no gradient is needed


def to_tensor(array: np.ndarray, device: torch.device | str = "cpu") -> Tensor:
    """Return a tensor of the array's dtype, which shares its memory where the device allows.

    An array that may not be written, such as joblib hands to its workers, is copied: torch knows
    no tensor of that kind.
    """
    return torch.from_numpy(array if array.flags.writeable else array.copy()).to(device)


def to_array(tensor: Tensor) -> np.ndarray:
    """Return the tensor's values on the CPU, without its gradient.

    Those of bfloat16, which numpy lacks, become float32.
    """
    values = tensor.detach().cpu()
    return (values.float() if values.dtype == torch.bfloat16 else values).numpy()


def one_hot(class_index: np.ndarray, n_classes: int) -> np.ndarray:
    """Return class indices (n,) as rows of the identity, (n, K) float32."""
    return np.eye(n_classes, dtype=np.float32)[class_index]


def weights_of(networks: Networks) -> dict[str, np.ndarray]:
    """Return copies of all weights, by dotted name."""
    return {name: to_array(weight).copy() for name, weight in networks.state_dict().items()}


def with_weights(
    networks: Networks, weights: dict[str, np.ndarray], device: torch.device
) -> Networks:
    """Give `networks`, which may be on the meta device, the weights that `weights_of` returned."""
    tensors = {name: to_tensor(weight, device) for name, weight in weights.items()}
    networks.load_state_dict(tensors, assign=True)
    return networks.requires_grad_(False).eval()


def parts(n_rows: int) -> Iterator[slice]:
    """Yield slices of CHUNK rows; one empty slice where there are no rows."""
    for start in range(0, max(n_rows, 1), CHUNK):
        yield slice(start, min(start + CHUNK, n_rows))


def blocks(function: Callable[[Any], Tensor], pieces: Iterable[Any]) -> Iterator[Tensor]:
    """Yield what `function` makes of each piece, such as each slice of `parts`, on its device."""
    for piece in pieces:
        with torch.no_grad():
            block = function(piece)
        yield block
