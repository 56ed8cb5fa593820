"""Another valid value of every keyword of every sampler: for tests of what a keyword changes."""

import inspect

from conftest import SETTINGS, SMALL_GAME

from skadan import Replicate
from skadan.games import ADANGame, WassersteinDivergence

# A keyword that is neither a flag nor here fails the tests, until somebody says what another value
# of it is.
OTHER = {
    "alpha": 0.5,
    "anchor": 0.25,
    "autoencoder_layers": (9,),
    "batch_size": 16,
    "betas": (0.9, 0.5),
    "checkpoint": "elsewhere",
    "checkpoint_epochs": 7,
    "class_weight": {0: 3.0},
    "center": "mean",
    "critic_steps": 2,
    "device": "auto",
    "game": ADANGame(
        WassersteinDivergence(), **{n: getattr(SMALL_GAME, n) for n in ("n_latent", "n_noise")}
    ),
    "hidden_layers": (9,),
    "input_noise": 0.5,
    "latent_layers": (7,),
    "latent_steps": 3,
    "learning_rate": 2e-3,
    "max_epochs": 3,
    "n_latent": 5,
    "n_noise": 4,
    "n_threads": 2,
    "noise_scale": 0.3,
    "own_share": 0.5,
    "penalty_power": 3.0,
    "penalty_weight": 2.0,
    "precision": "bfloat16",
    "prior_radius": 2.0,
    "prior_std": 0.2,
    "random_state": 1,
    "reconstruction_weight": 0.3,
    "row_space": False,
    "sampling_strategy": Replicate(2),
    "verbose": 1,
}
KEYWORDS = [(cls, name) for cls in SETTINGS for name in inspect.signature(cls).parameters]


def other(cls, name):
    """Another value of a keyword than the default of this class."""
    default = inspect.signature(cls).parameters[name].default
    return not default if isinstance(default, bool) else OTHER[name]


def small(cls, **keywords):
    """A small sampler of a class; the keywords override."""
    return cls(**SETTINGS[cls] | {"sampling_strategy": Replicate(1)} | keywords)
