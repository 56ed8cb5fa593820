"""Write files atomically, and compute digests of contents."""

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
except ImportError:  # on Windows; parts of killed processes are not removed there
    fcntl = None  # type: ignore[assignment]

PART = re.compile(r"(?P<start>\..*)\.(?P<host>[^.]*)-(?P<process>\d+)-[0-9a-f]+\.part")


@contextmanager
def written_whole(path: str | os.PathLike) -> Iterator[Any]:
    """Yield a binary file to write, which replaces `path` when the block ends without an error.

    Until then the data are in a hidden part next to `path`, so an existing file stays unchanged if
    the block fails, the process is killed or the disk is full. The new file gets the mode and the
    owner of the existing one. If `path` is a symbolic link, the file that it points to is replaced.
    Any number of threads and processes may write to one path: the last to finish remains.

    Raises
    ------
    OSError
        If the file cannot be written; the message names `path`.
    """
    place = _resolve(path)
    part = place.with_name(f"{_part_prefix(place)}.{_host()}-{os.getpid()}-{token_hex(8)}.part")
    try:
        older = _existing(place)
        _remove_parts_once(place.parent)
        with open(part, "xb", opener=_open_private if older else None) as file:
            _lock(file)
            if older:
                # Before the data are written: copystat also copies the times, which writing then
                # renews.
                _copy_permissions(place, older, part)
            yield file
            file.flush()
            # A rename may reach the disk before the data: a crash between the two would leave an
            # empty file.
            os.fsync(file.fileno())
        os.replace(part, place)
    except BaseException as error:
        with suppress(OSError):
            part.unlink()
        # An OSError that names another file comes from the code in the block.
        if isinstance(error, OSError) and error.filename in (None, str(part), str(place)):
            raise _cannot_write(Path(path), error) from error
        raise


def _resolve(path: str | os.PathLike) -> Path:
    """Return a path with symbolic links resolved; the file need not exist."""
    return Path(os.path.realpath(path))


def _existing(place: Path) -> os.stat_result | None:
    """Return the status of the existing file; None if there is no file.

    Raises
    ------
    OSError
        If `place` is a folder, a device or a pipe, which must not be replaced.
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
    """Open a file that only its owner may read, until it gets the mode of the existing file."""
    return os.open(path, flags, 0o600)


def _copy_permissions(place: Path, older: os.stat_result, part: Path) -> None:
    """Give a part the owner, mode and access list of the file that it will replace."""
    if hasattr(os, "chown"):
        # Two calls, because setting the group may succeed where setting the owner fails.
        for ids in ((-1, older.st_gid), (older.st_uid, -1)):
            with suppress(OSError):  # only root may change the owner
                os.chown(part, *ids)
    try:
        # After chown, which may clear the bits that set user and group when the file is run.
        shutil.copystat(place, part)
    except FileNotFoundError:  # another process has just deleted it
        part.chmod(stat.S_IMODE(older.st_mode))
    if part.stat().st_gid != older.st_gid:  # could not be set: another group must not read it
        part.chmod(stat.S_IMODE(older.st_mode) & ~stat.S_IRWXG)


def remove_parts(path: str | os.PathLike) -> None:
    """Delete the parts of `path` that killed processes of this machine left behind.

    Parts of running processes, other threads and other machines stay.
    """
    place = _resolve(path)
    _remove_abandoned(place.parent, _part_prefix(place))


def remove_parts_in(folder: str | os.PathLike) -> None:
    """Delete the parts of all files in a folder that killed processes of this machine left."""
    _remove_abandoned(Path(folder))


@cache
def _remove_parts_once(folder: Path) -> None:
    """Delete abandoned parts, once per process and folder: a folder may hold many files."""
    remove_parts_in(folder)


def _remove_abandoned(folder: Path, start: str | None = None) -> None:
    for part in folder.glob(f"{glob.escape(start or '.')}*.part"):
        name = PART.fullmatch(part.name)
        # The pattern for a file "a" also finds the parts of a file "ab".
        if name and name["start"] == (start or name["start"]) and _is_abandoned(part, name):
            with suppress(OSError):
                part.unlink(missing_ok=True)


def _is_abandoned(part: Path, name: re.Match) -> bool:
    """Return whether no process writes a part any more.

    The process in its name must have ended, and the part must not be locked: in a container,
    processes have other numbers.
    """
    if name["host"] != _host() or _is_running(int(name["process"])):
        return False
    try:
        with part.open("r+b") as file:
            return _lock(file)
    except OSError:  # it belongs to another user, or is gone
        return False


def _lock(file: Any) -> bool:
    """Lock a file until it is closed; return False if it is locked or the disk has no locks."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    # AttributeError: `fcntl` is None on Windows.
    except (OSError, AttributeError):
        return False
    return True


def _part_prefix(path: Path) -> str:
    """Return the prefix of names of parts of `path`: hidden, and short enough for any disk."""
    return f".{path.name[:60]}"


def _host() -> str:
    # Without dots and hyphens, which separate the fields of a part's name (`PART`).
    return re.sub(r"[^\w]", "_", socket.gethostname(), flags=re.ASCII)[:40]


def _is_running(process: int) -> bool:
    """Return whether a process is running; on non-POSIX systems always True.

    It is also True for a process of another user, and for one that has ended but whose parent has
    not waited for it.
    """
    if os.name != "posix":
        return True
    try:
        os.kill(process, 0)  # signal 0 only checks that the process exists
    # OverflowError: the digits in a file name may be larger than any process number.
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        return True
    return True


def digest(*values: Any) -> str:
    """Return the SHA-256 of arrays, by dtype, shape and values, and of other objects by `repr`."""
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
    return OSError(
        error.errno, f"{path} cannot be written ({reason}); an existing file is unchanged"
    )
