"""Columns of text as numbers or labels: read right, or refused by name, never changed."""

import re
from collections.abc import Mapping
from typing import NamedTuple, NoReturn

import numpy as np

from ._wording import passing

# How programs write that a value is missing.
MISSING = re.compile(
    r"|\?|#?N/?A|n/a|<NA>|null|NULL|None|none|-?(nan|NaN|NAN)(\((ind|snan)\))?|-?1\.#(QNAN|IND)"
)
TRUE, FALSE = ("True", "true", "TRUE"), ("False", "false", "FALSE")
PLAIN = frozenset("0123456789+-.eE")  # a column of these alone is read at once
INTEGERS = re.compile(r"(?:[+-]?\d+\0)*")
WHOLE = re.compile(r"[+-]?\d+")
INFINITE = re.compile(r"([+-]?)(?:inf|Inf|INF|infinity|Infinity|1\.#INF)")
# Digits may be grouped by the other mark, an apostrophe, or a space that does not break.
OTHERS = {".": ",'\u00a0\u202f", ",": ".'\u00a0\u202f"}


def _number(mark: str) -> re.Pattern:
    """Make the pattern of a number with this decimal mark, and perhaps groups of digits."""
    digits = rf"(?:\d+|[1-9]\d{{0,2}}(?:[{OTHERS[mark]}]\d{{3}})+)"
    point = re.escape(mark)
    return re.compile(rf"[+-]?(?:{digits}(?:{point}\d*)?|{point}\d+)(?:[eE][+-]?\d+)?")


NUMBERS = {mark: _number(mark) for mark in OTHERS}
JOIN = "\0"  # between the cells of a column that is matched as a whole
COLUMNS = {
    mark: re.compile(rf"(?:(?:{number.pattern}|{INFINITE.pattern}|{MISSING.pattern}){JOIN})*")
    for mark, number in NUMBERS.items()
}
UNGROUP = {mark: str.maketrans("", "", others) for mark, others in OTHERS.items()}


class Column(NamedTuple):
    """A column that may hold numbers, and whether all of it can be read with either mark."""

    cells: list[str]
    point: bool
    comma: bool

    def fits(self, mark: str) -> bool:
        """Whether every cell is a number with this decimal mark, or missing."""
        return self.point if mark == "." else self.comma


def numeric_columns(
    columns: Mapping[str, list[str]], decimal: str | None, lines: list[int]
) -> tuple[dict[str, np.ndarray], str]:
    """Read those columns that hold numbers, and find their decimal mark; the others are text.

    One decimal mark serves the whole table: the one that all columns of numbers can be read with.

    Raises
    ------
    ValueError
        If a column is mostly numbers and one of its cells is not, a whole number has more digits
        than are kept, or commas leave open what the numbers are. The message names column and line.
    """
    found: dict[str, np.ndarray] = {}
    candidates: dict[str, Column] = {}
    for name, padded in columns.items():
        cells = [cell.strip() for cell in padded]
        flags = booleans(cells)
        if flags is not None:
            found[name] = flags
            continue
        column = Column(cells, is_read(cells, "."), is_read(cells, ","))
        if column.point or column.comma or mostly_numbers(cells):
            candidates[name] = column
    mark = decimal or _decimal_mark(candidates)
    for name, column in candidates.items():
        if not column.fits(mark):
            refuse_cell(name, column.cells, mark, lines)
        found[name] = read_numbers(name, column.cells, mark, lines)
    return {name: found[name] for name in columns if name in found}, mark


def readable(columns: Mapping[str, list[str]], mark: str) -> dict[str, np.ndarray]:
    """Read those columns of which every cell is a number with this decimal mark."""
    stripped = {name: [cell.strip() for cell in cells] for name, cells in columns.items()}
    good = {name: cells for name, cells in stripped.items() if is_read(cells, mark)}
    return {name: _numbers(cells, mark) for name, cells in good.items()}


def booleans(cells: list[str]) -> np.ndarray | None:
    """Read cells that are all true or false; as numbers if some are missing."""
    others = set(cells) - {*TRUE, *FALSE}
    if len(others) == len(set(cells)) or not all(map(MISSING.fullmatch, others)):
        return None
    flags = np.isin(cells, TRUE)
    return np.where(np.isin(cells, list(others)), np.nan, flags) if others else flags


def is_read(cells: list[str], mark: str) -> bool:
    """Tell whether every cell is a number with this decimal mark, or missing."""
    return COLUMNS[mark].fullmatch(JOIN.join([*cells, ""])) is not None


def _is_number(cell: str, mark: str) -> bool:
    return bool(NUMBERS[mark].fullmatch(cell) or INFINITE.fullmatch(cell))


def mostly_numbers(cells: list[str]) -> bool:
    """Tell whether half of the cells or more are numbers with either mark."""
    there = [cell for cell in cells if not MISSING.fullmatch(cell)]
    return any(2 * sum(_is_number(c, mark) for c in there) >= max(len(there), 1) for mark in ".,")


def _decimal_mark(candidates: Mapping[str, Column]) -> str:
    """Find the decimal mark that all columns of numbers can be read with."""
    fits = {mark: sum(column.fits(mark) for column in candidates.values()) for mark in ".,"}
    if fits["."] != fits[","]:
        return "." if fits["."] > fits[","] else ","
    for name, column in candidates.items():
        for cell in column.cells:
            if "," in cell and all(_is_number(cell, mark) for mark in ".,"):
                point, comma = (_value(cell, mark) for mark in ".,")
                raise ValueError(
                    f"the column {name!r} holds {cell!r}, which may be {point:g} or {comma:g}: "
                    f"pass {passing('decimal', '.')} or {passing('decimal', ',')}"
                )
    return "."


def refuse_cell(name: str, cells: list[str], mark: str, lines: list[int]) -> NoReturn:
    """Name the first cell that is no number with this decimal mark."""
    row = next(i for i, cell in enumerate(cells) if not is_read([cell], mark))
    raise ValueError(
        f"the column {name!r} is mostly numbers, but line {lines[row]} holds "
        f"{cells[row][:80]!r}: mend it, leave it empty, or pass {passing('drop', name)}"
    )


def read_numbers(name: str, cells: list[str], mark: str, lines: list[int]) -> np.ndarray:
    """Read a column of numbers; refuse whole ones that float64 would change.

    Those are identifiers of 20 digits, mostly, or of 17 in a column with a hole.
    """
    values = _numbers(cells, mark)
    if values.dtype.kind != "f":
        return values
    for row in np.flatnonzero(np.isinf(values)).tolist():
        if not INFINITE.fullmatch(cells[row]):
            raise ValueError(
                f"the column {name!r} holds {cells[row][:80]!r} in line {lines[row]}, which is "
                "beyond float64: scale the column"
            )
    large = np.isfinite(values) & (np.abs(values) >= 2**53)
    for row in np.flatnonzero(large).tolist():
        digits = cells[row].translate(UNGROUP[mark])
        if WHOLE.fullmatch(digits) and int(digits) != int(values[row]):
            raise ValueError(
                f"the column {name!r} holds {cells[row][:80]!r} in line {lines[row]}, a whole "
                f"number of more digits than are kept: pass {passing('drop', name)} if it is an "
                "identifier"
            )
    return values


def _numbers(cells: list[str], mark: str) -> np.ndarray:
    """Read a column of which every cell is a number with this decimal mark, or missing."""
    if not cells:
        return np.zeros(0)
    joined = JOIN.join(cells).translate(UNGROUP[mark]).replace(mark, ".")
    if set(joined) <= {*PLAIN, JOIN} and all(cells):
        return plain_numbers(joined.split(JOIN))
    return np.array([_value(cell, mark) for cell in cells])


def _value(cell: str, mark: str) -> float:
    infinite = INFINITE.fullmatch(cell)
    if infinite:
        return float(f"{infinite[1]}inf")
    if MISSING.fullmatch(cell):
        return float("nan")
    return float(cell.translate(UNGROUP[mark]).replace(mark, "."))


def plain_numbers(cells: list[str]) -> np.ndarray:
    """Read cells that hold nothing but plain numbers: integers where all of them are."""
    values = np.array(cells, dtype=str)
    if not INTEGERS.fullmatch(JOIN.join([*cells, ""])):
        return values.astype(np.float64)
    try:
        return values.astype(np.int64)
    except OverflowError:  # integers beyond 64 bits
        return values.astype(np.float64)
