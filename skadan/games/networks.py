"""The networks of a game: multilayer perceptrons and the record that holds them."""

from collections.abc import Sequence
from itertools import pairwise
from math import sqrt

import numpy as np
import torch
from torch import Tensor, nn

from .._torch.linear import Linear


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
                if isinstance(module, Linear):
                    bound = sqrt(6 / sum(module.fans))
                    module.weight.uniform_(-bound, bound, generator=generator)
                    module.bias.zero_()
        return self

    def to_numpy(self) -> dict[str, np.ndarray]:
        """Weights by dotted name, on the CPU and apart from the networks."""
        return {k: v.detach().cpu().numpy().copy() for k, v in self.state_dict().items()}

    def load_numpy(self, weights: dict[str, np.ndarray], device: torch.device) -> "Networks":
        """Take over weights that `to_numpy` gave; memory is shared where the device allows."""
        tensors = {k: torch.from_numpy(v).to(device) for k, v in weights.items()}
        self.load_state_dict(tensors, assign=True)
        return self.requires_grad_(False)


def mlp(
    sizes: Sequence[int],
    device: torch.device | str = "cpu",
    stands_for: Sequence[int] | None = None,
) -> nn.Sequential:
    """Fully connected network of the given widths: ReLU everywhere but on the output.

    The weights are left empty: see `Networks.initialise`. A layer on its own would draw them
    from torch's global generator, which belongs to the caller. `stands_for` are the widths that
    count there, where `sizes` are those of a narrower network in its place: a layer's function
    then has the distribution that it would have had.
    """
    layers: list[nn.Module] = []
    for (n_in, n_out), fans in zip(pairwise(sizes), pairwise(stands_for or sizes), strict=True):
        layer = nn.utils.skip_init(Linear, n_in, n_out, device=device, dtype=torch.float32)
        layer.fans = fans
        layers += [layer, nn.ReLU(inplace=True)]
    return nn.Sequential(*layers[:-1])


def concatenate(*parts: Tensor) -> Tensor:
    """[a, b], the paper's concatenation of vectors, row by row."""
    return torch.cat(parts, dim=1)


class Conditioned(nn.Module):
    """A network that sees the label beside its input: f([x, y])."""

    capturable = True

    def __init__(
        self,
        sizes: Sequence[int],
        n_classes: int,
        device: torch.device | str = "cpu",
        stands_for: Sequence[int] | None = None,
    ) -> None:
        super().__init__()
        seen, full = (
            (widths[0] + n_classes, *widths[1:]) for widths in (sizes, stands_for or sizes)
        )
        self.network = mlp(seen, device, full)

    def forward(self, x: Tensor, y: Tensor) -> Tensor:
        """f([x, y]) of rows x (m, n) and one-hot labels y (m, K)."""
        return self.network(concatenate(x, y))


class PerClass(nn.Module):
    """A network for each class: f_k(x) for a row of class k."""

    capturable = False  # the host has to know how many rows each class has

    def __init__(
        self,
        sizes: Sequence[int],
        n_classes: int,
        device: torch.device | str = "cpu",
        stands_for: Sequence[int] | None = None,
    ) -> None:
        super().__init__()
        self.networks = nn.ModuleList(mlp(sizes, device, stands_for) for _ in range(n_classes))

    def forward(self, x: Tensor, y: Tensor) -> Tensor:
        """Each row of x (m, n) through the network of its class in y (m, K)."""
        rows = [column.nonzero()[:, 0] for column in y.T]
        outputs = [network(x[k]) for network, k in zip(self.networks, rows, strict=True)]
        return torch.cat(outputs)[torch.cat(rows).argsort()]
