"""Blocks of rows: cut anew to any size, numbered, and made with the sampler's resources."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any

import torch
from torch import Tensor

from .._tables.columns import is_pandas


def cut_anew(blocks: Iterator[Tensor], block_rows: int) -> Iterator[Tensor]:
    """Yield the same rows in blocks of `block_rows`; one empty block where there are none."""
    parts: list[Tensor] = []
    n_held, yielded = 0, False
    for block in blocks:
        while len(block) >= block_rows - n_held:
            end = block_rows - n_held
            head, block = block[:end], block[end:]
            yield torch.cat([*parts, head])
            parts, n_held, yielded = [], 0, True
        parts.append(block)
        n_held += len(block)
    if n_held or not yielded:
        yield torch.cat(parts)


def made_within(
    blocks: Iterator[Tensor], resources: Callable[[], AbstractContextManager]
) -> Iterator[Tensor]:
    """Make each block within `resources`, which are free again while the block is looked at."""
    while True:
        with resources():
            block = next(blocks, None)
        if block is None:
            return
        yield block


def numbered(table: Any, start: int) -> Any:
    """Number the rows of a frame or series of pandas from `start`; others have no numbers."""
    if start and is_pandas(table) and hasattr(table, "iloc"):
        table.index = table.index + start
    return table
