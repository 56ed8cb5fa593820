"""Draw rows as a dask DataFrame."""

import os
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from .._optional import require
from ..samplers.drawing import DrawingSampler
from ._drawing import fitted_and_source, frame_of, plan_draw, sections_of, target_of


def sample_frame(
    sampler: DrawingSampler | str | os.PathLike,
    y: ArrayLike | int,
    npartitions: int | None = None,
    *,
    random_state: Any = None,
    target: str | None = None,
) -> Any:
    """Draw the rows of ``sampler.sample`` as a dask DataFrame, computed by dask's workers.

    The rows are those of ``sampler.sample(y, random_state=random_state)``, bit for bit, for any
    number of partitions and workers. Needs the ``distributed`` extra.

    Parameters
    ----------
    sampler : sampler of this package or path
        A fitted sampler, or a file that `skadan.save_sampler` wrote and that all workers can
        access. Each worker loads the file once; a sampler is sent to the workers. The file must
        not change until all rows are made.
    y : int or array-like of shape (n_samples,)
        As for ``sample``. A number of rows takes no memory, however large it is.
    npartitions : int, default=None
        Number of partitions, each of whole blocks of 256 rows; there are fewer if the rows do not
        suffice. None makes partitions of 64 MiB as float64.
    random_state : int, RandomState instance or None, default=None
        As for ``sample``.
    target : str, default=None
        Name of the last column, which holds the labels; None is the name of the training labels, or
        "target" if they had none.

    Returns
    -------
    frame : dask.dataframe.DataFrame
        The columns of the training data, named as there or else "x0", "x1" and so on, and the
        labels. The index is the row number.

    Raises
    ------
    ImportError
        Without the ``distributed`` extra.
    NotFittedError
        If the sampler is not fitted.
    ValueError
        If `y` or `npartitions` is invalid, or a column of the table has the name `target`; also
        when rows are computed, if the file of the sampler has changed.

    Examples
    --------
    >>> from skadan import WADANSampler
    >>> from skadan.datasets import make_speaker_classification
    >>> from skadan.distributed import sample_frame
    >>> X, y, _ = make_speaker_classification(60, 40, random_state=0)
    >>> sampler = WADANSampler(max_epochs=2, random_state=0).fit(X, y)
    >>> frame = sample_frame(sampler, 1000, npartitions=3)
    >>> frame.npartitions, len(frame)
    (3, 1000)

    ``frame.to_parquet(folder)`` writes one file per partition.
    """
    dask, frames = require("dask", "distributed"), require("dask.dataframe", "distributed")
    fitted, source = fitted_and_source(sampler)
    target = target_of(fitted, target)
    sections = sections_of(plan_draw(fitted, y, random_state), fitted.n_features_in_, npartitions)
    # As a separate task, so that the sampler is not in the task of every partition.
    source = dask.delayed(source)
    make = dask.delayed(frame_of)
    starts = np.cumsum([0, *(len(section) for section in sections)])
    return frames.from_delayed(
        [make(source, section, target) for section in sections],
        meta=frame_of(fitted, sections[0].section(0, 0), target),
        # The last division of dask is the last index itself, not the one after it.
        divisions=(*starts[:-1].tolist(), max(int(starts[-1]) - 1, 0)),
        verify_meta=False,
    )
