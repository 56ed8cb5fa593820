"""From recordings to functionals: openSMILE, in parallel, with a cache that knows contents."""

import os
import warnings
from collections.abc import Iterator, Sequence
from functools import cache as remember
from numbers import Integral
from pathlib import Path
from threading import Lock
from typing import Any, NamedTuple

import numpy as np
from joblib import Parallel, delayed
from joblib.parallel import get_active_backend

from .._optional import require
from . import _feature_cache as kept
from ._recordings import Part, Unusable, contents_of, parts_of, signal_of

CHUNK = 16  # recordings that a worker takes at a time


class Settings(NamedTuple):
    """What the features of a recording depend on besides its contents."""

    feature_set: str
    sampling_rate: int | None
    mixdown: bool


# A process makes features one at a time: warnings are silenced for all of its threads.
ONE_AT_A_TIME = Lock()
Extracted = kept.Entry | Unusable


def extract_features(
    files: Sequence[str | os.PathLike[str]],
    feature_set: str = "IS11_speaker_state",
    *,
    sampling_rate: int | None = None,
    mixdown: bool = False,
    cache: str | os.PathLike | None = None,
    on_error: str = "raise",
    n_jobs: int | None = None,
    verbose: int = 0,
) -> Any:
    """openSMILE functionals of recordings, one row each.

    Needs the ``audio`` extra. All recordings are tried before an error is raised, and what was
    extracted is in the cache by then.

    Parameters
    ----------
    files : sequence of path
        Recordings, in any format that libsndfile reads (wav, flac, ogg, mp3, ...); or parts of
        recordings, as audformat's segmented index of file, start and end.
    feature_set : str, default="IS11_speaker_state"
        "IS09_emotion", "IS10_paraling", "IS11_speaker_state", "IS13_ComParE", "ComParE_2016",
        "eGeMAPSv02", or any other name of `opensmile.FeatureSet`.
    sampling_rate : int, default=None
        Resample to so many Hz; None keeps each recording's own, as opensmile does. Features of
        different rates are not comparable: a mixture of rates is warned of.
    mixdown : bool, default=False
        Average the channels; False takes the first one, as opensmile does, or where that is dead
        the first one that is heard.
    cache : path, default=None
        Folder that keeps the features of each recording, by its contents, the settings and
        opensmile's version. None keeps nothing. Damaged entries are computed again.
    on_error : {"raise", "skip"}, default="raise"
        What to do about recordings that are missing, broken, empty, silent, too short or not named
        in UTF-8: raise one error that names them all, or leave their rows out with one warning.
    n_jobs : int, default=None
        Processes, by joblib's active backend.
    verbose : int, default=0
        1 or more shows a progress bar on standard error.

    Returns
    -------
    features : DataFrame of shape (n_files, n_features)
        float32, with audformat's segmented index: file, start, end.

    Raises
    ------
    ImportError
        Without the ``audio`` extra.
    TypeError
        If `files` is a single path.
    ValueError
        If `feature_set` is unknown, `sampling_rate` is no number of Hz, or a recording has no
        features (see `on_error`).

    Examples
    --------
    >>> from skadan.datasets import extract_features
    >>> extract_features(["a.wav", "b.wav"], cache="features")  # doctest: +SKIP
    """
    pandas, audformat = require("pandas", "audio"), require("audformat", "audio")
    if on_error not in ("raise", "skip"):
        raise ValueError(f"on_error={on_error!r}: use 'raise' or 'skip'.")
    parts = parts_of(files)
    settings = Settings(_member(feature_set).name, _checked(sampling_rate), mixdown)
    names = _smile(settings).feature_names
    folder = None if cache is None else _folder(cache, settings)
    results = list(_extract_all(parts, settings, folder, n_jobs, verbose))
    both = list(zip(parts, results, strict=True))
    _report({str(p): str(r) for p, r in both if isinstance(r, Unusable)}, on_error)
    good = [(p, r) for p, r in both if not isinstance(r, Unusable)]
    _warn_of_rates({r.sampling_rate for _, r in good} if sampling_rate is None else set())
    index = audformat.segmented_index(
        [p.file for p, _ in good],
        [p.start or 0.0 for p, _ in good],
        [p.end or r.seconds for p, r in good],
    )
    values = np.stack([r.values for _, r in good]) if good else np.empty((0, len(names)))
    return pandas.DataFrame(values.astype(np.float32), index=index, columns=names)


def _checked(sampling_rate: Any) -> int | None:
    if sampling_rate is None:
        return None
    is_count = isinstance(sampling_rate, Integral) and not isinstance(sampling_rate, bool)
    if not is_count or sampling_rate < 1:
        raise ValueError(f"sampling_rate={sampling_rate!r}: give a number of Hz, such as 16000.")
    return int(sampling_rate)


def _member(feature_set: str) -> Any:
    """Find opensmile's feature set by its own name, or by that of its configuration file."""
    found: dict[str, Any] = {}
    for member in require("opensmile", "audio").FeatureSet:
        configuration = member.value.rpartition("/")[2]
        names = (member.name, configuration, configuration.removesuffix("_compat"))
        found |= dict.fromkeys(names, member)
    if feature_set not in found:
        raise ValueError(f"feature_set={feature_set!r} is none of {', '.join(sorted(found))}.")
    return found[feature_set]


@remember
def _smile(settings: Settings) -> Any:
    """Make one extractor for each process and setting."""
    return require("opensmile", "audio").Smile(
        feature_set=_member(settings.feature_set),
        sampling_rate=settings.sampling_rate,
        resample=settings.sampling_rate is not None,
    )


def _folder(cache: str | os.PathLike, settings: Settings) -> Path:
    """Make the folder that keeps the features of these settings."""
    rate = "own-rate" if settings.sampling_rate is None else f"{settings.sampling_rate}-Hz"
    channel = "mixdown" if settings.mixdown else "first-channel"
    version = require("opensmile", "audio").__version__
    folder = Path(cache) / f"{settings.feature_set}-{rate}-{channel}-opensmile-{version}"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _extract_all(
    parts: list[Part], settings: Settings, folder: Path | None, n_jobs: int | None, verbose: int
) -> Iterator[Extracted]:
    chunks = [parts[i : i + CHUNK] for i in range(0, len(parts), CHUNK)]
    jobs = (delayed(_extract_chunk)(chunk, settings, folder) for chunk in chunks)
    backend, _ = get_active_backend()
    step_by_step = backend.supports_return_generator  # multiprocessing does not
    done = Parallel(n_jobs=n_jobs, return_as="generator" if step_by_step else "list")(jobs)
    tqdm = require("tqdm", "audio").tqdm
    with tqdm(total=len(parts), desc="features", unit="file", disable=not verbose) as bar:
        for results in done:
            bar.update(len(results))
            yield from results


def _extract_chunk(parts: list[Part], settings: Settings, folder: Path | None) -> list[Extracted]:
    return [_extract(part, settings, folder) for part in parts]


def _extract(part: Part, settings: Settings, folder: Path | None) -> Extracted:
    """Take one recording's features from the cache, or compute them and keep them there."""
    try:
        contents = contents_of(part.file)
        if folder is None:
            return _compute(part, contents, settings)
        place = kept.place(folder, contents, _name(part))
        entry = kept.load(place)
        if entry is None:
            entry = _compute(part, contents, settings)
            kept.save(place, entry)
        return entry
    except Unusable as problem:
        return problem


def _name(part: Part) -> str:
    """Return what the name of a cache entry says of a part, to the nanosecond."""
    if part.is_whole:
        return ""
    return f"-{part.start.value}-{'end' if part.end is None else part.end.value}"


def _compute(part: Part, contents: bytes, settings: Settings) -> kept.Entry:
    """Compute the features of one recording.

    Raises
    ------
    Unusable
        If it has none.
    """
    signal, rate, end = signal_of(contents, part, settings.mixdown)
    seconds = signal.shape[1] / rate
    with ONE_AT_A_TIME, warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Segment too short", UserWarning)  # told below
        try:
            table = _smile(settings).process_signal(signal, rate)
        except Exception as error:  # opensmile's own, and those of what it resamples with
            raise Unusable(
                f"openSMILE cannot process {seconds:.3f} s at {rate} Hz ({error})"
            ) from error
    values = table.to_numpy(np.float32)[0]
    if not np.isfinite(values).all():
        raise Unusable(f"too short for {settings.feature_set} ({seconds:.3f} s)")
    return kept.Entry(values, end, rate)


def _report(problems: dict[str, str], on_error: str) -> None:
    if not problems:
        return
    shown = [f"{file}: {problem}" for file, problem in list(problems.items())[:10]]
    more = [f"and {len(problems) - 10} more"] if len(problems) > 10 else []
    lines = "\n  ".join([*shown, *more])
    if on_error == "raise":
        raise ValueError(
            f"{len(problems)} recording(s) have no features; mend or leave them out, or pass "
            f"on_error='skip':\n  {lines}"
        )
    warnings.warn(f"{len(problems)} recording(s) left out:\n  {lines}", UserWarning, stacklevel=3)


def _warn_of_rates(rates: set[int]) -> None:
    if len(rates) > 1:
        warnings.warn(
            f"The recordings have sampling rates of {sorted(rates)} Hz, and their features are not "
            "comparable: pass sampling_rate to bring them to one.",
            UserWarning,
            stacklevel=3,
        )
