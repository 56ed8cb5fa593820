"""Files that are there as a whole or not at all, and digests to know contents by."""

import glob
import hashlib
import os
import re
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from secrets import token_hex
from typing import Any

import numpy as np

PART = re.compile(r"\.(?P<host>[^.]*)-(?P<process>\d+)-[0-9a-f]+\.part")


@contextmanager
def written_whole(path: str | os.PathLike) -> Iterator[Any]:
    """A binary file to write, which takes the place of `path` when the block ends well.

    Whatever happens before leaves an older file as it was, also a killed process or a full disk.
    Any number of threads and processes may write to one path: the last to end well remains.

    Raises
    ------
    OSError
        If it cannot be written; the message names `path`.
    """
    path = Path(path)
    part = path.with_name(f"{_start(path)}.{_host()}-{os.getpid()}-{token_hex(8)}.part")
    try:
        with part.open("xb") as file:
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


def remove_parts(path: str | os.PathLike) -> None:
    """Delete what processes of this machine left of `path` when they were killed.

    Parts of those that live, of other threads and of other machines stay.
    """
    path = Path(path)
    start = _start(path)
    for part in path.parent.glob(f"{glob.escape(start)}.*.part"):
        name = PART.fullmatch(part.name.removeprefix(start))
        if name and name["host"] == _host() and not _lives(int(name["process"])):
            part.unlink(missing_ok=True)


def _start(path: Path) -> str:
    """Return how the names of parts of `path` begin: hidden, and short enough for any disk."""
    return f".{path.name[:60]}"


def _host() -> str:
    return re.sub(r"[^\w]", "_", socket.gethostname(), flags=re.ASCII)[:40]


def _lives(process: int) -> bool:
    """Tell whether a process runs; on other systems than POSIX, where that is hard to say, it does.

    A process of another user does, and one that has ended but whose parent does not know.
    """
    if os.name != "posix":
        return True
    try:
        os.kill(process, 0)  # sends nothing
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        return True
    return True


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
