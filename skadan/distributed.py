"""Synthetic rows in numbers that no memory holds, made by several processes or machines."""

import os
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from joblib import Parallel, delayed
from numpy.typing import ArrayLike
from scipy import sparse

from ._files import written_whole
from ._models.arrays import CHUNK, to_array
from ._models.draws import Draw
from ._optional import require
from ._resending import resending
from ._saving import load_generator
from ._table_file import write_memmap
from .samplers._checks import is_count
from .samplers._tensors import is_tensor
from .samplers.drawing import DrawingSampler

__all__ = ["resending", "sample_files", "sample_frame", "write_memmap"]

PART_BYTES = 2**26  # of float64, in a part: a frame and its file are made in a few times that


def sample_frame(
    sampler: DrawingSampler | str | os.PathLike,
    y: ArrayLike | int,
    npartitions: int | None = None,
    *,
    random_state: Any = None,
    target: str = "target",
) -> Any:
    """Draw the rows of ``sampler.sample`` as a dask DataFrame, whose partitions workers make.

    The rows are those of ``sampler.sample(y, random_state=random_state)``, bit for bit, however
    many partitions and workers there are. Needs the ``distributed`` extra.

    Parameters
    ----------
    sampler : sampler of this package or path
        Fitted; or the file of one that `skadan.save_generator` wrote, in a place that all workers
        see. A worker reads it once, where a sampler is sent to it.
    y : int or array-like of shape (n_samples,)
        As for ``sample``. A number of rows takes no memory, whatever it is.
    npartitions : int, default=None
        Partitions, if there are rows enough: each has whole pages of 256 rows. None makes parts of
        64 MiB as float64.
    random_state : int, RandomState instance or None, default=None
        As for ``sample``.
    target : str, default="target"
        Name of the column of labels, the last one.

    Returns
    -------
    frame : dask.dataframe.DataFrame
        Columns of the training data, by their names there or else "x0", "x1" and so on, and the
        labels. The index is the number of the row.

    Raises
    ------
    ImportError
        Without the ``distributed`` extra.
    NotFittedError
        If the sampler is not fitted.
    ValueError
        If `y` or `npartitions` is unusable, or a column of the table has the name `target`.

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

    ``frame.to_parquet(folder)`` writes it, a file for each partition.
    """
    dask, frames = require("dask", "distributed"), require("dask.dataframe", "distributed")
    fitted = _fitted(sampler)
    sections = _sections(fitted, y, npartitions, random_state)
    source = dask.delayed(_anywhere(sampler))
    make = dask.delayed(_frame)
    starts = np.cumsum([0, *(len(section) for section in sections)])
    return frames.from_delayed(
        [make(source, section, target) for section in sections],
        meta=_frame(fitted, sections[0].section(0, 0), target),
        divisions=(*starts[:-1].tolist(), max(int(starts[-1]) - 1, 0)),
        verify_meta=False,
    )


def sample_files(
    sampler: DrawingSampler | str | os.PathLike,
    y: ArrayLike | int,
    folder: str | os.PathLike,
    *,
    n_files: int | None = None,
    n_jobs: int | None = None,
    random_state: Any = None,
    target: str = "target",
) -> list[Path]:
    """Draw the rows of ``sampler.sample`` into parquet files, with joblib's processes.

    Each process has one file at a time in memory. A file is there as a whole or not at all. Needs
    the ``tables`` extra.

    Parameters
    ----------
    sampler, y : sampler or path, int or array-like
        As for `sample_frame`.
    folder : path
        Where; it is made if its parent is there. It must not hold parquet files.
    n_files : int, default=None
        As ``npartitions`` of `sample_frame`.
    n_jobs : int, default=None
        Files at a time, by joblib's backend: processes, or workers of a cluster that see `folder`.
    random_state : int, RandomState instance or None, default=None
        As for ``sample``.
    target : str, default="target"
        As for `sample_frame`.

    Returns
    -------
    files : list of Path
        In the order of the rows: "part-00000.parquet" and so on.

    Raises
    ------
    ImportError
        Without the ``tables`` extra.
    NotFittedError, ValueError
        As `sample_frame`; also if `folder` holds parquet files.
    OSError
        If a file cannot be written.

    Examples
    --------
    >>> import tempfile
    >>> from skadan import WADANSampler
    >>> from skadan.datasets import make_speaker_classification
    >>> from skadan.distributed import sample_files
    >>> X, y, _ = make_speaker_classification(60, 40, random_state=0)
    >>> sampler = WADANSampler(max_epochs=2, random_state=0).fit(X, y)
    >>> [file.name for file in sample_files(sampler, 1000, tempfile.mkdtemp(), n_files=2)]
    ['part-00000.parquet', 'part-00001.parquet']
    """
    require("pyarrow", "tables")
    sections = _sections(_fitted(sampler), y, n_files, random_state)
    folder = Path(folder)
    folder.mkdir(exist_ok=True)
    there = sorted(folder.glob("*.parquet"))
    if there:
        raise ValueError(f"{folder} holds {there[0].name}: choose an empty folder, or empty it.")
    files = [folder / f"part-{number:05d}.parquet" for number in range(len(sections))]
    Parallel(n_jobs=n_jobs)(
        delayed(_write)(_anywhere(sampler), section, target, file.absolute())
        for section, file in zip(sections, files, strict=True)
    )
    return files


def _write(sampler: Any, section: Draw, target: str, path: Path) -> None:
    with written_whole(path) as file:
        _frame(sampler, section, target).to_parquet(file, index=False, use_dictionary=[target])


def _sections(
    sampler: DrawingSampler, y: Any, n_sections: int | None, random_state: Any
) -> list[Draw]:
    """Cut the draw of `y` into sections of whole pages, about equally long."""
    if n_sections is not None and (not is_count(n_sections) or n_sections < 1):
        raise ValueError(f"{n_sections!r} partitions: pass a whole number of 1 or more.")
    draw = sampler._asked(y, random_state)
    n_pages = max(1, -(-len(draw) // CHUNK))
    if n_sections is None:
        pages_of_part = max(1, PART_BYTES // (8 * CHUNK * sampler.n_features_in_))
        n_sections = -(-n_pages // pages_of_part)
    n = min(int(n_sections), n_pages)
    ends = [i * n_pages // n for i in range(n + 1)]
    return [draw.section(*ends[i : i + 2]) for i in range(n)]


def _frame(sampler: Any, section: Draw, target: str) -> Any:
    """Make a section of a draw, as a frame with its labels."""
    pandas = require("pandas", "distributed")
    fitted = _fitted(sampler)
    names = _names(fitted)
    if target in names:
        raise ValueError(f"target={target!r}: the table has a column of this name; choose another.")
    frame = _as_pandas(fitted._rows(section), len(names)).set_axis(names, axis=1)
    first = section.first * CHUNK
    frame.index = pandas.RangeIndex(first, first + len(frame))
    labels = pandas.Series(fitted.classes_[section.wanted[:][0]], index=frame.index)
    return frame.assign(**{target: labels})


def _as_pandas(rows: Any, n_columns: int) -> Any:
    """Return rows in any container as a frame of pandas."""
    if hasattr(rows, "iloc"):
        return rows
    if hasattr(rows, "to_pandas"):  # polars
        return rows.to_pandas()
    rows = to_array(rows) if is_tensor(rows) else rows
    dense = rows.toarray() if sparse.issparse(rows) else np.asarray(rows)
    return require("pandas", "distributed").DataFrame(dense.reshape(-1, n_columns))


def _names(sampler: DrawingSampler) -> list[str]:
    names = getattr(sampler, "feature_names_in_", None)
    numbered = (f"x{j}" for j in range(sampler.n_features_in_))
    return list(numbered if names is None else map(str, names))


def _anywhere(sampler: Any) -> Any:
    """Return the sampler, or the path of its file from whatever folder a worker is in."""
    return sampler if isinstance(sampler, DrawingSampler) else os.path.abspath(sampler)


def _fitted(sampler: Any) -> DrawingSampler:
    """Return the sampler, or that of the file."""
    if isinstance(sampler, DrawingSampler):
        sampler._trained()
        return sampler
    path = os.path.abspath(sampler)
    return _of_file(path, os.stat(path).st_mtime_ns)


@lru_cache(maxsize=2)
def _of_file(path: str, changed: int) -> Any:
    """Read a sampler once in each process."""
    return load_generator(path)
