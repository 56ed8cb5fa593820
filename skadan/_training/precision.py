"""Train large networks in bfloat16, which some processors multiply faster."""

import torch
from torch import Tensor, nn

from .._torch.linear import LARGE
from ..games.networks import Networks


class Bfloat16(nn.Module):
    """Compute a network's matrix products in bfloat16; weights, input and output are float32."""

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network

    def forward(self, *inputs: Tensor) -> Tensor:
        """Return the network's output, float32."""
        with torch.autocast(inputs[0].device.type, torch.bfloat16):
            return self.network(*inputs).float()


def in_precision(networks: Networks, precision: str) -> Networks:
    """Return the networks, wrapped to train in `precision`; small ones are not wrapped."""
    if precision == "float32":
        return networks
    # The wrappers hold the same modules, so training them trains the caller's networks. For small
    # networks the conversions would take longer than the products.
    return Networks(
        **{
            name: Bfloat16(network) if n_weights(network) >= LARGE else network
            for name, network in networks.named_children()
        }
    )


def n_weights(network: nn.Module) -> int:
    """Return the number of trained values of a network."""
    return sum(p.numel() for p in network.parameters())
