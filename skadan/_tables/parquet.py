"""Parquet files, and folders of them that are partitioned by the names of their folders."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from .._optional import require
from .columns import named, with_index_as_columns
from .labels import read_text

SUFFIXES = ("", ".parquet", ".parq", ".pq")
NO_VALUE = "__HIVE_DEFAULT_PARTITION__"


class ParquetFile(NamedTuple):
    """A file of a table, and what the names of its folders say, as text by column."""

    path: Path
    folders: dict[str, str]


def files_of(path: str | os.PathLike) -> list[ParquetFile]:
    """Return the files of a table, in the order of their names.

    Raises
    ------
    FileNotFoundError
        If there is no such file or folder.
    ValueError
        If a file has other columns than the first one, or is not a parquet file.
    """
    place = Path(path)
    if not place.exists():
        raise FileNotFoundError(f"There is no file or folder {place}.")
    files = [ParquetFile(file, _folders(file, place)) for file in _found(place)]
    expected: list[str] = []
    for file in files:
        names = [*_schema_of(file.path).names, *file.folders]
        expected = expected or names
        check_names(str(file.path), list(dict.fromkeys(names)), list(dict.fromkeys(expected)))
    return files


def _found(place: Path) -> list[Path]:
    if place.is_file():
        return [place]
    inside = (file for file in sorted(place.rglob("*")) if file.is_file())
    relative = ((file, file.relative_to(place).parts) for file in inside)
    # Spark and dask keep notes beside the files, whose names begin so.
    kept = [file for file, parts in relative if not any(p.startswith(("_", ".")) for p in parts)]
    return [file for file in kept if file.suffix.lower() in SUFFIXES]


def _folders(file: Path, place: Path) -> dict[str, str]:
    """Return the columns that are the names of folders, such as y=sad."""
    from urllib.parse import unquote

    parts = file.relative_to(place).parts[:-1] if place.is_dir() else ()
    pairs = (part.partition("=") for part in parts if "=" in part)
    return {name: "" if value == NO_VALUE else unquote(value) for name, _, value in pairs}


def _schema_of(path: Path) -> Any:
    try:
        return require("pyarrow.parquet", "tables").read_schema(path)
    except (ValueError, OSError) as error:
        raise ValueError(f"{path} is no parquet file, or a damaged one ({error})") from error


def check_names(where: str, names: list[Any], expected: list[Any]) -> None:
    """Refuse columns that are missing, or are more than in the first block or file."""
    lacking = [name for name in expected if name not in set(names)]
    more = [name for name in names if name not in set(expected)]
    if lacking or more:
        what = f"lacks {named(lacking)}" if lacking else f"has {named(more)}"
        raise ValueError(f"{where} {what}, unlike the first one: the columns differ.")


def frames_of(files: list[ParquetFile], batch_rows: int) -> Iterator[tuple[str, Any]]:
    """Yield the rows of files as frames, each with the path of its file."""
    values = {name: _typed([file.folders[name] for file in files]) for name in _names(files)}
    for i, file in enumerate(files):
        try:
            parquet = require("pyarrow.parquet", "tables").ParquetFile(file.path)
            for batch in parquet.iter_batches(batch_size=batch_rows):
                # Integers with a hole stay integers, so that long identifiers stay as they are.
                frame = with_index_as_columns(batch.to_pandas(integer_object_nulls=True))
                others = {n: v[i] for n, v in values.items() if n not in frame.columns}
                yield str(file.path), frame.assign(**others)
        except (ValueError, TypeError, OSError) as error:
            raise ValueError(f"{file.path} cannot be read ({error})") from error


def _names(files: list[ParquetFile]) -> list[str]:
    return list(files[0].folders) if files else []


def _typed(values: list[str]) -> list[Any]:
    """Return names of folders as labels are read: "01" is text, and 1 a number."""
    return [
        None if text == "" else value
        for text, value in zip(values, read_text(values).tolist(), strict=True)
    ]
