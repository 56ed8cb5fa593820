"""Files that are there as a whole or not at all, and digests to know contents by."""

import errno
import glob
import hashlib
import os
import re
import shutil
import socket
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from secrets import token_hex
from typing import Any

import numpy as np

try:
    import fcntl
except ImportError:  # not on Windows, where parts of killed processes stay
    fcntl = None  # type: ignore[assignment]

PART = re.compile(r"(?P<start>\..*)\.(?P<host>[^.]*)-(?P<process>\d+)-[0-9a-f]+\.part")


@contextmanager
def written_whole(path: str | os.PathLike) -> Iterator[Any]:
    """A binary file to write, which takes the place of `path` when the block ends well.

    Whatever happens before leaves an older file as it was, also a killed process or a full disk.
    The new file has the mode and the owner of an older one, and a symbolic link stays one: the file
    that it points to is replaced. Any number of threads and processes may write to one path: the
    last to end well remains.

    Raises
    ------
    OSError
        If it cannot be written; the message names `path`.
    """
    place = _followed(path)
    part = place.with_name(f"{_start(place)}.{_host()}-{os.getpid()}-{token_hex(8)}.part")
    try:
        older = _older(place)
        _remove_parts_once(place.parent)
        with open(part, "xb", opener=_open_private if older else None) as file:
            _lock(file)
            if older:
                _take_over(place, older, part)
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.replace(part, place)
    except BaseException as error:
        with suppress(OSError):
            part.unlink()
        # A block that reads another file may fail there.
        if isinstance(error, OSError) and error.filename in (None, str(part), str(place)):
            raise _cannot_write(Path(path), error) from error
        raise


def _followed(path: str | os.PathLike) -> Path:
    """Return the file that a path leads to, which need not be there."""
    return Path(os.path.realpath(path))


def _older(place: Path) -> os.stat_result | None:
    """Return the state of the file that is replaced; None if there is none.

    Raises
    ------
    OSError
        If a folder, a device or a pipe is there, which a file must not replace.
    """
    try:
        older = os.stat(place)
    except FileNotFoundError:
        return None
    if not stat.S_ISREG(older.st_mode):
        code = errno.EISDIR if stat.S_ISDIR(older.st_mode) else errno.EINVAL
        raise OSError(code, "it is not a regular file")
    return older


def _open_private(path: str, flags: int) -> int:
    """Open a file that only its owner may read."""
    return os.open(path, flags, 0o600)


def _take_over(place: Path, older: os.stat_result, part: Path) -> None:
    """Give a part the owner, the mode and the access list of the file that it will replace."""
    if hasattr(os, "chown"):
        for ids in ((-1, older.st_gid), (older.st_uid, -1)):
            with suppress(OSError):  # only root may give a file away
                os.chown(part, *ids)
    try:
        shutil.copystat(place, part)
    except FileNotFoundError:  # another process has removed it in the meantime
        part.chmod(stat.S_IMODE(older.st_mode))
    if part.stat().st_gid != older.st_gid:  # what one group may read is not for another
        part.chmod(stat.S_IMODE(older.st_mode) & ~stat.S_IRWXG)


def remove_parts(path: str | os.PathLike) -> None:
    """Delete what processes of this machine left of `path` when they were killed.

    Parts of those that live, of other threads and of other machines stay.
    """
    place = _followed(path)
    _remove_abandoned(place.parent, _start(place))


def remove_parts_in(folder: str | os.PathLike) -> None:
    """Delete what processes of this machine left of any file of a folder when they were killed."""
    _remove_abandoned(Path(folder))


@cache
def _remove_parts_once(folder: Path) -> None:
    """Delete them once in a process: a folder may hold a great many files."""
    remove_parts_in(folder)


def _remove_abandoned(folder: Path, start: str | None = None) -> None:
    for part in folder.glob(f"{glob.escape(start or '.')}*.part"):
        name = PART.fullmatch(part.name)
        if name and name["start"] == (start or name["start"]) and _is_abandoned(part, name):
            with suppress(OSError):
                part.unlink(missing_ok=True)


def _is_abandoned(part: Path, name: re.Match) -> bool:
    """Tell whether nobody writes a part any more: neither the process that its name has, nor one
    of a container, where processes have other numbers."""
    if name["host"] != _host() or _lives(int(name["process"])):
        return False
    try:
        with part.open("r+b") as file:
            return _lock(file)
    except OSError:  # it is another user's, or gone
        return False


def _lock(file: Any) -> bool:
    """Lock a file until it is closed; False if another holds it, or the disk knows no locks."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (OSError, AttributeError):
        return False
    return True


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
