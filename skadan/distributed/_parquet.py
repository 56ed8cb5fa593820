"""Draw rows into a folder of parquet files."""

import io
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from secrets import token_hex
from typing import Any

from filelock import FileLock, Timeout
from joblib import Parallel, delayed
from numpy.typing import ArrayLike

from .._files import remove_parts_in, written_whole
from .._models.arrays import BLOCK_ROWS
from .._models.draws import DrawPlan
from .._optional import require
from ..samplers._wanted import memory
from ..samplers.drawing import DrawingSampler
from ._drawing import fitted_and_source, frame_of, plan_draw, sections_of, target_of

# The size of the files is only an estimate, so up to this multiple of the free space is allowed.
DISK_FACTOR = 2


def sample_files(
    sampler: DrawingSampler | str | os.PathLike,
    y: ArrayLike | int,
    folder: str | os.PathLike,
    *,
    n_files: int | None = None,
    n_jobs: int | None = None,
    random_state: Any = None,
    target: str | None = None,
) -> list[Path]:
    """Draw the rows of ``sampler.sample`` into parquet files, in parallel by joblib.

    Each process has the rows of one file in memory. Files are written atomically. Needs the
    ``tables`` extra.

    Parameters
    ----------
    sampler, y : sampler or path, int or array-like
        As for `sample_frame`.
    folder : path
        The folder to write to; it is created if its parent exists. It must not contain parquet
        files, and no other `sample_files` may write to it at the same time.
    n_files : int, default=None
        As ``npartitions`` of `sample_frame`.
    n_jobs : int, default=None
        Number of jobs of joblib's backend: processes, or workers of a cluster that can access
        `folder`.
    random_state : int, RandomState instance or None, default=None
        As for ``sample``.
    target : str, default=None
        As for `sample_frame`.

    Returns
    -------
    files : list of Path
        The files in the order of the rows: "part-00000.parquet" and so on.

    Raises
    ------
    ImportError
        Without the ``tables`` extra.
    NotFittedError, ValueError
        As for `sample_frame`; also if `folder` contains parquet files, if another call writes to
        it, or if the rows do not fit on its disk or those of a file do not fit into memory.
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
    folder, (fitted, source) = Path(folder), fitted_and_source(sampler)
    draw, target = plan_draw(fitted, y, random_state), target_of(fitted, target)
    _check_disk(fitted, draw, target, folder)
    sections = sections_of(draw, fitted.n_features_in_, n_files)
    _check_memory(max(map(len, sections)), fitted.n_features_in_)
    folder.mkdir(exist_ok=True)
    with _lock_folder(folder) as mark:
        existing = sorted(folder.glob("*.parquet"))
        if existing:
            first = existing[0].name
            raise ValueError(f"{folder} holds {first}: choose an empty folder, or empty it.")
        files = [folder / f"part-{number:05d}.parquet" for number in range(len(sections))]
        Parallel(n_jobs=n_jobs)(
            # A worker may have another working directory.
            delayed(_write)(source, section, target, file.absolute(), mark)
            for section, file in zip(sections, files, strict=True)
        )
    return files


@contextmanager
def _lock_folder(folder: Path) -> Iterator[Path]:
    """Lock a folder against other draws, and yield a hidden file that marks this draw.

    If this process dies, the system frees the lock, but its workers may continue. They write
    nothing once the next draw has deleted their mark.
    """
    lock = FileLock(folder / ".draw.lock", timeout=0)
    try:
        lock.acquire()
    except Timeout:
        raise ValueError(
            f"Another sample_files is writing to {folder}: wait until it has ended, or choose "
            "another folder."
        ) from None
    mark = folder.absolute() / f".draw-{token_hex(8)}"
    try:
        for other in folder.glob(".draw-*"):
            other.unlink(missing_ok=True)
        mark.touch()
        yield mark
    finally:
        remove_parts_in(folder)  # incomplete files of killed draws and workers
        # Deleted while the lock is held: afterwards, the lock file may be that of the next draw.
        for file in (mark, Path(lock.lock_file)):
            with suppress(OSError):
                file.unlink()
        lock.release()


def _write(source: Any, section: DrawPlan, target: str, path: Path, mark: Path) -> None:
    with written_whole(path) as file:
        _write_parquet(file, source, section, target)
        # Checked inside the block, so that the file does not get its name.
        if not mark.exists():
            raise RuntimeError(f"{path} was not written: its draw has ended, or was killed.")


def _write_parquet(file: Any, source: Any, section: DrawPlan, target: str) -> None:
    """Write the rows of a section of a draw as parquet."""
    # Synthetic numbers rarely repeat: dictionaries of them take time and make larger files.
    frame_of(source, section, target).to_parquet(file, index=False, use_dictionary=[target])


def _check_disk(sampler: DrawingSampler, draw: DrawPlan, target: str, folder: Path) -> None:
    """Refuse more rows than fit on the disk of a folder, estimated from the first block of rows."""
    free = shutil.disk_usage(folder if folder.is_dir() else folder.parent).free
    # They fit even if nothing is compressed, so no block has to be drawn for an estimate.
    if 8 * len(draw) * (sampler.n_features_in_ + 1) <= free:
        return
    sizes = []
    # The size of a file without rows is subtracted, because it does not grow with the rows.
    for n_blocks in (0, 1):
        file = io.BytesIO()
        _write_parquet(file, sampler, draw.section(0, n_blocks), target)
        sizes.append(len(file.getvalue()))
    needed = (sizes[1] - sizes[0]) * len(draw) / BLOCK_ROWS
    if needed > DISK_FACTOR * free:
        raise ValueError(
            f"{len(draw)} rows take about {needed / 2**30:,.0f} GiB, but the disk of {folder} has "
            f"{free / 2**30:,.0f} GiB left: ask for fewer rows, or choose another disk."
        )


def _check_memory(n_rows: int, n_columns: int) -> None:
    """Refuse files whose rows do not fit into memory."""
    needed, available = 8 * n_rows * (n_columns + 1), memory()
    if needed > available:
        raise ValueError(
            f"The {n_rows} rows of a file take {needed / 2**30:,.0f} GiB, but this machine has "
            f"{available / 2**30:,.0f} GiB of memory: ask for more files, or for fewer rows."
        )
