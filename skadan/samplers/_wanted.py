"""How many rows ``sampling_strategy`` asks for, and what speaks against it before any work."""

import os
import warnings
from collections.abc import Mapping
from numbers import Integral
from typing import Any

import numpy as np
from imblearn.utils import check_sampling_strategy

UNKNOWN_MEMORY = 2**40  # bytes, where the system does not say


def rows_to_make(strategy: Any, labels: np.ndarray, n_columns: int) -> dict:
    """Return the number of synthetic rows of each class, by label.

    Raises
    ------
    ValueError, TypeError
        If the strategy, or what a callable returns, is no dict of whole numbers, or asks for more
        rows than memory holds.
    """
    asked = strategy
    if callable(strategy):
        asked = strategy(labels)
        if not isinstance(asked, Mapping):
            raise TypeError(
                f"sampling_strategy={_shown(strategy)} returned {_shown(asked)} of type "
                f"{type(asked).__name__}: it has to return a dict of the number of rows that each "
                "class has after resampling."
            )
    if isinstance(asked, Mapping):
        asked = dict(asked)
        _check_whole(strategy, asked)
    n_rows = _total(asked, labels)
    check_memory(f"sampling_strategy={_shown(strategy)}", n_rows, n_columns)
    return check_sampling_strategy(asked, labels, "over-sampling")


def _total(asked: Any, labels: np.ndarray) -> int:
    """Return an upper bound of the rows after resampling; the very number for a dict."""
    classes, counts = np.unique(labels, return_counts=True)
    if not isinstance(asked, dict):
        return len(classes) * int(counts.max())
    there = zip(classes.tolist(), counts.tolist(), strict=True)
    rest = sum(count for label, count in there if label not in asked)
    return rest + sum(map(int, asked.values()))


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 100 else f"{text[:100]}..."


def _check_whole(strategy: Any, asked: dict) -> None:
    for label, n_rows in asked.items():
        if not isinstance(n_rows, Integral) or isinstance(n_rows, bool):
            raise ValueError(
                f"sampling_strategy={_shown(strategy)} asks for {_shown(n_rows)} rows of class "
                f"{label!r}: give a whole number, the rows that it has after resampling."
            )


def check_memory(asking: str, n_rows: int, n_columns: int) -> None:
    """Refuse a table that this machine's memory cannot hold."""
    needed, there = 8 * n_rows * (n_columns + 1), memory()
    if needed > there:
        raise ValueError(
            f"{asking} asks for {n_rows} rows of {n_columns} column(s), {needed / 2**30:.1f} GiB, "
            f"but this machine has {there / 2**30:.1f} GiB of memory: ask for fewer rows."
        )


def memory() -> int:
    """Return the bytes of this machine's memory."""
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, OSError, ValueError):
        return UNKNOWN_MEMORY


def rows_by_class(wanted: dict, classes: np.ndarray) -> np.ndarray:
    """Return the numbers of rows of a dict by label, (K,), in the order of sorted classes."""
    n_rows = np.zeros(len(classes), dtype=int)
    n_rows[np.searchsorted(classes, np.array(list(wanted), classes.dtype))] = list(wanted.values())
    return n_rows


def warn_of_single_rows(wanted: np.ndarray, classes: np.ndarray, counts: np.ndarray) -> None:
    """Warn of classes of one row, (K,) by their counts, from which several are to be made."""
    alone = (counts == 1) & (wanted > 1)
    if alone.any():
        single = classes[alone].tolist()
        more = f" and {len(single) - 5} more" if len(single) > 5 else ""
        warnings.warn(
            f"There is one row of class(es) {', '.join(map(repr, single[:5]))}{more}, and "
            f"{wanted[alone].max()} are to be made from it. Nothing says how rows of "
            "such a class differ: synthetic ones are near to that row, or a guess. Collect more "
            "rows, or leave the class out of sampling_strategy.",
            UserWarning,
            stacklevel=5,
        )


def warn_of_nothing(strategy: Any) -> None:
    """Warn that no row is asked for."""
    warnings.warn(
        f"sampling_strategy={strategy!r} asks for no synthetic rows, so nothing was trained and "
        "the data are returned unchanged. To augment every class, pass "
        "sampling_strategy=Replicate(k) for k synthetic sets.",
        UserWarning,
        stacklevel=5,
    )
