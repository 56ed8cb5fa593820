"""A table with synthetic rows behind its own, in a file: real rows as they went in."""

import csv
import io
from argparse import Namespace
from typing import Any

import numpy as np

from .._files import written_whole
from .._optional import require
from ..datasets._roles import SYNTHETIC
from .arguments import WRITTEN

NULLABLE = {"i": "Int64", "u": "UInt64", "b": "boolean"}  # kinds of numpy that have no hole


def check_out(args: Namespace) -> None:
    """Refuse a file that cannot be written, before any training.

    Raises
    ------
    ValueError
        If the name says no known format, or is that of the table itself.
    OSError
        If its folder is not there.
    """
    if args.out.suffix.lower() not in WRITTEN:
        raise ValueError(f"--out {args.out}: the file ends on one of {', '.join(WRITTEN)}.")
    if not args.out.parent.is_dir():
        raise OSError(f"--out {args.out}: there is no folder {args.out.parent}.")
    itself = args.out.exists() and args.table.exists() and args.out.samefile(args.table)
    if itself and not args.force:
        raise ValueError(f"--out {args.out} is the table itself: pass --force to replace it.")


def real_rows(table: Any) -> np.ndarray:
    """Which rows of a table are real: all of them where it does not say."""
    if table.is_synthetic is None:
        return np.ones(len(table.target), dtype=bool)
    return ~table.is_synthetic


def data_of(table: Any, real: np.ndarray) -> tuple[Any, Any]:
    """Features and labels of the real rows."""
    pandas = require("pandas", "tables")
    data = table.data
    if table.frame is None:  # an npz file
        data = pandas.DataFrame(data, columns=table.feature_names)
    return data[real].reset_index(drop=True), table.target[real]


def write(table: Any, args: Namespace, real: np.ndarray, X: Any, y: Any, sampler: Any) -> None:
    """Write the real rows, and the synthetic rows X with labels y behind them."""
    names = columns_of(table, args)
    new = {name: X[name].tolist() for name in table.feature_names}
    new[names["target"]] = list(y)
    if names["groups"] is not None:
        new[names["groups"]] = anchored(table.groups[real], sampler)
    text = args.out.suffix.lower() != ".parquet"
    if text and table.cells is not None:
        _write_cells(table, args, real, new, len(X))
        return
    frame = _whole(table, names)[real]
    both = _stacked(frame.drop(columns=SYNTHETIC, errors="ignore"), new, len(X))
    both[SYNTHETIC] = np.repeat([False, True], [int(real.sum()), len(X)])
    with written_whole(args.out) as file:
        if text:
            both.to_csv(file, index=False, sep=separator_of(table, args))
        else:
            require("pyarrow", "tables")
            both.to_parquet(file)


def columns_of(table: Any, args: Namespace) -> dict[str, str | None]:
    """Names of the columns of labels and groups in what is written."""
    if table.frame is not None:
        return {"target": args.target, "groups": args.groups}
    groups = None if table.groups is None else args.groups or "groups"
    return {"target": args.target or "y", "groups": groups}


def anchored(groups: np.ndarray, sampler: Any) -> list:
    """The group of the row that each synthetic row is anchored in; None where there is none."""
    rows = sampler.sample_indices_[sampler.is_synthetic_]
    return [groups[row] if row >= 0 else None for row in rows.tolist()]


def separator_of(table: Any, args: Namespace) -> str:
    """What separates the cells: as in the table where both are text, else what is usual."""
    usual = "\t" if args.out.suffix.lower() == ".tsv" else ","
    return table.sep if table.sep and args.table.suffix == args.out.suffix else usual


def _whole(table: Any, names: dict[str, str | None]) -> Any:
    """All columns of the table as a frame."""
    if table.frame is not None:
        return table.frame
    frame = require("pandas", "tables").DataFrame(table.data, columns=table.feature_names)
    others = {names["target"]: table.target, names["groups"]: table.groups}
    return frame.assign(**{name: values for name, values in others.items() if name is not None})


def _stacked(frame: Any, new: dict[str, list], n_new: int) -> Any:
    """Real rows above synthetic ones; integers that a synthetic row lacks stay integers."""
    pandas = require("pandas", "tables")
    columns = {}
    for name in frame.columns:
        column = frame[name]
        values = new.get(name, [None] * n_new)
        holes = n_new > 0 and any(value is None for value in values)
        if holes and column.dtype.kind in "iub" and isinstance(column.dtype, np.dtype):
            column = column.astype(NULLABLE[column.dtype.kind])
        if pandas.api.types.is_string_dtype(column):  # pandas 2 keeps text among objects
            values = [value if value is None else str(value) for value in values]
        fresh = pandas.Series(values, dtype=column.dtype)
        columns[name] = pandas.concat([column, fresh], ignore_index=True)
    return pandas.DataFrame(columns)


def _write_cells(
    table: Any, args: Namespace, real: np.ndarray, new: dict[str, list], n_new: int
) -> None:
    """Write a table of text: the cells of real rows as they were, new numbers in its own style."""
    cells = table.cells.drop(columns=SYNTHETIC, errors="ignore")
    with written_whole(args.out) as file:
        text = io.TextIOWrapper(file, encoding="utf-8", newline="")
        writer = csv.writer(text, delimiter=separator_of(table, args), lineterminator="\n")
        writer.writerow([*cells.columns, SYNTHETIC])
        writer.writerows([*row, "False"] for row in cells[real].itertuples(index=False))
        columns = [new.get(name, [None] * n_new) for name in cells.columns]
        for row in zip(*columns, strict=True):
            writer.writerow([*(_cell(value, table.decimal) for value in row), "True"])
        text.detach()


def _cell(value: Any, mark: str) -> str:
    """A value as text, with the table's decimal mark."""
    if value is None:
        return ""
    return repr(float(value)).replace(".", mark) if isinstance(value, float) else str(value)
