"""Files that are there as a whole or not at all, and digests to know contents by."""

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import numpy as np


@contextmanager
def written_whole(path: str | os.PathLike) -> Iterator[Any]:
    """A binary file to write, which takes the place of `path` when the block ends well.

    Whatever happens before leaves an older file as it was, also a killed process or a full disk.

    Raises
    ------
    OSError
        If it cannot be written; the message names `path`.
    """
    path = Path(path)
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with part.open("wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.replace(part, path)
    except BaseException as error:
        with suppress(OSError):
            part.unlink()
        if isinstance(error, OSError):
            raise _cannot_write(path, error) from error
        raise


def digest(*values: Any) -> str:
    """Return the SHA-256 of arrays, by type, shape and numbers, and of values by their `repr`."""
    total = hashlib.sha256()
    for value in values:
        is_array = isinstance(value, np.ndarray)
        text = (value.dtype.str, value.shape) if is_array else value
        total.update(repr(text).encode())
        if is_array:
            total.update(np.ascontiguousarray(value).data)
    return total.hexdigest()


def _cannot_write(path: Path, error: OSError) -> OSError:
    reason = error.strerror or error
    return OSError(error.errno, f"{path} cannot be written ({reason}); an older one is unchanged")
