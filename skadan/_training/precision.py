"""Training with fewer bits where the processor multiplies them faster."""

import torch
from torch import Tensor, nn

from .._torch.linear import LARGE
from ..games.networks import Networks


class Bfloat16(nn.Module):
    """A network's matrix products in bfloat16; weights, input and output stay float32."""

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network

    def forward(self, *inputs: Tensor) -> Tensor:
        """Return the network's output, float32."""
        with torch.autocast(inputs[0].device.type, torch.bfloat16):
            return self.network(*inputs).float()


def in_precision(networks: Networks, precision: str) -> Networks:
    """Return the same weights, to be trained in `precision`; small networks stay as they are."""
    if precision == "float32":
        return networks
    return Networks(
        **{
            name: Bfloat16(network) if n_weights(network) >= LARGE else network
            for name, network in networks.named_children()
        }
    )


def n_weights(network: nn.Module) -> int:
    """Count the trained values of a network."""
    return sum(p.numel() for p in network.parameters())
