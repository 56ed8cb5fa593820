"""Provide what several games share: rounds of turns, and common terms of losses."""

from dataclasses import replace

from torch import Tensor
from torch.nn.functional import log_softmax

from .base import Terms, Turn


def rounds(critic: Turn, generator: Turn, critic_steps: int, n_rounds: int = 1) -> tuple[Turn, ...]:
    """Return rounds of turns: `critic_steps` of the critic on one draw, then the generator.

    Parameters
    ----------
    critic, generator : Turn
        The two updates.
    critic_steps : int
        Updates of the critic before each update of the generator.
    n_rounds : int, default=1
        Number of rounds.

    Returns
    -------
    turns : tuple of Turn
        The turns, in order.

    Examples
    --------
    >>> from skadan.games import Turn, rounds
    >>> turns = rounds(Turn(("critic",), dict), Turn(("generator",), dict), critic_steps=2)
    >>> [(turn.moves, turn.redraw) for turn in turns]
    [(('critic',), True), (('critic',), False), (('generator',), False)]
    """
    # Only the first turn of a round draws: the others reuse its noise and labels.
    first = replace(critic, redraw=True)
    return (first, *[critic] * (critic_steps - 1), generator) * n_rounds


def cross_entropy(logits: Tensor, y: Tensor) -> Tensor:
    """Return the cross-entropy of each row, ``-sum_k y_k log softmax(logits)_k``.

    Parameters
    ----------
    logits : Tensor of shape (m, K)
        A classifier's output.
    y : Tensor of shape (m, K)
        One-hot labels.

    Returns
    -------
    loss : Tensor of shape (m,)
        Loss of each row, 0 or more.

    Examples
    --------
    >>> import torch
    >>> from skadan.games import cross_entropy
    >>> cross_entropy(torch.tensor([[0.0, 0.0]]), torch.tensor([[1.0, 0.0]]))
    tensor([0.6931])
    """
    return -(y * log_softmax(logits, dim=1)).sum(1)


def squared_error(x: Tensor, x_hat: Tensor) -> Tensor:
    """Return the squared error of each row's reconstruction, ``||x - x^||^2``; equations 9 and 12.

    Parameters
    ----------
    x, x_hat : Tensor of shape (m, d)
        Rows and their reconstructions.

    Returns
    -------
    error : Tensor of shape (m,)
        Squared distance of each row, 0 or more.

    Examples
    --------
    >>> import torch
    >>> from skadan.games import squared_error
    >>> squared_error(torch.zeros(1, 3), torch.ones(1, 3))
    tensor([3.])
    """
    return (x - x_hat).square().sum(1)


def merge_terms(*parts: Terms) -> Terms:
    """Return all terms of several parts of a loss in one dict.

    Raises
    ------
    ValueError
        If two terms share a name.
    """
    terms: Terms = {}
    for part in parts:
        twice = terms.keys() & part.keys()
        if twice:
            raise ValueError(f"Two terms of a loss are named {', '.join(sorted(twice))}.")
        terms |= part
    return terms
