"""Write a table with synthetic rows below its own, which are written unchanged."""

import csv
import io
from argparse import Namespace
from collections.abc import Callable, Iterator
from itertools import chain
from typing import Any

import numpy as np

from .._files import written_whole
from .._optional import require
from ..datasets._numbers import booleans
from ..datasets._roles import SYNTHETIC
from ..evaluation._problem import check_cells, dense, imputer_of
from .arguments import WRITTEN, check_folder, is_same

NULLABLE = {"i": "Int64", "u": "UInt64", "b": "boolean"}  # for NumPy kinds without missing values


def check_out(args: Namespace) -> None:
    """Refuse a file that cannot be written, before any training.

    Raises
    ------
    ValueError
        If the suffix is not a known format, or the file is the table itself.
    OSError
        If its folder is not there.
    ImportError
        If what writes it is not installed.
    """
    if args.out.suffix.lower() not in WRITTEN:
        raise ValueError(f"--out {args.out}: the name must end in one of {', '.join(WRITTEN)}.")
    check_folder("--out", args.out)
    if args.out.is_dir():
        raise OSError(f"--out {args.out}: a folder of this name is there. Choose another name.")
    if is_same(args.metadata, args.out):
        raise ValueError(f"--out {args.out} is the file of --metadata: choose another name.")
    if is_same(args.table, args.out) and not args.force:
        raise ValueError(f"--out {args.out} is the table itself: pass --force to replace it.")
    require("pandas", "tables")
    if args.out.suffix.lower() == ".parquet":
        require("pyarrow.parquet", "tables")


def check_names(table: Any, args: Namespace) -> None:
    """Refuse features with the name of another column that is written; only npz has such."""
    names = {*columns_of(table, args).values(), SYNTHETIC}
    taken = [name for name in table.feature_names if name in names]
    if taken:
        raise ValueError(
            f"{args.table.name}: the feature {taken[0]!r} has the name of a column of labels, "
            "groups or marks in the table to be written: rename it."
        )


def features_as_frame(table: Any) -> Any:
    """Return the features as a frame, also for an npz file."""
    if table.frame is not None:
        return table.data
    return require("pandas", "tables").DataFrame(dense(table.data), columns=table.feature_names)


def data_of(table: Any, real: np.ndarray, args: Namespace) -> tuple[Any, Any]:
    """Return features and labels of the real rows, with missing cells imputed if that is asked."""
    data = features_as_frame(table)[real].reset_index(drop=True)
    check_cells(dense(data), data.columns, args.impute)
    holes = data.columns[data.isna().any()]
    if len(holes):  # only with --impute
        filled = imputer_of(args.impute).fit_transform(data[holes].astype(float))
        for name, values in zip(holes, filled.T, strict=True):
            # Whole numbers and flags stay such, so that synthetic ones become such too.
            known = data[name].dropna().astype(float)
            whole = bool((known == np.rint(known)).all())
            data[name] = np.rint(values).astype(np.int64) if whole else values
            if table.cells is not None and booleans(list(table.cells[name])) is not None:
                data[name] = values >= 0.5
    name = columns_of(table, args)["target"]  # kept with a saved sampler
    return data, require("pandas", "tables").Series(table.target[real], name=name)


def write(table: Any, args: Namespace, real: np.ndarray, blocks: Iterator[Any]) -> int:
    """Write the real rows, and behind them blocks of synthetic ones; return how many of these.

    No more than a block of synthetic rows is in memory.
    """
    new = cells_of(blocks, table, args, real)
    if args.out.suffix.lower() == ".parquet":
        put: Callable[..., int] = _write_parquet
    else:
        put = _write_csv if table.cells is None else _write_cells
    with written_whole(args.out) as file:
        return put(file, table, args, real, new)


def cells_of(
    blocks: Iterator[Any], table: Any, args: Namespace, real: np.ndarray
) -> Iterator[dict[str, list]]:
    """Yield the cells of synthetic rows by column: features, label, and group of the anchor."""
    names = columns_of(table, args)
    for X, y, index in blocks:
        cells = {name: X[name].tolist() for name in table.feature_names}
        cells[names["target"]] = list(y)
        if names["groups"] is not None:
            groups = table.groups[real]
            cells[names["groups"]] = [groups[row] if row >= 0 else None for row in index.tolist()]
        yield cells


def columns_of(table: Any, args: Namespace) -> dict[str, str | None]:
    """Names of the columns of labels and groups in what is written."""
    if table.frame is not None:
        return {"target": args.target, "groups": args.groups}
    groups = None if table.groups is None else args.groups or "groups"
    return {"target": args.target or "y", "groups": groups}


def separator_of(table: Any, args: Namespace) -> str:
    """Return the separator of the table if both files are of one kind, else the usual one."""
    usual = "\t" if args.out.suffix.lower() == ".tsv" else ","
    return table.sep if table.sep and args.table.suffix == args.out.suffix else usual


def _whole(table: Any, names: dict[str, str | None]) -> Any:
    """Return all columns of the table as a frame."""
    if table.frame is not None:
        return table.frame
    frame = features_as_frame(table)
    others = {names["target"]: table.target, names["groups"]: table.groups}
    return frame.assign(**{name: values for name, values in others.items() if name is not None})


def _frames(table: Any, args: Namespace, real: np.ndarray, new: Iterator[dict]) -> Iterator[Any]:
    """Yield the real rows as a frame, then the synthetic ones, all with the same dtypes."""
    frame = _whole(table, columns_of(table, args))[real]
    frame = frame.drop(columns=SYNTHETIC, errors="ignore").reset_index(drop=True)
    first = next(new, None)
    if first is not None:  # integers that a synthetic row lacks stay integers
        lacking = [n for n in frame if n not in first or None in first[n]]
        kinds = {n: frame[n].dtype for n in lacking if isinstance(frame[n].dtype, np.dtype)}
        holes = {n: NULLABLE[k.kind] for n, k in kinds.items() if k.kind in NULLABLE}
        frame = frame.astype(holes)
    yield _marked(frame, False)
    for cells in () if first is None else chain([first], new):
        yield _marked(_like(frame, cells), True)


def _marked(frame: Any, is_synthetic: bool) -> Any:
    pandas = require("pandas", "tables")
    mark = pandas.Series(is_synthetic, index=frame.index, name=SYNTHETIC, dtype=bool)
    # Not by assignment, which warns that a wide frame is highly fragmented.
    return pandas.concat([frame, mark], axis=1)


def _like(frame: Any, cells: dict[str, list]) -> Any:
    """Return cells as a frame with the columns and dtypes of another one."""
    pandas = require("pandas", "tables")
    n_rows = len(next(iter(cells.values())))
    columns = {}
    for name, column in frame.items():
        values = cells.get(name, [None] * n_rows)
        if pandas.api.types.is_string_dtype(column):  # pandas 2 keeps text among objects
            values = [value if value is None else str(value) for value in values]
        columns[name] = pandas.Series(values, dtype=column.dtype)
    return pandas.DataFrame(columns)


def _write_csv(
    file: Any, table: Any, args: Namespace, real: np.ndarray, new: Iterator[dict]
) -> int:
    n_rows = 0
    for number, frame in enumerate(_frames(table, args, real, new)):
        frame.to_csv(file, index=False, sep=separator_of(table, args), header=not number)
        n_rows += len(frame)
    return n_rows - int(real.sum())


def _write_parquet(
    file: Any, table: Any, args: Namespace, real: np.ndarray, new: Iterator[dict]
) -> int:
    arrow, parquet = require("pyarrow", "tables"), require("pyarrow.parquet", "tables")
    frames = _frames(table, args, real, new)
    first = arrow.Table.from_pandas(next(frames), preserve_index=False)
    with parquet.ParquetWriter(file, first.schema) as writer:
        writer.write_table(first)
        n_rows = 0
        for frame in frames:
            # With the schema of the first table: a column without values would get another type,
            # which the writer refuses.
            writer.write_table(arrow.Table.from_pandas(frame, first.schema, preserve_index=False))
            n_rows += len(frame)
    return n_rows


def _write_cells(
    file: Any, table: Any, args: Namespace, real: np.ndarray, new: Iterator[dict]
) -> int:
    """Write a table of text: the cells of real rows as they were, new numbers in its own style."""
    cells = table.cells.drop(columns=SYNTHETIC, errors="ignore")
    text = io.TextIOWrapper(file, encoding="utf-8", newline="")
    writer = csv.writer(text, delimiter=separator_of(table, args), lineterminator="\n")
    writer.writerow([*cells.columns, SYNTHETIC])
    writer.writerows([*row, "False"] for row in cells[real].itertuples(index=False))
    n_rows = 0
    for block in new:
        n_new = len(next(iter(block.values())))
        columns = [block.get(name, [None] * n_new) for name in cells.columns]
        for row in zip(*columns, strict=True):
            writer.writerow([*(_cell(value, table.decimal) for value in row), "True"])
        n_rows += n_new
    # Otherwise the wrapper would close `file` when it is deleted; `written_whole` still needs it.
    text.detach()
    return n_rows


def _cell(value: Any, mark: str) -> str:
    """Return a value as text, with the table's decimal mark."""
    if value is None:
        return ""
    # repr of a Python float is the shortest text that is read as the same number.
    return repr(float(value)).replace(".", mark) if isinstance(value, float) else str(value)
