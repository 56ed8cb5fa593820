"""The networks of a game: multilayer perceptrons and the record that holds them."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import torch
from torch import Tensor, nn


class Networks(nn.Module):
    """The networks of one game, each an attribute under its own name."""

    def __init__(self, **networks: nn.Module) -> None:
        super().__init__()
        for name, network in networks.items():
            self.add_module(name, network)

    def initialise(self, generator: torch.Generator) -> "Networks":
        """Xavier-uniform weights and zero biases (section IV-D of the paper), in place."""
        for module in self.modules():
            if isinstance(module, nn.Linear):
                nn.init.xavier_uniform_(module.weight, generator=generator)
                nn.init.zeros_(module.bias)
        return self

    def to_numpy(self) -> dict[str, np.ndarray]:
        """Weights by dotted name, on the CPU and apart from the networks."""
        return {k: v.detach().cpu().numpy().copy() for k, v in self.state_dict().items()}

    def load_numpy(self, weights: dict[str, np.ndarray], device: torch.device) -> "Networks":
        """Take over weights that `to_numpy` gave; they share memory where the device allows."""
        tensors = {k: torch.from_numpy(v).to(device) for k, v in weights.items()}
        self.load_state_dict(tensors, assign=True)
        return self.requires_grad_(False)


def mlp(sizes: Sequence[int], device: torch.device | str = "cpu") -> nn.Sequential:
    """Fully connected network of the given widths: ReLU everywhere but on the output.

    The weights are left empty: see `Networks.initialise`. `nn.Linear` on its own would draw them
    from torch's global generator, which belongs to the caller.
    """
    layers: list[nn.Module] = []
    for n_in, n_out in pairwise(sizes):
        layers += [nn.utils.skip_init(nn.Linear, n_in, n_out, device=device), nn.ReLU(inplace=True)]
    return nn.Sequential(*layers[:-1])


def concatenate(*parts: Tensor) -> Tensor:
    """[a, b], the paper's concatenation of vectors, row by row."""
    return torch.cat(parts, dim=1)
