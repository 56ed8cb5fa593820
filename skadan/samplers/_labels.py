"""Read labels from any container, and return labels in the same container."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from imblearn.utils import check_target_type
from scipy import sparse
from sklearn.utils.multiclass import check_classification_targets

from .._models.arrays import to_tensor
from .._tables.columns import is_missing, is_number, is_pandas
from .._tables.polars_frames import frame_like, is_polars, refuse_lazy
from ._containers import RowFormat
from ._input import as_array, is_dispatched, is_tensor
from ._layouts import layout_of


def read_labels(y: Any) -> np.ndarray:
    """Return labels (n,) from any container; those of a one-hot matrix are column numbers.

    Raises
    ------
    TypeError
        If `y` is sparse, a polars LazyFrame, or a tensor on a device that numpy cannot read.
    ValueError
        If a label is missing, labels have different types, or a row has several labels.
    """
    values = plain(y)
    check_classification_targets(values)
    labels = check_target_type(values)
    if values.ndim == 2 and values.shape[1] > 1:
        # A row without a 1 has no label.
        _refuse_missing(~(values == 1).any(1))
    return labels


def plain(y: Any) -> Any:
    """Return labels as an array, (n,) or (n, columns); refuse missing ones."""
    refuse_lazy("y", y)
    if sparse.issparse(y):
        raise TypeError("y is sparse: pass y.toarray().")
    if y is None:
        return y  # scikit-learn raises the error
    if isinstance(y, np.ma.MaskedArray):
        _refuse_missing(np.ma.getmaskarray(y))
        y = y.data
    values = _array(y)
    if values.dtype.kind == "T":  # StringDType, which scikit-learn does not support
        values = values.astype(object)
    # NumPy would convert all cells of a list with text to text.
    cells = np.asarray(y, dtype=object) if isinstance(y, list | tuple) else values
    _refuse_missing(_missing(cells))
    if cells.dtype != object:
        return values
    if cells.ndim == 1:
        _check_one_type(cells)
    is_text = any(isinstance(cell, str) for cell in cells.flat)
    return values if is_text or values.dtype != object else np.array(cells.tolist())


def _array(y: Any) -> np.ndarray:
    if is_tensor(y):
        return as_array("y", y)
    return y.to_numpy() if is_polars(y) else np.asarray(y)


def _missing(cells: np.ndarray) -> np.ndarray:
    if cells.dtype == object:
        return np.array([is_missing(cell) for cell in cells.flat], dtype=bool).reshape(cells.shape)
    if cells.dtype.kind in "fcmM":
        return np.isnan(cells) if cells.dtype.kind in "fc" else np.isnat(cells)
    return np.zeros(cells.shape, dtype=bool)


def _refuse_missing(missing: np.ndarray) -> None:
    """Refuse missing labels, given a mask (n,) or (n, columns)."""
    rows = np.flatnonzero(missing.any(1) if missing.ndim == 2 else missing)
    if len(rows):
        more = f" and {len(rows) - 1} more" if len(rows) > 1 else ""
        raise ValueError(
            f"y has no label in row {rows[0]}{more}: drop the rows of X and y without a label, or "
            "label them."
        )


def _check_one_type(cells: np.ndarray) -> None:
    """Refuse labels of several types: 1 and "1" would become one class, or could not be sorted."""
    # Reversed, so that the first label of each type stays in the dict.
    first = {_type_name(cell): cell for cell in cells[::-1]}
    if len(first) > 1:
        found = " and ".join(f"{name} ({repr(cell)[:40]})" for name, cell in first.items())
        raise ValueError(
            f"y mixes labels of several types, {found}: convert them to one, e.g. to text by "
            "[str(label) for label in y]."
        )


def _type_name(cell: Any) -> str:
    if isinstance(cell, bool | np.bool_):
        return "boolean"
    if isinstance(cell, str | bytes):
        return "text" if isinstance(cell, str) else "bytes"
    return "number" if is_number(cell) else type(cell).__name__


def class_indices(y: Any, classes: np.ndarray, label_format: "LabelFormat") -> np.ndarray:
    """Return the indices into `classes`, (n,), of labels in any container.

    Raises
    ------
    ValueError
        If a label is missing or not among the classes.
    """
    labels = plain(y)
    if labels.ndim == 2 and labels.shape[1] == label_format.n_columns:
        labels = read_labels(y)  # one-hot, as in the training data
    if labels.ndim == 2 and labels.shape[1] == 1:
        labels = labels[:, 0]
    if labels.ndim != 1:
        raise ValueError(f"y has shape {labels.shape}; pass a number or a 1-D list of labels.")
    known = dict(zip(classes.tolist(), range(len(classes)), strict=True))
    unknown = sorted({str(label) for label in labels.tolist() if label not in known})
    if unknown:
        raise ValueError(
            f"y holds label(s) {', '.join(unknown)} that the sampler was not trained on; it "
            f"knows {classes.tolist()}."
        )
    return np.array([known[label] for label in labels.tolist()], dtype=int)


def take_labels(y: Any, rows: np.ndarray) -> Any:
    """Return the labels at these row indices, in the container and dtype of `y`."""
    if is_polars(y):
        return y[rows]
    if is_pandas(y):
        return y.iloc[rows].reset_index(drop=True) if hasattr(y, "iloc") else y.take(rows)
    if type(y) in (list, tuple):
        # Rows of a one-hot list are copied, so that no two labels share a list.
        return type(y)(list(y[i]) if isinstance(y[i], list) else y[i] for i in rows)
    on_device = is_dispatched(y)
    values, taken = (y.detach(), to_tensor(rows)) if on_device else (_array(y), rows)
    return (values.ravel() if values.ndim == 2 and values.shape[1] == 1 else values)[taken]


@dataclass(frozen=True)
class LabelFormat:
    """Describe the labels of the training data: container, dtypes and name.

    Parameters
    ----------
    kind : str
        "array" (also for a tensor), "list", "tuple", or for pandas and polars "Series", "Index",
        "ExtensionArray" or "DataFrame".
    name : object
        The name of a series or index.
    n_columns : int
        Number of columns of a one-hot matrix; 0 for other labels.
    table : RowFormat
        Format of a frame of these labels for pandas and polars, else of an array or tensor.
    """

    kind: str = "array"
    name: Any = None
    n_columns: int = 0
    table: RowFormat = RowFormat(None, "")  # noqa: RUF009  (frozen)

    @classmethod
    def of(cls, y: Any, labels: np.ndarray) -> "LabelFormat":
        """Describe `y`; `labels` is what `read_labels` returned for it."""
        values = plain(y)
        n_columns = values.shape[1] if values.ndim == 2 and values.shape[1] > 1 else 0
        kind = _kind(y)
        name = y.name if kind in ("Series", "Index") else None
        format_ = cls(kind, name, n_columns, _table(y, kind))
        try:
            format_.wrap(labels[:1])
        except (TypeError, ValueError, NotImplementedError):  # a dtype that cannot hold labels
            return cls(n_columns=n_columns, table=RowFormat(None, values.dtype.str))
        return format_

    def wrap(self, labels: np.ndarray) -> Any:
        """Put labels (n,) into a container of this format."""
        new = labels
        if self.n_columns:
            new = (labels[:, None] == np.arange(self.n_columns)).astype(np.int64)
        if self.kind == "array":
            array, like = new.astype(self.table.dtype or new.dtype), self.table.like
            return to_tensor(array).to(like) if is_tensor(like) else array
        if self.kind in ("list", "tuple"):
            cells = new.astype(self.table.dtype).tolist()
            return cells if self.kind == "list" else tuple(cells)
        columns = new.T if self.n_columns else [new]
        if is_polars(self.table.like):
            frame = frame_like(self.table.like, columns)
            return frame if self.kind == "DataFrame" else frame.to_series()
        return self._of_pandas(columns)

    def _of_pandas(self, columns: Any) -> Any:
        import pandas as pd

        dtypes = self.table.like.dtypes
        made = [pd.Series(part).astype(t) for part, t in zip(columns, dtypes, strict=True)]
        if self.kind == "DataFrame":
            frame = pd.DataFrame(dict(enumerate(made)), index=range(len(made[0])))
            frame.columns = self.table.like.columns
            return frame
        if self.kind == "ExtensionArray":
            return made[0].array
        return (
            pd.Index(made[0], name=self.name) if self.kind == "Index" else made[0].rename(self.name)
        )


def _kind(y: Any) -> str:
    """Return the `kind` of a container of labels, as in `LabelFormat`."""
    if type(y) in (list, tuple):
        return type(y).__name__
    if not (is_pandas(y) or is_polars(y)):
        return "array"
    if hasattr(y, "columns"):
        return "DataFrame"
    if hasattr(y, "to_frame"):
        return "Series" if is_polars(y) or hasattr(y, "iloc") else "Index"
    return "ExtensionArray"


def _table(y: Any, kind: str) -> RowFormat:
    """Describe labels as a frame, or the dtype of an array or list."""
    values = _array(y)
    if kind in ("array", "list", "tuple"):
        layout = layout_of(y) if kind == "array" else None
        return RowFormat(layout, "T" if values.dtype.kind == "T" else values.dtype.str)
    if hasattr(y, "columns"):
        return RowFormat.of(y, values)
    if is_polars(y):
        return RowFormat.of(y.to_frame(), values)
    import pandas as pd

    return RowFormat.of(pd.DataFrame({"label": pd.Series(y).reset_index(drop=True)}), values)
