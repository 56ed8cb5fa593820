"""Read ARFF files as Weka and openSMILE write them."""

import re
from pathlib import Path
from typing import Any

import numpy as np

from .._optional import require
from ._delimited import read_text
from ._numbers import all_numbers, booleans, read_numbers, refuse_cell
from ._roles import Raw, column_names

QUOTED = r"""'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*\""""
VALUES = rf"""\{{(?:{QUOTED}|[^'"}}])*\}}"""  # of a nominal attribute
ATTRIBUTE = re.compile(
    rf"""\s*@attribute\s+(?P<name>{QUOTED}|\S+?)(?P<kind>\s*{VALUES}|\s+[^%\s{{][^%]*)""",
    re.IGNORECASE,
)
NUMERIC = re.compile(r"(numeric|real|integer)\s*(\[[^\]]*\])?")
SPARSE_LINE = re.compile(r"\{.*\}")
SPARSE = re.compile(rf"(\d+)\s+({QUOTED}|[^,]*[^,\s])")  # number of an attribute, and its value
TEXT = ("string", "unknown", "date")
COMMENT = re.compile(rf"""((?:{QUOTED}|[^%'"])*)%.*""")  # group 1 is the line before the comment


def read_arff(path: Path, encoding: str | None = None) -> Raw:
    """Read an ARFF file.

    What Weka and openSMILE write beyond the standard is read too: ``unknown``, ranges, dates,
    nominal values without braces, and comments at the end of a line. A nominal attribute whose
    values are numbers or flags becomes a numeric column, as in CSV.

    Raises
    ------
    ValueError
        If it is not an ARFF file; the message names the line.
    """
    pandas, arff = require("pandas", "tables"), require("arff", "tables")
    header, data, first_line = _split(read_text(path, encoding))
    attributes = _attributes(header)
    names = column_names([name for name, _ in attributes])
    defaults = [_default(kind) for _, kind in attributes]
    data = [_to_dense(line, defaults) if SPARSE_LINE.fullmatch(line) else line for line in data]
    # All attributes are declared as text, so that numbers are read in the same way as in CSV.
    declared = [f"@ATTRIBUTE a{j} STRING" for j in range(len(names))]
    try:
        contents = arff.loads("\n".join(["@RELATION r", *declared, "@DATA", *data]))
    except (arff.ArffException, ValueError, IndexError) as error:
        # In the text that is parsed, the first data are in line len(names) + 3.
        raise ValueError(_message(error, first_line - len(names) - 3)) from error
    rows = [["" if cell is None else cell for cell in row] for row in contents["data"]]
    # strict=False: without rows there are no columns.
    columns = dict(zip(names, map(list, zip(*rows, strict=True)), strict=False))
    # The parser skips blank lines.
    lines = [first_line + i for i, line in enumerate(data) if line]
    numbers, frame, non_numeric, text = {}, {}, {}, {}
    for name, (_, kind) in zip(names, attributes, strict=True):
        text[name] = cells = columns.get(name, [])
        values = _values(name, kind.lower(), [cell.strip() for cell in cells], lines)
        if values is not None:
            numbers[name] = values
        if kind.lower().startswith("date"):
            non_numeric[name] = "dates"
        frame[name] = [cell or None for cell in cells] if values is None else values
    return Raw(numbers, pandas.DataFrame(frame, columns=names), non_numeric, text)


def _values(name: str, kind: str, cells: list[str], lines: list[int]) -> np.ndarray | None:
    """Return the numbers or flags of an attribute, which may be nominal; None if it is text."""
    if kind.startswith(TEXT):
        return None
    is_numeric = NUMERIC.fullmatch(kind)
    flags = None if is_numeric else booleans(cells)
    if flags is not None:
        return flags
    if not all_numbers(cells, "."):
        return refuse_cell(name, cells, ".", lines) if is_numeric else None
    return read_numbers(name, cells, ".", lines)


def _split(text: str) -> tuple[list[str], list[str], int]:
    """Return the lines of the header, those of the data, and the line number of the first data.

    str.splitlines would also split at characters that strings may contain.
    """
    lines = re.split(r"\r?\n" if "\n" in text else r"\r", text)
    start = next((i for i, s in enumerate(lines) if s.strip().lower().startswith("@data")), None)
    if start is None:
        raise ValueError("it has no line @DATA: it is not an ARFF file, or it was cut off")
    return lines[:start], [_without_comment(line) for line in lines[start + 1 :]], start + 2


def _without_comment(line: str) -> str:
    found = COMMENT.fullmatch(line) if "%" in line else None
    return (found[1] if found else line).strip()


def _attributes(header: list[str]) -> list[tuple[str, str]]:
    """Return the name and type of each attribute."""
    found = []
    for number, line in enumerate(header, 1):
        if not line.strip().lower().startswith("@attribute"):
            continue
        match = ATTRIBUTE.match(line)
        if not match:
            raise ValueError(f"line {number} is not an attribute with a name and a type")
        kind = match["kind"].strip()
        if kind.lower().startswith("relational"):
            raise ValueError(f"line {number}: relational attributes are not read")
        found.append((_unquoted(match["name"]), kind))
    if not found:
        raise ValueError("it has no attributes")
    return found


def _to_dense(line: str, defaults: list[str]) -> str:
    """Return a sparse line as a dense one: omitted values are 0, or the first nominal value."""
    values = list(defaults)
    for place, value in SPARSE.findall(line[1:-1]):
        if int(place) >= len(values):
            raise ValueError(f"the attribute {place} of {line[:80]!r} is not declared")
        values[int(place)] = value
    return ",".join(values)


def _default(kind: str) -> str:
    """Return the value of an attribute that sparse lines omit, as dense lines write it."""
    found = re.findall(rf"{QUOTED}|[^\s,{{}}]+", kind) if kind.startswith("{") else []
    return found[0] if found else "0"


def _message(error: Any, shift: int) -> str:
    """Return the message of an error of the parser, with the line number in the file."""
    # Not str(error): it takes per cent signs in the data for formats, and fails.
    text = error.message if hasattr(error, "line") else str(error)
    return text.replace("%d", str(getattr(error, "line", 0) + shift), 1)[:300]


def _unquoted(name: str) -> str:
    if name[:1] in "'\"" and name[-1:] == name[:1] and len(name) > 1:
        return re.sub(r"\\(.)", r"\1", name[1:-1])
    return name
