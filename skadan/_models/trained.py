"""A trained game as plain arrays: rows to codes, labels to synthetic rows."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

import numpy as np
import torch
from torch import Tensor

from ..games.base import Game
from ..games.networks import Networks
from .coordinates import Coordinates
from .real_rows import RealRows
from .scaling import Scaling

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
    real_rows : RealRows
        What they lend to synthetic ones.
    """

    game: Game
    weights: dict[str, np.ndarray]
    scaling: Scaling
    coordinates: Coordinates
    counts: np.ndarray
    device: str
    real_rows: RealRows

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
        """G(z, y) for class numbers (n,), (n, M): the codes that `sample` decodes."""
        networks, device = self._networks()
        self.real_rows.draw(classes, generator)  # as `sample` does before it draws z
        codes = partial(self._codes, networks, device, classes, generator)
        return np.concatenate(list(blocks(codes, len(classes))))

    def sample(self, classes: np.ndarray, generator: torch.Generator) -> Iterator[np.ndarray]:
        """R(G(z, y)), with what real rows lend it, for class numbers (n,), in blocks."""
        networks, device = self._networks()
        residual, anchor = self.real_rows.draw(classes, generator)

        def rows(part: slice) -> Tensor:
            h = self._codes(networks, device, classes, generator, part)
            u = self.game.decode(networks, h)
            u = self.real_rows.lend(u, classes[part], residual[part], anchor[part])
            return self.coordinates.expand(u)

        return map(self.scaling.unscale_rows, blocks(rows, len(classes)))

    def _networks(self) -> tuple[Networks, torch.device]:
        device = torch.device(self.device)
        if device.type == "cuda" and not torch.cuda.is_available():
            device = torch.device("cpu")  # trained on a GPU, loaded where there is none
        networks = self.game.networks(self.coordinates.n_coordinates, len(self.counts), "meta")
        return networks.load_numpy(self.weights, device), device

    def _codes(self, networks, device, classes, generator, part) -> Tensor:
        """Codes of one block; what is random is drawn on the CPU, for any device."""
        z = normal(len(classes[part]), self.game.n_noise, generator)
        y = torch.from_numpy(one_hot(classes[part], len(self.counts)))
        return self.game.generate(networks, z.to(device), y.to(device))


def blocks(function: Callable[[slice], Tensor], n_rows: int) -> Iterator[np.ndarray]:
    """`function` of each slice of CHUNK rows, as numpy; one empty slice where there are none."""
    for start in range(0, max(n_rows, 1), CHUNK):
        with torch.no_grad():
            block = function(slice(start, min(start + CHUNK, n_rows))).cpu().numpy()
        yield block


def normal(n_rows: int, n_columns: int, generator: torch.Generator) -> Tensor:
    """Standard normal numbers on the CPU, float32 whatever torch's default is."""
    return torch.empty(n_rows, n_columns, device="cpu", dtype=torch.float32).normal_(
        generator=generator
    )


def one_hot(classes: np.ndarray, n_classes: int) -> np.ndarray:
    """Class numbers as rows of the identity, (n, K) float32."""
    return np.eye(n_classes, dtype=np.float32)[classes]
