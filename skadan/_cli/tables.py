"""The table of a command: read, and described in a line."""

import sys
from argparse import Namespace
from typing import Any

import numpy as np

from ..datasets import load_table


def load(args: Namespace) -> Any:
    """Read the table, and say in a line what is used of it."""
    table = load_table(
        args.table,
        target=args.target,
        groups=args.groups,
        drop=args.drop,
        encoding=args.encoding,
        sep=args.sep,
        decimal=args.decimal,
    )
    if table.target is None:
        raise ValueError("Which column has the labels? Pass it as --target COLUMN.")
    print(summary(table), file=sys.stderr)
    return table


def real_rows(table: Any) -> np.ndarray:
    """Which rows of a table are real: all of them where it does not say."""
    if table.is_synthetic is None:
        return np.ones(len(table.target), dtype=bool)
    return ~table.is_synthetic


def summary(table: Any) -> str:
    """Say what is used: "802 features, 3 classes (6 severe); left out: name (...)"."""
    classes, counts = np.unique(table.target[real_rows(table)], return_counts=True)
    rarest = f"{counts.min()} {classes[counts.argmin()]}"
    text = f"{len(table.feature_names)} features, {len(classes)} classes ({rarest})"
    shown = [f"{str(name)[:40]} ({why})" for name, why in list(table.left_out.items())[:8]]
    more = f" and {len(table.left_out) - 8} more" if len(table.left_out) > 8 else ""
    return f"{text}; left out: {', '.join(shown)}{more}" if shown else text
