"""Sizes of the networks that fit a table, one formula each; the paper's at the paper's shape."""

from typing import Any

PAPER_COLUMNS = 4368

# Narrow tables learn no better with more, and slower; below the smallest widths they learn worse.
# Codes of r / 4 or of 16 numbers are faster, but cost a linear SVC 0.5 to 1.2 points.
LARGEST_CODE = 100
SMALLEST_LATENT, LARGEST_LATENT = 32, 100
SMALLEST_HIDDEN, LARGEST_HIDDEN = 64, 800


def fitted_sizes(sampler: Any, n_coordinates: int) -> dict[str, Any]:
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
