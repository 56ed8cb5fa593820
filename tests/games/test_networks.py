"""Networks: their weights at the start, and the widths that these count."""

import numpy as np
import pytest
import torch
from torch import nn

from skadan.games import Conditioned, Networks, Width, mlp


def seeded():
    return torch.Generator().manual_seed(0)


@pytest.mark.parametrize(
    ("widths", "fans"),
    [((40, 30), (40, 30)), ((Width(40, fan=4000), 30), (4000, 30)), ((40, Width(30, 9)), (40, 9))],
)
def test_weights_are_xavier_uniform(widths, fans):
    layer = Networks(net=mlp(widths)).initialise(seeded()).net[0]
    bound = np.sqrt(6 / sum(fans))
    weight = layer.weight.detach().numpy()
    assert weight.shape == (30, 40)
    assert abs(weight).max() <= bound
    assert abs(weight).max() > 0.98 * bound
    assert weight.std() == pytest.approx(bound / np.sqrt(3), rel=0.05)
    assert (layer.bias == 0).all()


def test_a_width_is_a_number_that_keeps_what_it_counts_as():
    width = Width(5, fan=500)
    assert (width, width.fan, Width(width).fan, width.plus(3).fan) == (5, 500, 500, 503)
    assert (width.plus(3), Width(7).fan) == (8, 7)
    assert torch.zeros(width).shape == (5,)


def test_a_conditioned_network_counts_the_label_too():
    network = Conditioned((Width(5, fan=500), 4), n_classes=3)
    assert network.network[0].fans == (503, 4)
    assert network.network[0].weight.shape == (4, 8)


def test_plain_layers_of_torch_start_by_the_same_seed():
    def weights():
        net = nn.Sequential(nn.Linear(4, 3, bias=False), nn.ReLU(), nn.Linear(3, 2))
        return [p.detach() for p in Networks(net=net).initialise(seeded()).parameters()]

    first, again = weights(), weights()
    for one, other in zip(first, again, strict=True):
        assert torch.equal(one, other)
