"""Encode rows and generate synthetic ones with a trained game, stored as plain arrays."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any, cast

import numpy as np
import torch
from torch import Tensor

from .._torch.seeding import normal
from ..games.base import EncodingGame, Game
from ..games.networks import Networks
from .arrays import compute_blocks, one_hot, row_slices, to_tensor, with_weights
from .coordinates import Coordinates
from .draws import Block, DrawPlan, Rounds, partners_of
from .real_rows import RealRows
from .scaling import Scaling


@dataclass(frozen=True)
class TrainedModel:
    """Store everything that sampling needs, on the CPU and without torch objects.

    Parameters
    ----------
    game : Game
        The game, which builds the networks.
    weights : dict of str to ndarray
        Weights of the networks, by dotted name.
    scaling : Scaling
        Map from the table's units to z-scores.
    coordinates : Coordinates
        Map from z-scores to the networks' inputs.
    counts : ndarray of shape (K,)
        Number of training rows of each class.
    device : str
        Device of the training. The model uses it again if it exists.
    real_rows : RealRows
        The parts of real rows that are added to generated ones.
    """

    game: Game
    weights: dict[str, np.ndarray]
    scaling: Scaling
    coordinates: Coordinates
    counts: np.ndarray
    device: str
    real_rows: RealRows

    def adjusted(self, changes: dict[str, Any]) -> "TrainedModel":
        """Return a copy with other values of fields of `Blend`; it shares the weights."""
        return replace(self, real_rows=self.real_rows.adjusted(**changes))

    def encode(self, X: np.ndarray) -> Tensor:
        """Return codes E(x), (n, M), of rows (n, d) in the table's units, on the model's device."""
        networks, device = self.networks()
        game = cast(EncodingGame, self.game)

        def encode_slice(part: slice) -> Tensor:
            x = to_tensor(self.scaling.scale_rows(X[part]), device)
            return game.encode(networks, self.coordinates.project(x))

        return torch.cat(list(compute_blocks(encode_slice, row_slices(len(X)))))

    def decode(self, h: Tensor) -> Iterator[Tensor]:
        """Yield rows R(h) of codes (n, M): float64 blocks in the table's units."""
        networks, device = self.networks()

        def decode_slice(part: slice) -> Tensor:
            u = self.game.decode(networks, h[part].to(device))
            return self.coordinates.expand(u)

        return map(self.scaling.unscale_rows, compute_blocks(decode_slice, row_slices(len(h))))

    def sample_latent(self, draw: DrawPlan) -> Tensor:
        """Draw codes G(z, y), (n, M): the codes that `sample` decodes."""
        networks, _ = self.networks()

        def generate_block(block: Block) -> Tensor:
            return self._codes(networks, block.class_index, block.rng)

        return torch.cat(list(compute_blocks(generate_block, draw.blocks())))

    def sample(self, draw: DrawPlan) -> Iterator[Tensor]:
        """Yield synthetic rows: float64 blocks in the table's units.

        Without a centre, a row is R(G(z, y)) of its class, to which parts of a real row are added
        (`RealRows.complete`). With a centre, it is composed of such a row and one of any class.
        """
        networks, _ = self.networks()
        blend = self.real_rows.blend

        def generate(class_index: np.ndarray, row_indices: np.ndarray, block: Block) -> Tensor:
            h = self._codes(networks, class_index, block.rng)
            return self.real_rows.complete(self.game.decode(networks, h), row_indices)

        if blend.center is None:
            of_class = Rounds(self.counts, draw.streams)

            def make_block(block: Block) -> Tensor:
                row_indices = of_class.take(block.class_index, block.rank)
                return generate(block.class_index, row_indices, block)

            return self._in_table_units(make_block, draw)
        partners = partners_of(self.counts, draw)
        predictive = self.real_rows.predictive.adjusted(blend.center, blend.own_share)

        def compose_block(block: Block) -> Tensor:
            own, of_any, donor = partners(block)
            # The order of these two calls matters: both draw from block.rng.
            u, u_any = generate(block.class_index, own, block), generate(donor, of_any, block)
            return predictive.compose(u, u_any, block.class_index, donor)

        return self._in_table_units(compose_block, draw)

    def sample_from_codes(self, h: Tensor, draw: DrawPlan) -> Iterator[Tensor]:
        """Yield rows R(h) of given codes (n, M), completed with real rows, without a centre."""
        networks, device = self.networks()
        of_class = Rounds(self.counts, draw.streams)

        def decode_block(block: Block) -> Tensor:
            u = self.game.decode(networks, h[block.part].to(device))
            return self.real_rows.complete(u, of_class.take(block.class_index, block.rank))

        return self._in_table_units(decode_block, draw)

    def row_index(self, draw: DrawPlan) -> np.ndarray:
        """Return for each synthetic row the index of the real row of its class in it, (n,)."""
        return self.real_rows.row_index(draw)

    def networks(self) -> tuple[Networks, torch.device]:
        """Build the networks with their weights, on the device of the training or the CPU."""
        device = torch.device(self.device)
        if device.type == "cuda" and not torch.cuda.is_available():
            device = torch.device("cpu")  # trained on a GPU, but this machine has none
        # On "meta", building allocates no memory and draws no weights.
        networks = self.game.networks(self.coordinates.n_coordinates, len(self.counts), "meta")
        return with_weights(networks, self.weights, device), device

    def _codes(self, networks: Networks, class_index: np.ndarray, rng: torch.Generator) -> Tensor:
        """Return codes G(z, y) for class indices (m,)."""
        device = next(networks.parameters()).device
        # Drawn on the CPU, since a GPU's generator gives other numbers for the same seed.
        z = normal(len(class_index), self.game.n_noise, rng=rng)
        y = to_tensor(one_hot(class_index, len(self.counts)), device)
        return self.game.generate(networks, z.to(device), y)

    def _in_table_units(
        self, make_block: Callable[[Block], Tensor], draw: DrawPlan
    ) -> Iterator[Tensor]:
        """Yield the rows of each block, converted from coordinates to the table's units."""

        def expand_block(block: Block) -> Tensor:
            return self.coordinates.expand(make_block(block))

        return map(self.scaling.unscale_rows, compute_blocks(expand_block, draw.blocks()))
