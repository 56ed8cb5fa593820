"""Choose network sizes by the number of columns; for the paper's table they are the paper's."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

PAPER_COLUMNS = 4368

# For narrow tables, wider layers are slower and no better; below the smallest widths results are
# worse. Codes of r / 4 or 16 numbers are faster, but cost a linear SVC 0.5 to 1.2 points.
LARGEST_CODE = 100
SMALLEST_LATENT, LARGEST_LATENT = 32, 100
SMALLEST_HIDDEN, LARGEST_HIDDEN = 64, 800


class Sizes(NamedTuple):
    """Hold the sizes of the networks of a sampler."""

    n_latent: int
    n_noise: int
    autoencoder_layers: tuple[int, ...]
    latent_layers: tuple[int, ...]


def fitted_sizes(sampler: Any, n_coordinates: int) -> Sizes:
    """Return the sizes of a sampler's networks, with "auto" replaced by numbers.

    The networks see r = `n_coordinates` columns: those of the table, or as many as it has rows if
    that is fewer (``row_space``). With M = min(100, r), E has layers of 2 r units, from 64 to 800,
    and G, D and C have layers of 2 M units, from 32 to 100. At r >= 400 these are the paper's.
    """
    n_latent = sampler.n_latent
    if isinstance(n_latent, str):
        n_latent = min(LARGEST_CODE, n_coordinates)
    hidden = clamp(2 * n_coordinates, SMALLEST_HIDDEN, LARGEST_HIDDEN)
    latent = clamp(2 * n_latent, SMALLEST_LATENT, LARGEST_LATENT)
    of_autoencoder, of_latent = sampler.autoencoder_layers, sampler.latent_layers
    return Sizes(
        int(n_latent),
        n_latent if is_auto(sampler.n_noise) else sampler.n_noise,
        (hidden, hidden) if is_auto(of_autoencoder) else as_widths(of_autoencoder),
        (latent, latent) if is_auto(of_latent) else as_widths(of_latent),
    )


def as_widths(layers: Sequence[int]) -> tuple[int, ...]:
    """Return the widths of layers as a tuple, so that a game can be hashed."""
    return tuple(np.asarray(layers).tolist())


def clamp(size: int, least: int, most: int) -> int:
    """Return `size` limited to the range from `least` to `most`."""
    return min(max(size, least), most)


def is_auto(value: Any) -> bool:
    """Return whether a parameter is "auto"."""
    return isinstance(value, str) and value == "auto"
