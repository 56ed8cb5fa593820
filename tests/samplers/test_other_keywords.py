"""Keywords of other samplers get a message that names the right one."""

import pickle

import pytest
from sklearn.base import clone

import skadan
from skadan import NoiseSampler, ShrunkenSampler, WADANSampler

SAMPLERS = [getattr(skadan, name) for name in skadan.__all__ if name.endswith("Sampler")]


@pytest.mark.parametrize("cls", SAMPLERS, ids=lambda cls: cls.__name__)
def test_neighbours(cls):
    with pytest.raises(
        TypeError, match=rf"{cls.__name__} has no parameter 'k_neighbors'.*leave it"
    ):
        cls(k_neighbors=3)


@pytest.mark.parametrize(
    ("name", "meant"),
    [("epochs", "max_epochs"), ("lr", "learning_rate"), ("seed", "random_state"),
     ("latent_dim", "n_latent"), ("sampling_stategy", "sampling_strategy")],
)  # fmt: skip
def test_the_keyword_that_is_meant(name, meant):
    with pytest.raises(TypeError, match=f"no parameter '{name}'. Did you mean {meant}"):
        WADANSampler(**{name: 5})


def test_what_another_sampler_has():
    with pytest.raises(TypeError, match=r"NoiseSampler has no parameter 'epochs'\. See its"):
        NoiseSampler(epochs=5)


def test_subclasses_copies_and_pickles():
    class Own(ShrunkenSampler):
        def __init__(self, *, extra=1, **others):
            self.extra = extra
            super().__init__(**others)

    assert Own(extra=2, clip=True).clip
    sampler = WADANSampler(alpha=0.5)
    assert clone(sampler).alpha == pickle.loads(pickle.dumps(sampler)).alpha == 0.5
