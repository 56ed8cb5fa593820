"""Cache features on disk, by the contents of the recording. Damaged entries are ignored."""

import hashlib
from io import BytesIO
from pathlib import Path
from typing import NamedTuple

import numpy as np

from .._files import digest, written_whole


class Entry(NamedTuple):
    """Hold the features of a recording, or of a part of it."""

    values: np.ndarray
    seconds: float
    sampling_rate: int


def entry_path(folder: Path, contents: bytes, part: str) -> Path:
    """Return the path of the features of a recording; `part` is a suffix for a part of it."""
    return folder / f"{hashlib.sha256(contents).hexdigest()}{part}.npz"


def load(path: Path) -> Entry | None:
    """Return an entry; None if it is missing or damaged."""
    try:
        with np.load(BytesIO(path.read_bytes())) as kept:
            entry = Entry(kept["values"], float(kept["seconds"]), int(kept["rate"]))
            return entry if kept["sha256"] == _digest(path, entry) else None
    except Exception:  # damage can raise any error of the readers of zip files and arrays
        return None


def save(path: Path, entry: Entry) -> None:
    """Write an entry atomically; other processes may read and write it at the same time.

    Raises
    ------
    OSError
        If it cannot be written.
    """
    data = BytesIO()  # on a full disk, zipfile raises errors that are not an OSError
    values, seconds, rate = entry
    np.savez(data, values=values, seconds=seconds, rate=rate, sha256=_digest(path, entry))
    with written_whole(path) as file:
        file.write(data.getbuffer())


def _digest(path: Path, entry: Entry) -> str:
    """Return the SHA-256 of an entry and its file name, so that a renamed entry is damaged."""
    return digest(path.name, entry.values, float(entry.seconds), int(entry.sampling_rate))
