"""Sizes of the networks that fit a table, one formula each; the paper's at the paper's shape."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

PAPER_COLUMNS = 4368

# Narrow tables learn no better with more, and slower; below the smallest widths they learn worse.
# Codes of r / 4 or of 16 numbers are faster, but cost a linear SVC 0.5 to 1.2 points.
LARGEST_CODE = 100
SMALLEST_LATENT, LARGEST_LATENT = 32, 100
SMALLEST_HIDDEN, LARGEST_HIDDEN = 64, 800


class Sizes(NamedTuple):
    """Sizes of the networks of a sampler."""

    n_latent: int
    n_noise: int
    autoencoder_layers: tuple[int, ...]
    latent_layers: tuple[int, ...]


def fitted_sizes(sampler: Any, n_coordinates: int) -> Sizes:
    """Return the sizes of a sampler's networks, with numbers in place of "auto".

    What the networks see has r = `n_coordinates` columns: those of the table, or one for each row
    where these are fewer. With M = min(100, r), E has layers of 2 r units, from 64 to 800, and G, D
    and C have layers of 2 M units, from 32 to 100. At r >= 400 these are the paper's.
    """
    n_latent = sampler.n_latent
    if isinstance(n_latent, str):
        n_latent = min(LARGEST_CODE, n_coordinates)
    hidden = within(2 * n_coordinates, SMALLEST_HIDDEN, LARGEST_HIDDEN)
    latent = within(2 * n_latent, SMALLEST_LATENT, LARGEST_LATENT)
    of_autoencoder, of_latent = sampler.autoencoder_layers, sampler.latent_layers
    return Sizes(
        int(n_latent),
        n_latent if is_auto(sampler.n_noise) else sampler.n_noise,
        (hidden, hidden) if is_auto(of_autoencoder) else as_widths(of_autoencoder),
        (latent, latent) if is_auto(of_latent) else as_widths(of_latent),
    )


def as_widths(layers: Sequence[int]) -> tuple[int, ...]:
    """Return widths of layers, of any sequence, as a tuple, which can be hashed."""
    return tuple(np.asarray(layers).tolist())


def within(size: int, least: int, most: int) -> int:
    """The size, or the bound that it passes."""
    return min(max(size, least), most)


def is_auto(value: Any) -> bool:
    """Tell whether a parameter is left to the sampler."""
    return isinstance(value, str) and value == "auto"
