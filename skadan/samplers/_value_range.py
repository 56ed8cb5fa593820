"""Measure the ranges of columns, and clip and round synthetic values to them."""

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
import torch
from torch import Tensor

from .._models.arrays import to_tensor
from .._models.on_disk import row_blocks

# Most columns with fractions show one in these first rows; their later rows are not checked.
FIRST = 256


def ranges_of(rows: np.ndarray) -> dict[str, np.ndarray]:
    """Return the range of each column of finite rows (n, d), by name of the fitted attribute."""
    low = high = rows[0]
    whole = _are_whole(rows[:FIRST])
    for block in row_blocks(rows):
        low, high = np.minimum(low, block.min(0)), np.maximum(high, block.max(0))
        whole[whole] = _are_whole(block[:, whole])
    return {
        "data_min_": low.astype(np.float64),
        "data_max_": high.astype(np.float64),
        "is_whole_": whole,
    }


def _are_whole(rows: np.ndarray) -> np.ndarray:
    floats = rows.astype(np.float64) if rows.dtype.kind == "O" else rows  # decimal.Decimal
    return np.asarray((floats == np.rint(floats)).all(0))


def clip_and_round(blocks: Iterable[Tensor], sampler: Any) -> Iterator[Tensor]:
    """Clip and round blocks of synthetic rows, as ``clip`` and ``whole_numbers`` say."""
    return map(lambda block: _clip_and_round_block(block, sampler), blocks)


def _clip_and_round_block(rows: Tensor, sampler: Any) -> Tensor:
    if sampler.whole_numbers:
        whole = to_tensor(sampler.is_whole_, rows.device)
        rows[:, whole] = rows[:, whole].round()
    if not sampler.clip:
        return rows
    ends = (to_tensor(end, rows.device) for end in (sampler.data_min_, sampler.data_max_))
    return torch.clamp(rows, *ends)
