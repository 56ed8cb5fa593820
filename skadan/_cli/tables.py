"""Read the table of a command, and describe it in a line."""

import shlex
import sys
from argparse import Namespace
from typing import Any

import numpy as np

from ..datasets import load_table
from ..datasets._wording import worded_by
from ..evaluation._problem import dense

FEW = 5  # columns of whole numbers that are worth a word


def load(args: Namespace) -> Any:
    """Read the table, and say in a line what is used of it."""
    with worded_by(option):
        table = load_table(
            args.table,
            target=args.target,
            groups=args.groups,
            drop=args.drop,
            encoding=args.encoding,
            sep=args.sep,
            decimal=args.decimal,
            transpose=args.transpose,
            layer=args.layer,
            sheet=args.sheet,
            metadata=args.metadata,
            metadata_sheet=args.metadata_sheet,
        )
    if table.target is None:
        raise ValueError("Which column has the labels? Pass it as --target COLUMN.")
    print(summary(table), file=sys.stderr)
    return table


def option(name: str, value: Any) -> str:
    """Word an argument of `load_table` as one types it in a shell."""
    if value is True:
        return f"--{name}"
    name = name.replace("_", "-")
    text = shlex.quote(str(value))
    # Without the =, argparse takes a value that begins with - for an option.
    return f"--{name}={text}" if text.startswith("-") else f"--{name} {text}"


def real_rows(table: Any) -> np.ndarray:
    """Return which rows of a table are real: all of them if it does not say."""
    if table.is_synthetic is None:
        return np.ones(len(table.target), dtype=bool)
    return ~table.is_synthetic


def summary(table: Any) -> str:
    """Say what is used: "802 features, 3 classes (6 severe); left out: name (...)"."""
    classes, counts = np.unique(table.target[real_rows(table)], return_counts=True)
    rarest = f"{counts.min()} {classes[counts.argmin()]}"
    features = f"{len(table.feature_names)} features{whole_numbers(table)}"
    text = f"{features}, {len(classes)} classes ({rarest})"
    shown = [f"{str(name)[:40]} ({why})" for name, why in list(table.left_out.items())[:8]]
    more = f" and {len(table.left_out) - 8} more" if len(table.left_out) > 8 else ""
    return f"{text}; left out: {', '.join(shown)}{more}" if shown else text


def whole_numbers(table: Any) -> str:
    """Name the columns of whole numbers if they are few, such as an age: ", of which ...".

    Among measured columns, such a column often describes the row and is not a feature.
    """
    rows = dense(table.data)
    whole = ((rows == np.rint(rows)) | np.isnan(rows)).all(0)
    counted = [j for j in np.flatnonzero(whole) if _takes_many(rows[:, j])]
    # Where most columns are counts, as of genes, a whole number says nothing.
    if 2 * whole.sum() >= len(whole) or not 1 <= len(counted) <= FEW:
        return ""
    *names, last = (str(table.feature_names[j])[:40] for j in counted)
    if not names:
        return f", of which {last} has whole numbers (--drop it if it is not a feature)"
    listed = f"{', '.join(names)} and {last}"
    return f", of which {listed} have whole numbers (--drop those that are not features)"


def _takes_many(column: np.ndarray) -> bool:
    """Return whether a column has more than two values, unlike a flag."""
    return len(np.unique(column[~np.isnan(column)])) > 2
