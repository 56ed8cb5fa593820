"""Values as JSON, their arrays apart: numbers, text and None as they are, the rest as lists."""

from dataclasses import fields, is_dataclass
from typing import Any

import numpy as np

from .._strategy import Replicate
from .registry import Registry

Arrays = dict[str, np.ndarray]


def encode(value: Any, place: str, arrays: Arrays, registry: Registry) -> Any:
    """Return `value` as JSON; its arrays go into `arrays`, by the place where they stood.

    Raises
    ------
    TypeError
        If a file cannot hold the value; the message names its place.
    """

    def inner(part: Any, name: object) -> Any:
        return encode(part, f"{place}.{name}", arrays, registry)

    if isinstance(value, np.generic):
        value = value.item()
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, np.ndarray) and value.dtype.kind in "fiub":
        arrays[place] = np.ascontiguousarray(value)
        return ["array", place]
    if isinstance(value, np.ndarray) and _is_text(value):
        return ["strings", value.tolist(), value.dtype.kind]
    if isinstance(value, tuple | list):
        return [type(value).__name__, [inner(part, i) for i, part in enumerate(value)]]
    if isinstance(value, dict):
        return [
            "dict",
            [[encode(k, place, arrays, registry), inner(v, k)] for k, v in value.items()],
        ]
    if isinstance(value, Replicate):
        return ["Replicate", value.n_sets]
    if isinstance(value, type) and registry.knows(value):
        return ["class", value.__name__]
    if is_dataclass(value) and registry.knows(type(value)):
        parts = {f.name: inner(getattr(value, f.name), f.name) for f in fields(value)}
        return ["record", type(value).__name__, parts]
    raise _refusal(value, place)


def _is_text(array: np.ndarray) -> bool:
    return array.dtype.kind in "UO" and all(isinstance(v, str) for v in array.tolist())


def _refusal(value: Any, place: str) -> TypeError:
    """Say what to do about a value that a file cannot hold."""
    name = type(value).__name__
    if is_dataclass(value) or isinstance(value, type):
        own = value.__name__ if isinstance(value, type) else name
        return TypeError(
            f"{place} holds {own}, a class that is not skadan's: pass trusted=[{own}] to "
            "save_generator, and to load_generator."
        )
    return TypeError(
        f"{place} holds a {name}, which a file of save_generator cannot: "
        "set_params to a number, text, dict or Replicate first, or pickle the sampler."
    )


def decode(value: Any, arrays: Arrays, registry: Registry) -> Any:
    """Return what `encode` was given.

    Raises
    ------
    UnknownClass
        If it names a class that the registry does not hold.
    """
    if not isinstance(value, list):
        return value
    kind, contents, *more = value
    match kind:
        case "array":
            return arrays[contents]
        case "strings":
            return np.array(contents, dtype=object if more == ["O"] else None)
        case "tuple" | "list":
            items = [decode(part, arrays, registry) for part in contents]
            return tuple(items) if kind == "tuple" else items
        case "dict":
            pairs = ([decode(part, arrays, registry) for part in pair] for pair in contents)
            return dict(pairs)
        case "Replicate":
            return Replicate(contents)
        case "class":
            return registry.network(contents)
        case "record":
            parts = {name: decode(part, arrays, registry) for name, part in more[0].items()}
            return registry.record(contents, parts)
    raise ValueError(f"There is no kind {kind!r} of values.")
