"""Read labels and groups of rows: text, which becomes numbers where nothing is lost by that."""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from .columns import is_missing

FLAGS = {"True": True, "False": False}


def read_text(cells: Iterable[str]) -> np.ndarray:
    """Return labels or groups, (n,), given as text.

    Blanks at the ends are left out. Text becomes numbers or flags only if all of it survives the
    way back: "01" and "1.50" stay as they are.
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
        if [repr(value) for value in values] == text and numbers.dtype.kind in "if":
            return numbers
    return np.array(text, dtype=str)


def read_typed(column: Any) -> np.ndarray:
    """Return labels or groups, (n,), of a column of an array or frame; "" where one is missing.

    Raises
    ------
    ValueError
        If bytes are not UTF-8.
    """
    values = numbers_or_text(column)
    return read_text(values) if values.dtype.kind == "U" else values


def numbers_or_text(column: Any) -> np.ndarray:
    """Return the cells of a column of labels, (n,): its numbers, or else text, "" if missing."""
    values = column.to_numpy() if hasattr(column, "to_numpy") else np.asarray(column)
    if values.dtype.kind in "iufb":
        return values
    cells = ["" if is_missing(cell) else _as_text(cell) for cell in values.tolist()]
    return np.array(cells, dtype=str)


def join_blocks(blocks: Sequence[np.ndarray]) -> np.ndarray:
    """Return the labels of all blocks that `numbers_or_text` made.

    Raises
    ------
    ValueError
        If they are text in one block, and numbers or flags in another.
    """
    kinds = {block.dtype.kind for block in blocks}
    if kinds == {"U"}:
        return read_text(np.concatenate(blocks))
    if len(kinds) > 1 and not kinds <= set("iuf"):
        first = {block.dtype.kind: block[0].item() for block in blocks if len(block)}
        found = " and ".join(repr(label) for label in first.values())
        raise ValueError(f"labels are of different kinds in different blocks: {found}")
    return np.concatenate(blocks)


def _as_text(cell: Any) -> str:
    """Return a label as text; some databases write text as bytes."""
    return (cell.decode() if isinstance(cell, bytes) else str(cell)).strip()


def missing_rows(labels: np.ndarray) -> np.ndarray:
    """Return the indices of rows without a label or group."""
    if labels.dtype.kind == "f":
        return np.flatnonzero(np.isnan(labels))
    return np.flatnonzero(labels == "") if labels.dtype.kind == "U" else np.arange(0)


def refuse_missing(labels: np.ndarray, target: str, first_row: int = 0) -> None:
    """Refuse labels of which some are missing; `first_row` is the index of the first one."""
    rows = missing_rows(labels)
    if len(rows):
        raise ValueError(
            f"the target {target!r} has no label in row {first_row + rows[0] + 1} (of {len(rows)} "
            "such rows): label it, or take the row out"
        )
