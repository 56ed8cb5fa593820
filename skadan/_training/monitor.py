"""Decide when a training may stop, from two figures of rows that it does not train on."""

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

MAX_PASSES = 120  # largest number of passes over a small table
# 1,600 iterations gave no more recall on the longest table tried (docs/experiments.md, RAVDESS).
MAX_ITERATIONS = 400  # largest number of iterations for a table of any size
LONGEST_EPOCH = 25  # batches

CHECK = 25  # iterations between two evaluations of the figures
WINDOW = 4  # evaluations whose mean is compared with the mean of the WINDOW before
ENOUGH = 50  # smallest class from which rows are held out
FEWEST_WATCHED, MOST_WATCHED = 10, 128  # rows that the figures are computed on
FIGURES = ("unrestored", "code_distance")  # their names in history_
LEAST_GAIN = 0.03  # training goes on while a figure falls by this share from window to window


@dataclass(frozen=True)
class Monitor:
    """Evaluate two figures during training, and decide from them when to stop.

    The losses of an adversarial game do not show progress: they can be constant while the networks
    learn, and oscillate when nothing is left to learn. Sampling needs two other things: R must
    reconstruct rows, and G's codes must be distributed like E's. Each figure measures one of them.

    Parameters
    ----------
    game : EncodingGame
        The game in training.
    x, y : Tensor of shape (m, r), (m, K)
        Rows that the figures are computed on, and their one-hot labels. They are held out if the
        table has enough rows.
    z : Tensor of shape (m, n_noise)
        Noise, the same for each evaluation, so that only the networks change the figures.
    every : int
        Epochs between two evaluations.
    """

    game: EncodingGame
    x: Tensor
    y: Tensor
    z: Tensor
    every: int

    @classmethod
    def of(cls, game: Any, watched: Table, batches: Batches) -> "Monitor":
        """Create a monitor of these rows for a training on these batches."""
        z = normal(len(watched.y), game.n_noise, rng=batches.rng)
        return cls(game, cast(Tensor, watched.x), watched.y, z, ceil(CHECK / batches.n_batches))

    def look(self, networks: Networks, names: list[str], past: list[list[float]]) -> dict:
        """Return the figures after one more epoch than `past` has.

        `past` holds the values of `names` for each epoch, in the order of the training's history.
        Between two evaluations the last figures are returned.
        """
        # The first epoch is always evaluated: there are no last figures.
        if past and (len(past) + 1) % self.every:
            last = dict(zip(names, past[-1], strict=True))
            return {name: last[name] for name in FIGURES}
        return self.figures(networks)

    def figures(self, networks: Networks) -> dict[str, float]:
        """Return the share of variance that R does not reconstruct, and the codes' distance."""
        game, x, y = self.game, self.x, self.y
        with evaluating(networks):
            h = game.encode(networks, x)  # (m, n_latent)
            # x is centred, so its sum of squares is its total variance.
            unrestored = (x - game.decode(networks, h)).square().sum() / x.square().sum()
            distance = discrepancy(h, game.generate(networks, self.z, y), y)
        return dict(zip(FIGURES, (float(unrestored), float(distance)), strict=True))

    def is_settled(self, names: list[str], past: list[list[float]]) -> bool:
        """Return whether both figures have stopped falling, comparing the last two windows."""
        # Epochs without an evaluation repeat the last figures, so only every `every`-th one counts.
        evaluated = past[self.every - 1 :: self.every]
        if len(past) % self.every or len(evaluated) < 2 * WINDOW:
            return False
        columns = [[epoch[names.index(name)] for epoch in evaluated] for name in FIGURES]
        # Windows are compared, not single evaluations, because adversarial training oscillates.
        return all(
            sum(column[-WINDOW:]) > (1 - LEAST_GAIN) * sum(column[-2 * WINDOW : -WINDOW])
            for column in columns
        )


def most_epochs(n_rows: int, batch_size: int) -> int:
    """Return the largest number of epochs within `MAX_PASSES` and `MAX_ITERATIONS`."""
    n_batches = min(ceil(n_rows / batch_size), LONGEST_EPOCH)
    return min(MAX_PASSES, ceil(MAX_ITERATIONS / n_batches))


def hold_out(table: Table, rng: torch.Generator) -> tuple[Table, Table]:
    """Split a table into the rows to train on and the rows that a monitor watches.

    A tenth of each class with at least `ENOUGH` rows is held out, at most `MOST_WATCHED` rows in
    all. If these would be fewer than `FEWEST_WATCHED`, no row is held out, and the monitor watches
    training rows.
    """
    n_rows = len(table.y)
    share = min(0.1, MOST_WATCHED / n_rows)
    order = torch.randperm(n_rows, generator=rng, device=rng.device)
    y = table.y[order].cpu()
    counts, labels = y.sum(0), y.argmax(1)
    # Position of each row within its class, 1, 2, ..., in the random order.
    places = y.cumsum(0).gather(1, labels[:, None])[:, 0]
    # Rare classes keep all their rows for training.
    quota = (share * counts).floor() * (counts >= ENOUGH)
    is_held_out = (places <= quota[labels]).to(order.device)
    if is_held_out.sum() < FEWEST_WATCHED:
        return table, table.rows(order[:MOST_WATCHED])
    # Watched rows are loaded into memory. Training rows stay where they are, perhaps in a file, and
    # sorted indices keep the order of that file.
    return table.part(order[~is_held_out].sort().values), table.rows(order[is_held_out])


def discrepancy(h: Tensor, h_hat: Tensor, y: Tensor) -> Tensor:
    """Return the squared maximum mean discrepancy of labelled codes, with one Gaussian kernel.

    k((h, y), (h', y')) is exp(-||h - h'||^2 / (2 s^2)) if y = y', and 0 otherwise. s^2 is the mean
    squared distance between the real codes.
    """
    same = y @ y.T
    # Clamped, because equal codes have a width of 0, and 0 / 0 is NaN.
    width = 2 * torch.cdist(h, h).square().mean().clamp_min(torch.finfo(h.dtype).tiny)

    def mean_kernel(a: Tensor, b: Tensor) -> Tensor:
        return ((-torch.cdist(a, b).square() / width).exp() * same).mean()

    distance = mean_kernel(h, h) + mean_kernel(h_hat, h_hat) - 2 * mean_kernel(h, h_hat)
    return distance.clamp_min(0)
