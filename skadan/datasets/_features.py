"""From recordings to functionals: openSMILE, in parallel, with a cache that knows contents."""

import hashlib
import os
import warnings
from collections.abc import Iterator, Sequence
from functools import cache as remember
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from joblib import Parallel, delayed

from .._files import written_whole
from .._optional import require

CHUNK = 16  # recordings that a worker takes at a time


class Settings(NamedTuple):
    """What the features of a recording depend on besides its contents."""

    feature_set: str
    sampling_rate: int | None
    mixdown: bool


NOTHING = np.empty(0, np.float32)


class Extracted(NamedTuple):
    """One recording's features, or what is wrong with it."""

    values: np.ndarray
    seconds: float
    sampling_rate: int
    problem: str | None


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
        Recordings, in any format that libsndfile reads (wav, flac, ogg, mp3, ...).
    feature_set : str, default="IS11_speaker_state"
        "IS09_emotion", "IS10_paraling", "IS11_speaker_state", "IS13_ComParE", "ComParE_2016",
        "eGeMAPSv02", or any other name of `opensmile.FeatureSet`.
    sampling_rate : int, default=None
        Resample to so many Hz; None keeps each recording's own, as opensmile does. Features of
        different rates are not comparable: a mixture of rates is warned of.
    mixdown : bool, default=False
        Average the channels; False takes the first one, as opensmile does.
    cache : path, default=None
        Folder that keeps the features of each recording, by its contents, the settings and
        opensmile's version. None keeps nothing.
    on_error : {"raise", "skip"}, default="raise"
        What to do about recordings that are missing, broken, empty, silent or too short: raise one
        error that names them all, or leave their rows out with one warning.
    n_jobs : int, default=None
        Processes.
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
    ValueError
        If `feature_set` is unknown, or a recording has no features (see `on_error`).

    Examples
    --------
    >>> from skadan.datasets import extract_features
    >>> extract_features(["a.wav", "b.wav"], cache="features")  # doctest: +SKIP
    """
    pandas, audformat = require("pandas", "audio"), require("audformat", "audio")
    if on_error not in ("raise", "skip"):
        raise ValueError(f"on_error={on_error!r}: use 'raise' or 'skip'.")
    settings = Settings(_member(feature_set).name, sampling_rate, mixdown)
    names = _smile(settings).feature_names
    paths = [os.fspath(file) for file in files]
    folder = None if cache is None else _folder(cache, settings)
    results = list(_extract_all(paths, settings, folder, n_jobs, verbose))
    _report({f: r.problem for f, r in zip(paths, results, strict=True) if r.problem}, on_error)
    good = [(f, r) for f, r in zip(paths, results, strict=True) if not r.problem]
    _warn_of_rates({r.sampling_rate for _, r in good} if sampling_rate is None else set())
    index = audformat.segmented_index(
        [f for f, _ in good],
        [0.0] * len(good),
        [r.seconds for _, r in good],
    )
    values = np.stack([r.values for _, r in good]) if good else np.empty((0, len(names)))
    return pandas.DataFrame(values.astype(np.float32), index=index, columns=names)


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
    files: list[str], settings: Settings, folder: Path | None, n_jobs: int | None, verbose: int
) -> Iterator[Extracted]:
    chunks = [files[i : i + CHUNK] for i in range(0, len(files), CHUNK)]
    jobs = (delayed(_extract_chunk)(chunk, settings, folder) for chunk in chunks)
    done = Parallel(n_jobs=n_jobs, return_as="generator")(jobs)
    tqdm = require("tqdm", "audio").tqdm
    with tqdm(total=len(files), desc="features", unit="file", disable=not verbose) as bar:
        for results in done:
            bar.update(len(results))
            yield from results


def _extract_chunk(files: list[str], settings: Settings, folder: Path | None) -> list[Extracted]:
    return [_extract(file, settings, folder) for file in files]


def _extract(file: str, settings: Settings, folder: Path | None) -> Extracted:
    """Take one recording's features from the cache, or compute them and keep them there."""
    try:
        contents = Path(file).read_bytes()
    except OSError as error:
        return Extracted(NOTHING, 0.0, 0, error.strerror or str(error))
    kept = folder and folder / f"{hashlib.sha256(contents).hexdigest()}.npz"
    found = kept and _load(kept)
    if found:
        return found
    result = _compute(file, settings)
    if kept and not result.problem:
        _save(kept, result)
    return result


def _compute(file: str, settings: Settings) -> Extracted:
    soundfile = require("soundfile", "audio")
    try:
        signal, rate = soundfile.read(file, dtype="float32", always_2d=True)
    except (soundfile.LibsndfileError, RuntimeError) as error:
        return Extracted(NOTHING, 0.0, 0, f"not readable as audio ({error})")
    seconds = len(signal) / rate
    problem = _problem(signal)
    if problem:
        return Extracted(NOTHING, seconds, rate, problem)
    if settings.mixdown:  # opensmile's own mixes the channels it selected: the first alone
        signal = signal.mean(1, keepdims=True)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Segment too short", UserWarning)  # told below
        values = _smile(settings).process_signal(signal.T, rate).to_numpy(np.float32)[0]
    if not np.isfinite(values).all():
        too_short = f"too short for {settings.feature_set} ({seconds:.3f} s)"
        return Extracted(NOTHING, seconds, rate, too_short)
    return Extracted(values, seconds, rate, None)


def _problem(signal: np.ndarray) -> str | None:
    if not signal.size:
        return "empty"
    if not np.isfinite(signal).all():
        return "holds NaN or infinite samples"
    return "silent" if (signal == signal[0]).all() else None


def _load(path: Path) -> Extracted | None:
    try:
        with np.load(path) as kept:
            return Extracted(kept["values"], float(kept["seconds"]), int(kept["rate"]), None)
    except FileNotFoundError:
        return None


def _save(path: Path, result: Extracted) -> None:
    with written_whole(path) as file:
        np.savez(file, values=result.values, seconds=result.seconds, rate=result.sampling_rate)


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
