"""Sheets of workbooks, as Excel and LibreOffice write them."""

import datetime
import warnings
from pathlib import Path
from typing import Any

from .._optional import require
from ._delimited import Columns, columns_of


def read_workbook(path: Path) -> tuple[Columns, list[int], str]:
    """Read the first sheet of a workbook, whose first row names the columns.

    Returns the columns of text by name, the row of the sheet that each row is, and a comma: cells
    become text, so that they are read, and written, as those of a CSV file.

    Raises
    ------
    ImportError
        Without the ``excel`` extra.
    ValueError
        If it is not a workbook, or a row is longer than the header.

    Warns
    -----
    UserWarning
        If there are other sheets.
    """
    calamine = require("python_calamine", "excel")
    try:
        book = calamine.CalamineWorkbook.from_path(path)
    except calamine.CalamineError as error:
        raise ValueError(f"it is no workbook, or a damaged one ({error})") from error
    first, *others = book.sheet_names
    if others:
        warnings.warn(
            f"{path.name}: the sheet {first!r} is read; {', '.join(map(repr, others))} not.",
            UserWarning,
            stacklevel=4,
        )
    sheet = book.get_sheet_by_name(first).to_python(skip_empty_area=False)
    rows = [(i, list(map(_as_text, row))) for i, row in enumerate(sheet, 1)]
    (_, header), *filled = [(i, row) for i, row in rows if any(row)] or [(1, [])]
    if not header:
        raise ValueError("it is empty: the first row names the columns")
    return columns_of(header, filled), [i for i, _ in filled], ","


def _as_text(cell: Any) -> str:
    """Return a cell as one writes it; whole numbers are floats in a workbook."""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime.date | datetime.time):
        return cell.isoformat()
    return repr(cell) if isinstance(cell, float) else str(cell)
