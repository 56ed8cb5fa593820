"""Extract openSMILE functionals from recordings in parallel, with a cache."""

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
from . import _feature_cache
from ._recordings import Part, Unusable, contents_of, parts_of, signal_of

CHUNK = 16  # recordings per job


class Settings(NamedTuple):
    """Hold what the features of a recording depend on besides its contents."""

    feature_set: str
    sampling_rate: int | None
    mixdown: bool


# Silencing warnings affects all threads of a process, so it extracts one recording at a time.
ONE_AT_A_TIME = Lock()
Extracted = _feature_cache.Entry | Unusable


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
    """Extract openSMILE functionals of recordings, one row each.

    Needs the ``audio`` extra. All recordings are tried before an error is raised, so the features
    of the good ones are in the cache by then.

    Parameters
    ----------
    files : sequence of path
        Recordings, in any format that libsndfile reads (wav, flac, ogg, mp3, ...); or parts of
        recordings, as audformat's segmented index of file, start and end.
    feature_set : str, default="IS11_speaker_state"
        "IS09_emotion", "IS10_paraling", "IS11_speaker_state", "IS13_ComParE", "ComParE_2016",
        "eGeMAPSv02", or any other name of `opensmile.FeatureSet`.
    sampling_rate : int, default=None
        Resample to this rate in Hz; None keeps each recording's own, as opensmile does. Features of
        different rates are not comparable: a warning says so if recordings differ.
    mixdown : bool, default=False
        Whether to average the channels. False takes the first one, as opensmile does, or the first
        audible one if that is silent.
    cache : path, default=None
        Folder for the features of each recording, by its contents, the settings and opensmile's
        version. None stores nothing. Damaged entries are computed again.
    on_error : {"raise", "skip"}, default="raise"
        What to do with recordings that are missing, broken, empty, silent or too short, or whose
        name is not UTF-8: raise one error that names them, or leave them out with one warning.
    n_jobs : int, default=None
        Number of jobs of joblib's active backend.
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
        If `feature_set` is unknown, `sampling_rate` is not a positive whole number, or a recording
        has no features (see `on_error`).

    Examples
    --------
    >>> from skadan.datasets import extract_features
    >>> extract_features(["a.wav", "b.wav"], cache="features")  # doctest: +SKIP
    """
    pandas, audformat = require("pandas", "audio"), require("audformat", "audio")
    if on_error not in ("raise", "skip"):
        raise ValueError(f"on_error={on_error!r}: use 'raise' or 'skip'.")
    parts = parts_of(files)
    settings = Settings(_member(feature_set).name, _check_rate(sampling_rate), mixdown)
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


def _check_rate(sampling_rate: Any) -> int | None:
    if sampling_rate is None:
        return None
    is_count = isinstance(sampling_rate, Integral) and not isinstance(sampling_rate, bool)
    if not is_count or sampling_rate < 1:
        raise ValueError(f"sampling_rate={sampling_rate!r}: give a number of Hz, such as 16000.")
    return int(sampling_rate)


def _member(feature_set: str) -> Any:
    """Return opensmile's feature set of this name, or with a configuration file of this name."""
    found: dict[str, Any] = {}
    for member in require("opensmile", "audio").FeatureSet:
        configuration = member.value.rpartition("/")[2]
        # openSMILE's file of IS10_paraling, for example, is IS10_paraling_compat.
        names = (member.name, configuration, configuration.removesuffix("_compat"))
        found |= dict.fromkeys(names, member)
    if feature_set not in found:
        raise ValueError(f"feature_set={feature_set!r} is not one of {', '.join(sorted(found))}.")
    return found[feature_set]


@remember
def _smile(settings: Settings) -> Any:
    """Return an extractor, cached per process."""
    return require("opensmile", "audio").Smile(
        feature_set=_member(settings.feature_set),
        sampling_rate=settings.sampling_rate,
        resample=settings.sampling_rate is not None,
    )


def _folder(cache: str | os.PathLike, settings: Settings) -> Path:
    """Return the cache folder for these settings; create it if needed."""
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
    as_generator = backend.supports_return_generator  # multiprocessing does not
    done = Parallel(n_jobs=n_jobs, return_as="generator" if as_generator else "list")(jobs)
    tqdm = require("tqdm", "audio").tqdm
    with tqdm(total=len(parts), desc="features", unit="file", disable=not verbose) as bar:
        for results in done:
            bar.update(len(results))
            yield from results


def _extract_chunk(parts: list[Part], settings: Settings, folder: Path | None) -> list[Extracted]:
    return [_extract(part, settings, folder) for part in parts]


def _extract(part: Part, settings: Settings, folder: Path | None) -> Extracted:
    """Return the features of one recording from the cache; compute and store them if needed."""
    try:
        contents = contents_of(part.file)
        if folder is None:
            return _compute(part, contents, settings)
        path = _feature_cache.entry_path(folder, contents, _name(part))
        entry = _feature_cache.load(path)
        if entry is None:
            entry = _compute(part, contents, settings)
            _feature_cache.save(path, entry)
        return entry
    # Returned, not raised: all recordings are tried before `_report` raises one error.
    except Unusable as problem:
        return problem


def _name(part: Part) -> str:
    """Return the suffix of a cache entry for a part of a recording, to the nanosecond."""
    if part.is_whole:
        return ""
    return f"-{part.start.value}-{'end' if part.end is None else part.end.value}"


def _compute(part: Part, contents: bytes, settings: Settings) -> _feature_cache.Entry:
    """Compute the features of one recording.

    Raises
    ------
    Unusable
        If the recording has no features.
    """
    signal, rate, end = signal_of(contents, part, settings.mixdown)
    seconds = signal.shape[1] / rate
    with ONE_AT_A_TIME, warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Segment too short", UserWarning)  # an error below
        try:
            table = _smile(settings).process_signal(signal, rate)
        except Exception as error:  # from opensmile or its resampling library
            raise Unusable(
                f"openSMILE cannot process {seconds:.3f} s at {rate} Hz ({error})"
            ) from error
    values = table.to_numpy(np.float32)[0]
    if not np.isfinite(values).all():
        raise Unusable(f"too short for {settings.feature_set} ({seconds:.3f} s)")
    return _feature_cache.Entry(values, end, rate)


def _report(problems: dict[str, str], on_error: str) -> None:
    if not problems:
        return
    shown = [f"{file}: {problem}" for file, problem in list(problems.items())[:10]]
    more = [f"and {len(problems) - 10} more"] if len(problems) > 10 else []
    lines = "\n  ".join([*shown, *more])
    if on_error == "raise":
        raise ValueError(
            f"{len(problems)} recording(s) have no features; repair or leave them out, or pass "
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
