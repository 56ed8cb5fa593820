"""The safetensors file around it all: its header is read, and judged, before its data."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from math import prod
from typing import Any, BinaryIO, NamedTuple

import numpy as np

from .._optional import require

Arrays = dict[str, np.ndarray]

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
    """A file cannot be what `save_sampler` wrote; the message says what is wrong with it."""


class Blanks(Arrays):
    """Arrays by name, which know which of them were asked for."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.unused = set(self)

    def __getitem__(self, name: str) -> np.ndarray:
        array = super().__getitem__(name)
        self.unused.discard(name)
        return array


class Header(NamedTuple):
    """What stands before the data: texts by name, and dtype and shape of each array."""

    texts: dict[str, str]
    arrays: dict[str, tuple[np.dtype, tuple[int, ...]]]

    def blanks(self) -> "Blanks":
        """Return arrays of these dtypes and shapes that take no memory: a single 0, repeated."""
        return Blanks(
            (name, np.broadcast_to(np.zeros((), dtype), shape))
            for name, (dtype, shape) in self.arrays.items()
        )


def parse(text: str) -> Any:
    """Read JSON of a bounded number of values and a bounded depth."""
    if sum(map(text.count, "[{,:")) > MAX_PARTS:
        raise Refused("has a header of too many parts")
    value = level = json.loads(text)
    for _ in range(MAX_DEPTH):
        level = [part for whole in _containers(level) for part in _containers(whole)]
        if not level:
            return value
    raise Refused("has a header of too many lists in lists")


def _containers(value: Any) -> list:
    """Return the lists and dicts directly inside one."""
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [part for part in parts if isinstance(part, dict | list)]


def read_header(file: BinaryIO, size: int) -> Header:
    """Read what stands before the data, of a file of so many bytes.

    Raises
    ------
    Refused
        If the sizes that it states are not those of the file.
    """
    length = int.from_bytes(file.read(8), "little")
    if not 2 <= length <= size - 8:
        raise Refused("is truncated, or no file of save_sampler")
    if length > MAX_HEADER:
        raise Refused(f"has a header of {length} bytes; save_sampler writes up to {MAX_HEADER}")
    stated = parse(file.read(length).decode("utf-8"))
    texts = stated.pop("__metadata__")
    if not all(isinstance(text, str) for text in texts.values()):
        raise Refused("has a header of another kind")
    arrays = {name: (np.dtype(DTYPES[a["dtype"]]), tuple(a["shape"])) for name, a in stated.items()}
    if not all(type(n) is int and n >= 0 for _, shape in arrays.values() for n in shape):
        raise Refused("states a shape that no array has")
    n_bytes = sum(dtype.itemsize * prod(shape) for dtype, shape in arrays.values())
    if 8 + length + n_bytes != size:
        raise Refused(
            f"is truncated, or no file of save_sampler: it has {size} bytes, and its header "
            f"states {8 + length + n_bytes}"
        )
    return Header(texts, arrays)


def read_arrays(file: BinaryIO, header: Header) -> Arrays:
    """Read the arrays of a file, which are those that its header states."""
    file.seek(0)
    arrays = require("safetensors.numpy", "save").load(file.read())
    if {name: (array.dtype, array.shape) for name, array in arrays.items()} != header.arrays:
        raise Refused("holds other arrays than its header states")
    return arrays


def to_bytes(arrays: Arrays, texts: dict[str, str]) -> bytes:
    """Return the bytes of a file."""
    return require("safetensors.numpy", "save").save(arrays, metadata=texts)


@contextmanager
def refusing(subject: object) -> Iterator[None]:
    """Make one ValueError, which begins with `subject`, of whatever a forged file sets off.

    What the file system says of it, and which package it lacks, is left as it is.
    """
    try:
        yield
    except (OSError, ImportError):
        raise
    except Refused as error:
        raise ValueError(f"{subject} {error}.") from error.__cause__
    except Exception as error:
        reason = f"{type(error).__name__}: {str(error)[:200]}"
        raise ValueError(
            f"{subject} was not written by skadan's save_sampler, or is damaged ({reason})."
        ) from error
