"""Define what a game is: its networks, its turns, and how it generates rows."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

import torch
from torch import Tensor

from .networks import Networks

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


Terms = dict[str, Tensor]


@dataclass(frozen=True)
class Turn:
    """Describe one optimiser step: which networks it updates, on which loss.

    Parameters
    ----------
    moves : tuple of str
        Names of the networks that the step updates.
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
        # A frozen dataclass allows no other way; `moves` must be hashable.
        object.__setattr__(self, "moves", tuple(self.moves))


class Game(Protocol):
    """Define the members that training and sampling need from a game.

    All methods are pure. A game stores sizes and loss weights as fields, never tensors, so that it
    can be copied, pickled, and build its networks again. A frozen dataclass is enough.

    A game with an encoder is an `EncodingGame`. Set ``capturable = True`` if no loss reads a value
    back to Python, as ``item()`` and ``nonzero()`` do: on a GPU each iteration then runs as one
    CUDA graph.

    Examples
    --------
    >>> from skadan.games import ADANGame, CrossEntropy
    >>> networks = ADANGame(CrossEntropy(), n_latent=5).networks(20, n_classes=3)
    >>> sorted(name for name, _ in networks.named_children())
    ['classifier', 'critic', 'decoder', 'encoder', 'generator']
    """

    @property
    def n_noise(self) -> int:
        """Return the size of the noise z for one row."""

    @property
    def turns(self) -> tuple[Turn, ...]:
        """Return the updates of one iteration, in order."""

    def networks(
        self, n_features: int, n_classes: int, device: torch.device | str = "cpu"
    ) -> Networks:
        """Build the networks, with uninitialised weights.

        Parameters
        ----------
        n_features : int
            Width d of a row.
        n_classes : int
            Number of classes K.
        device : torch.device or str, default="cpu"
            Device of the weights.

        Returns
        -------
        networks : Networks
            The networks, each an attribute under its own name.
        """

    def embed(self, networks: Networks, batch: Batch) -> Batch:
        """Return the batch with values that all turns of an iteration share, such as codes.

        Parameters
        ----------
        networks : Networks
            The networks that `networks` built.
        batch : Batch
            Rows of the table.

        Returns
        -------
        batch : Batch
            The same, or ``dataclasses.replace(batch, h=...)``.
        """

    def generate(self, networks: Networks, z: Tensor, y: Tensor) -> Tensor:
        """Generate codes of synthetic rows.

        Parameters
        ----------
        networks : Networks
            The networks that `networks` built.
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
        """Decode codes into rows.

        Parameters
        ----------
        networks : Networks
            The networks that `networks` built.
        h : Tensor of shape (m, n_latent)
            Codes.

        Returns
        -------
        x : Tensor of shape (m, d)
            Rows.
        """


class EncodingGame(Game, Protocol):
    """Define a game with an encoder.

    Examples
    --------
    >>> from skadan.games import AAEGame, GANGame
    >>> hasattr(AAEGame(), "encode"), hasattr(GANGame(), "encode")
    (True, False)
    """

    def encode(self, networks: Networks, x: Tensor) -> Tensor:
        """Encode rows.

        Parameters
        ----------
        networks : Networks
            The networks that `networks` built.
        x : Tensor of shape (m, d)
            Rows.

        Returns
        -------
        h : Tensor of shape (m, n_latent)
            Codes.
        """
