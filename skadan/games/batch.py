"""What a loss sees of the table, and of chance."""

from dataclasses import dataclass

from torch import Tensor


@dataclass(frozen=True)
class Draw:
    """One draw of the random inputs of the latent players (lines 3 to 5 of Algorithm 1).

    `z` (m, n_noise) from N(0, 1), `y` (m, K) labels from the data, `mu` (m, 1) from U[0, 1].
    """

    z: Tensor
    y: Tensor
    mu: Tensor


@dataclass(frozen=True)
class Batch:
    """What the losses of one turn see.

    `x` (m, d), `y` (m, K) and `weight` (m,) are rows of the table; `x_noise` (m, d), or None, is
    added to what the encoder sees; `draw` belongs to the latent players; `h` (m, n_latent) is the
    code of `x`, set once an iteration by the game's `embed`.
    """

    x: Tensor
    y: Tensor
    weight: Tensor
    x_noise: Tensor | None
    draw: Draw | None = None
    h: Tensor | None = None
