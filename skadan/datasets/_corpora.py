"""Load speech corpora as their publishers distribute them."""

import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.utils import Bunch

from .._optional import require
from ._features import extract_features

EMODB_NAME = re.compile(r"(?P<speaker>\d\d)[ab]\d\d(?P<emotion>[WLEAFTN])[a-z]?")
EMODB_EMOTIONS = {
    "W": "anger",
    "L": "boredom",
    "E": "disgust",
    "A": "fear",
    "F": "happiness",
    "T": "sadness",
    "N": "neutral",
}
EMODB = """Berlin Database of Emotional Speech (EmoDB)

535 utterances of ten German sentences by ten actors, in seven emotions; `groups` are the speakers.

F. Burkhardt, A. Paeschke, M. Rolfes, W. Sendlmeier, B. Weiss: A database of German emotional
speech, Interspeech 2005."""

IEMOCAP_TURN = re.compile(r"^\[[^\]]*\]\t(?P<turn>\S+)\t(?P<emotion>\S+)\t", re.MULTILINE)
IEMOCAP = """Interactive Emotional Dyadic Motion Capture database (IEMOCAP)

10,039 utterances of ten actors in five sessions, improvised and scripted; labels are the corpus's
own three letters ("xxx": no agreement). `groups` are the sessions, `speakers` the actors.

C. Busso et al.: IEMOCAP: Interactive emotional dyadic motion capture database, Language Resources
and Evaluation 42(4), 2008."""


def load_emodb(
    folder: str | os.PathLike,
    *,
    return_X_y: bool = False,
    as_frame: bool = False,
    **extraction: Any,
) -> Any:
    """Load the recordings of EmoDB as a table for classification.

    Needs the ``audio`` extra.

    Parameters
    ----------
    folder : path
        The folder with the wav files, or the one that contains it as ``wav/``.
    return_X_y : bool, default=False
        Return ``(data, target)`` in place of a Bunch.
    as_frame : bool, default=False
        ``data`` as a DataFrame and ``target`` as a Series.
    **extraction
        Keywords of `extract_features`, such as ``feature_set``, ``cache`` and ``n_jobs``.

    Returns
    -------
    corpus : Bunch
        ``data`` (n_samples, n_features) float32, ``target`` (n_samples,) names of emotions,
        ``groups`` (n_samples,) numbers of speakers, ``feature_names``, ``target_names``,
        ``filenames``, ``frame`` (data, target and groups in one DataFrame, with `as_frame`, else
        None) and ``DESCR``; rows in the order of the file names.

    Raises
    ------
    ImportError
        Without the ``audio`` extra.
    FileNotFoundError
        If the folder holds no wav file.
    ValueError
        If a file name is not EmoDB's, or a recording has no features.

    Examples
    --------
    >>> from skadan.datasets import load_emodb
    >>> corpus = load_emodb("emodb/wav", cache="features")  # doctest: +SKIP
    """
    return _emodb(_recordings(folder), return_X_y, as_frame, extraction)


def fetch_emodb(
    *,
    version: str | None = None,
    cache_root: str | os.PathLike | None = None,
    return_X_y: bool = False,
    as_frame: bool = False,
    **extraction: Any,
) -> Any:
    """Download EmoDB from audb's repositories once, and load it like `load_emodb`.

    Needs the ``audio`` extra, and a network the first time.

    Parameters
    ----------
    version : str, default=None
        audb's version of the corpus; None is the latest.
    cache_root : path, default=None
        Folder in which audb stores the recordings; None is audb's default.
    return_X_y : bool, default=False
        Return ``(data, target)`` in place of a Bunch.
    as_frame : bool, default=False
        ``data`` as a DataFrame and ``target`` as a Series.
    **extraction
        Keywords of `extract_features`; ``verbose`` also shows the download.

    Returns
    -------
    corpus : Bunch
        As `load_emodb`.

    Raises
    ------
    ImportError
        Without the ``audio`` extra.

    Examples
    --------
    >>> from skadan.datasets import fetch_emodb
    >>> X, y = fetch_emodb(return_X_y=True)  # doctest: +SKIP
    """
    database = require("audb", "audio").load(
        "emodb",
        version=version,
        cache_root=None if cache_root is None else os.fspath(cache_root),
        verbose=bool(extraction.get("verbose")),
    )
    files = sorted(map(Path, database.files), key=lambda file: file.name)
    return _emodb(files, return_X_y, as_frame, extraction)


def load_iemocap(
    folder: str | os.PathLike,
    *,
    sessions: str = "all",
    classes: Sequence[str] | None = None,
    return_X_y: bool = False,
    as_frame: bool = False,
    **extraction: Any,
) -> Any:
    """Load the recordings of IEMOCAP as a table for classification.

    Needs the ``audio`` extra, and the corpus, which its authors license. The paper uses two subsets
    (section IV-A): ``sessions="improvised", classes=("ang", "hap", "neu", "sad")`` has 2,280
    utterances, and the defaults have 10,039 utterances in eleven classes.

    Parameters
    ----------
    folder : path
        The folder that holds ``Session1`` to ``Session5``.
    sessions : {"all", "improvised", "scripted"}, default="all"
        Which dialogues to load.
    classes : sequence of str, default=None
        Labels to keep, in the corpus's letters; None keeps all, including "xxx" (no agreement).
    return_X_y : bool, default=False
        Return ``(data, target)`` in place of a Bunch.
    as_frame : bool, default=False
        ``data`` as a DataFrame and ``target`` as a Series.
    **extraction
        Keywords of `extract_features`, such as ``feature_set``, ``cache`` and ``n_jobs``.

    Returns
    -------
    corpus : Bunch
        As for `load_emodb`, but ``groups`` are the numbers of the sessions, as in the paper's
        cross-validation, and there are also ``speakers`` (n_samples,), such as "Ses01F".

    Raises
    ------
    ImportError
        Without the ``audio`` extra.
    FileNotFoundError
        If the folder holds no session.
    ValueError
        If `sessions` or `classes` is unknown, or a recording is missing or has no features.

    Examples
    --------
    >>> from skadan.datasets import load_iemocap
    >>> corpus = load_iemocap(
    ...     "IEMOCAP_full_release",
    ...     sessions="improvised",
    ...     classes=("ang", "hap", "neu", "sad"),
    ... )  # doctest: +SKIP
    """
    parts = {"all": ("impro", "script"), "improvised": ("impro",), "scripted": ("script",)}
    if sessions not in parts:
        raise ValueError(f"sessions={sessions!r} is not one of {', '.join(parts)}.")
    turns = [turn for turn in _iemocap_turns(Path(folder)) if turn[3].startswith(parts[sessions])]
    if classes is not None:
        found = {emotion for _, _, emotion, _ in turns}
        unknown = sorted(set(classes) - found)
        if unknown:
            raise ValueError(f"classes holds {unknown}; these dialogues have {sorted(found)}.")
        turns = [turn for turn in turns if turn[2] in classes]
    files, numbers, emotions, _ = zip(*turns, strict=True)
    # Ses01F_impro01_M003: M is the speaker of the turn, while F is the actor with motion markers.
    speakers = [f"{f.stem[:5]}{f.stem.rpartition('_')[2][0]}" for f in files]
    labels = {"target": emotions, "groups": numbers, "speakers": speakers}
    return _corpus(files, labels, IEMOCAP, return_X_y, as_frame, extraction)


def _recordings(folder: str | os.PathLike) -> list[Path]:
    """Return the wav files of a folder, or of its folder ``wav``, in the order of their names.

    Both names may be in upper case.
    """
    inside = [place for place in Path(folder).glob("*") if place.name.lower() == "wav"]
    for place in (Path(folder), *sorted(inside)):
        found = (f for f in place.glob("*") if f.suffix.lower() == ".wav" and f.is_file())
        # macOS leaves files such as ._03a01Fa.wav beside those that it copies.
        files = sorted(f for f in found if not f.name.startswith("."))
        if files:
            return files
    raise FileNotFoundError(f"{folder} holds no wav file, nor does a folder 'wav' in it.")


def _emodb(files: list[Path], return_X_y: bool, as_frame: bool, extraction: dict) -> Any:
    names = [name for file in files if (name := EMODB_NAME.fullmatch(file.stem))]
    strange = [file.name for file in files if not EMODB_NAME.fullmatch(file.stem)]
    if strange:
        raise ValueError(
            f"{strange[0]} (and {len(strange) - 1} more) is not named as in EmoDB, such as "
            "03a01Fa.wav: speaker, text, emotion, version."
        )
    labels: dict[str, Sequence] = {
        "target": [EMODB_EMOTIONS[name["emotion"]] for name in names],
        "groups": [int(name["speaker"]) for name in names],
    }
    return _corpus(files, labels, EMODB, return_X_y, as_frame, extraction)


def _iemocap_turns(folder: Path) -> list[tuple[Path, int, str, str]]:
    """Return recording, session number, emotion and dialogue (impro01) of each labelled turn."""
    turns = []
    for number in range(1, 6):
        session = folder / f"Session{number}"
        # The distribution also has hidden files ._*.txt, which are not text.
        for labels in sorted((session / "dialog" / "EmoEvaluation").glob("[!.]*.txt")):
            # The annotators' comments are in latin-1 here and there; labels are ASCII.
            for turn in IEMOCAP_TURN.finditer(labels.read_text(encoding="latin-1")):
                file = session / "sentences" / "wav" / labels.stem / f"{turn['turn']}.wav"
                if not file.exists() and file.with_suffix(".WAV").exists():
                    file = file.with_suffix(".WAV")
                turns.append((file, number, turn["emotion"], labels.stem.partition("_")[2]))
    if not turns:
        raise FileNotFoundError(
            f"{folder} holds no labels: expected Session1/dialog/EmoEvaluation/*.txt and so on."
        )
    return sorted(turns)


def _corpus(
    files: Sequence[Path],
    labels: dict[str, Sequence],
    description: str,
    return_X_y: bool,
    as_frame: bool,
    extraction: dict,
) -> Any:
    """Return the Bunch or tuple of a loader; lists in `labels` have one entry per file."""
    features = extract_features(files, **extraction)
    # `extract_features` may have skipped recordings.
    kept = np.isin([str(file) for file in files], features.index.get_level_values("file"))
    arrays = {name: np.array(values)[kept] for name, values in labels.items()}
    data, target, frame = features.to_numpy(), arrays.pop("target"), None
    classes = np.unique(target).tolist()
    if as_frame:
        data = features.reset_index(drop=True)
        target = require("pandas", "audio").Series(target, name="target")
        frame = data.assign(target=target, **arrays)
    if return_X_y:
        return data, target
    return Bunch(
        data=data,
        target=target,
        **arrays,
        feature_names=list(features.columns),
        target_names=classes,
        filenames=[file.name for file, keep in zip(files, kept, strict=True) if keep],
        frame=frame,
        DESCR=description,
    )
