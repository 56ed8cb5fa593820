"""Read delimited text files: find encoding and separator, and check the length of rows."""

import codecs
import csv
import gzip
import io
import re
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any

from ._numbers import all_numbers
from ._roles import column_names
from ._wording import passing

SEPARATORS = ",;\t|"
BOMS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
# First bytes of files that are not text, and what to do with such a file.
OTHER_FILES = {
    b"\x1f\x8b": "a gzip file: decompress it, or give it a name that ends in .gz",
    b"BZh": "a bzip2 file: decompress it",
    b"\xfd7zXZ": "an xz file: decompress it",
    b"PK\x03\x04": "a zip archive, perhaps an Excel workbook: give that a name that ends in .xlsx",
    b"\xd0\xcf\x11\xe0": "an Excel workbook: give it a name that ends in .xls",
    b"PAR1": "a parquet file: give it a name that ends in .parquet",
    b"\x93NUMPY": "a NumPy file: save it with numpy.savez, as .npz",
    b"\x89HDF": "an HDF5 file: save the table in it as CSV or parquet",
    b"%PDF": "a PDF file: save the table in it as CSV",
}
QUOTES_AFTER_BLANKS = {sep: re.compile(rf'(?:^|{re.escape(sep)}) +"', re.M) for sep in SEPARATORS}

Numbered = list[tuple[int, list[str]]]  # rows, each with its line number
Columns = dict[str, list[str]]  # cells by column name


def read_text(path: Path, encoding: str | None) -> str:
    """Read a text file in `encoding`; by default in UTF-8, or as its byte order mark says.

    Raises
    ------
    ValueError
        If the file has another encoding, or is not a text file.
    """
    data = path.read_bytes()
    if path.suffix.lower() == ".gz":
        data = _decompressed(data)
    for start, what in OTHER_FILES.items():
        if data.startswith(start):
            raise ValueError(f"it is {what}")
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
    # UTF-16 without a byte order mark is valid UTF-8 with NULs between the letters.
    if "\0" in text:
        raise ValueError(
            "it holds NUL characters: pass the file's encoding, such as "
            f"{passing('encoding', 'utf-16-le')}"
        )
    # If the caller passed an encoding such as "utf-8", a byte order mark is still in the text.
    return text.removeprefix("\ufeff")


def _decompressed(data: bytes) -> bytes:
    try:
        return gzip.decompress(data)
    except (OSError, EOFError, zlib.error) as error:
        raise ValueError(f"it is not a gzip file, or it is damaged ({error})") from error


def read_delimited(
    path: Path, encoding: str | None = None, sep: str | None = None
) -> tuple[Columns, list[int], str]:
    """Read a delimited file whose first line names the columns.

    Returns the cells of each column by name, the line number of each row, and the separator.

    Raises
    ------
    ValueError
        If the file is empty or not delimited text, or a row is not as long as the header.
    """
    with any_cell_size():
        return _read(read_text(path, encoding), sep)


@contextmanager
def any_cell_size() -> Iterator[None]:
    """Let csv read cells of any size, since with a wrong separator a cell is a whole line."""
    # The limit is a C long, which has 32 bits on Windows: a larger one raises an error there.
    before = csv.field_size_limit(2**31 - 1)
    try:
        yield
    finally:
        csv.field_size_limit(before)


def _read(text: str, sep: str | None) -> tuple[Columns, list[int], str]:
    first = text.lstrip()[:10].lower()
    if first.startswith("@relation"):
        raise ValueError("it is an ARFF file: give it a name that ends in .arff")
    if first.startswith(("<!doctype", "<html", "<?xml")):
        raise ValueError("it is a page of HTML or XML, not a table of cells")
    skipped = 0
    if first.startswith("sep=") and sep is None:  # tells Excel the separator
        line, _, text = text.partition("\n")
        sep, skipped = line.strip("\r")[4:5] or None, 1
    text, n_comments = _without_comments(text, sep)
    if not text.strip():
        raise ValueError("it is empty: the first line names the columns")
    separator = sep or find_separator(text)
    header, rows = _records(text, separator, skipped + n_comments)
    # The other check reads the whole text, so it is made only if rows are one cell longer.
    is_longer = bool(rows) and len(rows[0][1]) == len(header) + 1
    row_names = is_longer and _may_have_row_names(text, separator, rows)
    return columns_of(header, rows, row_names), [line for line, _ in rows], separator


def _may_have_row_names(text: str, separator: str, rows: Numbered) -> bool:
    """Return whether the first cells can be row names, which R's write.table leaves unnamed.

    R quotes them, or separates cells by blanks or tabs. With commas, an extra cell may also come
    from an unquoted "1,234" or a comment, so such a file is refused.
    """
    differ = len({row[0] for _, row in rows}) == len(rows)
    quoted = all(line.startswith('"') for line in text.splitlines() if line)
    return differ and (quoted or separator in " \t")


def columns_of(header: list[str], rows: Numbered, has_row_names: bool = False) -> Columns:
    """Return the cells of each column by name, from a header and numbered rows."""
    names, cells = _align(header, rows, has_row_names)
    columns = [list(column) for column in zip(*cells, strict=True)] or [[] for _ in names]
    return dict(zip(names, columns, strict=True))


def _without_comments(text: str, sep: str | None) -> tuple[str, int]:
    """Return the text from its header on, and the number of comment lines (#) before it.

    The header itself may begin with #, as in genomic tables. It is then a line with as many cells
    as the row below, which has numbers while the header has none.
    """
    lines, rest = [], text
    while rest.startswith("#"):
        line, _, rest = rest.partition("\n")
        lines.append(line)
    if not lines or not rest.strip():
        return rest if lines else text, len(lines)
    with_header = f"{lines[-1]}\n{rest}"
    separator = sep or find_separator(with_header)
    header, row = islice(_reader(with_header, separator, strict=False), 2)
    is_header = len(header) == len(row) > 1 and _has_number(row) and not _has_number(header)
    return (with_header, len(lines) - 1) if is_header else (rest, len(lines))


def _has_number(cells: list[str]) -> bool:
    return any(all_numbers([cell.strip()], mark) for cell in cells if cell.strip() for mark in ".,")


def find_separator(text: str) -> str:
    """Return the separator that splits the first rows into as many cells as the header.

    Blanks, as R writes them, are tried last, because they also occur within cells.
    """
    widths = {separator: _width(text, separator) for separator in SEPARATORS}
    best = max(SEPARATORS, key=lambda separator: widths[separator])
    if widths[best] > 1:
        return best
    # `read_text` refuses NUL, so the header is a single cell here.
    header = "".join(next(_reader(text, "\0", strict=False), [""]))
    likely = max(SEPARATORS, key=header.count)
    return " " if header.count(likely) == 0 and _width(text, " ") > 1 else likely


def _width(text: str, separator: str) -> int:
    """Return the number of columns if the first rows agree on it, else 0."""
    # Not strict: with a wrong separator, quotes may be in the middle of a cell.
    rows = [row for row in islice(_reader(text, separator, strict=False), 50) if row]
    n_names = len(rows[0])
    # Rows may end with a separator that the header lacks, which makes an empty cell.
    found = {len(row) - (row[-1] == "" and len(row) > n_names) for row in rows[1:]}
    with_row_names = found == {n_names + 1} and n_names > 1  # as R writes them
    return n_names + with_row_names if with_row_names or found <= {n_names} else 0


def _reader(text: str, separator: str, strict: bool = True) -> Any:
    blanks = QUOTES_AFTER_BLANKS.get(separator)
    return csv.reader(
        io.StringIO(text, newline=""),
        delimiter=separator,
        strict=strict,
        # Otherwise the quotes in ``"a", "b"`` would become part of the cells.
        skipinitialspace=blanks is not None and ' "' in text and blanks.search(text) is not None,
    )


def _records(text: str, separator: str, skipped: int) -> tuple[list[str], Numbered]:
    """Return the header, and the rows with their line numbers, without blank lines."""
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


def _align(
    header: list[str], rows: Numbered, has_row_names: bool
) -> tuple[list[str], list[list[str]]]:
    """Return names and rows of equal length, without an empty column from trailing separators."""
    names, cells = [name.strip() for name in header], [row for _, row in rows]
    one_more = bool(rows) and all(len(row) == len(names) + 1 for row in cells)
    if one_more and not any(row[-1].strip() for row in cells):
        cells = [row[:-1] for row in cells]
    elif one_more and has_row_names:
        names = ["", *names]
    for (line, _), row in zip(rows, cells, strict=True):
        if len(row) != len(names):
            raise ValueError(
                f"line {line} has {len(row)} cells, but the header names {len(names)} columns"
            )
    if names[-1] == "" and len(names) > 1 and not any(row[-1].strip() for row in cells):
        names, cells = names[:-1], [row[:-1] for row in cells]
    return column_names(names), cells
