"""`save_generator` and `load_generator`: the file around the values."""

import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from .._files import digest, written_whole
from .._models.trained import TrainedModel
from .._optional import require
from ..games.base import Game
from ..games.checks import check_members
from ..samplers.base import SyntheticSampler
from .former import translate
from .registry import OtherFields, Registry, UnknownClass
from .row_formats import decode_format, encode_format
from .values import Arrays, decode, encode

FORMAT = 2  # of the files; one that this version cannot read gets the next number


def save_generator(
    sampler: SyntheticSampler, path: str | os.PathLike, *, trusted: Iterable[type] = ()
) -> None:
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
    trusted : iterable of type, default=()
        Classes of one's own that the file names: a game, a divergence, a sampler. `load_generator`
        needs them too. They are dataclasses whose fields a file can hold.

    Raises
    ------
    ImportError
        Without the ``save`` extra.
    NotFittedError
        Before `fit`.
    TypeError
        If a parameter is an object that a file cannot hold, such as a RandomState, or of a class
        that is neither this package's nor in `trusted`; the message names it.
    ValueError
        If a class in `trusted` has the name of one of this package.
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
    registry, own = Registry(trusted), type(sampler).__name__
    if not registry.knows(type(sampler)):
        raise TypeError(f"{own} is no sampler of skadan: pass trusted=[{own}], or pickle it.")
    arrays: Arrays = {}
    fitted = {a.name for a in sampler._fitted if a.saved} & vars(sampler).keys()
    values = {
        "params": sampler.get_params(deep=False),
        "model": sampler._trained(),
        "fitted": {name: getattr(sampler, name) for name in sorted(fitted)},
    }
    parts = {name: encode(value, name, arrays, registry) for name, value in values.items()}
    parts["rows"] = encode_format(sampler._format)
    contents = json.dumps(parts)
    header = {
        "skadan": json.dumps({"format": FORMAT, "sampler": type(sampler).__name__}),
        "contents": contents,
        "sha256": _checksum(contents, arrays),
    }
    data = require("safetensors.numpy", "save").save(arrays, metadata=header)
    with written_whole(path) as file:
        file.write(data)


def load_generator(path: str | os.PathLike, *, trusted: Iterable[type] = ()) -> Any:
    """Read a fitted sampler that `save_generator` wrote.

    Needs the ``save`` extra. Nothing is made of a class that is neither this package's nor in
    `trusted`.

    Parameters
    ----------
    path : path
        The file.
    trusted : iterable of type, default=()
        Classes of one's own that it names, as they were given to `save_generator`.

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
        If it is not a file of this kind, is truncated or altered, is of a newer version, or names
        a class that is neither this package's nor in `trusted`.

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
    registry, safetensors = Registry(trusted), require("safetensors", "save")
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
        parts = translate(json.loads(contents), origin["format"])
        return _sampler(origin["sampler"], parts, arrays, registry)
    except UnknownClass as error:
        (name,) = error.args
        raise ValueError(
            f"{path} was not written by skadan alone: it names the class {str(name)[:80]!r}. If "
            "that is a class of your own, pass it to load_generator in trusted=[...]."
        ) from None
    except OtherFields as error:
        raise ValueError(f"{path} was saved with another version of a class: {error}.") from None
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise ValueError(f"{path} was not written by skadan's save_generator.") from error


def _sampler(name: str, parts: dict, arrays: Arrays, registry: Registry) -> Any:
    sampler = registry.sampler(name)(**decode(parts["params"], arrays, registry))
    for attribute, value in decode(parts["fitted"], arrays, registry).items():
        setattr(sampler, attribute, value)
    sampler._format = decode_format(parts["rows"])
    sampler._model = decode(parts["model"], arrays, registry)
    if isinstance(sampler._model, TrainedModel):
        _check_game(sampler._model)
    return sampler


def _check_game(model: TrainedModel) -> None:
    """Refuse weights that are not those of the game's networks: its code has changed since."""
    name = type(model.game).__name__
    try:
        check_members(model.game, Game)
        model.networks()
    except (TypeError, RuntimeError) as error:
        raise OtherFields(f"{name} does not take its weights ({str(error)[:300]})") from error


def _checksum(contents: str, arrays: Arrays) -> str:
    return digest(contents, *(part for item in sorted(arrays.items()) for part in item))
