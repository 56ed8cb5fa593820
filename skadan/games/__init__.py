"""Define what is trained: networks, turns and losses, in pure torch.

A game states which networks there are, which of them each turn updates, which loss the turn
minimises, and how the networks generate rows. A divergence states how real and fake codes are
scored. The two are composed: WADAN is `ADANGame` with the `WassersteinDivergence`.
`skadan.GameSampler` trains a game that you write yourself.
"""

from .aae import AAEGame
from .adan import ADANGame
from .base import Batch, Draw, EncodingGame, Game, Terms, Turn
from .divergences import Critic, CrossEntropy, Divergence, WassersteinDivergence
from .gan import GANGame
from .networks import Conditioned, Networks, PerClass, Width, concatenate, mlp
from .terms import cross_entropy, rounds, squared_error

__all__ = [
    "AAEGame",
    "ADANGame",
    "Batch",
    "Conditioned",
    "Critic",
    "CrossEntropy",
    "Divergence",
    "Draw",
    "EncodingGame",
    "GANGame",
    "Game",
    "Networks",
    "PerClass",
    "Terms",
    "Turn",
    "WassersteinDivergence",
    "Width",
    "concatenate",
    "cross_entropy",
    "mlp",
    "rounds",
    "squared_error",
]
