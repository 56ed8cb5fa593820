"""What the columns of a table hold, so that synthetic values can keep to it."""

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
import torch
from torch import Tensor

from .._models.arrays import to_tensor
from .._models.on_disk import row_blocks

FIRST = 256  # rows that mostly tell whether a column is of whole numbers


def ranges_of(rows: np.ndarray) -> dict[str, np.ndarray]:
    """Measure the columns of finite rows (n, d); the keys are names of fitted attributes."""
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
    floats = rows.astype(np.float64) if rows.dtype.kind == "O" else rows  # decimals
    return np.asarray((floats == np.rint(floats)).all(0))


def held(blocks: Iterable[Tensor], sampler: Any) -> Iterator[Tensor]:
    """Yield blocks of synthetic rows, held to what `ranges_of` measured as the sampler asks."""
    return map(lambda block: _held(block, sampler), blocks)


def _held(rows: Tensor, sampler: Any) -> Tensor:
    if sampler.whole_numbers:
        whole = to_tensor(sampler.is_whole_, rows.device)
        rows[:, whole] = rows[:, whole].round()
    if not sampler.clip:
        return rows
    ends = (to_tensor(end, rows.device) for end in (sampler.data_min_, sampler.data_max_))
    return torch.clamp(rows, *ends)
