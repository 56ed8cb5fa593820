"""What a game is: its networks, the turns of an iteration, and how it makes rows."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Tensor

from .batch import Batch
from .networks import Networks

Terms = dict[str, Tensor]
# The terms of a loss, made when they are asked for, and the gradients of their sum.
WithGradients = tuple[Callable[[], Terms], list[Tensor]]


@dataclass(frozen=True)
class Turn:
    """One update of an iteration: an optimiser step of some networks on some loss.

    Parameters
    ----------
    moves : tuple of str
        Names of the networks that it updates.
    loss : callable
        ``loss(networks, batch)`` returns named terms, each a scalar Tensor. Their sum is minimised;
        their names are the keys of ``history_``.
    redraw : bool, default=False
        Draw fresh noise, labels and mixing weights before this turn.

    Raises
    ------
    TypeError
        If `moves` is a single name.

    Examples
    --------
    >>> from skadan.games import Turn
    >>> Turn(("critic",), lambda networks, batch: {"score": networks.critic(batch.x).mean()}).moves
    ('critic',)
    """

    moves: tuple[str, ...]
    loss: Callable[[Networks, Batch], Terms]
    redraw: bool = False

    def __post_init__(self) -> None:
        if isinstance(self.moves, str):
            raise TypeError(f"moves={self.moves!r}: give a tuple of names, ({self.moves!r},).")
        object.__setattr__(self, "moves", tuple(self.moves))


class Gradients(Protocol):
    """How the turns of a training get their gradients: written out, or by autograd."""

    def embed(self, batch: Batch) -> Batch:
        """The batch with what all turns of an iteration share; see `Game.embed`."""

    def of(self, turn: Turn, batch: Batch) -> WithGradients:
        """The terms of a turn's loss, and their gradients by the weights that it moves."""


class Game(Protocol):
    """What the training and a trained model ask of a game.

    All of it is pure: a game holds its sizes and weights as fields, never a tensor, so that it
    can be copied, pickled and asked again for its networks. A frozen dataclass will do.

    A game with an encoder is an `EncodingGame`. A game may set ``capturable = True`` if no
    loss reads a value back to Python, as ``item()`` and ``nonzero()`` do: on a GPU an iteration is
    then one CUDA graph. It may have a method ``written_out(networks)`` that returns gradients which
    are faster than autograd's, or None.

    Examples
    --------
    >>> from skadan.games import ADANGame, CrossEntropy
    >>> networks = ADANGame(CrossEntropy(), n_latent=5).networks(20, n_classes=3)
    >>> sorted(name for name, _ in networks.named_children())
    ['classifier', 'critic', 'decoder', 'encoder', 'generator']
    """

    @property
    def n_noise(self) -> int:
        """Size of the noise z of one row."""

    @property
    def turns(self) -> tuple[Turn, ...]:
        """The updates of one iteration, in order."""

    def networks(
        self, n_features: int, n_classes: int, device: torch.device | str = "cpu"
    ) -> Networks:
        """The networks, with uninitialised weights.

        Parameters
        ----------
        n_features : int
            Width d of a row.
        n_classes : int
            Number of classes K.
        device : torch.device or str, default="cpu"
            Where their weights are.

        Returns
        -------
        networks : Networks
            One attribute for each network.
        """

    def embed(self, networks: Networks, batch: Batch) -> Batch:
        """The batch with what all turns of an iteration share, such as the codes of its rows.

        Parameters
        ----------
        networks : Networks
            As `networks` made them.
        batch : Batch
            Rows of the table.

        Returns
        -------
        batch : Batch
            The same, or ``dataclasses.replace(batch, h=...)``.
        """

    def generate(self, networks: Networks, z: Tensor, y: Tensor) -> Tensor:
        """Codes of synthetic rows.

        Parameters
        ----------
        networks : Networks
            As `networks` made them.
        z : Tensor of shape (m, n_noise)
            Noise from N(0, 1).
        y : Tensor of shape (m, K)
            One-hot labels.

        Returns
        -------
        h : Tensor of shape (m, n_latent)
            Codes.
        """

    def decode(self, networks: Networks, h: Tensor) -> Tensor:
        """Rows of codes.

        Parameters
        ----------
        networks : Networks
            As `networks` made them.
        h : Tensor of shape (m, n_latent)
            Codes.

        Returns
        -------
        x : Tensor of shape (m, d)
            Rows.
        """


class EncodingGame(Game, Protocol):
    """A game with an encoder.

    Examples
    --------
    >>> from skadan.games import AAEGame, GANGame
    >>> hasattr(AAEGame(), "encode"), hasattr(GANGame(), "encode")
    (True, False)
    """

    def encode(self, networks: Networks, x: Tensor) -> Tensor:
        """Codes of rows.

        Parameters
        ----------
        networks : Networks
            As `networks` made them.
        x : Tensor of shape (m, d)
            Rows.

        Returns
        -------
        h : Tensor of shape (m, n_latent)
            Codes.
        """
