"""Replace what scikit-learn lacks before 1.9. Delete this file when 1.9 is the oldest supported.

Before 1.9 there are no callbacks, so samplers have no ``set_callbacks``. Nor does scikit-learn find
the column names of frames without ``__dataframe__``, such as those of polars 2.
"""

from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import numpy as np

from .._tables.polars_frames import is_polars

# Importing it in a try block would take an error inside the module for its absence.
HAS_CALLBACKS = find_spec("sklearn.callback") is not None


class NoTask:
    """Do nothing where scikit-learn 1.9 would run the callbacks of a task."""

    def subcontext(self, **_: Any) -> "NoTask":
        """Return this task."""
        return self

    def call_on_fit_task_begin(self, **_: Any) -> None:
        """Do nothing."""

    def call_on_fit_task_end(self, **_: Any) -> bool:
        """Return False: do not stop training."""
        return False


class NoCallbacks:
    """Offer the methods of scikit-learn's `CallbackSupportMixin` that samplers call."""

    _callback_fit_ctx = NoTask()

    def _init_callback_context(self, **_: Any) -> NoTask:
        return self._callback_fit_ctx


def unchanged(method: Callable) -> Callable:
    """Return the method unchanged, since it has no callbacks to tear down."""
    return method


callbacks = import_module("sklearn.callback") if HAS_CALLBACKS else None
CallbackSupport: Any = callbacks.CallbackSupportMixin if callbacks else NoCallbacks
with_callbacks: Any = callbacks.with_callbacks if callbacks else unchanged


class NamedFrame:
    """Wrap a frame so that scikit-learn before 1.9 finds its names by ``__dataframe__``."""

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
    """Return a table; wrap a polars frame if scikit-learn would not find its column names."""
    is_frame = is_polars(table) and hasattr(table, "columns")
    needs_names = is_frame and not HAS_CALLBACKS and not hasattr(table, "__dataframe__")
    return NamedFrame(table) if needs_names else table
