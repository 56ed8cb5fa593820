"""Read tables from NumPy's npz files."""

import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.utils import Bunch

from .._tables.labels import read_typed
from ._roles import bunch_of_arrays, check_column, check_groups, check_target, column_names


def read_npz(path: Path, target: str | None, groups: str | None, drop: Sequence[str]) -> Bunch:
    """Read features, labels and groups from an npz file.

    Raises
    ------
    ValueError
        If an array is missing, holds objects, or does not fit the others, there are no rows, or a
        row has no label or group.
    """
    # np.load takes a file of another kind for a pickle, and advises to load that unsafely.
    if not zipfile.is_zipfile(path):
        raise ValueError("it is not an npz file, or it is damaged")
    # np.load would leave the file open if its directory is damaged.
    with open(path, "rb") as file, np.load(file) as arrays:
        found = list(arrays)
        groups = "groups" if groups is None and "groups" in found else groups
        target = target or "y"
        roles = {"features": "X", "target": target, "groups": groups}
        wanted = {role: name for role, name in roles.items() if name is not None}
        for role, name in wanted.items():
            check_column(name, found, role)
        read = {role: _array(arrays, name) for role, name in wanted.items()}
        names = (
            column_names(_array(arrays, "feature_names").tolist())
            if "feature_names" in found
            else None
        )
    X = read.pop("features")
    if X.ndim != 2 or X.dtype.kind not in "iufb":
        raise ValueError(f"X, {X.dtype} of shape {X.shape}, is not a table of numbers")
    for role, values in read.items():
        if values.shape != (len(X),):
            raise ValueError(f"X has {len(X)} rows, but the {role} is of shape {values.shape}")
    if names is not None and len(names) != X.shape[1]:
        raise ValueError(f"X has {X.shape[1]} columns, but there are {len(names)} feature_names")
    return bunch_of_arrays(
        X,
        check_target(read_typed(read["target"]), target),
        None if groups is None else check_groups(read_typed(read["groups"]), groups),
        names or [f"x{j}" for j in range(X.shape[1])],
        drop,
    )


def _array(arrays: Any, name: str) -> np.ndarray:
    try:
        return arrays[name]
    except ValueError as error:
        raise ValueError(
            f"{name} holds Python objects, which are not read: save it as text or numbers, such as "
            f"{name}.astype(str)"
        ) from error
    except MemoryError as error:
        raise ValueError(f"{name} is larger than memory, or its header is damaged") from error
