"""What a game is: who plays, in which turns, and how its players make rows."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Protocol

import torch
from torch import Tensor
from torch.nn.functional import log_softmax

from .batch import Batch
from .divergences import Terms
from .networks import Networks


@dataclass(frozen=True)
class Turn:
    """One move of a game: the networks that are updated, and the loss that they descend.

    `redraw` asks for fresh noise, labels and mixing weights before the turn.
    """

    moves: tuple[str, ...]
    loss: Callable[[Networks, Batch], Terms]
    redraw: bool = False


class Game(Protocol):
    """What the training loop and a trained model ask of a game; all of it is pure.

    A game holds its sizes and weights as fields, so that a trained model can build its networks
    again. A game with an encoder has ``encode(networks, x)`` besides.
    """

    @property
    def n_noise(self) -> int:
        """Size of z."""

    @property
    def capturable(self) -> bool:
        """Whether an iteration never waits for the host, so that a CUDA graph can hold it."""

    @property
    def turns(self) -> tuple[Turn, ...]:
        """One iteration, after `embed`."""

    def networks(
        self,
        n_features: int,
        n_classes: int,
        device: torch.device | str = "cpu",
        n_columns: int | None = None,
    ) -> Networks:
        """The networks, without weights yet.

        `n_columns` is the width of the table, where `n_features` coordinates stand for it.
        """

    def embed(self, networks: Networks, batch: Batch) -> Batch:
        """The batch with what all turns of an iteration share."""

    def generate(self, networks: Networks, z: Tensor, y: Tensor) -> Tensor:
        """Codes for noise z (m, n_noise) and labels y (m, K)."""

    def decode(self, networks: Networks, h: Tensor) -> Tensor:
        """Rows of codes, (m, n_features)."""


def rounds(critic: Turn, generator: Turn, critic_steps: int, n_rounds: int = 1) -> tuple[Turn, ...]:
    """`n_rounds` times: `critic_steps` updates of the critic on one draw, then the generator."""
    first = replace(critic, redraw=True)
    return (first, *[critic] * (critic_steps - 1), generator) * n_rounds


def cross_entropy(logits: Tensor, y: Tensor) -> Tensor:
    """-sum_k y_k log softmax(logits)_k, (m,)."""
    return -(y * log_softmax(logits, dim=1)).sum(1)


def squared_error(x: Tensor, x_hat: Tensor) -> Tensor:
    """||x - x^||^2, (m,): Eqs. 9 and 12."""
    return (x - x_hat).square().sum(1)
