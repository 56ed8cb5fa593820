"""Encode containers, dtypes and column names as JSON."""

import re
from typing import Any

import numpy as np

from .._optional import require
from ..samplers._containers import RowFormat
from ..samplers._labels import LabelFormat
from ..samplers._layouts import SPARSE, as_tuples

# Numeric dtypes of NumPy, pandas and pyarrow that a file may name. No other text becomes a dtype.
NUMPY = r"bool|u?int(8|16|32|64)|float(16|32|64|96|128)|[<>][iuf](2|4|8|12|16)"
ROWS = re.compile(r"\|O|\|b1|\|[iu]1|[<>]([iu][248]|f(2|4|8|12|16))")
# halffloat, float and double are pyarrow's names of 16, 32 and 64 bits.
COLUMN = re.compile(
    rf"{NUMPY}|object|boolean|U?Int(8|16|32|64)|Float(32|64)|"
    r"(bool|u?int(8|16|32|64)|halffloat|float|double)\[pyarrow\]"
)
SUBTYPE = re.compile(NUMPY)
NAMES = re.compile(rf"{NUMPY}|object|str|string|string\[(python|pyarrow)\]")
# The empty text is the default of `LabelFormat`; T is NumPy's StringDType.
LABELS = re.compile(r"|T|\|O|\|b1|\|[iu]1|[<>|][iufUS]\d{1,4}")
POLARS = re.compile(r"U?Int(8|16|32|64|128)|Float(16|32|64)|Boolean|String|Categorical|Enum")
TENSOR = re.compile(
    r"(bool|u?int(8|16|32|64)|bfloat16|float(16|32|64)) (cpu|(cuda|mps|xpu)(:\d{1,3})?)"
)
KINDS = ("array", "list", "tuple", "Series", "Index", "ExtensionArray", "DataFrame")


def encode_format(rows: RowFormat) -> dict[str, Any]:
    """Return the container, dtypes and column names of rows as JSON.

    Raises
    ------
    TypeError
        If a file cannot hold them; the message names the column or dtype.
    """
    _check(rows)
    return {"dtype": rows.dtype, "layout": rows.layout}


def decode_format(saved: dict[str, Any]) -> RowFormat:
    """Return what `encode_format` was given.

    Raises
    ------
    TypeError
        If it is of another kind.
    """
    rows = RowFormat(as_tuples(saved["layout"]), saved["dtype"])
    _check(rows)
    if rows.layout and rows.layout[0] == "frame":
        require("pandas", "tables")
    _ = rows.like  # raises an error here if it cannot be created
    return rows


def encode_labels(labels: LabelFormat) -> dict[str, Any]:
    """Return the container, dtypes and name of labels as JSON.

    Raises
    ------
    TypeError
        If a file cannot hold them.
    """
    _check_labels(labels)
    table = {"dtype": labels.table.dtype, "layout": labels.table.layout}
    name = labels.name.item() if isinstance(labels.name, np.generic) else labels.name
    # `name` is a plain number or text here, because JSON has no NumPy scalars.
    return vars(labels) | {"name": name, "table": table}


def decode_labels(saved: dict[str, Any]) -> LabelFormat:
    """Return what `encode_labels` was given.

    Raises
    ------
    TypeError
        If it is of another kind.
    """
    table = RowFormat(as_tuples(saved["table"]["layout"]), saved["table"]["dtype"])
    labels = LabelFormat(**saved | {"name": as_tuples(saved["name"]), "table": table})
    _check_labels(labels)
    _ = labels.table.like
    return labels


def _check_labels(labels: LabelFormat) -> None:
    name = labels.name.item() if isinstance(labels.name, np.generic) else labels.name
    for part in name if isinstance(name, tuple) else (name,):
        if not (part is None or isinstance(part, str | int | float)):
            raise TypeError(f"The name {name!r} of y is neither text nor a number.")
    n = labels.n_columns
    if labels.kind not in KINDS or isinstance(n, bool) or not isinstance(n, int) or n < 0:
        raise TypeError(f"{str(labels)[:80]} is not a format of labels.")
    _check(labels.table, LABELS, NAMES)


def n_columns(rows: RowFormat) -> int | None:
    """Return the number of columns; None if the format does not state it."""
    if rows.layout is None or rows.layout[0] in ("list", "tensor"):
        return None
    last = rows.layout[-1]
    return last if isinstance(last, int) else len(last)


def _check(rows: RowFormat, known: re.Pattern = ROWS, text: re.Pattern | None = None) -> None:
    """Refuse a format that a file may not name; dtypes of labels may also match `text`."""
    if not known.fullmatch(rows.dtype):
        raise TypeError(f"Rows of dtype {rows.dtype} cannot be saved to a file.")
    match rows.layout:
        case None | ("list",):
            return
        case (str(kind), int(n)) if kind in SPARSE and n >= 1:
            return
        case ("frame", columns, tuple(dtypes)):
            names = _names(columns)
            if len(names) != len(dtypes):
                raise TypeError(f"There are {len(names)} column names and {len(dtypes)} dtypes.")
            for name, dtype in zip(names, dtypes, strict=True):
                if not (text and isinstance(dtype, str) and text.fullmatch(dtype)):
                    _check_dtype(name, dtype)
            return
        case ("tensor", str(dtype), str(device)) if TENSOR.fullmatch(f"{dtype} {device}"):
            return
        case ("polars", tuple(schema)):
            for column in schema:
                _check_polars(column)
            return
    raise TypeError(f"{str(rows.layout)[:80]} is not a container of rows.")


def _names(columns: Any) -> Any:
    """Return column names or categories; refuse those that a file cannot hold."""
    match columns:
        case ("range", (int(start), int(stop), int(step)), _):
            return range(start, stop, step)
        case (str(kind), tuple(names), name):
            for one in (*names, name):
                if not (one is None or isinstance(one, str | int | float)):
                    raise TypeError(f"The column name {one!r} is neither text nor a number.")
            if NAMES.fullmatch(kind):
                return names
    raise TypeError(f"Column names of the kind {str(columns)[:80]} cannot be saved to a file.")


def _check_polars(column: Any) -> None:
    match column:
        case (str(), str(kind), *more) if POLARS.fullmatch(kind) and len(more) == (kind == "Enum"):
            if all(isinstance(category, str) for part in more for category in part):
                return
    raise TypeError(f"{str(column)[:80]} is not a column of polars.")


def _check_dtype(name: Any, dtype: Any) -> None:
    match dtype:
        case str():
            if COLUMN.fullmatch(dtype):
                return
        case ("category", categories, bool()):
            _names(categories)
            return
        case ("sparse", str(subtype), int() | float()) if SUBTYPE.fullmatch(subtype):
            return
        case ("decimal128", int(), int()):
            return
    raise TypeError(
        f"The column {name!r} is of dtype {str(dtype)[:80]}, which a file of save_sampler "
        "cannot hold: convert it to float64 before the fit, or pickle the sampler."
    )
