"""Declare the parameters of a sampler as fields with type, constraint and default.

The second half of this file replaces "auto" and "balanced" by values that fit the table, and
refuses unknown keywords.

``alpha: NonNegative = 1.0`` in the body of a class declares a keyword of the constructor, the
constraint that scikit-learn checks, and the default.

Each sampler lists all of its parameters, even those that other samplers have too. So the signature
is in one place, and changing a default changes one sampler. ADAN and WADAN differ only in the
parameters of their divergences; the others are in their base class.
"""

import difflib
import inspect
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from numbers import Integral, Real
from typing import Annotated, Any, NamedTuple, TypeVar, dataclass_transform

import numpy as np
from imblearn.over_sampling.base import BaseOverSampler
from sklearn.utils._param_validation import Interval, StrOptions

from ._docstrings import fill_in

Class = TypeVar("Class", bound=type)

Count = Annotated[int, Interval(Integral, 1, None, closed="left")]
AutoCount = Annotated[int | str, Interval(Integral, 1, None, closed="left"), StrOptions({"auto"})]
NonNegative = Annotated[float, Interval(Real, 0, None, closed="left")]
Positive = Annotated[float, Interval(Real, 0, None, closed="neither")]
AboveOne = Annotated[float, Interval(Real, 1, None, closed="neither")]
Share = Annotated[float, Interval(Real, 0, 1, closed="both")]
Flag = Annotated[bool, "boolean"]
Layers = Annotated[Sequence[int], "array-like"]
AutoLayers = Annotated[Sequence[int] | str, "array-like", StrOptions({"auto"})]

STRATEGY = BaseOverSampler._parameter_constraints["sampling_strategy"]  # a list of constraints
Strategy = Annotated[Any, STRATEGY]
RandomState = Annotated[Any, "random_state"]
ClassWeight = Annotated[str | dict | None, StrOptions({"balanced"}), dict, None]
ReconstructionWeight = Annotated[
    float | str, Interval(Real, 0, None, closed="neither"), StrOptions({"mean"})
]
Center = Annotated[str, StrOptions({"shrunken", "mean"})]
OptionalCenter = Annotated[str | None, StrOptions({"shrunken", "mean"}), None]
AutoShare = Annotated[float | str, Interval(Real, 0, 1, closed="both"), StrOptions({"auto"})]
RowSpace = Annotated[bool | str, StrOptions({"auto"}), "boolean"]
Precision = Annotated[str, StrOptions({"float32", "bfloat16"})]
Betas = Annotated[tuple[float, float], tuple, list]
Device = Annotated[str, str]
Folder = Annotated[str | os.PathLike | None, str, os.PathLike, None]
Verbose = Annotated[int, "verbose"]


@dataclass_transform(kw_only_default=True, eq_default=False, field_specifiers=(field,))
def with_parameters(cls: Class) -> Class:
    """Decorate a class: make its annotated fields keywords of the constructor.

    Also fill in the shared texts of the class docstring.
    """
    # With eq, samplers could not be hashed; repr is scikit-learn's.
    made: Any = dataclass(kw_only=True, eq=False, repr=False)(cls)
    made._parameter_constraints = {f.name: constraints(f.type) for f in fields(made)}
    shown = {f.name: getattr(f.type, "__origin__", f.type) for f in fields(made)}
    made.__init__.__annotations__ = shown | {"return": None}  # without the constraints
    made.__doc__ = fill_in(made)
    return made


def constraints(annotated: Any) -> list:
    """Return the scikit-learn constraints in an annotated type."""
    # Every value is an instance of object, so that an unannotated parameter has no constraint.
    stated = getattr(annotated, "__metadata__", (object,))
    return [c for part in stated for c in (part if isinstance(part, list) else [part])]


# Parameters of SMOTE and of libraries that train networks, with their names here.
MEANT = {
    "epochs": "max_epochs",
    "n_epochs": "max_epochs",
    "num_epochs": "max_epochs",
    "lr": "learning_rate",
    "latent_dim": "n_latent",
    "seed": "random_state",
    "ratio": "sampling_strategy",
    "cuda": "device",
    "n_jobs": "n_threads",
}
NEIGHBOURS = ("k_neighbors", "m_neighbors", "n_neighbors")


def refuse_unknown_keywords(cls: type, keywords: Iterable[str]) -> None:
    """Refuse keywords that a sampler does not have.

    Raises
    ------
    TypeError
        The message suggests a keyword if one is similar.
    """
    parameters = inspect.signature(cls.__init__).parameters  # type: ignore[misc]
    # A subclass may pass further keywords on.
    if any(parameter.kind is parameter.VAR_KEYWORD for parameter in parameters.values()):
        return
    for name in keywords:
        if name in parameters:
            continue
        if name in NEIGHBOURS:
            hint = "It interpolates between no neighbours: leave it out."
        else:
            close = difflib.get_close_matches(name, parameters, n=1)
            meant = MEANT.get(name, close[0] if close else "")
            hint = f"Did you mean {meant}?" if meant in parameters else "See its documentation."
        raise TypeError(f"{cls.__name__} has no parameter {name!r}. {hint}")


PAPER_COLUMNS = 4368  # of the table for which the paper chose its sizes
# For narrow tables, wider layers are slower and no better; below the smallest widths results are
# worse. Codes of r / 4 or 16 numbers are faster, but cost a linear SVC 0.5 to 1.2 points.
LARGEST_CODE = 100
SMALLEST_LATENT, LARGEST_LATENT = 32, 100
SMALLEST_HIDDEN, LARGEST_HIDDEN = 64, 800


class Sizes(NamedTuple):
    """Hold the sizes of the networks of a sampler."""

    n_latent: int
    n_noise: int
    autoencoder_layers: tuple[int, ...]
    latent_layers: tuple[int, ...]


def fitted_sizes(sampler: Any, n_coordinates: int) -> Sizes:
    """Return the sizes of a sampler's networks, with "auto" replaced by numbers.

    The networks see r = `n_coordinates` columns: those of the table, or as many as it has rows if
    that is fewer (``row_space``). With M = min(100, r), E has layers of 2 r units, from 64 to 800,
    and G, D and C have layers of 2 M units, from 32 to 100. At r >= 400 these are the paper's.
    """
    n_latent = sampler.n_latent
    if isinstance(n_latent, str):
        n_latent = min(LARGEST_CODE, n_coordinates)
    hidden = clamp(2 * n_coordinates, SMALLEST_HIDDEN, LARGEST_HIDDEN)
    latent = clamp(2 * n_latent, SMALLEST_LATENT, LARGEST_LATENT)
    of_autoencoder, of_latent = sampler.autoencoder_layers, sampler.latent_layers
    return Sizes(
        int(n_latent),
        n_latent if is_auto(sampler.n_noise) else sampler.n_noise,
        (hidden, hidden) if is_auto(of_autoencoder) else as_widths(of_autoencoder),
        (latent, latent) if is_auto(of_latent) else as_widths(of_latent),
    )


def as_widths(layers: Sequence[int]) -> tuple[int, ...]:
    """Return the widths of layers as a tuple, so that a game can be hashed."""
    return tuple(np.asarray(layers).tolist())


def clamp(size: int, least: int, most: int) -> int:
    """Return `size` limited to the range from `least` to `most`."""
    return min(max(size, least), most)


def is_auto(value: Any) -> bool:
    """Return whether a parameter is "auto"."""
    return isinstance(value, str) and value == "auto"


def class_weights(class_weight: Any, classes: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """Return the weight of each class in the cross-entropy of real rows (section IV-D), (K,).

    ``"balanced"`` is the paper's n_max / n_k. Classes that a dict leaves out have weight 1.

    Raises
    ------
    ValueError
        If a dict names a class that is not in `classes`.
    """
    if class_weight is None:
        return np.ones(len(classes))
    if isinstance(class_weight, Mapping):
        unknown = [c for c in class_weight if c not in set(classes.tolist())]
        if unknown:
            raise ValueError(
                f"class_weight names {unknown}, but the classes in y are {classes.tolist()}."
            )
        return np.array([class_weight.get(c, 1.0) for c in classes.tolist()], dtype=float)
    return counts.max() / counts


def check_betas(betas: Sequence[float]) -> None:
    """Refuse Adam's decay rates unless they are two numbers in [0, 1)."""
    if len(betas) != 2 or not all(0 <= beta < 1 for beta in betas):
        raise ValueError(f"betas={betas!r}: Adam takes two numbers of 0 or more and below 1.")
