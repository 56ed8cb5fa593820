"""List the classes that a file may name."""

from collections.abc import Callable, Iterable
from dataclasses import fields, is_dataclass
from typing import Any

from torch import nn

from .. import games, samplers
from .._models.coordinates import AllColumns, RowSpace
from .._models.predictive import Predictive
from .._models.real_rows import Blend, RealRows
from .._models.scaling import Scaling
from ..games import Batch, Conditioned, Draw, PerClass, Turn
from ..samplers.base import SyntheticSampler

EXPORTED = [getattr(samplers, name) for name in samplers.__all__]
SAMPLERS = tuple(cls for cls in EXPORTED if issubclass(cls, SyntheticSampler))
MODELS = {cls.model_class for cls in SAMPLERS} - {object}
# Games and divergences; batches, draws and turns are parts of a training.
PUBLIC = {getattr(games, name) for name in games.__all__} - {Batch, Draw, Turn}
GAMES: tuple[Any, ...] = tuple(cls for cls in PUBLIC if isinstance(cls, type) and is_dataclass(cls))
RECORDS: tuple[Any, ...] = (*GAMES, AllColumns, Blend, Predictive, RealRows, RowSpace, Scaling)
NETWORKS = (Conditioned, PerClass)  # classes that are field values: how networks take the label


class OtherFields(ValueError):
    """Raised if a trusted class does not have the fields that a file has for it."""


class UnknownClass(LookupError):
    """Raised if a file names a class that is neither this package's nor trusted."""


class Registry:
    """Hold the classes of this package and those that the caller trusts, by name.

    No other class is instantiated.

    Parameters
    ----------
    trusted : iterable of type
        The caller's own classes: games, divergences, samplers, or networks as field values.

    Raises
    ------
    TypeError
        If `trusted` holds something that is not a class.
    ValueError
        If a class has the name of a class of this package.
    """

    def __init__(self, trusted: Iterable[type] = ()) -> None:
        self._trusted: set[type] = set()
        self._classes: dict[str, type] = {
            c.__name__: c for c in (*SAMPLERS, *MODELS, *RECORDS, *NETWORKS)
        }
        if isinstance(trusted, type):
            raise TypeError(f"trusted takes a list of classes: [{trusted.__name__}].")
        for cls in trusted:
            if not isinstance(cls, type):
                raise TypeError(f"trusted holds {cls!r}, which is not a class.")
            if self._classes.setdefault(cls.__name__, cls) is not cls:
                raise ValueError(
                    f"trusted: there is another class named {cls.__name__}; rename it."
                )
            self._trusted.add(cls)

    def knows(self, cls: type) -> bool:
        """Return whether a file may name this class."""
        # By identity, because another class may have the same name.
        return self._classes.get(cls.__name__) is cls

    def sampler(self, name: str) -> Any:
        """Return the class of a sampler."""
        return self._find(name, lambda cls: issubclass(cls, SyntheticSampler))

    def record(self, name: str, parts: dict[str, Any]) -> Any:
        """Return a dataclass with these fields."""
        cls = self._find(
            name, lambda cls: not issubclass(cls, SyntheticSampler) and is_dataclass(cls)
        )
        taken = {field.name for field in fields(cls)}
        if cls in self._trusted and taken != set(parts):
            raise OtherFields(
                f"it holds a {name} with the fields {sorted(parts)}, but the class in trusted has "
                f"{sorted(taken)}"
            )
        return cls(**parts)

    def network(self, name: str) -> Any:
        """Return a class of networks, which is a field value itself."""
        return self._find(name, lambda cls: issubclass(cls, nn.Module))

    def _find(self, name: str, is_kind: Callable[[type], bool]) -> Any:
        if name not in self._classes:
            raise UnknownClass(name)
        if not is_kind(self._classes[name]):
            raise ValueError(f"{name} is in a place for a class of another kind.")
        return self._classes[name]
