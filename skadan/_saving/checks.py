"""Check that a sampler from a file is complete and consistent before it is returned.

`check_shapes` checks types and shapes, so that a forged file is refused before its data are read.
`check_numbers` then checks the values in the arrays.
"""

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import Any

import numpy as np

from .._models.kept_rows import KeptRows
from ..samplers._state import kept_attributes, state_of
from ..samplers.adversarial import AdversarialSampler
from .model_checks import MAX_LAYERS, check_numbers_of, check_shapes_of, is_array, need
from .registry import SAMPLERS
from .row_formats import n_columns

# Far above any real sampler. A forged number must not fill the memory or start many threads.
MAX_ROWS = 20_000_000  # training rows, if the file does not contain them
MAX_THREADS = 4096
PER_COLUMN = {"data_min_": "f", "data_max_": "f", "is_whole_": "b"}  # dtype kinds of attributes


def check_shapes(sampler: Any) -> None:
    """Refuse a sampler whose parameters, attributes and arrays do not fit each other."""
    sampler._validate_params()
    small = all(array.size <= MAX_LAYERS for array in _arrays(sampler.get_params(deep=False)))
    need(small, "a parameter is a large array")
    n_threads = getattr(sampler, "n_threads", 1)  # `sample` uses them too
    need(n_threads <= MAX_THREADS, f"n_threads={str(n_threads)[:40]}")
    _check_attributes(sampler)
    model, n_classes = state_of(sampler).model, len(sampler.classes_)
    # A trusted sampler may leave `model_class` at object, so `sample` is looked for as well.
    need(isinstance(model, sampler.model_class), f"its model is a {type(model).__name__}")
    need(callable(getattr(model, "sample", None)), f"its model is a {type(model).__name__}")
    need(is_array(model.counts, "iu", n_classes), "its counts are not those of the classes")
    check_shapes_of(model, sampler)


def _check_attributes(sampler: Any) -> None:
    if isinstance(sampler, SAMPLERS):
        # A sampler has feature_names_in_ only if all column names were text.
        missing = kept_attributes(sampler) - vars(sampler).keys() - {"feature_names_in_"}
        need(not missing, f"it lacks {', '.join(sorted(missing))}")
    n_features = sampler.n_features_in_
    # type(), not isinstance(): True is also an int.
    need(
        type(n_features) is int and n_features >= 1,
        "its number of columns is not a positive integer",
    )
    for name, kind in PER_COLUMN.items():
        values = getattr(sampler, name)
        need(is_array(values, kind, n_features), f"{name} has other columns")
    need(is_array(sampler.classes_, "biufUO", None), "its classes are not a list of labels")
    names = getattr(sampler, "feature_names_in_", None)
    need(
        names is None or is_array(names, "O", n_features), "its column names are for other columns"
    )
    stated = n_columns(state_of(sampler).rows)
    need(stated in (None, n_features), f"its rows have {stated} columns in place of {n_features}")
    if isinstance(sampler, AdversarialSampler):
        history, n_epochs = sampler.history_, sampler.n_iter_
        need(type(n_epochs) is int and isinstance(sampler.device_, str), "n_iter_ or device_")
        need(
            isinstance(history, dict)
            and all(is_array(losses, "f", n_epochs) for losses in history.values()),
            "its history is not that of its epochs",
        )


def check_numbers(sampler: Any) -> None:
    """Refuse a sampler whose arrays hold values that no fit produces."""
    classes, model = sampler.classes_, state_of(sampler).model
    if classes.dtype.kind == "f":
        need(bool(np.isfinite(classes).all()), "a class is NaN or infinite")
    need(bool((classes[1:] > classes[:-1]).all()), "its classes are not sorted")
    ordered = sampler.data_min_ <= sampler.data_max_
    need(bool(np.all(ordered)), "data_min_ and data_max_ are not ranges")
    counts = model.counts.tolist()
    need(min(counts, default=0) >= 1, "a class has no row")
    need(
        # Checked before `_is_permutation`, which makes an array of this length.
        sum(counts) <= MAX_ROWS or isinstance(model, KeptRows),
        f"{sum(counts)} training rows",
    )
    for array in _arrays(model):
        finite = array.dtype.kind != "f" or bool(np.isfinite(array).all())
        need(finite, "its numbers are NaN or infinite")
    check_numbers_of(model, sampler)


def _arrays(value: Any) -> Iterator[np.ndarray]:
    """Yield all arrays in a record or container, at any depth."""
    if isinstance(value, np.ndarray):
        yield value
    elif isinstance(value, dict | tuple | list):
        for part in value.values() if isinstance(value, dict) else value:
            yield from _arrays(part)
    elif is_dataclass(value) and not isinstance(value, type):
        for field in fields(value):
            yield from _arrays(getattr(value, field.name))
