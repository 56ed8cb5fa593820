"""What scikit-learn lacks below 1.9. This file goes when 1.9 is the lowest that is supported.

Callbacks came with 1.9: with an older one a sampler has no ``set_callbacks``, and all else is the
same. So did names of columns for frames that have no ``__dataframe__``, as those of polars 2.
"""

from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import numpy as np

from .._tables.polars_frames import is_polars

# The module is looked for, not tried: an error inside it is not taken for its absence.
HAS_CALLBACKS = find_spec("sklearn.callback") is not None


class NoTask:
    """A task of a fit that nobody is told of."""

    def subcontext(self, **_: Any) -> "NoTask":
        """Return a task within this one."""
        return self

    def call_on_fit_task_begin(self, **_: Any) -> None:
        """Tell nobody."""

    def call_on_fit_task_end(self, **_: Any) -> bool:
        """Let the training go on."""
        return False


class NoCallbacks:
    """What samplers call of scikit-learn's `CallbackSupportMixin`."""

    _callback_fit_ctx = NoTask()

    def _init_callback_context(self, **_: Any) -> NoTask:
        return self._callback_fit_ctx


def unchanged(method: Callable) -> Callable:
    """Return the method: it has no callbacks to tear down."""
    return method


callbacks = import_module("sklearn.callback") if HAS_CALLBACKS else None
CallbackSupport: Any = callbacks.CallbackSupportMixin if callbacks else NoCallbacks
with_callbacks: Any = callbacks.with_callbacks if callbacks else unchanged


class NamedFrame:
    """A frame as scikit-learn below 1.9 reads one: an array, with names by ``__dataframe__``."""

    def __init__(self, frame: Any) -> None:
        self._frame, self.shape = frame, frame.shape

    def __len__(self) -> int:
        return self.shape[0]

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        return np.asarray(self._frame.to_numpy(), dtype=dtype)

    def __dataframe__(self, **_: Any) -> "NamedFrame":
        return self

    def column_names(self) -> list[str]:
        """Return the names of the columns."""
        return self._frame.columns


def with_names(table: Any) -> Any:
    """Return a table; a frame of polars as something whose names scikit-learn finds."""
    is_frame = is_polars(table) and hasattr(table, "columns")
    needs_names = is_frame and not HAS_CALLBACKS and not hasattr(table, "__dataframe__")
    return NamedFrame(table) if needs_names else table
