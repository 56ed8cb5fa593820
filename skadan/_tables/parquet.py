"""Read parquet files, and folders of them whose names may hold columns (Hive partitions)."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from .._optional import require
from .columns import list_names, with_index_as_columns
from .labels import parse_labels

SUFFIXES = ("", ".parquet", ".parq", ".pq")
# What Hive, Spark and pyarrow write into the name of a folder for a missing value.
NO_VALUE = "__HIVE_DEFAULT_PARTITION__"


class ParquetFile(NamedTuple):
    """Hold the path of a file, and the columns in the names of its folders, as text."""

    path: Path
    folders: dict[str, str]


def files_of(path: str | os.PathLike) -> list[ParquetFile]:
    """Return the files of a table, sorted by name.

    Raises
    ------
    FileNotFoundError
        If there is no such file or folder.
    ValueError
        If a file is not a parquet file, or has other columns than the first one.
    """
    place = Path(path)
    if not place.exists():
        raise FileNotFoundError(f"There is no file or folder {place}.")
    files = [ParquetFile(file, _folders(file, place)) for file in _parquet_paths(place)]
    expected: list[str] = []
    for file in files:
        names = [*_schema_of(file.path).names, *file.folders]
        expected = expected or names
        # Without duplicates: a column may be in the file and in the names of its folders.
        check_names(str(file.path), list(dict.fromkeys(names)), list(dict.fromkeys(expected)))
    return files


def _parquet_paths(place: Path) -> list[Path]:
    if place.is_file():
        return [place]
    inside = (file for file in sorted(place.rglob("*")) if file.is_file())
    relative = ((file, file.relative_to(place).parts) for file in inside)
    # Names of metadata files of Spark and dask begin with these characters.
    kept = [file for file, parts in relative if not any(p.startswith(("_", ".")) for p in parts)]
    return [file for file in kept if file.suffix.lower() in SUFFIXES]


def _folders(file: Path, place: Path) -> dict[str, str]:
    """Return the columns in the names of folders, such as y=sad."""
    from urllib.parse import unquote

    parts = file.relative_to(place).parts[:-1] if place.is_dir() else ()
    pairs = (part.partition("=") for part in parts if "=" in part)
    # Values in folder names are percent-encoded, as in URLs.
    return {name: "" if value == NO_VALUE else unquote(value) for name, _, value in pairs}


def _schema_of(path: Path) -> Any:
    try:
        return require("pyarrow.parquet", "tables").read_schema(path)
    except (ValueError, OSError) as error:
        raise ValueError(f"{path} is not a parquet file, or it is damaged ({error})") from error


def check_names(where: str, names: list[Any], expected: list[Any]) -> None:
    """Refuse missing or additional columns, compared with the first block or file."""
    lacking = [name for name in expected if name not in set(names)]
    more = [name for name in names if name not in set(expected)]
    if lacking or more:
        what = f"lacks {list_names(lacking)}" if lacking else f"has {list_names(more)}"
        raise ValueError(f"{where} {what}, unlike the first one: the columns differ.")


def frames_of(files: list[ParquetFile], batch_rows: int) -> Iterator[tuple[str, Any]]:
    """Yield the rows of files as frames, each with the path of its file."""
    values = {name: _parse_values([file.folders[name] for file in files]) for name in _names(files)}
    for i, file in enumerate(files):
        try:
            parquet = require("pyarrow.parquet", "tables").ParquetFile(file.path)
            for batch in parquet.iter_batches(batch_size=batch_rows):
                # Integers with missing values become objects: floats would change long identifiers.
                frame = with_index_as_columns(batch.to_pandas(integer_object_nulls=True))
                others = {n: v[i] for n, v in values.items() if n not in frame.columns}
                yield str(file.path), frame.assign(**others)
        except (ValueError, TypeError, OSError) as error:
            raise ValueError(f"{file.path} cannot be read ({error})") from error


def _names(files: list[ParquetFile]) -> list[str]:
    return list(files[0].folders) if files else []


def _parse_values(values: list[str]) -> list[Any]:
    """Convert the values in folder names like labels: "01" stays text, and "1" becomes a number."""
    return [
        None if text == "" else value
        for text, value in zip(values, parse_labels(values).tolist(), strict=True)
    ]
