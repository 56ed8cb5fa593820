"""Progress on standard error, with the time that remains."""

import sys
from typing import Any

from tqdm import tqdm

SECONDS_BETWEEN_LINES = 10  # of a log file, which keeps them all


def on_terminal() -> bool:
    """Return whether standard error is a terminal; in some hosts it is None, or lacks `isatty`."""
    return hasattr(sys.stderr, "isatty") and sys.stderr.isatty()


def progress_bar(total: int, description: str, unit: str, *, shown: bool = True) -> Any:
    """Return a progress bar: one line on a terminal, which is wiped at the end.

    Parameters
    ----------
    total : int
        Number of steps.
    description : str
        What is done.
    unit : str
        What a step is, such as "epoch".
    shown : bool, default=True
        False makes a bar that shows nothing.

    Returns
    -------
    bar : tqdm
        The bar; ``update`` counts a step, and ``close`` ends it.
    """
    return tqdm(
        total=total,
        desc=description,
        unit=unit,
        file=sys.stderr,
        disable=not shown or sys.stderr is None,
        leave=not on_terminal(),
        dynamic_ncols=True,
        mininterval=0.1 if on_terminal() else SECONDS_BETWEEN_LINES,
    )
