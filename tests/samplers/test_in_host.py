"""Tables that a device has no room for stay in the host's memory: the same rows."""

import numpy as np
import pytest
import torch
from conftest import DEVICES, SMALL
from sklearn.base import clone

from skadan import AAESampler, ADANSampler, ConditionalGANSampler, WADANSampler
from skadan._models import table_rows
from skadan._models.table_rows import HostRows, place_rows

AUTO = {"max_epochs": "auto", "batch_size": 20}
SAMPLERS = [
    ADANSampler(**SMALL),
    WADANSampler(**SMALL | AUTO),  # holds rows out
    WADANSampler(**SMALL, row_space=True, center=None),
    WADANSampler(**SMALL, row_space=False, residuals=False, anchor=0.0),
    AAESampler(max_epochs=2, latent_layers=(6,), autoencoder_layers=(8,), random_state=0),
    ConditionalGANSampler(max_epochs=2, hidden_layers=(8,), random_state=0),
]


@pytest.mark.parametrize("device", DEVICES)
@pytest.mark.parametrize("sampler", SAMPLERS, ids=lambda s: type(s).__name__)
@pytest.mark.slow
def test_the_rows_of_a_table_on_the_device(sampler, device, problem, monkeypatch):
    X, y = np.repeat(problem[0], 2, axis=0), np.repeat(problem[1], 2)
    there = clone(sampler).set_params(device=device).fit(X, y)
    seen = []
    monkeypatch.setattr(table_rows, "free_bytes", lambda of: seen.append(of.type) or 0)
    fetched = clone(there).fit(X, y)
    assert seen == [device]
    rows, labels, index = there.sample(300, return_indices=True)
    found = fetched.sample(300, return_indices=True)
    np.testing.assert_array_equal(found[1], labels)
    np.testing.assert_array_equal(found[2], index)
    if device == "cpu":
        np.testing.assert_array_equal(found[0], rows)
    else:  # there the iteration of a table on the device is a graph
        np.testing.assert_allclose(found[0], rows, atol=1e-3)


@pytest.mark.parametrize(("free", "stays"), [(0, True), (479, True), (480, False), (1e9, False)])
def test_half_of_what_is_free_may_be_taken(free, stays, monkeypatch):
    monkeypatch.setattr(table_rows, "free_bytes", lambda device: free)
    x = torch.zeros(6, 10)  # 240 bytes
    assert isinstance(place_rows(x, torch.device("cpu")), HostRows) == stays


def test_a_part_of_a_part():
    x = torch.arange(12.0).reshape(6, 2)
    rows = HostRows(x, torch.device("cpu"))
    part = rows.part(torch.tensor([5, 1, 3])).part(torch.tensor([2, 0]))
    assert part.shape == (2, 2)
    for found in (part.array(), part.whole()):
        np.testing.assert_array_equal(found, x[[3, 5]])
    np.testing.assert_array_equal(part.index_select(0, torch.tensor([1, 1])), x[[5, 5]])
    np.testing.assert_array_equal(rows.array(), x)


@pytest.mark.parametrize("device", DEVICES)
def test_only_a_gpu_has_little_room(device):
    free = table_rows.free_bytes(torch.device(device))
    assert (free == np.inf) == (device == "cpu")
    assert free > 2**20
