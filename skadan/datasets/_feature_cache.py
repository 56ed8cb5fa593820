"""Features on disk, by the contents of their recording. A damaged entry is none."""

import hashlib
from io import BytesIO
from pathlib import Path
from typing import NamedTuple

import numpy as np

from .._files import digest, written_whole


class Entry(NamedTuple):
    """What is kept of one recording, or of a part of it."""

    values: np.ndarray
    seconds: float
    sampling_rate: int


def place(folder: Path, contents: bytes, part: str) -> Path:
    """Return where the features of a recording are kept; `part` says which part of it."""
    return folder / f"{hashlib.sha256(contents).hexdigest()}{part}.npz"


def load(path: Path) -> Entry | None:
    """Return an entry; None if it is not there, or not as it was written."""
    try:
        with np.load(BytesIO(path.read_bytes())) as kept:
            entry = Entry(kept["values"], float(kept["seconds"]), int(kept["rate"]))
            return entry if kept["sha256"] == _digest(path, entry) else None
    except Exception:  # the readers of zip files and arrays raise whatever damage sets off
        return None


def save(path: Path, entry: Entry) -> None:
    """Write an entry as a whole; others may write and read it meanwhile.

    Raises
    ------
    OSError
        If it cannot be written.
    """
    data = BytesIO()  # a zip file's own errors on a full disk are no OSError
    values, seconds, rate = entry
    np.savez(data, values=values, seconds=seconds, rate=rate, sha256=_digest(path, entry))
    with written_whole(path) as file:
        file.write(data.getbuffer())


def _digest(path: Path, entry: Entry) -> str:
    """Return the SHA-256 of an entry and its name: the features of another recording are none."""
    return digest(path.name, entry.values, float(entry.seconds), int(entry.sampling_rate))
