"""Fitted samplers in files that hold numbers and text, and run no code when they are read."""

import json
import os
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

import numpy as np
from scipy import sparse

from ._files import digest, written_whole
from ._models.coordinates import AllColumns, RowSpace
from ._models.noise import NoiseModel
from ._models.real_rows import RealRows
from ._models.scaling import Scaling
from ._models.trained import TrainedModel
from ._optional import require
from ._strategy import Replicate
from .games.aae import AAEGame
from .games.adan import ADANGame
from .games.divergences import CrossEntropy, WassersteinDivergence
from .games.gan import GANGame
from .games.networks import Conditioned, PerClass
from .samplers import (
    AAESampler,
    ADANSampler,
    ConditionalGANSampler,
    GANSampler,
    NoiseSampler,
    WADANSampler,
)
from .samplers._containers import RowFormat
from .samplers.base import SyntheticSampler

FORMAT = 1  # of the files; one that this version cannot read gets the next number

SAMPLERS = (
    AAESampler,
    ADANSampler,
    ConditionalGANSampler,
    GANSampler,
    NoiseSampler,
    WADANSampler,
)
RECORDS = (
    AAEGame,
    ADANGame,
    AllColumns,
    CrossEntropy,
    GANGame,
    NoiseModel,
    RealRows,
    RowSpace,
    Scaling,
    TrainedModel,
    WassersteinDivergence,
)
LABELS = (Conditioned, PerClass)  # how a network takes them: a class as a value
SPARSE = ("bsr", "coo", "csc", "csr", "dia", "dok", "lil")
KNOWN: dict[str, Any] = {cls.__name__: cls for cls in (*SAMPLERS, *RECORDS, *LABELS)}
FITTED = ("classes_", "history_", "n_iter_", "device_", "n_features_in_", "feature_names_in_")


def save_generator(sampler: SyntheticSampler, path: str | os.PathLike) -> None:
    """Write a fitted sampler to a file: enough to sample, encode and decode.

    The file is of the safetensors format, with JSON in its header. It holds no code and runs none
    when it is read, unlike a pickle. With ``residuals`` or ``anchor`` it holds the training rows,
    and without them what networks remember of these: share it as you would share the data. Needs
    the ``save`` extra.

    Parameters
    ----------
    sampler : sampler of this package
        Fitted.
    path : path
        Where; ``.safetensors`` is usual. An existing file is replaced as a whole or not at all.

    Raises
    ------
    ImportError
        Without the ``save`` extra.
    NotFittedError
        Before `fit`.
    TypeError
        If a parameter is an object that a file cannot hold, such as a RandomState; the message
        names it.
    OSError
        If the file cannot be written; an older one is left as it was.

    See Also
    --------
    load_generator : The way back.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> from skadan import WADANSampler, load_generator, save_generator
    >>> from skadan.datasets import make_speaker_classification
    >>> X, y, _ = make_speaker_classification(40, 60, random_state=0)
    >>> path = pathlib.Path(tempfile.mkdtemp(), "generator.safetensors")
    >>> save_generator(WADANSampler(max_epochs=2, random_state=0).fit(X, y), path)
    >>> load_generator(path).sample(3)[0].shape
    (3, 60)
    """
    if type(sampler) not in SAMPLERS:
        raise TypeError(f"{type(sampler).__name__} is no sampler of skadan: pickle it.")
    model = sampler._trained()
    arrays: dict[str, np.ndarray] = {}
    parts = {
        "params": _encode(sampler.get_params(deep=False), "params", arrays),
        "model": _encode(model, "model", arrays),
        "rows": _encode_format(sampler._format),
        "fitted": _encode(
            {name: getattr(sampler, name) for name in FITTED if hasattr(sampler, name)},
            "fitted",
            arrays,
        ),
    }
    contents = json.dumps(parts)
    header = {
        "skadan": json.dumps({"format": FORMAT, "sampler": type(sampler).__name__}),
        "contents": contents,
        "sha256": _checksum(contents, arrays),
    }
    data = require("safetensors.numpy", "save").save(arrays, metadata=header)
    with written_whole(path) as file:
        file.write(data)


def load_generator(path: str | os.PathLike) -> Any:
    """Read a fitted sampler that `save_generator` wrote.

    Needs the ``save`` extra.

    Parameters
    ----------
    path : path
        The file.

    Returns
    -------
    sampler : sampler of this package
        Fitted: it samples what the saved one would, and refits with its parameters.

    Raises
    ------
    ImportError
        Without the ``save`` extra.
    FileNotFoundError
        If there is no such file.
    ValueError
        If it is not a file of this kind, is truncated or altered, or is of a newer version.

    See Also
    --------
    save_generator : The way there.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> from skadan import NoiseSampler, load_generator, save_generator
    >>> path = pathlib.Path(tempfile.mkdtemp(), "generator.safetensors")
    >>> save_generator(NoiseSampler(random_state=0).fit([[0.0], [1.0], [5.0]], [0, 0, 1]), path)
    >>> load_generator(path).classes_
    array([0, 1])
    """
    safetensors = require("safetensors", "save")
    data = Path(path).read_bytes()
    try:
        header = json.loads(data[8 : 8 + int.from_bytes(data[:8], "little")])["__metadata__"]
        origin = json.loads(header["skadan"])
        if origin["format"] > FORMAT:
            raise ValueError(
                f"{path} is of format {origin['format']}, this version of skadan reads up to "
                f"{FORMAT}: update skadan."
            )
        arrays = require("safetensors.numpy", "save").load(data)
        contents, checksum = header["contents"], header["sha256"]
    except (safetensors.SafetensorError, json.JSONDecodeError, UnicodeDecodeError) as error:
        raise ValueError(f"{path} is truncated, or no file of save_generator: {error}") from error
    except (AttributeError, KeyError, TypeError) as error:
        raise ValueError(f"{path} was not written by skadan's save_generator.") from error
    if checksum != _checksum(contents, arrays):
        raise ValueError(f"{path} was altered after save_generator wrote it: save it again.")
    try:
        return _sampler(origin["sampler"], json.loads(contents), arrays)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise ValueError(f"{path} was not written by skadan's save_generator.") from error


def _sampler(name: str, parts: dict, arrays: dict[str, np.ndarray]) -> Any:
    sampler: Any = KNOWN[name](**_decode(parts["params"], arrays))
    for attribute, value in _decode(parts["fitted"], arrays).items():
        setattr(sampler, attribute, value)
    sampler._format = _decode_format(parts["rows"])
    sampler._model = _decode(parts["model"], arrays)
    return sampler


def _checksum(contents: str, arrays: dict[str, np.ndarray]) -> str:
    return digest(contents, *(part for item in sorted(arrays.items()) for part in item))


# Values as JSON: numbers, text and None as they are; anything else as a list [kind, ...].


def _encode(value: Any, place: str, arrays: dict[str, np.ndarray]) -> Any:
    """`value` as JSON; its arrays go into `arrays`, by the place where they stood."""
    if isinstance(value, np.generic):
        value = value.item()
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, np.ndarray):
        if value.dtype.kind in "fiub":
            arrays[place] = np.ascontiguousarray(value)
            return ["array", place]
        if value.dtype.kind in "UO" and all(isinstance(v, str) for v in value.tolist()):
            return ["strings", value.tolist(), value.dtype.kind]
    if isinstance(value, tuple | list):
        kind = type(value).__name__
        return [kind, [_encode(v, f"{place}.{i}", arrays) for i, v in enumerate(value)]]
    if isinstance(value, dict):
        return [
            "dict",
            [
                [_encode(k, place, arrays), _encode(v, f"{place}.{k}", arrays)]
                for k, v in value.items()
            ],
        ]
    if isinstance(value, Replicate):
        return ["Replicate", value.n_sets]
    if isinstance(value, type) and value in LABELS:
        return ["class", value.__name__]
    if is_dataclass(value) and type(value) in RECORDS:
        parts = {f.name: getattr(value, f.name) for f in fields(value)}
        return [
            "record",
            type(value).__name__,
            {name: _encode(part, f"{place}.{name}", arrays) for name, part in parts.items()},
        ]
    raise TypeError(
        f"{place} holds a {type(value).__name__}, which a file of save_generator cannot: "
        "set_params to a number, text, dict or Replicate first, or pickle the sampler."
    )


def _decode(value: Any, arrays: dict[str, np.ndarray]) -> Any:
    """The way back from `_encode`."""
    if not isinstance(value, list):
        return value
    kind, contents, *more = value
    match kind:
        case "array":
            return arrays[contents]
        case "strings":
            return np.array(contents, dtype=object if more == ["O"] else None)
        case "tuple":
            return tuple(_decode(v, arrays) for v in contents)
        case "list":
            return [_decode(v, arrays) for v in contents]
        case "dict":
            return {_decode(k, arrays): _decode(v, arrays) for k, v in contents}
        case "Replicate":
            return Replicate(contents)
        case "class":
            return KNOWN[contents]
    parts = {name: _decode(part, arrays) for name, part in more[0].items()}
    return KNOWN[contents](**parts)


def _encode_format(rows: RowFormat) -> dict[str, Any]:
    """Container, dtypes and names of the rows."""
    like = rows.like
    out: dict[str, Any] = {"dtype": rows.dtype, "kind": type(like).__name__}
    if hasattr(like, "dtypes"):
        names = list(like.columns)
        odd = [name for name in names if not isinstance(name, str | int)]
        if odd:
            raise TypeError(f"The column name {odd[0]!r} is neither text nor a number.")
        out |= {"names": names, "dtypes": [str(dtype) for dtype in like.dtypes]}
    elif hasattr(like, "shape"):
        out["n_columns"] = like.shape[1]
    return out


def _decode_format(saved: dict[str, Any]) -> RowFormat:
    """The way back from `_encode_format`."""
    kind, dtype = saved["kind"], saved["dtype"]
    if kind in ("NoneType", "list"):
        return RowFormat([] if kind == "list" else None, dtype)
    if kind == "DataFrame":
        pandas = require("pandas", "tables")
        columns = {j: pandas.Series(dtype=name) for j, name in enumerate(saved["dtypes"])}
        frame = pandas.DataFrame(columns, index=range(0))
        frame.columns = saved["names"]
        return RowFormat(frame, dtype)
    layouts = [f"{layout}_{kind}" for layout in SPARSE for kind in ("matrix", "array")]
    return RowFormat(getattr(sparse, layouts[layouts.index(kind)])((0, saved["n_columns"])), dtype)
