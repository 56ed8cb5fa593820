"""Time a round of critic and generator: gradients written out by hand against autograd."""

from collections.abc import Iterator
from dataclasses import dataclass
from statistics import median

import numpy as np
from performance_page import Section
from timing import alternate, epoch_timer, ratio

from skadan import GameSampler
from skadan.games import ADANGame, CrossEntropy, WassersteinDivergence

N_ROUNDS = 40  # per iteration, so that the autoencoder's update takes little of the time
SIZES = {
    "the paper's sizes": {"n_latent": 100, "n_noise": 100, "latent_layers": (100, 100)},
    "sizes for ten columns": {"n_latent": 10, "n_noise": 10, "latent_layers": (32, 32)},
}


@dataclass(frozen=True)
class ByAutograd(ADANGame):
    """The same game. A subclass may change the losses, so it is trained by autograd."""


def round_section(n_rounds: int) -> Section:
    """Time one round with each kind of gradient."""

    def lines() -> Iterator[tuple[str, ...]]:
        X = np.random.default_rng(0).standard_normal((128, 10), dtype=np.float32)
        y = np.arange(128) % 3
        for divergence in (WassersteinDivergence(), CrossEntropy()):
            for size, keywords in SIZES.items():
                timers = {}
                for game in (ByAutograd, ADANGame):
                    made = game(
                        divergence,
                        **keywords,
                        autoencoder_layers=(8,),
                        conditional_critic=True,
                        latent_steps=N_ROUNDS,
                    )
                    sampler = GameSampler(game=made, max_epochs=12, device="cpu", random_state=0)
                    timers[game.__name__] = epoch_timer(sampler, X, y)
                seconds = alternate(timers, n_rounds)
                shown = (f"{1e3 * median(v) / N_ROUNDS:.2f}" for v in seconds.values())
                name = f"{type(divergence).__name__}, {size}"
                yield name, *shown, f"{ratio(*seconds.values()):.2f}"

    return Section(
        "One round of critic and generator",
        "128 rows, three classes, one thread; fused Adam on both sides. Milliseconds.",
        ("game", "autograd", "written out", "ratio"),
        lines(),
    )
