"""Games: networks, turns and losses, in pure torch.

A game says who plays: which networks there are, which networks each turn updates and which loss it
minimises, and how they make rows. A divergence says how real and fake are scored. The two are
composed: WADAN is `ADANGame` with the `WassersteinDivergence`. A game of one's own is one small
object, which `skadan.GameSampler` trains.
"""

from .aae import AAEGame
from .adan import ADANGame
from .base import EncodingGame, Game, Terms, Turn
from .batch import Batch, Draw
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
