"""Define the inputs of a loss: rows of the table, and random values drawn for them."""

from dataclasses import dataclass
from typing import Any

from torch import Tensor

# Default of fields that the training or `embed` sets before any loss reads them. It is None, but
# typed Any, so that losses need no check for None.
NOT_YET: Any = None


@dataclass(frozen=True)
class Draw:
    """Hold random inputs of generator and critic (lines 3 to 5 of Algorithm 1).

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
    """Hold the inputs of the losses of one turn.

    Parameters
    ----------
    x : Tensor of shape (m, d)
        Scaled rows of the table, or their coordinates in the row space.
    y : Tensor of shape (m, K)
        Their one-hot labels.
    weight : Tensor of shape (m,)
        Class weight of each row.
    x_noise : Tensor of shape (m, d) or None
        Noise to add to the encoder's input.
    draw : Draw
        Random inputs of generator and critic. The training sets it, and draws it again before
        each turn with ``redraw=True``.
    h : Tensor of shape (m, n_latent)
        Codes of `x`. The game's `embed` sets them, once per iteration.
    n_columns : int or None
        Columns of the table; None if `x` has all of them.

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
