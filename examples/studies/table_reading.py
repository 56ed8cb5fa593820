"""How long it takes to load a wide table from a CSV file."""

import tempfile
from collections.abc import Iterator
from pathlib import Path
from statistics import median

import numpy as np
import pandas as pd
from performance_page import Section
from timing import alternate, call_timer

from skadan.datasets import load_table

N_ROWS = 4
WIDTHS = (5_000, 20_000, 80_000)


def write_wide_table(path: Path, n_columns: int) -> None:
    """Write a CSV file of numbers, such as gene expression, with labels in the last column."""
    X = np.random.default_rng(0).normal(size=(N_ROWS, n_columns)).round(4)
    frame = pd.DataFrame(X).add_prefix("gene")
    frame.assign(label=["u", "v"] * (N_ROWS // 2)).to_csv(path, index=False)


def reading_section(n_rounds: int) -> Section:
    """Time load_table and pandas on more and more columns."""

    def lines() -> Iterator[tuple[str, ...]]:
        with tempfile.TemporaryDirectory() as folder:
            for width in WIDTHS:
                path = Path(folder, f"{width}.csv")
                write_wide_table(path, width)
                timers = {
                    "load": call_timer(lambda path=path: load_table(path, target="label")),
                    "pandas": call_timer(lambda path=path: pd.read_csv(path)),
                }
                seconds = {name: median(v) for name, v in alternate(timers, n_rounds).items()}
                per_cell = 1e6 * seconds["load"] / (N_ROWS * width)
                cells = (f"{seconds['load']:.2f}", f"{seconds['pandas']:.2f}", f"{per_cell:.1f}")
                yield f"{width:,}", *cells

    return Section(
        "Loading a wide table",
        f"A CSV file of {N_ROWS} rows: the time grows with the number of cells.",
        ("columns", "load_table, seconds", "pandas.read_csv, seconds", "microseconds a cell"),
        lines(),
    )
