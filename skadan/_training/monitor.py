"""When a training has learned what it can: figures of rows that it does not see."""

from dataclasses import dataclass
from math import ceil
from typing import Any, cast

import torch
from torch import Tensor

from .._torch.seeding import normal
from .._torch.settings import evaluating
from ..games.base import EncodingGame
from ..games.networks import Networks
from .batches import Batches, Table

MAX_PASSES = 120  # over a small table
MAX_ITERATIONS = 400  # however many rows there are
LONGEST_EPOCH = 25  # batches

CHECK = 25  # iterations from one look to the next
WINDOW = 4  # looks that are averaged, and compared with as many before them
ENOUGH = 50  # rows of a class that can spare some
FEWEST_WATCHED, MOST_WATCHED = 10, 128
FIGURES = ("unrestored", "code_distance")
LEAST_GAIN = 0.03  # by which one of the two figures has to fall from window to window


@dataclass(frozen=True)
class Monitor:
    """Two figures of rows, and what they say about going on.

    The loss of a game does not tell who has learned what: critic and generator may stand still and
    learn, or swing and have learned all. What sampling needs is that R restores a row and that G's
    codes lie as E's do.

    Parameters
    ----------
    game : EncodingGame
        The game in training.
    x, y : Tensor of shape (m, r), (m, K)
        Rows, held out where there are enough, and their one-hot labels.
    z : Tensor of shape (m, n_noise)
        Noise, the same at each look: what changes is then due to the networks.
    every : int
        Epochs from one look to the next.
    """

    game: EncodingGame
    x: Tensor
    y: Tensor
    z: Tensor
    every: int

    @classmethod
    def of(cls, game: Any, watched: Table, batches: Batches) -> "Monitor":
        """Watch these rows during a training on these batches."""
        z = normal(len(watched.y), game.n_noise, rng=batches.rng)
        return cls(game, cast(Tensor, watched.x), watched.y, z, ceil(CHECK / batches.n_batches))

    def look(self, networks: Networks, names: list[str], past: list[list[float]]) -> dict:
        """Return the figures after one more epoch than `past` has; between looks, the last ones.

        `past` holds, epoch by epoch, the values of `names`, as the history of the training will.
        """
        if past and (len(past) + 1) % self.every:
            last = dict(zip(names, past[-1], strict=True))
            return {name: last[name] for name in FIGURES}
        return self.figures(networks)

    def figures(self, networks: Networks) -> dict[str, float]:
        """Return the share of variance that R does not restore, and the distance of the codes."""
        game, x, y = self.game, self.x, self.y
        with evaluating(networks):
            h = game.encode(networks, x)  # (m, n_latent)
            lost = (x - game.decode(networks, h)).square().sum() / x.square().sum()
            distance = discrepancy(h, game.generate(networks, self.z, y), y)
        return dict(zip(FIGURES, (float(lost), float(distance)), strict=True))

    def is_settled(self, names: list[str], past: list[list[float]]) -> bool:
        """Tell whether neither figure falls any more, window by window."""
        looks = past[self.every - 1 :: self.every]
        if len(past) % self.every or len(looks) < 2 * WINDOW:
            return False
        columns = [[look[names.index(name)] for look in looks] for name in FIGURES]
        return all(
            sum(column[-WINDOW:]) > (1 - LEAST_GAIN) * sum(column[-2 * WINDOW : -WINDOW])
            for column in columns
        )


def most_epochs(n_rows: int, batch_size: int) -> int:
    """Return the number of epochs that reach neither limit."""
    n_batches = min(ceil(n_rows / batch_size), LONGEST_EPOCH)
    return min(MAX_PASSES, ceil(MAX_ITERATIONS / n_batches))


def hold_out(table: Table, rng: torch.Generator) -> tuple[Table, Table]:
    """Return the rows to train on, and those to watch.

    A tenth of each class that has `ENOUGH` rows is held out, `MOST_WATCHED` rows in all. Where that
    is too few to tell anything, no row is: training rows are watched.
    """
    n_rows = len(table.y)
    share = min(0.1, MOST_WATCHED / n_rows)
    order = torch.randperm(n_rows, generator=rng, device=rng.device)
    y = table.y[order].cpu()
    counts, labels = y.sum(0), y.argmax(1)
    places = y.cumsum(0).gather(1, labels[:, None])[:, 0]  # of a row in its class: 1, 2, ...
    quota = (share * counts).floor() * (counts >= ENOUGH)
    held = (places <= quota[labels]).to(order.device)
    if held.sum() < FEWEST_WATCHED:
        return table, table.rows(order[:MOST_WATCHED])
    return table.part(order[~held].sort().values), table.rows(order[held])


def discrepancy(h: Tensor, h_hat: Tensor, y: Tensor) -> Tensor:
    """Squared maximum mean discrepancy of codes with labels, under one Gaussian kernel.

    k((h, y), (h', y')) = exp(-||h - h'||^2 / (2 s^2)) where y = y', else 0; s^2 is the mean squared
    distance of the real codes.
    """
    same = y @ y.T
    width = 2 * torch.cdist(h, h).square().mean().clamp_min(torch.finfo(h.dtype).tiny)

    def mean_kernel(a: Tensor, b: Tensor) -> Tensor:
        return ((-torch.cdist(a, b).square() / width).exp() * same).mean()

    distance = mean_kernel(h, h) + mean_kernel(h_hat, h_hat) - 2 * mean_kernel(h, h_hat)
    return distance.clamp_min(0)
