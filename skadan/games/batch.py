"""What a loss sees: rows of the table, and what was drawn for them."""

from dataclasses import dataclass
from typing import Any

from torch import Tensor

NOT_YET: Any = None  # of what is set before it is read


@dataclass(frozen=True)
class Draw:
    """One draw of the random inputs of generator and critic (lines 3 to 5 of Algorithm 1).

    Parameters
    ----------
    z : Tensor of shape (m, n_noise)
        Noise from N(0, 1).
    y : Tensor of shape (m, K)
        One-hot labels, drawn from the data.
    mu : Tensor of shape (m, 1)
        Mixing weights from U[0, 1].

    Examples
    --------
    >>> import torch
    >>> from skadan.games import Draw
    >>> Draw(z=torch.zeros(4, 2), y=torch.eye(4), mu=torch.zeros(4, 1)).z.shape
    torch.Size([4, 2])
    """

    z: Tensor
    y: Tensor
    mu: Tensor


@dataclass(frozen=True)
class Batch:
    """What the losses of one turn see.

    Parameters
    ----------
    x : Tensor of shape (m, d)
        Rows of the table, scaled; or their coordinates in a narrower space.
    y : Tensor of shape (m, K)
        Their one-hot labels.
    weight : Tensor of shape (m,)
        Class weight of each row.
    x_noise : Tensor of shape (m, d) or None
        Noise that is added to what the encoder sees.
    draw : Draw
        What was drawn for generator and critic. The training sets it, anew before each turn that
        asks for it.
    h : Tensor of shape (m, n_latent)
        Codes of `x`. The game's `embed` sets them, once an iteration.
    n_columns : int or None
        Columns of the table; None for as many as `x` has.

    Examples
    --------
    >>> import torch
    >>> from skadan.games import Batch
    >>> batch = Batch(x=torch.zeros(4, 9), y=torch.eye(4), weight=torch.ones(4))
    >>> batch.x_noise is None
    True
    """

    x: Tensor
    y: Tensor
    weight: Tensor
    x_noise: Tensor | None = None
    draw: Draw = NOT_YET
    h: Tensor = NOT_YET
    n_columns: int | None = None
