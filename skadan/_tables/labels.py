"""Read labels and groups. Text becomes numbers if that loses nothing."""

import datetime
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from .columns import is_missing

FLAGS = {"True": True, "False": False}


def parse_labels(cells: Iterable[str]) -> np.ndarray:
    """Return labels or groups (n,) from text.

    Blanks at the ends are removed. Text becomes numbers or booleans only if converting it back
    gives the same text: "01" and "1.50" stay text.
    """
    text = [cell.strip() for cell in cells]
    if text and FLAGS.keys() >= set(text):
        return np.array([FLAGS[cell] for cell in text])
    for kind in (int, float):
        try:
            values = [kind(cell) for cell in text]
        except ValueError:
            continue
        numbers = np.array(values)
        # Integers beyond int64 make an array of another kind. They stay text.
        if [repr(value) for value in values] == text and numbers.dtype.kind in "if":
            return numbers
    return np.array(text, dtype=str)


def read_typed(column: Any) -> np.ndarray:
    """Return labels or groups (n,) from a column of an array or frame; "" for missing ones.

    Raises
    ------
    ValueError
        If bytes are not UTF-8.
    """
    values = numbers_or_text(column)
    return parse_labels(values) if values.dtype.kind == "U" else values


def numbers_or_text(column: Any) -> np.ndarray:
    """Return the cells of a column of labels (n,) as numbers, or as text with "" for missing."""
    try:
        values = column.to_numpy() if hasattr(column, "to_numpy") else np.asarray(column)
    except Exception:  # NumPy lacks the 128-bit integers of polars
        values = np.array(column.to_list(), dtype=object)
    if values.dtype.kind in "iufb":
        return values
    if values.dtype.kind == "M":  # dates without a time stay dates
        text = np.datetime_as_string(values, unit="auto").astype(str)
        return np.where(np.isnat(values), "", text)
    cells = ["" if is_missing(cell) else _as_text(cell) for cell in values.tolist()]
    return np.array(cells, dtype=str)


def join_blocks(blocks: Mapping[str, Sequence[np.ndarray]]) -> np.ndarray:
    """Return the labels of all blocks, given what `numbers_or_text` returned for each, by name.

    Raises
    ------
    ValueError
        If they are text in one block and numbers in another, or if a common dtype would change
        whole numbers. The message names both blocks.
    """
    first: dict[str, tuple[str, Any]] = {}
    for name, parts in blocks.items():
        for part in parts:
            # The dtype of an empty block says nothing about the labels.
            if len(part):
                first.setdefault(part.dtype.kind, (name, part[0].item()))
    every = [part for parts in blocks.values() for part in parts if len(part)]
    if set(first) == {"U"}:
        return parse_labels(np.concatenate(every))
    # NumPy would also join booleans and numbers, and make 1 of True.
    joined = np.concatenate(every) if set(first) <= set("iuf") or len(first) == 1 else None
    if joined is None:  # objects such as decimals were read as text
        joined = parse_labels(str(label) for part in every for label in part.tolist())
        joined = None if joined.dtype.kind == "U" else joined
    exact = joined is not None and (
        joined.dtype.kind != "f" or all(_is_exact(part) for part in every)
    )
    if joined is None or not exact:
        found = " and ".join(f"{label!r} ({name})" for name, label in first.values())
        raise ValueError(f"labels are of different kinds in different blocks: {found}")
    return joined


def _is_exact(labels: np.ndarray) -> bool:
    """Return whether float64 represents these labels exactly."""
    return labels.dtype.kind not in "iu" or bool((np.abs(labels.astype(float)) < 2**53).all())


def _as_text(cell: Any) -> str:
    """Return a label as text; bytes, which some databases write, are decoded."""
    # pandas keeps a date as a time at midnight.
    if isinstance(cell, datetime.datetime) and cell.time() == datetime.time():
        cell = cell.date()
    return (cell.decode() if isinstance(cell, bytes) else str(cell)).strip()


def missing_rows(labels: np.ndarray) -> np.ndarray:
    """Return the indices of rows without a label or group."""
    if labels.dtype.kind == "f":
        return np.flatnonzero(np.isnan(labels))
    return np.flatnonzero(labels == "") if labels.dtype.kind == "U" else np.arange(0)


def refuse_missing(labels: np.ndarray, target: str, first_row: int = 0) -> None:
    """Refuse missing labels; `first_row` is the row index of the first label."""
    rows = missing_rows(labels)
    if len(rows):
        raise ValueError(
            f"the target {target!r} has no label in row {first_row + rows[0] + 1} (of {len(rows)} "
            "such rows): label it, or delete the row"
        )
