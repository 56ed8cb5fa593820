"""ARFF files as Weka and openSMILE write them."""

import re
from pathlib import Path
from typing import Any

import numpy as np

from .._optional import require
from ._delimited import read_text

ATTRIBUTE = re.compile(
    r"""\s*@attribute\s+(?P<name>'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|\S+)\s+(?P<kind>.+?)\s*$""",
    re.IGNORECASE,
)
NUMERIC = re.compile(r"(numeric|real|integer)\s*(\[[^\]]*\])?", re.IGNORECASE)


def read_arff(path: Path, encoding: str | None = None) -> tuple[Any, set[str]]:
    """Read an ARFF file: a frame of numbers and text, and the names of its columns of numbers.

    The kinds that Weka and openSMILE write beyond the standard are read: ``unknown``, ranges,
    dates, and nominal values without braces. All that is not a number is text.

    Raises
    ------
    ValueError
        If it is no ARFF file; the message names the line.
    """
    pandas, arff = require("pandas", "tables"), require("arff", "tables")
    text, numbers = _standard(read_text(path, encoding))
    try:
        contents = arff.loads(text)
    except (arff.ArffException, ValueError, IndexError) as error:
        raise ValueError(str(error)[:300] or "it is no ARFF file") from error
    names = [name for name, _ in contents["attributes"]]
    frame = pandas.DataFrame(contents["data"], columns=names, dtype=object)
    for name in numbers:
        frame[name] = np.array([np.nan if v is None else v for v in frame[name]], dtype=float)
    return frame, numbers


def _standard(text: str) -> tuple[str, set[str]]:
    """The same file with kinds of the standard alone: numeric and string."""
    lines, numbers = text.splitlines(), set()
    for i, line in enumerate(lines):
        found = ATTRIBUTE.match(line)
        if line.strip().lower().startswith("@data"):
            break
        if not found:
            continue
        is_number = NUMERIC.fullmatch(found["kind"]) is not None
        if found["kind"].lower().startswith("relational"):
            raise ValueError(f"line {i + 1}: relational attributes are not read")
        name = _unquoted(found["name"])
        if is_number:
            numbers.add(name)
        quoted = name.replace("\\", "\\\\").replace("'", "\\'")
        lines[i] = f"@ATTRIBUTE '{quoted}' {'NUMERIC' if is_number else 'STRING'}"
    return "\n".join(lines), numbers


def _unquoted(name: str) -> str:
    if name[:1] in "'\"" and name[-1:] == name[:1] and len(name) > 1:
        return re.sub(r"\\(.)", r"\1", name[1:-1])
    return name
