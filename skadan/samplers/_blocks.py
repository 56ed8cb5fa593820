"""Iterate over synthetic rows in blocks."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any

import torch
from torch import Tensor

from .._tables.columns import is_pandas


def rebatch(blocks: Iterator[Tensor], block_rows: int) -> Iterator[Tensor]:
    """Yield the same rows in blocks of `block_rows`; one empty block if there are no rows."""
    waiting: list[Tensor] = []  # rows that do not fill a block yet
    n_waiting, yielded = 0, False
    for block in blocks:
        while len(block) >= block_rows - n_waiting:
            end = block_rows - n_waiting
            head, block = block[:end], block[end:]
            yield torch.cat([*waiting, head])
            waiting, n_waiting, yielded = [], 0, True
        waiting.append(block)
        n_waiting += len(block)
    if n_waiting or not yielded:
        yield torch.cat(waiting)


def compute_within(
    blocks: Iterator[Tensor], resources: Callable[[], AbstractContextManager]
) -> Iterator[Tensor]:
    """Compute each block inside the context `resources()`; leave it before yielding the block."""
    while True:
        # The caller's code runs between two blocks, and must find its own settings of torch.
        with resources():
            block = next(blocks, None)
        if block is None:
            return
        yield block


def number_rows(table: Any, start: int) -> Any:
    """Start the index of a pandas frame or series at `start`; other containers have no index."""
    if start and is_pandas(table) and hasattr(table, "iloc"):
        table.index = table.index + start
    return table
