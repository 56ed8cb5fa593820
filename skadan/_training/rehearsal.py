"""Check a user's own game by one iteration on copies, before it trains."""

import copy
from dataclasses import replace
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.modules.batchnorm import _NormBase
from torch.nn.modules.dropout import _DropoutNd

from ..games.base import Batch, Game, Turn
from ..games.networks import Networks
from .autograd import parameters_of
from .batches import Batches

# Modules whose weights Networks.initialise sets, or that start at fixed values.
# torch has no public name for the common base of all batch norms, or of all dropouts.
WITHOUT_CHANCE = (nn.Linear, nn.LayerNorm, nn.GroupNorm, nn.PReLU, _NormBase)


def check_networks(game: Game, networks: Any) -> None:
    """Refuse networks whose weights or outputs do not depend on the sampler's seed alone.

    Raises
    ------
    TypeError
        The message names the module.
    """
    name = type(game).__name__
    if not isinstance(networks, Networks):
        kind = type(networks).__name__
        raise TypeError(f"{name}.networks returned a {kind}: return a skadan.games.Networks.")
    sets_all = type(networks).initialise is not Networks.initialise
    for place, module in networks.named_modules():
        kind = type(module).__name__
        if isinstance(module, _DropoutNd):
            raise TypeError(
                f"{name}: the network {place} is a {kind}, which draws from torch's global random "
                "generator, so that random_state would not fix a fit. Noise comes in batch.draw."
            )
        # Containers such as Sequential have only the parameters of their parts.
        has_own = next(module.parameters(recurse=False), None) is not None
        if has_own and not isinstance(module, WITHOUT_CHANCE) and not sets_all:
            raise TypeError(
                f"{name}: the network {place} is a {kind}, whose weights Networks.initialise does "
                "not set: subclass Networks, and set them in initialise(rng)."
            )


def rehearse(game: Game, networks: Networks, batches: Batches) -> None:
    """Run one iteration on copies of networks and batches, then generate rows from noise.

    Raises
    ------
    TypeError, ValueError
        If turns, losses or rows do not conform to `skadan.games.Game`. An error that the game
        itself raises gets a note that names the turn.
    """
    networks = copy.deepcopy(networks)
    spare = batches.spare()
    batch = game.embed(networks, spare.batch(spare.epoch()[0]))
    owners: dict[str, Any] = {}
    for number, turn in enumerate(_turns(game), 1):
        if turn.redraw:
            batch = replace(batch, draw=spare.draw())
        where = f"{type(game).__name__}, turn {number}, which moves {turn.moves}"
        terms = _loss(turn, networks, batch, where)
        for name in terms:
            # history_ has one entry per name, so two losses must not share one.
            if owners.setdefault(name, turn.loss) != turn.loss:
                raise ValueError(f"{where}: another turn also has a term named {name!r}.")
        _check_moves(turn, networks, terms, where)
    _check_rows(game, networks, batch)


def _turns(game: Game) -> tuple[Turn, ...]:
    """Return the game's turns, after checking that they are a tuple of `Turn`."""
    turns: Any = game.turns
    if not isinstance(turns, tuple | list) or not all(isinstance(t, Turn) for t in turns):
        raise TypeError(f"{type(game).__name__}.turns is a property that returns a tuple of Turn.")
    if not turns:
        raise ValueError(f"{type(game).__name__} has no turns, so that nothing would be trained.")
    return tuple(turns)


def _loss(turn: Turn, networks: Networks, batch: Batch, where: str) -> dict[str, Tensor]:
    """Return the terms of a turn's loss, after checking their types and shapes."""
    try:
        terms: Any = turn.loss(networks, batch)
    except Exception as error:
        error.add_note(f"In {where}.")
        if batch.draw is None:
            error.add_note("batch.draw is None until a turn with redraw=True.")
        raise
    if not isinstance(terms, dict) or not terms:
        raise TypeError(f"{where}: the loss returned {terms!r}; return a dict of named terms.")
    for name, term in terms.items():
        if not isinstance(term, Tensor) or term.ndim:
            kind = f"of shape {tuple(term.shape)}" if isinstance(term, Tensor) else repr(term)
            raise TypeError(f"{where}: the term {name!r} is {kind}; each is a Tensor of no axis.")
    return terms


def _check_moves(turn: Turn, networks: Networks, terms: dict[str, Tensor], where: str) -> None:
    """Refuse a turn whose loss does not depend on all weights of the networks that it moves."""
    total = sum(terms.values())
    for name in turn.moves:
        weights = parameters_of(networks, (name,))
        # A loss of plain numbers, or of detached tensors, depends on no weight at all.
        if not isinstance(total, Tensor) or not total.requires_grad:
            found = False
        else:
            # The graph is kept for the other networks that the turn moves.
            gradients = torch.autograd.grad(total, weights, retain_graph=True, allow_unused=True)
            found = all(gradient is not None for gradient in gradients)
        if not found:
            raise ValueError(f"{where}: its loss does not depend on all weights of {name!r}.")


def _check_rows(game: Game, networks: Networks, batch: Batch) -> None:
    """Refuse outputs of `generate`, `decode` or `encode` that have wrong shapes."""
    n, d = batch.x.shape
    name = type(game).__name__
    networks.eval()
    with torch.no_grad():
        z = torch.zeros(n, game.n_noise, device=batch.x.device, dtype=torch.float32)
        h = game.generate(networks, z, batch.y)
        _check_shape(h, (n, None), f"{name}.generate")
        _check_shape(game.decode(networks, h), (n, d), f"{name}.decode")
        if hasattr(game, "encode"):
            _check_shape(game.encode(networks, batch.x), (n, h.shape[1]), f"{name}.encode")


def _check_shape(value: Any, shape: tuple[int, int | None], where: str) -> None:
    """Refuse a value that is not a Tensor of this shape; None allows any width."""
    found = tuple(value.shape) if isinstance(value, Tensor) else type(value).__name__
    if len(found) != 2 or found[0] != shape[0] or shape[1] not in (None, found[1]):
        wanted = f"({shape[0]}, {'n_latent' if shape[1] is None else shape[1]})"
        raise ValueError(f"{where} returned {found}, not a Tensor of shape {wanted}.")
