"""The networks of a game: multilayer perceptrons and the record that holds them."""

from collections.abc import Sequence
from itertools import pairwise
from math import sqrt

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
        with torch.no_grad():
            for module in self.modules():
                if isinstance(module, nn.Linear):
                    bound = sqrt(6 / sum(module.fans))
                    module.weight.uniform_(-bound, bound, generator=generator)
                    module.bias.zero_()
        return self

    def to_numpy(self) -> dict[str, np.ndarray]:
        """Weights by dotted name, on the CPU and apart from the networks."""
        return {k: v.detach().cpu().numpy().copy() for k, v in self.state_dict().items()}

    @classmethod
    def from_numpy(cls, weights: dict[str, np.ndarray], device: torch.device) -> "Networks":
        """The networks that gave `weights`; memory is shared where the device allows."""
        sizes: dict[str, list[int]] = {}
        for key, value in weights.items():
            if key.endswith(".weight"):
                n_out, n_in = value.shape
                sizes.setdefault(key.partition(".")[0], [n_in]).append(n_out)
        networks = cls(**{name: mlp(widths, device="meta") for name, widths in sizes.items()})
        tensors = {k: torch.from_numpy(v).to(device) for k, v in weights.items()}
        networks.load_state_dict(tensors, assign=True)
        return networks.requires_grad_(False)


def mlp(
    sizes: Sequence[int],
    device: torch.device | str = "cpu",
    stands_for: Sequence[int] | None = None,
) -> nn.Sequential:
    """Fully connected network of the given widths: ReLU everywhere but on the output.

    The weights are left empty: see `Networks.initialise`. `nn.Linear` on its own would draw them
    from torch's global generator, which belongs to the caller. `stands_for` are the widths that
    count there, where `sizes` are those of a narrower network in its place: a layer's function
    then has the distribution that it would have had.
    """
    layers: list[nn.Module] = []
    for (n_in, n_out), fans in zip(pairwise(sizes), pairwise(stands_for or sizes), strict=True):
        layer = nn.utils.skip_init(nn.Linear, n_in, n_out, device=device)
        layer.fans = fans
        layers += [layer, nn.ReLU(inplace=True)]
    return nn.Sequential(*layers[:-1])


def concatenate(*parts: Tensor) -> Tensor:
    """[a, b], the paper's concatenation of vectors, row by row."""
    return torch.cat(parts, dim=1)
