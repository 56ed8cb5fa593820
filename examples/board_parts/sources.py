"""The list of the board's public tables, the digest of a table, and the manifest of a folder."""

import csv
import hashlib
import os
import shutil
import tomllib
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from board_parts.tables import manifest

LIST = Path(__file__).parents[1] / "board_tables.toml"
MANIFEST = (
    "name",
    "domain",
    "family",
    "rows",
    "columns",
    "classes",
    "source",
    "reference",
    "licence",
    "digest",
    "best_uar",
)


@dataclass(frozen=True)
class ListedTable:
    """An entry of the list of tables.

    ``digest`` is `table_digest` of the content. ``fetch`` says how to get and read the source file.
    It is empty if no recipe is known; ``missing`` then says why.
    """

    name: str
    domain: str
    rows: int
    columns: int
    classes: int
    source: str
    reference: str
    licence: str
    digest: str
    family: str = ""
    note: str = ""
    missing: str = ""
    fetch: dict = field(default_factory=dict)

    def manifest_line(self) -> dict[str, str]:
        """Return the table's line in ``manifest.csv``."""
        return {name: str(getattr(self, name, "")) for name in MANIFEST}


def load_list(path: Path = LIST) -> tuple[dict[str, ListedTable], dict[str, str]]:
    """Read the tables by name, and the SHA-256 of each package file that holds some of them."""
    content = tomllib.loads(path.read_text(encoding="utf-8"))
    tables = {name: ListedTable(name, **about) for name, about in content["tables"].items()}
    return tables, content.get("packages", {})


def table_digest(X: np.ndarray, y: np.ndarray, groups: np.ndarray | None = None) -> str:
    """Return the SHA-256 of a table's content, whatever the names of labels and groups.

    It covers the shape, the cells as little-endian float32, row by row, and the class and group of
    each row as indices of the sorted names (no groups: an empty array), as little-endian int64.
    """
    groups = np.empty(0) if groups is None else groups
    cells = np.asarray(X, dtype="<f4") + np.float32(0)  # -0.0 becomes 0.0
    digest = hashlib.sha256(str(cells.shape).encode())
    digest.update(np.ascontiguousarray(cells, dtype="<f4").tobytes())
    for labels in (y, groups):
        digest.update(np.unique(labels, return_inverse=True)[1].astype("<i8").tobytes())
    return digest.hexdigest()


def file_digest(path: Path) -> str:
    """Return the digest of a table in an npz file."""
    with np.load(path) as file:
        return table_digest(file["X"], file["y"], file.get("groups"))


def save_table(path: Path, X: np.ndarray, y: np.ndarray, groups: np.ndarray | None = None) -> None:
    """Write a table as an npz file for `tables.read`. An interrupted write leaves no such file.

    A file that is replaced keeps its mode, and a symbolic link stays a link.
    """
    arrays = {"X": np.asarray(X, dtype=np.float32), "y": y}
    if groups is not None:
        arrays["groups"] = groups
    path = Path(os.path.realpath(path))
    partial = path.with_suffix(".part")
    with partial.open("wb") as file:
        if path.exists():
            shutil.copymode(path, partial)
        np.savez_compressed(file, **arrays)
    os.replace(partial, path)


def write_manifest(folder: Path, lines: list[dict[str, str]]) -> None:
    """Add lines to the folder's ``manifest.csv``, or replace those of the same tables."""
    path = folder / "manifest.csv"
    known = manifest(path) | {line["name"]: line for line in lines}
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, MANIFEST, restval="", extrasaction="ignore")
        writer.writeheader()
        writer.writerows(known[name] for name in sorted(known))
