"""Fetch a source file, read it, and split it into X, y and groups."""

import hashlib
import os
import subprocess
import sys
import zipfile
from collections.abc import Callable
from functools import partial
from io import BytesIO, StringIO
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit
from urllib.request import urlopen

import numpy as np
import pandas as pd

TIMEOUT = 60  # seconds without an answer


def download(url: str, cache: Path, base_url: str | None = None) -> Path:
    """Return the path of a URL's file; download it if the cache lacks it.

    ``base_url`` replaces the URL's host.
    """
    parts = urlsplit(url)
    path = cache / parts.path.lstrip("/")
    if not path.exists():
        address = base_url.rstrip("/") + parts.path if base_url else url
        with urlopen(address, timeout=TIMEOUT) as response:
            content = response.read()  # raises if the connection ends early
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_name(f"{path.name}.part")
        unfinished.write_bytes(content)
        os.replace(unfinished, path)
    return path


def download_wheel(package: str, cache: Path, base_url: str | None = None) -> Path:
    """Return the wheel of a package (``name==version``) of PyPI, from the cache if possible.

    pip fetches it, so pip's settings for mirrors and proxies apply. ``base_url`` is a mirror with
    a package index at ``simple/``.
    """
    name, _, version = package.partition("==")
    pattern = f"{name.replace('-', '_')}-{version}-*.whl"
    if not list(cache.glob(pattern)):
        cache.mkdir(parents=True, exist_ok=True)
        index = ["--index-url", f"{base_url.rstrip('/')}/simple"] if base_url else []
        with TemporaryDirectory(dir=cache) as folder:
            command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", *index]
            command += ["--only-binary=:all:", "--no-input", "--dest", folder, package]
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            wheels = list(Path(folder).glob(pattern))
            if done.returncode or not wheels:
                raise OSError(f"pip could not download {package}: {done.stderr.strip()}")
            os.replace(wheels[0], cache / wheels[0].name)
    return next(cache.glob(pattern))


def read_checked(path: Path, sha256: str | None) -> bytes:
    """Return a file's content, after a check of its SHA-256.

    Raises
    ------
    ValueError
        If the SHA-256 is known and differs.
    """
    content = path.read_bytes()
    found = hashlib.sha256(content).hexdigest()
    if sha256 and found != sha256:
        raise ValueError(
            f"{path} has the SHA-256 {found}, expected {sha256}: delete it and run the same "
            "command again. If that does not help, the file has changed at its source."
        )
    return content


def read_keel(file: BytesIO) -> pd.DataFrame:
    """Read a file of the KEEL repository; nominal columns become text."""
    head, _, rows = file.read().decode().partition("@data")
    lines = [line for line in head.splitlines() if line.lower().startswith("@attribute")]
    names = [line.replace("{", " ").split()[1] for line in lines]
    nominal = {name: str for name, line in zip(names, lines, strict=True) if "{" in line}
    return pd.read_csv(StringIO(rows), names=names, dtype=nominal, skipinitialspace=True)


READERS: dict[str, Callable[[BytesIO], pd.DataFrame]] = {
    "csv": pd.read_csv,
    "csv without header": partial(pd.read_csv, header=None),
    "keel": read_keel,
    # Unpickling runs code: use it only for packages whose SHA-256 is in the list.
    "pickle.xz": partial(pd.read_pickle, compression="xz"),
}


def split(
    frame: pd.DataFrame,
    label: str | int,
    groups: str | int | None = None,
    drop: tuple[str | int, ...] = (),
) -> tuple[np.ndarray, np.ndarray, np.ndarray | None]:
    """Split a frame into X, y and groups; a column of text becomes one column for each value."""
    roles = [label] if groups is None else [label, groups]
    columns = frame.drop(columns=[*roles, *drop])
    cells = pd.concat([pd.get_dummies(columns[[name]], dtype=float) for name in columns], axis=1)
    # Whole numbers stay numbers: as text they would sort in another order.
    y, *rest = [
        frame[name].to_numpy(dtype=None if frame[name].dtype.kind in "iu" else str)
        for name in roles
    ]
    return cells.to_numpy(dtype=np.float32), y, rest[0] if rest else None


def rebuild(
    fetch: dict, packages: dict[str, str], cache: Path, base_url: str | None = None
) -> tuple[np.ndarray, np.ndarray, np.ndarray | None]:
    """Follow a recipe of the list, and return X, y and groups (or None) of its table.

    A recipe has ``url``, or ``package`` (whose SHA-256 is in ``packages``) and ``file``; then
    ``format``, a key of `READERS`, and the arguments of `split`.
    """
    recipe = dict(fetch)
    package, url, file = (recipe.pop(key, None) for key in ("package", "url", "file"))
    read, sha256 = READERS[recipe.pop("format")], recipe.pop("sha256", None)
    if package:
        wheel = read_checked(download_wheel(package, cache, base_url), packages[package])
        content = zipfile.ZipFile(BytesIO(wheel)).read(file)
    else:
        content = read_checked(download(url, cache, base_url), sha256)
    return split(read(BytesIO(content)), **recipe)
