"""Check that the model of a sampler from a file is one that its fit could have made."""

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from math import isfinite
from typing import Any

import numpy as np
import torch

from .._models.coordinates import AllColumns, RowSpace
from .._models.kept_rows import CopiesModel, KeptRows, RowsModel
from .._models.predictive import Predictive
from .._models.real_rows import Blend, RealRows
from .._models.scaling import Scaling
from .._models.trained import TrainedModel
from ..games import PerClass
from ..games.base import Game
from ..games.checks import check_members
from .container import Refused
from .registry import RECORDS, SAMPLERS, OtherFields

# Far above any real game. A forged number must not fill the memory.
MAX_NOISE = 1_000_000
MAX_LAYERS = 10_000


def need(holds: bool, what: str) -> None:
    """Refuse a file unless a condition holds; `what` says what is wrong."""
    if not holds:
        raise Refused(f"holds no fitted sampler: {what}")


def is_array(value: Any, kinds: str, *shape: int | None) -> bool:
    """Return whether `value` is an array of these dtype kinds and shape; None is any length."""
    return (
        isinstance(value, np.ndarray)
        and value.dtype.kind in kinds
        and value.ndim == len(shape)
        and all(n in (None, have) for n, have in zip(shape, value.shape, strict=True))
    )


def check_shapes_of(model: Any, sampler: Any) -> None:
    """Refuse a model whose arrays do not fit each other or the sampler."""
    n_classes = len(sampler.classes_)
    if isinstance(model, TrainedModel):
        _check_trained(model, sampler)
    if isinstance(model, KeptRows):
        _check_scaling(model.scaling, sampler.n_features_in_)
        need(is_array(model.scaled, "f", None, None), "its rows are not a table")
        _check_order(model.order)
    if isinstance(model, CopiesModel):
        need(_is_number(model.noise_scale), "the scale of its noise is not a number")
    if isinstance(model, RowsModel):
        _check_predictive(model.predictive, n_classes, model.scaled.shape[1])
        need(model.center is not None, "its rows have no centre")
        _check_center(model.center, model.own_share)


def check_numbers_of(model: Any, sampler: Any) -> None:
    """Refuse a model whose arrays hold values that no fit produces."""
    counts = model.counts.tolist()
    if isinstance(model, KeptRows):
        _check_numbers_of_scaling(model.scaling, model.scaled.shape[1])
        need(sum(counts) == len(model.scaled), "its counts are not those of its rows")
        need(
            _is_permutation(model.order, sum(counts)), "the order of its rows is not a permutation"
        )
    if isinstance(model, RowsModel):
        _check_numbers_of_predictive(model.predictive, counts)
    if isinstance(model, TrainedModel):
        _check_numbers_of_scaling(model.scaling, model.coordinates.n_columns)
        _check_game(model.game, sampler)
        real_rows = model.real_rows
        need(counts == real_rows.counts.tolist(), "its counts differ")
        _check_numbers_of_predictive(real_rows.predictive, counts)
        for rows in (real_rows.residuals, real_rows.anchors):
            need(rows is None or len(rows) == sum(counts), "its counts are not those of its rows")
        need(
            _is_permutation(real_rows.order, sum(counts)),
            "the order of its rows is not a permutation",
        )


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and isfinite(value) and value >= 0


def _check_scaling(scaling: Any, n_features: int) -> None:
    need(isinstance(scaling, Scaling), "its scaling is of another kind")
    for name, kind in {"mean": "f", "scale": "f", "varies": "b"}.items():
        need(is_array(getattr(scaling, name), kind, n_features), f"its scaling ({name})")


def _check_predictive(predictive: Any, n_classes: int, width: int) -> None:
    need(isinstance(predictive, Predictive), "its centres are of another kind")
    need(is_array(predictive.means, "f", n_classes, width), "its centres have other columns")
    need(is_array(predictive.counts, "iu", n_classes), "its centres have other classes")
    for values in (predictive.factors, predictive.own, predictive.spread):
        need(is_array(values, "f", n_classes), "its centres have other classes")


def _check_center(center: Any, own_share: Any) -> None:
    need(center in (None, "shrunken", "mean"), f"center={str(center)[:40]}")
    is_share = _is_number(own_share) and own_share <= 1
    need(own_share == "auto" or is_share, f"own_share={str(own_share)[:40]}")


def _check_order(order: Any) -> None:
    need(is_array(order, "iu", None), "the order of its rows is not a list of integers")


def _is_permutation(order: np.ndarray, n_rows: int) -> bool:
    return np.array_equal(np.sort(order), np.arange(n_rows))


def _check_trained(model: TrainedModel, sampler: Any) -> None:
    _check_scaling(model.scaling, sampler.n_features_in_)
    coordinates, real_rows = model.coordinates, model.real_rows
    if isinstance(coordinates, RowSpace):
        need(is_array(coordinates.basis, "f", None, None), "its coordinates are not a table")
    else:
        whole = isinstance(coordinates, AllColumns) and type(coordinates.n_columns) is int
        need(whole, "its coordinates are of another kind")
    need(coordinates.n_columns <= sampler.n_features_in_, "its coordinates have other columns")
    need(isinstance(real_rows, RealRows), "its real rows are of another kind")
    n_classes, width = len(sampler.classes_), coordinates.n_coordinates
    need(is_array(real_rows.counts, "iu", n_classes), "its counts are not those of the classes")
    for rows in (real_rows.residuals, real_rows.anchors):
        need(rows is None or is_array(rows, "f", None, width), "its real rows have other columns")
    _check_order(real_rows.order)
    _check_predictive(real_rows.predictive, n_classes, width)
    blend = real_rows.blend
    need(isinstance(blend, Blend), "its blend of real rows is of another kind")
    need(_is_number(blend.anchor) and blend.anchor <= 1, "its anchor is not a share")
    need(isinstance(blend.residuals, bool), "residuals is not True or False")
    need(bool(blend.anchor) == (real_rows.anchors is not None), "its anchors")
    need(blend.residuals == (real_rows.residuals is not None), "its residuals")
    _check_center(blend.center, blend.own_share)
    _check_weights(model)


def _check_weights(model: TrainedModel) -> None:
    """Refuse weights that do not fit the game's networks, whose code may have changed."""
    game, weights = model.game, model.weights
    name = type(game).__name__
    need(isinstance(weights, dict), "its weights are of another kind")
    _check_sizes(game, len(weights), len(model.counts))
    try:
        check_members(game, Game)
        # On the meta device, networks have shapes but take no memory.
        networks = game.networks(model.coordinates.n_coordinates, len(model.counts), "meta")
        torch.device(model.device)
        expected = {key: (tuple(w.shape), str(w.dtype)) for key, w in networks.state_dict().items()}
    except (TypeError, RuntimeError, OverflowError) as error:
        raise OtherFields(f"{name} does not take its weights ({str(error)[:300]})") from error
    found = {key: (w.shape, f"torch.{w.dtype.name}") for key, w in weights.items()}
    differing = sorted(map(str, dict(found.items() ^ expected.items())))
    if differing:
        raise OtherFields(
            f"{name} does not take its weights (size mismatch, missing or unexpected: "
            f"{', '.join(differing)[:300]})"
        )
    n_noise = game.n_noise
    need(type(n_noise) is int and 0 <= n_noise <= MAX_NOISE, f"noise of size {str(n_noise)[:40]}")


def _check_sizes(game: Any, n_weights: int, n_classes: int) -> None:
    """Refuse a game with more layers than the file has weights for, or with unusable numbers."""
    parts = list(_fields(game))
    for part in parts:
        # torch takes sizes as 64-bit integers.
        need(not isinstance(part, int) or abs(part) < 2**63, f"a number of {type(game).__name__}")
        own = isinstance(part, float) and isinstance(game, RECORDS)
        need(not own or isfinite(part), f"a number of {type(game).__name__}")
    for field in fields(game) if isinstance(game, RECORDS) else ():
        # reconstruction_weight may also be text, "mean".
        if isinstance(field.default, int | float) and field.name != "reconstruction_weight":
            number = isinstance(getattr(game, field.name), int | float)
            need(number, f"{field.name} of {type(game).__name__} is not a number")
    n_networks = n_classes if PerClass in parts else 1
    longest = max((len(part) for part in parts if isinstance(part, tuple | list)), default=0)
    is_small = n_networks * max(longest, 1) <= max(n_weights, MAX_LAYERS)
    need(is_small, f"{n_networks} networks of {longest} layers, but {n_weights} weights")


def _fields(game: Any) -> Iterator[Any]:
    for field in fields(game):
        value = getattr(game, field.name)
        yield value
        if is_dataclass(value) and not isinstance(value, type):
            yield from _fields(value)


def _check_game(game: Any, sampler: Any) -> None:
    """Refuse the game of another sampler; fields that parameters set may differ after the fit."""
    if not isinstance(sampler, SAMPLERS) or "game" in sampler.get_params(deep=False):
        return
    expected: Any = sampler.make_game()
    name = type(sampler).__name__
    need(type(game) is type(expected), f"{type(game).__name__} is not the game of {name}")
    for field in fields(expected):
        value, wanted = getattr(game, field.name), getattr(expected, field.name)
        if is_dataclass(wanted) and not isinstance(wanted, type):
            value, wanted = type(value), type(wanted)
        elif field.name in sampler.get_params(deep=False):
            continue
        need(value == wanted, f"{field.name}={str(value)[:80]} is not that of {name}")


def _check_numbers_of_scaling(scaling: Scaling, n_varying: int) -> None:
    need(bool((scaling.scale > 0).all()), "a column has no scale")
    need(int(scaling.varies.sum()) == n_varying, "its columns are not those of its scaling")


def _check_numbers_of_predictive(predictive: Predictive, counts: list[int]) -> None:
    need(predictive.counts.tolist() == counts, "its counts differ")
    for shares in (predictive.factors, predictive.own):
        need(bool(((shares >= 0) & (shares <= 1)).all()), "a factor of its centres is beyond 1")
    need(bool((predictive.spread >= 0).all()), "the spread of a class is below 0")
