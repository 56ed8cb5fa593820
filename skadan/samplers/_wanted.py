"""Find how many rows ``sampling_strategy`` requests, and refuse impossible numbers."""

import os
import warnings
from collections.abc import Mapping
from numbers import Integral
from typing import Any

import numpy as np
from imblearn.utils import check_sampling_strategy

UNKNOWN_MEMORY = 2**40  # bytes, on systems that do not report their memory


def rows_to_make(strategy: Any, labels: np.ndarray, n_columns: int) -> dict:
    """Return the number of synthetic rows to make of each class, by label.

    Raises
    ------
    ValueError, TypeError
        If a dict, or what a callable returns, is not a dict of whole numbers, or if the rows do not
        fit into memory.
    """
    targets = strategy
    if callable(strategy):
        targets = strategy(labels)
        if not isinstance(targets, Mapping):
            raise TypeError(
                f"sampling_strategy={_shorten(strategy)} returned {_shorten(targets)} of type "
                f"{type(targets).__name__}: it has to return a dict of the number of rows that "
                "each class has after resampling."
            )
    if isinstance(targets, Mapping):
        targets = dict(targets)
        _check_whole(strategy, targets)
    n_rows = _total(targets, labels)
    # First, because check_sampling_strategy overflows for numbers of rows beyond 64 bits.
    check_memory(f"sampling_strategy={_shorten(strategy)}", n_rows, n_columns)
    return check_sampling_strategy(targets, labels, "over-sampling")


def _total(targets: Any, labels: np.ndarray) -> int:
    """Return the number of rows after resampling: exact for a dict, else an upper bound."""
    classes, counts = np.unique(labels, return_counts=True)
    if not isinstance(targets, dict):
        return len(classes) * int(counts.max())
    counts_by_class = zip(classes.tolist(), counts.tolist(), strict=True)
    rest = sum(count for label, count in counts_by_class if label not in targets)
    return rest + sum(map(int, targets.values()))


def _shorten(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 100 else f"{text[:100]}..."


def _check_whole(strategy: Any, targets: dict) -> None:
    for label, n_rows in targets.items():
        if not is_count(n_rows):
            raise ValueError(
                f"sampling_strategy={_shorten(strategy)} asks for {_shorten(n_rows)} rows of class "
                f"{label!r}: give a whole number, that of its rows after resampling."
            )


def check_memory(request: str, n_rows: int, n_columns: int) -> None:
    """Refuse a table that this machine's memory cannot hold."""
    needed, available = 8 * n_rows * (n_columns + 1), memory()  # as float64, with one for the label
    if needed > available:
        raise ValueError(
            f"{request} asks for {n_rows} rows of {n_columns} column(s), {needed / 2**30:.1f} GiB, "
            f"but this machine has {available / 2**30:.1f} GiB of memory: ask for fewer rows."
        )


def memory() -> int:
    """Return the size of this machine's memory in bytes."""
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, OSError, ValueError):
        return UNKNOWN_MEMORY


def rows_by_class(wanted: dict, classes: np.ndarray) -> np.ndarray:
    """Return the values of a dict by label as an array (K,), in the order of `classes`."""
    n_rows = np.zeros(len(classes), dtype=int)
    n_rows[np.searchsorted(classes, np.array(list(wanted), classes.dtype))] = list(wanted.values())
    return n_rows


def warn_of_single_rows(wanted: np.ndarray, classes: np.ndarray, counts: np.ndarray) -> None:
    """Warn if several rows are to be made of a class with a single real row; arrays are (K,)."""
    alone = (counts == 1) & (wanted > 1)
    if alone.any():
        single = classes[alone].tolist()
        more = f" and {len(single) - 5} more" if len(single) > 5 else ""
        warnings.warn(
            f"There is one row of class(es) {', '.join(map(repr, single[:5]))}{more}, and "
            f"{wanted[alone].max()} are to be made from it. One row does not show how rows of the "
            "class differ: synthetic rows are near it, or a guess. Collect more rows, or leave the "
            "class out of sampling_strategy.",
            UserWarning,
            stacklevel=5,
        )


def warn_of_nothing(strategy: Any) -> None:
    """Warn that ``sampling_strategy`` requests no rows."""
    warnings.warn(
        f"sampling_strategy={strategy!r} asks for no synthetic rows, so nothing was trained and "
        "the data are returned unchanged. To augment every class, pass "
        "sampling_strategy=Replicate(k) for k synthetic sets.",
        UserWarning,
        stacklevel=5,
    )


def is_count(value: Any) -> bool:
    """Return whether `value` is a number of rows, that is an integer but not a boolean."""
    return isinstance(value, Integral) and not isinstance(value, bool)
