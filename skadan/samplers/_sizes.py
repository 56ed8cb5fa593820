"""Sizes of the networks that fit a table, one formula each; the paper's at the paper's shape."""

from typing import Any

PAPER_COLUMNS = 4368

# Small tables learn no better with more, and slower; below the smallest widths they learn worse.
SMALLEST_CODE, LARGEST_CODE = 16, 100
SMALLEST_LATENT, LARGEST_LATENT = 32, 100
SMALLEST_HIDDEN, LARGEST_HIDDEN = 64, 800


def fitted_sizes(sampler: Any, n_coordinates: int) -> dict[str, Any]:
    """Return the sizes of a sampler's networks, with numbers in place of "auto".

    What the networks see has r = `n_coordinates` columns: those of the table, or one for each row
    where these are fewer. A code has M = r / 4 numbers, from 16 (or r, where that is less) to 100.
    E has layers of 2 r units, from 64 to 800, and G, D and C have layers of 2 M units, from 32 to
    100. At r >= 400 these are the paper's.
    """
    n_latent = sampler.n_latent
    if isinstance(n_latent, str):
        n_latent = min(within(n_coordinates // 4, SMALLEST_CODE, LARGEST_CODE), n_coordinates)
    hidden = within(2 * n_coordinates, SMALLEST_HIDDEN, LARGEST_HIDDEN)
    latent = within(2 * n_latent, SMALLEST_LATENT, LARGEST_LATENT)
    fitted = {
        "n_noise": n_latent,
        "autoencoder_layers": (hidden, hidden),
        "latent_layers": (latent, latent),
    }
    chosen = {name: value for name, value in fitted.items() if is_auto(getattr(sampler, name))}
    return {"n_latent": int(n_latent)} | chosen


def within(size: int, least: int, most: int) -> int:
    """The size, or the bound that it passes."""
    return min(max(size, least), most)


def is_auto(value: Any) -> bool:
    """Tell whether a parameter is left to the sampler."""
    return isinstance(value, str) and value == "auto"
