"""How a sampler states its parameters: once, as fields with their type, constraint and default.

``alpha: NonNegative = 1.0`` in the body of a class is the constructor's keyword, what scikit-learn
validates it against, and its default.

Each sampler lists all of its parameters, those that others have too: a signature is read in one
place, and a default is changed for the sampler that it is meant for. ADAN and WADAN share all but
those of their divergences, so theirs are stated in their common base.
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
    """Turn the annotated fields of a class into the constructor's keywords; a class decorator.

    It also fills in the shared texts of the class's docstring.
    """
    made: Any = dataclass(kw_only=True, eq=False, repr=False)(cls)
    made._parameter_constraints = {f.name: constraints(f.type) for f in fields(made)}
    shown = {f.name: getattr(f.type, "__origin__", f.type) for f in fields(made)}
    made.__init__.__annotations__ = shown | {"return": None}  # types, without the constraints
    made.__doc__ = fill_in(made)
    return made


def constraints(annotated: Any) -> list:
    """Return scikit-learn's constraints of an annotated type."""
    stated = getattr(annotated, "__metadata__", (object,))
    return [c for part in stated for c in (part if isinstance(part, list) else [part])]
