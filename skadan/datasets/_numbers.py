"""Read columns of text as numbers. A cell that might be read wrongly raises an error."""

import re
from collections.abc import Mapping
from typing import NamedTuple, NoReturn

import numpy as np

from ._wording import passing

# How programs write a missing value.
MISSING = re.compile(
    r"|\?|#?N/?A|n/a|<NA>|null|NULL|None|none|-?(nan|NaN|NAN)(\((ind|snan)\))?|-?1\.#(QNAN|IND)"
)
TRUE, FALSE = ("True", "true", "TRUE"), ("False", "false", "FALSE")
PLAIN = frozenset("0123456789+-.eE")  # NumPy can read a column of these characters at once
INTEGERS = re.compile(r"(?:[+-]?\d+\0)*")
WHOLE = re.compile(r"[+-]?\d+")
# 1.#INF, 1.#QNAN and 1.#IND are what older C libraries of Microsoft write.
INFINITE = re.compile(r"([+-]?)(?:inf|Inf|INF|infinity|Infinity|1\.#INF)")
# What may group digits, by decimal mark: the other mark, an apostrophe, or a non-breaking space.
GROUPING = {".": ",'\u00a0\u202f", ",": ".'\u00a0\u202f"}


def _number(mark: str) -> re.Pattern:
    """Return the pattern of a number with this decimal mark, whose digits may be grouped."""
    # A group does not follow a leading 0: in 0,123 the comma is a decimal mark.
    digits = rf"(?:\d+|[1-9]\d{{0,2}}(?:[{GROUPING[mark]}]\d{{3}})+)"
    point = re.escape(mark)
    return re.compile(rf"[+-]?(?:{digits}(?:{point}\d*)?|{point}\d+)(?:[eE][+-]?\d+)?")


NUMBERS = {mark: _number(mark) for mark in GROUPING}
JOIN = "\0"  # between the cells of a column that is matched as a whole
COLUMNS = {
    mark: re.compile(rf"(?:(?:{number.pattern}|{INFINITE.pattern}|{MISSING.pattern}){JOIN})*")
    for mark, number in NUMBERS.items()
}
UNGROUP = {mark: str.maketrans("", "", others) for mark, others in GROUPING.items()}


class Column(NamedTuple):
    """Hold the cells of a column, and whether all are numbers with a decimal point or comma."""

    cells: list[str]
    point: bool
    comma: bool

    def fits(self, mark: str) -> bool:
        """Return whether every cell is a number with this decimal mark, or missing."""
        return self.point if mark == "." else self.comma


def numeric_columns(
    columns: Mapping[str, list[str]], decimal: str | None, lines: list[int]
) -> tuple[dict[str, np.ndarray], str]:
    """Return the numeric columns, read as numbers, and their decimal mark.

    The whole table has one decimal mark: one with which all numeric columns can be read.

    Raises
    ------
    ValueError
        If a column is mostly numbers but one cell is not, if a whole number has too many digits for
        float64, or if numbers with commas are ambiguous. The message names the column and the line.
    """
    found: dict[str, np.ndarray] = {}
    candidates: dict[str, Column] = {}
    for name, padded in columns.items():
        cells = [cell.strip() for cell in padded]
        flags = booleans(cells)
        if flags is not None:
            found[name] = flags
            continue
        column = Column(cells, all_numbers(cells, "."), all_numbers(cells, ","))
        if column.point or column.comma or mostly_numbers(cells):
            candidates[name] = column
    mark = decimal or _decimal_mark(candidates)
    for name, column in candidates.items():
        if not column.fits(mark):
            refuse_cell(name, column.cells, mark, lines)
        found[name] = read_numbers(name, column.cells, mark, lines)
    return {name: found[name] for name in columns if name in found}, mark


def fully_numeric_columns(columns: Mapping[str, list[str]], mark: str) -> dict[str, np.ndarray]:
    """Return the columns in which every cell is a number with this decimal mark, as numbers."""
    stripped = {name: [cell.strip() for cell in cells] for name, cells in columns.items()}
    good = {name: cells for name, cells in stripped.items() if all_numbers(cells, mark)}
    return {name: _as_floats(cells, mark) for name, cells in good.items()}


def booleans(cells: list[str]) -> np.ndarray | None:
    """Return cells that are all true or false as booleans, or as numbers if some are missing."""
    others = set(cells) - {*TRUE, *FALSE}
    if len(others) == len(set(cells)) or not all(map(MISSING.fullmatch, others)):
        return None
    flags = np.isin(cells, TRUE)
    return np.where(np.isin(cells, list(others)), np.nan, flags) if others else flags


def all_numbers(cells: list[str], mark: str) -> bool:
    """Return whether every cell is a number with this decimal mark, or missing."""
    return COLUMNS[mark].fullmatch(JOIN.join([*cells, ""])) is not None


def _is_number(cell: str, mark: str) -> bool:
    return bool(NUMBERS[mark].fullmatch(cell) or INFINITE.fullmatch(cell))


def mostly_numbers(cells: list[str]) -> bool:
    """Return whether at least half of the cells are numbers with either decimal mark."""
    there = [cell for cell in cells if not MISSING.fullmatch(cell)]
    # max: a column of missing values only is not mostly numbers.
    return any(2 * sum(_is_number(c, mark) for c in there) >= max(len(there), 1) for mark in ".,")


def _decimal_mark(candidates: Mapping[str, Column]) -> str:
    """Return the decimal mark with which most numeric columns can be read."""
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
    """Raise an error that names the first cell that is not a number with this decimal mark."""
    row = next(i for i, cell in enumerate(cells) if not all_numbers([cell], mark))
    raise ValueError(
        f"the column {name!r} is mostly numbers, but line {lines[row]} holds "
        f"{cells[row][:80]!r}: correct it, leave it empty, or pass {passing('drop', name)}"
    )


def read_numbers(name: str, cells: list[str], mark: str, lines: list[int]) -> np.ndarray:
    """Return a numeric column; refuse whole numbers that float64 would change.

    These are mostly identifiers with 20 digits, or with 17 in a column with a missing value.
    """
    values = _as_floats(cells, mark)
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
                f"number with more digits than are kept: pass {passing('drop', name)} if it is an "
                "identifier"
            )
    return values


def _as_floats(cells: list[str], mark: str) -> np.ndarray:
    """Return a column in which every cell is a number with this decimal mark, or missing."""
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
    """Return cells of plain numbers as an array, of integers if all of them are."""
    values = np.array(cells, dtype=str)
    if not INTEGERS.fullmatch(JOIN.join([*cells, ""])):
        return values.astype(np.float64)
    try:
        return values.astype(np.int64)
    except OverflowError:  # integers beyond 64 bits
        return values.astype(np.float64)
