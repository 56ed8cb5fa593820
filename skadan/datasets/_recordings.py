"""List recordings or parts of them, and read their signals."""

import os
from io import BytesIO
from typing import Any, NamedTuple

import numpy as np

from .._optional import require

AUDIBLE = 1e-3  # of the loudest channel's standard deviation; a quieter channel has only line noise


class Part(NamedTuple):
    """Describe a recording from `start` to `end` (Timedeltas); None is the end of the file."""

    file: str
    start: Any = None
    end: Any = None

    @property
    def is_whole(self) -> bool:
        """Return whether the part is the whole recording."""
        return not self.start and self.end is None

    def __str__(self) -> str:
        name = self.file.encode("utf-8", "backslashreplace").decode()
        return name if self.is_whole else f"{name} ({self.start} to {self.end or 'its end'})"


class Unusable(ValueError):
    """Raised if a recording has no features; the message says why."""


def parts_of(files: Any) -> list[Part]:
    """Return the recordings or parts that `files` of `extract_features` lists.

    Raises
    ------
    TypeError
        If `files` is a single path, or contains something that is not a path.
    ValueError
        If a segment starts before its recording, or ends before it starts.
    """
    if isinstance(files, str | bytes | os.PathLike):
        raise TypeError(f"files={files!r} is a single path: pass a list, [{files!r}].")
    if list(getattr(files, "names", ())) != ["file", "start", "end"]:
        return [Part(os.fsdecode(file)) for file in files]
    pandas = require("pandas", "audio")
    parts = []
    for file, start, end in files:
        start = pandas.Timedelta(0) if pandas.isna(start) else start
        parts.append(Part(os.fsdecode(file), start, None if pandas.isna(end) else end))
        if start < pandas.Timedelta(0) or not (pandas.isna(end) or start <= end):
            raise ValueError(f"files holds {parts[-1]}, which is not a part of a recording.")
    return parts


def contents_of(file: str) -> bytes:
    """Return the bytes of a file.

    Raises
    ------
    Unusable
        If the file cannot be read, or its name is not UTF-8, which a table needs.
    """
    try:
        file.encode("utf-8")
        with open(file, "rb") as opened:
            return opened.read()
    except OSError as error:
        raise Unusable(error.strerror or str(error)) from error
    except UnicodeEncodeError as error:
        raise Unusable("its name is not UTF-8: rename it") from error
    except ValueError as error:  # a null character
        raise Unusable(str(error)) from error


def signal_of(contents: bytes, part: Part, mixdown: bool) -> tuple[np.ndarray, int, float]:
    """Return one channel (1, n) of a part of a recording, its rate, and its end in seconds.

    Raises
    ------
    Unusable
        If the file is not a recording, or is silent.
    """
    soundfile = require("soundfile", "audio")
    try:
        signal, rate = soundfile.read(BytesIO(contents), dtype="float32", always_2d=True)
    except (soundfile.LibsndfileError, RuntimeError, TypeError, ValueError, MemoryError) as error:
        raise Unusable(f"not readable as audio ({error})") from error
    end = len(signal) / rate
    if not part.is_whole:
        samples, start = require("audmath", "audio").samples, part.start.total_seconds()
        first = samples(start, rate)
        if part.end is not None:
            end = part.end.total_seconds()
        signal = signal[first : first + samples(end - start, rate)]
    _check(signal)
    return _channel(signal, mixdown), rate, end


def _check(signal: np.ndarray) -> None:
    if not signal.size:
        raise Unusable("empty")
    if not np.isfinite(signal).all():
        raise Unusable("holds NaN or infinite samples")
    # A constant signal is silent, whatever its value.
    if (signal == signal[0]).all():
        raise Unusable("silent")


def _channel(signal: np.ndarray, mixdown: bool) -> np.ndarray:
    """Return the mean of the channels (n, c), or the first audible one, as (1, n).

    opensmile takes the first channel even if it is silent, and its own mixdown ignores the others.
    """
    if not mixdown:
        # Summed in float32, millions of samples give a deviation that is several times too large.
        deviation = signal.std(0, dtype=np.float64)
        heard = np.argmax(deviation >= AUDIBLE * deviation.max())
        return signal[:, heard][None]
    mean = signal.mean(1)
    if (mean == mean[0]).all():
        raise Unusable("silent: its channels cancel each other")
    return mean[None]
