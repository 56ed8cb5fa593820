"""Plan a draw in sections that any process can make, and make sections as frames."""

import os
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
from scipy import sparse
from sklearn.utils.validation import check_is_fitted

from .._models.arrays import BLOCK_ROWS, to_array
from .._models.draws import DrawPlan
from .._optional import require
from .._saving import load_with_checksum
from ..samplers._input import is_tensor
from ..samplers._wanted import is_count
from ..samplers.drawing import DrawingSampler

PARTITION_BYTES = 2**26  # as float64; making a frame and its file takes a few times as much
MAX_PARTITIONS = 10**6  # the list of sections is in memory
MAX_ROWS = 2**53  # float64 counts rows exactly up to here


class SavedSampler(NamedTuple):
    """Hold the path of a saved sampler, and the checksum that a worker must find there."""

    path: str
    checksum: str


def fitted_and_source(sampler: Any) -> tuple[DrawingSampler, DrawingSampler | SavedSampler]:
    """Return a fitted sampler, and what is sent to workers: the sampler, or its file's path."""
    if isinstance(sampler, DrawingSampler):
        check_is_fitted(sampler)
        return sampler, sampler
    path = os.path.abspath(sampler)  # a worker may have another working directory
    fitted, checksum = load_with_checksum(path)
    return fitted, SavedSampler(path, checksum)


@lru_cache(maxsize=2)
def load(saved: SavedSampler) -> DrawingSampler:
    """Load a sampler once per process.

    Raises
    ------
    ValueError
        If the file has changed since the draw was planned.
    """
    sampler, checksum = load_with_checksum(saved.path)
    if checksum != saved.checksum:
        raise ValueError(
            f"{saved.path} has changed since the draw was planned: it holds another sampler. Draw "
            "all rows again, and do not change the file until all of them are made."
        )
    return sampler


def plan_draw(sampler: DrawingSampler, y: Any, random_state: Any) -> DrawPlan:
    """Return the plan of a draw, which takes no memory if `y` is a number."""
    if is_count(y) and y > MAX_ROWS:
        raise ValueError(f"{y} rows: ask for {MAX_ROWS} or fewer.")
    return sampler.plan_draw(y, random_state)


def sections_of(draw: DrawPlan, n_columns: int, n_sections: int | None) -> list[DrawPlan]:
    """Return sections of a draw, of whole blocks and about equal length."""
    if n_sections is not None and (not is_count(n_sections) or n_sections < 1):
        raise ValueError(f"{n_sections!r} partitions: pass a whole number of 1 or more.")
    n_blocks = max(1, -(-len(draw) // BLOCK_ROWS))
    if n_sections is None:
        blocks_per_section = max(1, PARTITION_BYTES // (8 * BLOCK_ROWS * n_columns))
        n_sections = -(-n_blocks // blocks_per_section)
    n = min(int(n_sections), n_blocks)
    if n > MAX_PARTITIONS:
        raise ValueError(
            f"{len(draw)} rows in {n} partitions: ask for {MAX_PARTITIONS} partitions or fewer, or "
            "for fewer rows."
        )
    ends = [i * n_blocks // n for i in range(n + 1)]
    return [draw.section(*ends[i : i + 2]) for i in range(n)]


def target_of(fitted: DrawingSampler, target: str | None) -> str:
    """Return the name of the column of labels: `target`, or else that of the training labels."""
    if target is not None:
        return target
    return "target" if fitted.target_name_ is None else str(fitted.target_name_)


def frame_of(source: Any, section: DrawPlan, target: str) -> Any:
    """Return the rows of a section of a draw as a frame, with their labels."""
    pandas = require("pandas", "distributed")
    fitted = load(source) if isinstance(source, SavedSampler) else source
    names = _names(fitted)
    if target in names:
        raise ValueError(f"target={target!r}: the table has a column of this name; choose another.")
    frame = _as_pandas(fitted.sample_draw(section), len(names)).set_axis(names, axis=1)
    first = section.first * BLOCK_ROWS
    frame.index = pandas.RangeIndex(first, first + len(frame))
    labels = pandas.Series(fitted.classes_[section.wanted[:][0]], index=frame.index)
    return frame.assign(**{target: labels})


def _as_pandas(rows: Any, n_columns: int) -> Any:
    """Return rows from any container as a pandas frame."""
    if hasattr(rows, "iloc"):
        return rows
    if hasattr(rows, "to_pandas"):  # polars
        return rows.to_pandas()
    rows = to_array(rows) if is_tensor(rows) else rows
    dense = rows.toarray() if sparse.issparse(rows) else np.asarray(rows)
    # An empty list of rows becomes an array of shape (0,).
    return require("pandas", "distributed").DataFrame(dense.reshape(-1, n_columns))


def _names(sampler: DrawingSampler) -> list[str]:
    names = getattr(sampler, "feature_names_in_", None)
    numbered = (f"x{j}" for j in range(sampler.n_features_in_))
    return list(numbered if names is None else map(str, names))
