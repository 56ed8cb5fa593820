"""Take steps of Adam, separately for each set of networks that a turn updates."""

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from ..games.base import Turn
from ..games.networks import Networks
from .autograd import parameters_of

# Arguments that torch.optim.Adam passes to its kernel by default.
ADAM: dict[str, Any] = {"amsgrad": False, "maximize": False, "weight_decay": 0.0, "eps": 1e-8}
KEPT = ("means", "squares", "steps")  # fields of `Moments` that a checkpoint stores


@dataclass(frozen=True)
class Moments:
    """Hold weights with Adam's running means of their gradients and squared gradients.

    All weights have taken the same number of steps, so `steps` holds one tensor.
    """

    weights: list[Tensor]
    means: list[Tensor]
    squares: list[Tensor]
    steps: list[Tensor]

    @classmethod
    def of(cls, weights: list[nn.Parameter]) -> "Moments":
        """Start with moments of 0."""
        means, squares = ([torch.zeros_like(w.detach()) for w in weights] for _ in range(2))
        # A tensor on the device, not an int: a captured CUDA graph has to count its replays.
        step = torch.zeros((), dtype=torch.float32, device=weights[0].device)
        return cls([w.detach() for w in weights], means, squares, [step])


class Optimizers:
    """Run Adam separately for each set of networks that a turn updates.

    Parameters
    ----------
    networks : Networks
        The networks, with initialised weights.
    turns : tuple of Turn
        The turns of the game.
    learning_rate : float
        Adam's learning rate.
    betas : tuple of two float
        Adam's decay rates.

    Raises
    ------
    ValueError
        If a turn updates a network that does not exist.
    """

    def __init__(
        self,
        networks: Networks,
        turns: tuple[Turn, ...],
        learning_rate: float,
        betas: tuple[float, float],
    ) -> None:
        # Two turns that move the same networks share their moments. AAE's encoder is in two
        # different sets and has moments in each.
        sets = {turn.moves: parameters_of(networks, turn.moves) for turn in turns}
        self._adam = {moves: Moments.of(weights) for moves, weights in sets.items()}
        self._keywords = ADAM | {"lr": learning_rate, "beta1": betas[0], "beta2": betas[1]}

    def state(self) -> list[dict[str, list[Tensor]]]:
        """Return Adam's moments and step count for each set of networks."""
        return [{name: getattr(moments, name) for name in KEPT} for moments in self._adam.values()]

    def load_state(self, saved: list[dict[str, list[Tensor]]]) -> None:
        """Restore what `state` returned."""
        for moments, state in zip(self._adam.values(), saved, strict=True):
            for name, tensors in state.items():
                for current, stored in zip(getattr(moments, name), tensors, strict=True):
                    # In place, because `Moments` is frozen; this also moves the values to the
                    # device.
                    current.copy_(stored)

    @torch.no_grad()
    def descend(self, turn: Turn, gradients: list[Tensor]) -> None:
        """Take one step of Adam with the networks of this turn only."""
        moments = self._adam[turn.moves]
        (step,) = moments.steps
        step += 1  # in place; the kernel reads the count but does not increase it
        # This private function is the kernel of torch.optim.Adam(fused=True). For the small
        # networks of the latent space the optimizer's own bookkeeping takes longer than the kernel.
        torch._fused_adam_(
            moments.weights,
            gradients,
            moments.means,
            moments.squares,
            [],  # maxima of the squares, which only amsgrad uses
            moments.steps * len(moments.weights),  # the one tensor, repeated for each weight
            **self._keywords,
        )
