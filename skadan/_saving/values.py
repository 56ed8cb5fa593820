"""Encode values as JSON: numbers, text and None as they are, the rest as lists.

Arrays are stored separately, and the JSON refers to them by name.
"""

import os
import re
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

import numpy as np

from .._strategy import PartialFill, Replicate
from .container import DTYPES, Arrays
from .registry import Registry

BIG_ENDIAN = re.compile(r">([iu][248]|f[248])")  # big-endian numbers, which safetensors lacks
# A forged dict may have keys whose hashes collide, so that making it takes quadratic time.
MAX_ENTRIES = 10_000  # of a dict
MAX_TEXT = 2**26  # bytes of an array of text


def encode(value: Any, place: str, arrays: Arrays, registry: Registry) -> Any:
    """Return `value` as JSON; put its arrays into `arrays`, named by their place in the value.

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
    if isinstance(value, os.PathLike) and isinstance(os.fspath(value), str):
        return ["path", os.fspath(value)]
    if isinstance(value, np.ndarray) and value.dtype.newbyteorder("<").str in DTYPES.values():
        # Big-endian bytes are stored unchanged, labelled as little-endian.
        arrays[place] = np.ascontiguousarray(value).view(value.dtype.newbyteorder("<"))
        return ["array", place, *([value.dtype.str] if value.dtype.str[0] == ">" else [])]
    if isinstance(value, np.ndarray) and value.ndim == 1 and _is_text(value):
        return ["strings", value.tolist(), value.dtype.str.lstrip("|")]
    if isinstance(value, tuple | list):
        return [type(value).__name__, [inner(part, i) for i, part in enumerate(value)]]
    if isinstance(value, dict):
        return [
            "dict",
            [[encode(k, place, arrays, registry), inner(v, k)] for k, v in value.items()],
        ]
    if isinstance(value, Replicate):
        return ["Replicate", value.n_sets]
    if isinstance(value, PartialFill):
        return ["PartialFill", value.share]
    if isinstance(value, type) and registry.knows(value):
        return ["class", value.__name__]
    if is_dataclass(value) and registry.knows(type(value)):
        parts = {f.name: inner(getattr(value, f.name), f.name) for f in fields(value)}
        return ["record", type(value).__name__, parts]
    raise _refusal(value, place)


def _is_text(array: np.ndarray) -> bool:
    return array.dtype.kind in "UO" and all(isinstance(v, str) for v in array.tolist())


def _refusal(value: Any, place: str) -> TypeError:
    """Return the error for a value that a file cannot hold."""
    name = type(value).__name__
    if isinstance(value, np.ndarray):
        name = f"{value.dtype} array"
    if is_dataclass(value) or isinstance(value, type):
        own = value.__name__ if isinstance(value, type) else name
        return TypeError(
            f"{place} holds {own}, a class that is not skadan's: pass trusted=[{own}] to "
            "save_sampler, and to load_sampler."
        )
    return TypeError(
        f"{place} holds a {name}, which a file of save_sampler cannot: "
        "set_params to a number, text, dict, Replicate or PartialFill first, or pickle the sampler."
    )


def decode(value: Any, arrays: Arrays, registry: Registry) -> Any:
    """Return what `encode` was given.

    Raises
    ------
    UnknownClass
        If the value names a class that is not in the registry.
    """
    if not isinstance(value, list):
        return value
    kind, contents, *more = value
    match kind:
        case "array":
            array = arrays[contents]
            return array.view(_big_endian(*more)) if more else array
        case "strings":
            return _strings(contents, *more)
        case "path":
            return Path(contents)
        case "tuple" | "list":
            items = [decode(part, arrays, registry) for part in contents]
            return tuple(items) if kind == "tuple" else items
        case "dict" if len(contents) <= MAX_ENTRIES:
            pairs = ([decode(part, arrays, registry) for part in pair] for pair in contents)
            return dict(pairs)
        case "Replicate":
            return Replicate(contents)
        case "PartialFill":
            return PartialFill(contents)
        case "class":
            return registry.network(contents)
        case "record":
            parts = {name: decode(part, arrays, registry) for name, part in more[0].items()}
            return registry.record(contents, parts)
    raise ValueError(f"{str(kind)[:40]!r} is not a kind of value.")


def _big_endian(dtype: str) -> np.dtype:
    if not BIG_ENDIAN.fullmatch(dtype):
        raise ValueError(f"{dtype[:40]!r} is not a big-endian dtype.")
    return np.dtype(dtype)


def _strings(texts: list, dtype: str) -> np.ndarray:
    """Return an array of text."""
    if not all(isinstance(text, str) for text in texts):
        raise ValueError("An array of text holds something else.")
    if dtype == "O":
        return np.array(texts, dtype=object)
    longest = max(map(len, texts), default=1)
    if not re.fullmatch(r"[<>]U\d{1,8}", dtype):
        raise ValueError(f"{dtype[:40]!r} is not a dtype of text.")
    width = int(dtype[2:])
    # NumPy takes 4 bytes for each of `width` letters, whatever the texts are, and would cut longer
    # ones.
    if 4 * width * len(texts) > MAX_TEXT or width < longest:
        raise ValueError(f"{len(texts)} texts of {width} letters.")
    return np.array(texts, dtype=dtype)
