"""A trained game as plain arrays: rows to codes, labels to synthetic rows."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

import numpy as np
import torch
from torch import Tensor

from ._coordinates import Coordinates
from ._game import Game
from ._networks import Networks
from ._scaling import Scaling

CHUNK = 256  # rows that pass through the networks at once when no gradient is needed


@dataclass(frozen=True)
class TrainedModel:
    """Everything that sampling needs, on the CPU and free of torch objects.

    Parameters
    ----------
    game : Game
    weights : dict of str to ndarray
        Of the networks, by dotted name.
    scaling : Scaling
    coordinates : Coordinates
    counts : ndarray of shape (K,)
        Training rows of each class.
    device : str
        Where it was trained, and works again if it is there.
    residuals : ndarray of shape (n, r) or None
        x - R(E(x)) of the training rows, in coordinates, class by class.
    """

    game: Game
    weights: dict[str, np.ndarray]
    scaling: Scaling
    coordinates: Coordinates
    counts: np.ndarray
    device: str
    residuals: np.ndarray | None = None

    def encode(self, rows: np.ndarray) -> np.ndarray:
        """E(x) of rows (n, d) in the table's units, (n, M)."""
        networks, device = self._networks()

        def codes(part: slice) -> Tensor:
            x = torch.from_numpy(self.scaling.scale_rows(rows[part])).to(device)
            return self.game.encode(networks, self.coordinates.project(x))

        return np.concatenate(list(blocks(codes, len(rows))))

    def decode(self, h: np.ndarray) -> Iterator[np.ndarray]:
        """R(h) of codes (n, M), in the table's units: float64 blocks of rows."""
        networks, device = self._networks()

        def rows(part: slice) -> Tensor:
            codes = torch.from_numpy(h[part]).to(device)
            return self.coordinates.expand(self.game.decode(networks, codes))

        return map(self.scaling.unscale_rows, blocks(rows, len(h)))

    def sample_latent(self, classes: np.ndarray, generator: torch.Generator) -> np.ndarray:
        """G(z, y) for class numbers (n,), (n, M)."""
        networks, device = self._networks()
        draw = partial(self._draw, networks, device, classes, generator)
        return np.concatenate(list(blocks(lambda part: draw(part)[0], len(classes))))

    def sample(self, classes: np.ndarray, generator: torch.Generator) -> Iterator[np.ndarray]:
        """R(G(z, y)), and a residual where they are kept, for class numbers (n,), in blocks.

        NOTE[DIFF] no residual is in the paper: R loses a quarter to a half of the variance, so that
        rows come out too clean; the residual of a real row of the class gives back what it lost.
        """
        networks, device = self._networks()

        def rows(part: slice) -> Tensor:
            h, residual = self._draw(networks, device, classes, generator, part)
            return self.coordinates.expand(self.game.decode(networks, h) + residual)

        return map(self.scaling.unscale_rows, blocks(rows, len(classes)))

    def _networks(self) -> tuple[Networks, torch.device]:
        device = torch.device(self.device)
        if device.type == "cuda" and not torch.cuda.is_available():
            device = torch.device("cpu")  # trained on a GPU, loaded where there is none
        networks = self.game.networks(self.coordinates.n_coordinates, len(self.counts), "meta")
        return networks.load_numpy(self.weights, device), device

    def _draw(self, networks, device, classes, generator, part) -> tuple[Tensor, Tensor]:
        """Codes and residuals of one block; what is random is drawn on the CPU, for any device."""
        k = classes[part]
        z = torch.randn(len(k), self.game.n_noise, generator=generator)
        rows = draw_rows(k, self.counts, generator)
        y = torch.from_numpy(one_hot(k, len(self.counts)))
        h = self.game.generate(networks, z.to(device), y.to(device))
        if self.residuals is None:
            return h, torch.zeros(1, device=device)
        return h, torch.from_numpy(self.residuals[rows]).to(device)


def reconstruction_residuals(
    game: Game, networks: Networks, u: Tensor, classes: np.ndarray
) -> np.ndarray:
    """x - R(E(x)) of the training rows in their coordinates u (n, r), class by class."""
    order = torch.from_numpy(np.argsort(classes, kind="stable")).to(u.device)

    def lost(part: slice) -> Tensor:
        x = u[order[part]]
        return x - game.decode(networks, game.encode(networks, x))

    return np.concatenate(list(blocks(lost, len(u))))


def blocks(function: Callable[[slice], Tensor], n_rows: int) -> Iterator[np.ndarray]:
    """`function` of each slice of CHUNK rows, as numpy; one empty slice where there are none."""
    for start in range(0, max(n_rows, 1), CHUNK):
        with torch.no_grad():
            block = function(slice(start, min(start + CHUNK, n_rows))).cpu().numpy()
        yield block


def draw_rows(classes: np.ndarray, counts: np.ndarray, generator: torch.Generator) -> np.ndarray:
    """For each class number a row of that class, in a table that is sorted by class."""
    first = np.cumsum(counts) - counts  # where each class begins
    chance = torch.rand(len(classes), generator=generator, dtype=torch.float64).numpy()
    return first[classes] + (chance * counts[classes]).astype(int)


def one_hot(classes: np.ndarray, n_classes: int) -> np.ndarray:
    """Class numbers as rows of the identity, (n, K) float32."""
    return np.eye(n_classes, dtype=np.float32)[classes]
