"""Seeds: one stream for each purpose, and nothing global."""

import numpy as np
import pytest
import torch

from skadan import ADANSampler, NoiseSampler
from skadan._torch.seeding import SAMPLING, TRAINING, Streams, normal, seeded_rng
from skadan._torch.settings import resolve_device, torch_settings

CPU = torch.device("cpu")


def drawn(random_state, purpose):
    return normal(5, rng=seeded_rng(random_state, purpose, CPU)).tolist()


def test_a_seed_has_a_stream_for_each_purpose():
    assert drawn(0, TRAINING) == drawn(0, TRAINING)
    assert drawn(0, TRAINING) != drawn(0, SAMPLING)
    assert drawn(0, TRAINING) != drawn(1, TRAINING)
    assert drawn(None, TRAINING) != drawn(None, TRAINING)


def test_a_draw_has_the_streams_of_sampling():
    """Of its own seed, and without one of the sampler's."""
    sampler = NoiseSampler(random_state=1).fit(np.eye(4), [0, 0, 1, 1])
    assert sampler.plan_draw(3, random_state=0).streams == Streams.of(0, SAMPLING)
    assert sampler.plan_draw(3).streams == Streams.of(1, SAMPLING)


def test_a_random_state_is_drawn_from_once():
    """Its next draw gives another stream, as in scikit-learn."""
    state = np.random.RandomState(0)
    first, second = drawn(state, TRAINING), drawn(state, TRAINING)
    assert first != second
    assert first == drawn(np.random.RandomState(0), TRAINING)


def test_settings_are_restored_after_an_error():
    before = torch.get_num_threads()

    def fails():
        with torch.no_grad(), torch_settings(before + 1):
            assert torch.get_num_threads() == before + 1
            assert torch.is_grad_enabled()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fails()
    assert torch.get_num_threads() == before
    assert torch.is_grad_enabled()


def test_devices_by_name():
    assert resolve_device("cpu") == CPU
    assert resolve_device("auto").type in ("cpu", "cuda")
    with pytest.raises(ValueError, match="device='nonsense' is not a torch device"):
        resolve_device("nonsense")


@pytest.mark.parametrize("device", ["cuda:99", "mps", "xpu", "meta"])
def test_devices_that_are_not_there(device):
    """The parameter, its value and what to do, before any training."""
    if device == "mps" and torch.backends.mps.is_available():
        pytest.skip("there is one")
    with pytest.raises(ValueError, match=rf"device='{device}': torch cannot use.* 'auto' or 'cpu'"):
        ADANSampler(device=device).fit(np.eye(4), [0, 0, 1, 1])
