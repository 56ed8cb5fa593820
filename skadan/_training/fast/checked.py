"""Offer hand-written gradients to a training, if they agree with autograd."""

import warnings
from dataclasses import replace

import torch

from ...games.base import Game
from ...games.networks import Networks
from ..autograd import ByAutograd, Gradients
from ..batches import Batches
from .adan import fast_gradients

# Largest accepted difference, relative to the gradient's norm. Rounding in float32 accounts for
# about 1e-6; an edited loss differs by much more.
TOLERANCE = 1e-3


def checked_gradients(game: Game, networks: Networks, batches: Batches) -> Gradients | None:
    """Return hand-written gradients for a training; None if there are none that agree.

    They are compared with autograd on the game's losses, for one batch, which takes about as long
    as an iteration. If you edit a loss, the edited loss is therefore the one that is trained.

    Warns
    -----
    RuntimeWarning
        If the two differ; the training then uses autograd.
    """
    fast = fast_gradients(game, networks)
    if fast is None:
        return None
    difference = largest_difference(fast, ByAutograd(game, networks), game, batches)
    if difference <= TOLERANCE:
        return fast
    warnings.warn(
        f"The hand-written gradients of {type(game).__name__} differ from those of its losses by "
        f"{difference:.2g} of their norm. The training uses autograd, which is slower. If you have "
        "not changed a loss, please report this.",
        RuntimeWarning,
        stacklevel=2,
    )
    return None


def largest_difference(
    fast: Gradients, by_autograd: Gradients, game: Game, batches: Batches
) -> float:
    """Return the largest difference of any turn, relative to the norm of its gradients."""
    spare = batches.spare()
    batch, differences = spare.batch(torch.arange(spare.size, device=spare.rng.device)), []
    for turn in game.turns:
        if turn.redraw:
            batch = replace(batch, draw=spare.draw())
        ours, theirs = (
            torch.cat([g.flatten() for g in gradients.of(turn, gradients.embed(batch))[1]])
            for gradients in (fast, by_autograd)
        )
        difference = torch.linalg.vector_norm(ours - theirs) / torch.linalg.vector_norm(theirs)
        # Not finite if a loss has diverged; `check_finite` reports that.
        differences.append(difference.nan_to_num(0.0, 0.0))
    return torch.stack(differences).max().item()
