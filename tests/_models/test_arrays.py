"""Arrays to tensors and back, and networks that are made again."""

import numpy as np
import pytest
import torch

from skadan._models.arrays import (
    BLOCK_ROWS,
    compute_blocks,
    one_hot,
    row_slices,
    to_array,
    to_tensor,
    weights_of,
    with_weights,
)
from skadan._torch.settings import evaluating
from skadan.games import Networks, mlp


@pytest.mark.parametrize(
    "n_rows", [0, 1, BLOCK_ROWS - 1, BLOCK_ROWS, BLOCK_ROWS + 1, 3 * BLOCK_ROWS + 1]
)
def test_parts_cover_every_row_once(n_rows):
    found = [i for part in row_slices(n_rows) for i in range(part.start, part.stop)]
    assert found == list(range(n_rows))
    rows = np.concatenate(
        list(compute_blocks(lambda part: torch.arange(n_rows)[part], row_slices(n_rows)))
    )
    np.testing.assert_array_equal(rows, np.arange(n_rows))


def test_to_a_tensor_and_back():
    x = np.arange(6, dtype=np.float32).reshape(2, 3)
    tensor = to_tensor(x).requires_grad_()
    np.testing.assert_array_equal(to_array(2 * tensor), 2 * x)
    np.testing.assert_array_equal(one_hot(np.array([2, 0]), 3), [[0, 0, 1], [1, 0, 0]])


def test_an_array_that_may_not_be_written_becomes_a_tensor_of_its_own():
    """joblib hands large arrays to its workers so; torch would warn."""
    array = np.arange(6.0)
    array.flags.writeable = False
    tensor = to_tensor(array)
    tensor += 1
    np.testing.assert_array_equal(array, np.arange(6.0))
    np.testing.assert_array_equal(to_array(tensor), np.arange(1.0, 7.0))


def test_networks_come_back_with_their_weights():
    networks = Networks(net=mlp((4, 3, 2))).initialise(torch.Generator().manual_seed(0))
    kept = weights_of(networks)
    again = with_weights(Networks(net=mlp((4, 3, 2), "meta")), kept, torch.device("cpu"))
    x = torch.ones(5, 4)
    assert torch.equal(again.net(x), networks.net(x))
    assert not again.training
    assert not any(p.requires_grad for p in again.parameters())
    networks.net[0].weight.data.zero_()
    assert np.abs(kept["net.0.weight"]).max() > 0  # copies


def test_evaluation_mode_ends_with_the_block():
    networks = Networks(net=mlp((4, 3)))

    def fails():
        with evaluating(networks):
            assert not networks.net.training
            assert not torch.is_grad_enabled()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fails()
    assert networks.net.training
