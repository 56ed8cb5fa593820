"""Tables in numpy's npz files."""

from pathlib import Path
from typing import Any

import numpy as np
from sklearn.utils import Bunch

from ._roles import check_column


def read_npz(path: Path, target: str | None, groups: str | None) -> Bunch:
    """Read features, labels and groups from a file of arrays.

    Raises
    ------
    ValueError
        If an array is missing, holds objects, or does not fit the others.
    """
    with np.load(path) as arrays:
        found = list(arrays)
        groups = "groups" if groups is None and "groups" in found else groups
        roles = {"features": "X", "target": target or "y", "groups": groups}
        wanted = {role: name for role, name in roles.items() if name is not None}
        for role, name in wanted.items():
            check_column(name, found, role)
        read = {role: _array(arrays, name) for role, name in wanted.items()}
        names = _array(arrays, "feature_names").tolist() if "feature_names" in found else None
    X = read.pop("features")
    if X.ndim != 2 or X.dtype.kind not in "iufb":
        raise ValueError(f"X, {X.dtype} of shape {X.shape}, is no table of numbers")
    for role, values in read.items():
        if values.shape != (len(X),):
            raise ValueError(f"X has {len(X)} rows, but the {role} is of shape {values.shape}")
    if names is not None and len(names) != X.shape[1]:
        raise ValueError(f"X has {X.shape[1]} columns, but there are {len(names)} feature_names")
    return Bunch(
        data=X,
        target=read["target"],
        groups=read.get("groups"),
        feature_names=names or [f"x{j}" for j in range(X.shape[1])],
        frame=None,
        cells=None,
        sep=None,
        decimal=None,
        is_synthetic=None,
        left_out={},
    )


def _array(arrays: Any, name: str) -> np.ndarray:
    try:
        return arrays[name]
    except ValueError as error:
        raise ValueError(
            f"{name} holds Python objects, which are not read: save it as text or numbers, such as "
            f"{name}.astype(str)"
        ) from error
