"""Read and write safetensors files; the header is checked before the data are read."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from math import prod
from typing import Any, BinaryIO, NamedTuple

import numpy as np

from .._optional import require

Arrays = dict[str, np.ndarray]

# Far above what is ever written: a forged header must not fill the memory or the stack.
MAX_HEADER = 2**25  # bytes
MAX_PARTS = 2_000_000  # values in the header's JSON
MAX_DEPTH = 64  # of lists in lists
DTYPES = {
    "BOOL": "|b1",
    "U8": "|u1",
    "I8": "|i1",
    "U16": "<u2",
    "I16": "<i2",
    "U32": "<u4",
    "I32": "<i4",
    "U64": "<u8",
    "I64": "<i8",
    "F16": "<f2",
    "F32": "<f4",
    "F64": "<f8",
}


class Refused(ValueError):
    """Raised if `save_sampler` cannot have written a file; the message says why."""


class Placeholders(Arrays):
    """Hold arrays by name, and record which of them are used."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.unused = set(self)

    def __getitem__(self, name: str) -> np.ndarray:
        array = super().__getitem__(name)
        self.unused.discard(name)
        return array


class Header(NamedTuple):
    """Hold the header of a file: texts by name, and the dtype and shape of each array."""

    texts: dict[str, str]
    arrays: dict[str, tuple[np.dtype, tuple[int, ...]]]

    def placeholders(self) -> "Placeholders":
        """Return arrays of these dtypes and shapes that take no memory, as views of a single 0."""
        return Placeholders(
            (name, np.broadcast_to(np.zeros((), dtype), shape))
            for name, (dtype, shape) in self.arrays.items()
        )


def parse(text: str) -> Any:
    """Parse JSON; refuse too many values or too deep nesting before they take memory."""
    if sum(map(text.count, "[{,:")) > MAX_PARTS:
        raise Refused("has a header with too many values")
    value = level = json.loads(text)
    for _ in range(MAX_DEPTH):
        level = [part for whole in _containers(level) for part in _containers(whole)]
        if not level:
            return value
    raise Refused("has a header that is nested too deeply")


def _containers(value: Any) -> list:
    """Return the lists and dicts directly inside a list or dict."""
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [part for part in parts if isinstance(part, dict | list)]


def read_header(file: BinaryIO, size: int) -> Header:
    """Read the header of a file of `size` bytes.

    Raises
    ------
    Refused
        If the header is malformed, or the sizes in it do not add up to that of the file.
    """
    # A safetensors file is the length of its header in 8 bytes, the header as JSON, and the arrays.
    length = int.from_bytes(file.read(8), "little")
    # The shortest JSON object, {}, has 2 bytes.
    if not 2 <= length <= size - 8:
        raise Refused("is truncated, or was not written by save_sampler")
    if length > MAX_HEADER:
        raise Refused(f"has a header of {length} bytes; save_sampler writes up to {MAX_HEADER}")
    stated = parse(file.read(length).decode("utf-8"))
    # The name under which safetensors keeps text, next to the names of the arrays.
    texts = stated.pop("__metadata__")
    if not all(isinstance(text, str) for text in texts.values()):
        raise Refused("has a header with values that are not text")
    arrays = {name: (np.dtype(DTYPES[a["dtype"]]), tuple(a["shape"])) for name, a in stated.items()}
    if not all(type(n) is int and n >= 0 for _, shape in arrays.values() for n in shape):
        raise Refused("states an invalid shape")
    n_bytes = sum(dtype.itemsize * prod(shape) for dtype, shape in arrays.values())
    if 8 + length + n_bytes != size:
        raise Refused(
            f"is truncated, or was not written by save_sampler: it has {size} bytes, but its "
            f"header states {8 + length + n_bytes}"
        )
    return Header(texts, arrays)


def read_arrays(file: BinaryIO, header: Header) -> Arrays:
    """Read the arrays of a file; refuse others than its header states."""
    file.seek(0)
    arrays = require("safetensors.numpy", "save").load(file.read())
    if {name: (array.dtype, array.shape) for name, array in arrays.items()} != header.arrays:
        raise Refused("holds other arrays than its header states")
    return arrays


def to_bytes(arrays: Arrays, texts: dict[str, str]) -> bytes:
    """Return arrays and texts as the bytes of a file."""
    return require("safetensors.numpy", "save").save(arrays, metadata=texts)


@contextmanager
def as_value_error(subject: object) -> Iterator[None]:
    """Turn any error that a forged file causes into a ValueError that begins with `subject`.

    Errors of the file system and of missing packages are not changed.
    """
    try:
        yield
    except (OSError, ImportError):
        raise
    except Refused as error:
        # `Refused` is internal, so the traceback shows only what caused it.
        raise ValueError(f"{subject} {error}.") from error.__cause__
    except Exception as error:
        reason = f"{type(error).__name__}: {str(error)[:200]}"
        raise ValueError(
            f"{subject} was not written by skadan's save_sampler, or is damaged ({reason})."
        ) from error
