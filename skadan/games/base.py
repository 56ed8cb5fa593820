"""What a game is: its networks, the turns of an iteration, and how it makes rows."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Protocol

import torch
from torch import Tensor
from torch.nn.functional import log_softmax

from .batch import Batch
from .networks import Networks

Terms = dict[str, Tensor]


@dataclass(frozen=True)
class Turn:
    """One update of an iteration: the networks that move, and the loss that they descend.

    Parameters
    ----------
    moves : tuple of str
        Names of the networks.
    loss : callable
        ``loss(networks, batch)`` returns named terms, each a scalar Tensor. Their sum is minimised;
        their names are the keys of ``history_``.
    redraw : bool, default=False
        Draw fresh noise, labels and mixing weights before this turn.

    Examples
    --------
    >>> from skadan.games import Turn
    >>> Turn(("critic",), lambda networks, batch: {"score": networks.critic(batch.x).mean()}).moves
    ('critic',)
    """

    moves: tuple[str, ...]
    loss: Callable[[Networks, Batch], Terms]
    redraw: bool = False


class Game(Protocol):
    """What the training and a trained model ask of a game.

    All of it is pure: a game holds its sizes and weights as fields, never a tensor, so that it
    can be copied, pickled and asked again for its networks. A frozen dataclass does.

    A game with an encoder is an `EncodingGame`. A game may set ``capturable = True`` if no
    iteration waits for the host: on a GPU an iteration is then one CUDA graph.

    Examples
    --------
    >>> from skadan.games import ADANGame, CrossEntropy
    >>> game = ADANGame(CrossEntropy(), n_latent=5)
    >>> sorted(name for name, _ in game.networks(20, 3).named_children())
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
        """The networks, with weights that nobody has set yet.

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


def check_members(thing: Any, protocol: type) -> None:
    """Refuse an object that lacks members of a protocol, before any work.

    Raises
    ------
    TypeError
        The message names every missing member.
    """
    missing = [n for n in vars(protocol) if not n.startswith("_") and not hasattr(thing, n)]
    if missing:
        name = protocol.__name__
        raise TypeError(
            f"{type(thing).__name__} cannot serve as a {name}: it lacks {', '.join(missing)}. "
            f"skadan.games.{name} says what each of them does."
        )


def rounds(critic: Turn, generator: Turn, critic_steps: int, n_rounds: int = 1) -> tuple[Turn, ...]:
    """Turns of critic and generator: `critic_steps` of the critic on one draw, then the generator.

    Parameters
    ----------
    critic, generator : Turn
        The two updates.
    critic_steps : int
        Updates of the critic before each one of the generator.
    n_rounds : int, default=1
        How often all of this is repeated.

    Returns
    -------
    turns : tuple of Turn
        In order.

    Examples
    --------
    >>> from skadan.games import Turn, rounds
    >>> turns = rounds(Turn(("critic",), dict), Turn(("generator",), dict), critic_steps=2)
    >>> [(turn.moves, turn.redraw) for turn in turns]
    [(('critic',), True), (('critic',), False), (('generator',), False)]
    """
    first = replace(critic, redraw=True)
    return (first, *[critic] * (critic_steps - 1), generator) * n_rounds


def cross_entropy(logits: Tensor, y: Tensor) -> Tensor:
    """Cross-entropy of each row, ``-sum_k y_k log softmax(logits)_k``.

    Parameters
    ----------
    logits : Tensor of shape (m, K)
        A classifier's output.
    y : Tensor of shape (m, K)
        One-hot labels.

    Returns
    -------
    loss : Tensor of shape (m,)
        0 or more.

    Examples
    --------
    >>> import torch
    >>> from skadan.games import cross_entropy
    >>> cross_entropy(torch.tensor([[0.0, 0.0]]), torch.tensor([[1.0, 0.0]]))
    tensor([0.6931])
    """
    return -(y * log_softmax(logits, dim=1)).sum(1)


def squared_error(x: Tensor, x_hat: Tensor) -> Tensor:
    """Squared distance of each row to its reconstruction, ``||x - x^||^2`` (Eqs. 9 and 12).

    Parameters
    ----------
    x, x_hat : Tensor of shape (m, d)
        Rows and their reconstructions.

    Returns
    -------
    error : Tensor of shape (m,)
        0 or more.

    Examples
    --------
    >>> import torch
    >>> from skadan.games import squared_error
    >>> squared_error(torch.zeros(1, 3), torch.ones(1, 3))
    tensor([3.])
    """
    return (x - x_hat).square().sum(1)
