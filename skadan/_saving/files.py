"""Save fitted samplers to files, and load them."""

import json
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO

from .._files import digest, written_whole
from .._optional import require
from ..samplers import FrozenSampler
from ..samplers._state import State, kept_attributes, restore, state_of
from ..samplers.base import SyntheticSampler
from .checks import check_numbers, check_shapes
from .container import Arrays, Refused, as_value_error, parse, read_arrays, read_header, to_bytes
from .registry import OtherFields, Registry, UnknownClass
from .row_formats import decode_format, decode_labels, encode_format, encode_labels
from .values import decode, encode

FORMAT = 3  # increase it when the meaning of files changes


def save_sampler(
    sampler: SyntheticSampler, path: str | os.PathLike, *, trusted: Iterable[type] = ()
) -> None:
    """Write a fitted sampler to a file: enough to sample, encode and decode.

    The file has the safetensors format, with JSON in its header. Unlike a pickle it contains no
    code and runs none when it is loaded. With ``residuals`` or ``anchor`` it contains the training
    rows; without them, the class means and what networks remember of the rows. Share it only as you
    would share the data. Needs the ``save`` extra.

    Parameters
    ----------
    sampler : sampler of this package
        A fitted sampler.
    path : path
        The file to write, usually ``.safetensors``. An existing one is replaced as a whole or not
        at all.
    trusted : iterable of type, default=()
        Your own classes that the file names: a game, a divergence, a sampler. Pass them to
        `load_sampler` too. They are dataclasses whose fields a file can hold.

    Raises
    ------
    ImportError
        Without the ``save`` extra.
    NotFittedError
        If the sampler is not fitted.
    TypeError
        If the sampler is a `FrozenSampler`: save the sampler inside.
    TypeError
        If the real rows are in a separate file, as for large memory-mapped tables.
    TypeError
        If a parameter is an object that a file cannot hold, such as a RandomState, or has a class
        that is neither this package's nor in `trusted`; the message names it.
    ValueError
        If a class in `trusted` has the name of a class of this package, or the file could not be
        loaded again, for example because a weight is NaN.
    OSError
        If the file cannot be written; an existing one is then unchanged.

    See Also
    --------
    load_sampler : Load the file.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> from skadan import WADANSampler, load_sampler, save_sampler
    >>> from skadan.datasets import make_speaker_classification
    >>> X, y, _ = make_speaker_classification(40, 60, random_state=0)
    >>> path = pathlib.Path(tempfile.mkdtemp(), "generator.safetensors")
    >>> save_sampler(WADANSampler(max_epochs=2, random_state=0).fit(X, y), path)
    >>> load_sampler(path).sample(3)[0].shape
    (3, 60)
    """
    registry, own = Registry(trusted), type(sampler).__name__
    if isinstance(sampler, FrozenSampler):
        raise TypeError(
            "A FrozenSampler cannot be saved, but the sampler inside can: pass frozen.sampler, and "
            "freeze what load_sampler returns."
        )
    if not registry.knows(type(sampler)):
        raise TypeError(f"{own} is not a sampler of skadan: pass trusted=[{own}], or pickle it.")
    data = _to_bytes(sampler, registry)
    # Load it before writing, so that no file is written that cannot be loaded.
    with as_value_error(f"This {own} cannot be saved: the file"), BytesIO(data) as file:
        _read(file, len(data), registry)
    with written_whole(path) as file:
        file.write(data)


def _to_bytes(sampler: SyntheticSampler, registry: Registry) -> bytes:
    state = state_of(sampler)
    real_rows = getattr(state.model, "real_rows", None)
    if real_rows is not None and real_rows.on_disk:
        raise TypeError(
            "The real rows of this sampler are in a separate file, which is too large to copy: "
            "pickle the sampler, which stores the file's name, or fit it with residuals=False and "
            "anchor=0."
        )
    arrays: Arrays = {}
    values = {
        "params": sampler.get_params(deep=False),
        "model": state.model,
        "fitted": state.attributes,
    }
    parts = {name: encode(value, name, arrays, registry) for name, value in values.items()}
    parts["rows"] = encode_format(state.rows)
    parts["labels"] = encode_labels(state.labels)
    texts = {
        "skadan": json.dumps({"format": FORMAT, "sampler": type(sampler).__name__}),
        "contents": json.dumps(parts),
    }
    return to_bytes(arrays, texts | {"sha256": _checksum(texts, arrays)})


def load_sampler(path: str | os.PathLike, *, trusted: Iterable[type] = ()) -> Any:
    """Load a fitted sampler that `save_sampler` wrote.

    Needs the ``save`` extra. Only classes of this package and those in `trusted` are instantiated.

    Parameters
    ----------
    path : path
        The file.
    trusted : iterable of type, default=()
        Your own classes that the file names, as passed to `save_sampler`.

    Returns
    -------
    sampler : sampler of this package
        The fitted sampler. It draws the same rows as the saved one, and has its parameters.

    Raises
    ------
    ImportError
        Without the ``save`` extra.
    FileNotFoundError
        If there is no such file.
    ValueError
        If `save_sampler` did not write the file, or it is truncated, altered, inconsistent or from
        another version, or names a class that is neither this package's nor in `trusted`. The
        header is checked before anything large is read.

    See Also
    --------
    save_sampler : Write the file.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> from skadan import NoiseSampler, load_sampler, save_sampler
    >>> path = pathlib.Path(tempfile.mkdtemp(), "generator.safetensors")
    >>> save_sampler(NoiseSampler(random_state=0).fit([[0.0], [1.0], [5.0]], [0, 0, 1]), path)
    >>> load_sampler(path).classes_
    array([0, 1])
    """
    return load_with_checksum(path, trusted=trusted)[0]


def load_with_checksum(path: str | os.PathLike, *, trusted: Iterable[type] = ()) -> tuple[Any, str]:
    """Return what `load_sampler` returns, and the SHA-256 of the sampler in the file."""
    registry, path = Registry(trusted), Path(path)
    require("safetensors.numpy", "save")
    with path.open("rb") as file, as_value_error(path):
        return _read(file, os.fstat(file.fileno()).st_size, registry)


def _read(file: BinaryIO, size: int, registry: Registry) -> tuple[Any, str]:
    """Read a file; the data are only read if the header is consistent.

    Returns the sampler and its checksum.
    """
    header = read_header(file, size)
    texts = header.texts
    if not {"skadan", "contents", "sha256"} <= texts.keys():
        raise Refused("was not written by skadan's save_sampler")
    origin = parse(texts["skadan"])
    number, name = origin["format"], origin["sampler"]
    if type(number) is not int or number < 1:
        raise Refused(f"was not written by skadan's save_sampler: format {str(number)[:40]}")
    if number != FORMAT:
        what = "update skadan" if number > FORMAT else "fit the sampler again, and save it"
        raise Refused(
            f"is of format {number}, but this version of skadan reads format {FORMAT}: {what}"
        )
    parts = parse(texts["contents"])
    with _explain_class_errors():
        # Shapes are checked with arrays that take no memory, before the data are read.
        placeholders = header.placeholders()
        check_shapes(_sampler(name, parts, placeholders, registry))
        if placeholders.unused:
            raise Refused(f"holds arrays that nothing names: {sorted(placeholders.unused)[:3]}")
        arrays = read_arrays(file, header)
        if texts["sha256"] != _checksum(texts, arrays):
            raise Refused("was altered after save_sampler wrote it: save it again")
        sampler = _sampler(name, parts, arrays, registry)
        check_numbers(sampler)
    return sampler, texts["sha256"]


@contextmanager
def _explain_class_errors() -> Iterator[None]:
    """Turn errors about classes into ones that say what to do."""
    try:
        yield
    except UnknownClass as error:
        (name,) = error.args
        raise Refused(
            f"was not written by skadan alone: it names the class {str(name)[:80]!r}. If that is "
            "a class of your own, pass it to load_sampler in trusted=[...]"
        ) from None
    except OtherFields as error:
        raise Refused(f"was saved with another version of a class: {error}") from None


def _sampler(name: str, parts: dict, arrays: Arrays, registry: Registry) -> Any:
    sampler = registry.sampler(name)(**decode(parts["params"], arrays, registry))
    attributes = decode(parts["fitted"], arrays, registry)
    unknown = [name for name in attributes if name not in kept_attributes(sampler)]
    if unknown:
        raise Refused(f"holds {str(unknown[0])[:80]!r}, which is not a fitted attribute")
    state = State(
        decode(parts["model"], arrays, registry),
        decode_format(parts["rows"]),
        decode_labels(parts["labels"]),
        attributes,
    )
    restore(sampler, state)
    return sampler


def _checksum(texts: dict[str, str], arrays: Arrays) -> str:
    """Return the digest of the texts and arrays of a file."""
    # Sorted by name, because safetensors returns arrays in the order of their dtypes.
    data = (part for item in sorted(arrays.items()) for part in item)
    return digest(texts["skadan"], texts["contents"], *data)
