"""A trained game as plain arrays: rows to codes, labels to synthetic rows."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any, cast

import numpy as np
import torch
from torch import Tensor

from .._torch.seeding import normal
from ..games.base import EncodingGame, Game
from ..games.networks import Networks
from .arrays import blocks, one_hot, parts, to_tensor, with_weights
from .coordinates import Coordinates
from .draws import Draw, Page, Rounds, partners_of
from .real_rows import RealRows
from .scaling import Scaling


@dataclass(frozen=True)
class TrainedModel:
    """Everything that sampling needs, on the CPU and free of torch objects.

    Parameters
    ----------
    game : Game
        It makes the networks again.
    weights : dict of str to ndarray
        Weights of the networks, by dotted name.
    scaling : Scaling
        From the table's units to those of the networks.
    coordinates : Coordinates
        From scaled columns to what the networks see.
    counts : ndarray of shape (K,)
        Training rows of each class.
    device : str
        The device of the training. The model works there again where it exists.
    real_rows : RealRows
        What real rows give to synthetic ones.
    """

    game: Game
    weights: dict[str, np.ndarray]
    scaling: Scaling
    coordinates: Coordinates
    counts: np.ndarray
    device: str
    real_rows: RealRows

    def adjusted(self, changes: dict[str, Any]) -> "TrainedModel":
        """Return this model with other values of fields of `Blend`; the weights are shared."""
        return replace(self, real_rows=self.real_rows.adjusted(**changes))

    def encode(self, X: np.ndarray) -> Tensor:
        """Return E(x) of rows (n, d) in the table's units, (n, M), on the model's device."""
        networks, device = self.networks()
        game = cast(EncodingGame, self.game)

        def codes(part: slice) -> Tensor:
            x = to_tensor(self.scaling.scale_rows(X[part]), device)
            return game.encode(networks, self.coordinates.project(x))

        return torch.cat(list(blocks(codes, parts(len(X)))))

    def decode(self, h: Tensor) -> Iterator[Tensor]:
        """Yield R(h) of codes (n, M): float64 blocks in the table's units."""
        networks, device = self.networks()

        def rows(part: slice) -> Tensor:
            u = self.game.decode(networks, h[part].to(device))
            return self.coordinates.expand(u)

        return map(self.scaling.unscale_rows, blocks(rows, parts(len(h))))

    def sample_latent(self, draw: Draw) -> Tensor:
        """Draw G(z, y), (n, M): the codes that `sample` decodes."""
        networks, _ = self.networks()

        def codes(page: Page) -> Tensor:
            return self._codes(networks, page.class_index, page.rng)

        return torch.cat(list(blocks(codes, draw.pages())))

    def sample(self, draw: Draw) -> Iterator[Tensor]:
        """Yield synthetic rows: float64 blocks in the table's units.

        Without a centre these are the rows R(G(z, y)) of their class, completed by real ones. With
        one, each is put together of such a row and one of any class.
        """
        networks, _ = self.networks()
        blend = self.real_rows.blend

        def completed(class_index: np.ndarray, rows: np.ndarray, page: Page) -> Tensor:
            h = self._codes(networks, class_index, page.rng)
            return self.real_rows.complete(self.game.decode(networks, h), rows)

        if blend.center is None:
            of_class = Rounds(self.counts, draw.streams)

            def alone(page: Page) -> Tensor:
                rows = of_class.take(page.class_index, page.rank)
                return completed(page.class_index, rows, page)

            return self._unscaled(alone, draw)
        partners = partners_of(self.counts, draw)
        predictive = self.real_rows.predictive.adjusted(blend.center, blend.own_share)

        def composed(page: Page) -> Tensor:
            own, of_any, donor = partners(page)
            u, u_any = completed(page.class_index, own, page), completed(donor, of_any, page)
            return predictive.compose(u, u_any, page.class_index, donor)

        return self._unscaled(composed, draw)

    def sample_from_codes(self, h: Tensor, draw: Draw) -> Iterator[Tensor]:
        """Complete R(h) of given codes (n, M) by real rows, without a centre."""
        networks, device = self.networks()
        of_class = Rounds(self.counts, draw.streams)

        def rows(page: Page) -> Tensor:
            u = self.game.decode(networks, h[page.part].to(device))
            return self.real_rows.complete(u, of_class.take(page.class_index, page.rank))

        return self._unscaled(rows, draw)

    def row_index(self, draw: Draw) -> np.ndarray:
        """Return the index in the training table of the row of its class behind each, (n,)."""
        return self.real_rows.row_index(draw)

    def networks(self) -> tuple[Networks, torch.device]:
        """Make the networks again, with their weights, on the device of the training or a CPU."""
        device = torch.device(self.device)
        if device.type == "cuda" and not torch.cuda.is_available():
            device = torch.device("cpu")  # trained on a GPU, loaded where there is none
        networks = self.game.networks(self.coordinates.n_coordinates, len(self.counts), "meta")
        return with_weights(networks, self.weights, device), device

    def _codes(self, networks: Networks, class_index: np.ndarray, rng: torch.Generator) -> Tensor:
        """Return G(z, y) of classes (m,). Noise is drawn on the CPU: the same on any device."""
        device = next(networks.parameters()).device
        z = normal(len(class_index), self.game.n_noise, rng=rng)
        y = to_tensor(one_hot(class_index, len(self.counts)), device)
        return self.game.generate(networks, z.to(device), y)

    def _unscaled(self, rows: Callable[[Page], Tensor], draw: Draw) -> Iterator[Tensor]:
        """Yield the rows of each page, in the table's units."""

        def expanded(page: Page) -> Tensor:
            return self.coordinates.expand(rows(page))

        return map(self.scaling.unscale_rows, blocks(expanded, draw.pages()))
