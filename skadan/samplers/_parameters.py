"""Declare the parameters of a sampler as fields with type, constraint and default.

``alpha: NonNegative = 1.0`` in the body of a class declares a keyword of the constructor, the
constraint that scikit-learn checks, and the default.

Each sampler lists all of its parameters, even those that other samplers have too. So the signature
is in one place, and changing a default changes one sampler. ADAN and WADAN differ only in the
parameters of their divergences; the others are in their base class.
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from numbers import Integral, Real
from typing import Annotated, Any, TypeVar, dataclass_transform

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
    made: Any = dataclass(kw_only=True, eq=False, repr=False)(cls)
    made._parameter_constraints = {f.name: constraints(f.type) for f in fields(made)}
    shown = {f.name: getattr(f.type, "__origin__", f.type) for f in fields(made)}
    made.__init__.__annotations__ = shown | {"return": None}  # without the constraints
    made.__doc__ = fill_in(made)
    return made


def constraints(annotated: Any) -> list:
    """Return the scikit-learn constraints in an annotated type."""
    stated = getattr(annotated, "__metadata__", (object,))
    return [c for part in stated for c in (part if isinstance(part, list) else [part])]
