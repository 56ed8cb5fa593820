"""Text files of cells: encodings, separators, and rows that are as long as the header."""

import codecs
import csv
import io
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any

from ._wording import passing

SEPARATORS = ",;\t|"
BOMS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}


Numbered = list[tuple[int, list[str]]]  # rows, each with its line


def read_text(path: Path, encoding: str | None) -> str:
    """Read a text file: in UTF-8 or what its first bytes say, or in `encoding`.

    Raises
    ------
    ValueError
        If it is not of that encoding.
    """
    data = path.read_bytes()
    found = encoding or next((name for bom, name in BOMS.items() if data.startswith(bom)), "utf-8")
    try:
        text = data.decode(found)
    except LookupError as error:
        raise ValueError(f"there is no encoding {encoding!r}") from error
    except UnicodeError as error:
        line = data[: getattr(error, "start", 0)].count(b"\n") + 1
        raise ValueError(
            f"line {line} is not {found}: pass the file's encoding, such as "
            f"{passing('encoding', 'latin-1')}"
        ) from error
    if "\0" in text:
        raise ValueError(
            "it holds NUL characters: pass the file's encoding, such as "
            f"{passing('encoding', 'utf-16-le')}"
        )
    return text.removeprefix("\ufeff")


def read_delimited(
    path: Path, encoding: str | None = None, sep: str | None = None
) -> tuple[dict[str, list[str]], list[int], str]:
    """Read a file of separated cells whose first line names the columns.

    Returns the columns of text by name, the line of each row, and what separates the cells.

    Raises
    ------
    ValueError
        If it is empty or no such file, or a row is not as long as the header.
    """
    with any_cell_size():
        return _read(read_text(path, encoding), sep)


@contextmanager
def any_cell_size() -> Iterator[None]:
    """Let csv read cells of any size: a wrong separator leaves whole lines in one."""
    before = csv.field_size_limit(2**31 - 1)
    try:
        yield
    finally:
        csv.field_size_limit(before)


def _read(text: str, sep: str | None) -> tuple[dict[str, list[str]], list[int], str]:
    first = text.lstrip()[:10].lower()
    if first.startswith("@relation"):
        raise ValueError("it is an ARFF file: give it a name that ends on .arff")
    skipped = 0
    if first.startswith("sep=") and sep is None:  # a line for Excel
        line, _, text = text.partition("\n")
        sep, skipped = line.strip("\r")[4:5] or None, 1
    if not text.strip():
        raise ValueError("it is empty: the first line names the columns")
    separator = sep or find_separator(text)
    header, rows = _records(text, separator, skipped)
    names, cells = _even(header, rows)
    columns = [list(column) for column in zip(*cells, strict=True)] or [[] for _ in names]
    return dict(zip(names, columns, strict=True)), [line for line, _ in rows], separator


def find_separator(text: str) -> str:
    """Find what separates the cells: what cuts the first rows into as many as the header."""
    best, most = None, 1
    for candidate in SEPARATORS:
        rows = [row for row in islice(_reader(text, candidate, strict=False), 50) if row]
        widths = {len(row) - (row[-1] == "" and len(row) > len(rows[0])) for row in rows}
        if len(widths) == 1 and len(rows[0]) > most:
            best, most = candidate, len(rows[0])
    if best is not None:
        return best
    header = "".join(next(_reader(text, "\0", strict=False), [""]))
    return max(SEPARATORS, key=header.count)


def _reader(text: str, separator: str, strict: bool = True) -> Any:
    return csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=strict)


def _records(text: str, separator: str, skipped: int) -> tuple[list[str], Numbered]:
    """Header and rows with their lines; blank lines are left out."""
    reader, records, line = _reader(text, separator), [], 1 + skipped
    try:
        for row in reader:
            if row:
                records.append((line, row))
            line = reader.line_num + 1 + skipped
    except csv.Error as error:
        raise ValueError(f"line {line} cannot be read ({error})") from error
    (_, header), *rows = records
    return header, rows


def _even(header: list[str], rows: Numbered) -> tuple[list[str], list[list[str]]]:
    """Names and rows of one length: a separator at the end of each row makes no column."""
    names, cells = [name.strip() for name in header], [row for _, row in rows]
    if rows and all(len(row) == len(names) + 1 and not row[-1].strip() for row in cells):
        cells = [row[:-1] for row in cells]
    for (line, _), row in zip(rows, cells, strict=True):
        if len(row) != len(names):
            raise ValueError(
                f"line {line} has {len(row)} cells, but the header names {len(names)} columns"
            )
    if names[-1] == "" and len(names) > 1 and not any(row[-1].strip() for row in cells):
        names, cells = names[:-1], [row[:-1] for row in cells]
    names = [name or f"Unnamed: {j}" for j, name in enumerate(names)]
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise ValueError(f"more than one column is named {name[:80]!r}: rename them")
        seen.add(name)
    return names, cells
