"""Read workbooks as Excel and LibreOffice write them."""

import datetime
import warnings
from collections.abc import Container, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from .._optional import require
from ._delimited import Columns, columns_of
from ._wording import passing


def read_workbook(
    path: Path,
    sheet: str | None = None,
    option: str = "sheet",
    as_written: Container[str | int] | None = (),
) -> tuple[Columns, list[int], str]:
    """Read a sheet of a workbook, by default the first; its first row names the columns.

    Returns the cells of each column by name, the row number of each row in the sheet, and a comma.
    Cells become text, so that they are read and written like those of a CSV file. Numbers of
    labels and names are written with a point: of the columns `as_written`, by name or index; None
    means all. `option` is the parameter that names the sheet.

    Raises
    ------
    ImportError
        Without the ``excel`` extra.
    ValueError
        If the file is not a workbook, there is no such sheet, a row is longer than the header, or
        a whole number has more digits than a workbook can hold.

    Warns
    -----
    UserWarning
        If the workbook has other sheets, and none was chosen.
    """
    calamine = require("python_calamine", "excel")
    try:
        book = calamine.CalamineWorkbook.from_path(path)
        name, *others = book.sheet_names
        if sheet is not None:
            name, others = sheet, []
            if name not in book.sheet_names:
                there = ", ".join(map(repr, book.sheet_names))
                raise ValueError(f"there is no sheet {name!r}; there are {there}")
        # With the empty rows at the top, so that messages have the row numbers of the sheet.
        rows_of_sheet = book.get_sheet_by_name(name).to_python(skip_empty_area=False)
    except calamine.CalamineError as error:
        raise ValueError(f"it is not a workbook, or it is damaged ({error})") from error
    if others:
        warnings.warn(
            f"{path.name}: only the first sheet {name!r} is read. For another, pass "
            f"{' or '.join(passing(option, other) for other in others[:5])}.",
            UserWarning,
            stacklevel=5,
        )
    rows = [(i, row) for i, row in enumerate(rows_of_sheet, 1) if any(cell != "" for cell in row)]
    if not rows:
        raise ValueError("it is empty: the first row names the columns")
    (_, header), *filled = rows
    columns = list(zip(*(row for _, row in filled), strict=True)) or [()] * len(header)
    lines = [i for i, _ in filled]
    names = [str(_number(name)) for name in header]
    texts = [
        _column(cells, lines, as_written is None or name in as_written or j in as_written)
        for j, (name, cells) in enumerate(zip(names, columns, strict=True))
    ]
    made = [(i, [text[k] for text in texts]) for k, i in enumerate(lines)]
    return columns_of(names, made), lines, ","


def _column(cells: Sequence[Any], lines: list[int], as_written: bool) -> list[str]:
    """Return the cells of a column as text, without decimals if all numbers are whole."""
    for cell, line in zip(cells, lines, strict=True):
        if isinstance(cell, float) and abs(cell) >= 2**53 and cell.is_integer():
            raise ValueError(
                f"row {line} holds {cell:.0f}, a whole number with more digits than workbooks keep"
            )
    numbers = [cell for cell in cells if isinstance(cell, float)]
    whole = all(number.is_integer() for number in numbers)
    found = [_number(cell) if whole else cell for cell in cells]
    return [str(c) if as_written and isinstance(c, float) else _cell_text(c) for c in found]


def _number(cell: Any) -> Any:
    """Return an integer for a whole float, because all numbers in a workbook are floats."""
    return int(cell) if isinstance(cell, float) and cell.is_integer() else cell


def _cell_text(cell: Any) -> str:
    if isinstance(cell, datetime.date | datetime.time):
        return cell.isoformat()
    return without_decimal_mark(cell) if isinstance(cell, float) else str(cell)


def without_decimal_mark(number: float) -> str:
    """Return a number as text without a decimal mark, so that a decimal comma elsewhere in the
    table does not change how it is read."""
    sign, digits, exponent = Decimal(repr(number)).as_tuple()
    return f"{'-' * sign}{''.join(map(str, digits))}e{exponent}"
