"""Odd tables: kinds of numbers, dtypes, containers and labels, to be combined."""

import numpy as np
import pandas as pd
import polars as pl
from scipy import sparse


def columns(rng, n, d, kind):
    """A table of some kind of numbers, float64."""
    X = rng.normal(size=(n, d))
    match kind:
        case "huge":
            return X * 1e30
        case "tiny":
            return X * 1e-30
        case "mixed scales":
            return X * 10.0 ** rng.integers(-30, 31, size=d)
        case "heavy tails":
            return rng.standard_cauchy(size=(n, d)) ** 3
        case "near float64's end":
            return X * 1e307
        case "constant columns":
            X[:, rng.random(d) < 0.5] = 3.0
            X[:, 0] = rng.normal(size=n)
            return X
        case "nearly constant":
            return 1e6 + 1e-9 * X
        case "far from zero":
            return 1e12 + X
        case "few values":
            return np.round(X)
        case "twins":
            return np.repeat(X[: (n + 1) // 2], 2, axis=0)[:n]
        case "denormal":
            return X * 1e-310
    return X


KINDS = [
    "plain",
    "huge",
    "tiny",
    "mixed scales",
    "heavy tails",
    "near float64's end",
    "constant columns",
    "nearly constant",
    "far from zero",
    "few values",
    "twins",
    "denormal",
]


DTYPES = ["f8", "f4", "f2", "i8", "i4", "u1", "i1", "?", ">f8", "O"]


def as_dtype(X, dtype):
    """The table in a dtype, brought into its range first."""
    kind = np.dtype(dtype).kind
    if kind == "b":
        return X > 0
    if kind in "iu":
        info = np.iinfo(dtype)
        unit = X / np.abs(X).max() if np.abs(X).max() else X
        low, high = (0, info.max) if kind == "u" else (info.min, info.max)
        return np.clip(
            np.rint(unit * float(info.max)), float(low), np.nextafter(float(high), 0)
        ).astype(dtype)
    if dtype in ("f2", "f4"):
        limit = np.finfo(dtype).max
        X = np.clip(X, -limit, limit)
    return X.astype(dtype)


def contained(X, kind, tmp_path):
    """The table in a container or memory layout."""
    match kind:
        case "fortran":
            return np.asfortranarray(X)
        case "strided":
            wide = np.zeros((2 * X.shape[0], 3 * X.shape[1]), X.dtype)
            wide[::2, ::3] = X
            return wide[::2, ::3]
        case "reversed":
            return X[::-1, ::-1].copy()[::-1, ::-1]
        case "read-only":
            X = X.copy()
            X.flags.writeable = False
            return X
        case "memory map":
            np.save(tmp_path / "X.npy", X)
            return np.load(tmp_path / "X.npy", mmap_mode="r")
        case "list":
            return X.tolist()
        case "frame":
            return pd.DataFrame(X)
        case "duplicate names":
            return pd.DataFrame(X, columns=["same"] * X.shape[1])
        case "frame with an odd index":
            return pd.DataFrame(
                X, index=np.zeros(len(X)), columns=[f"c{j}" for j in range(X.shape[1])]
            )
        case "nullable":
            return pd.DataFrame(X).convert_dtypes()
        case "polars":
            return pl.DataFrame(X)
        case "csr":
            return sparse.csr_matrix(X)
        case "csc array":
            return sparse.csc_array(X)
        case "coo":
            return sparse.coo_matrix(X)
    return X


PLAIN = ["array", "fortran", "strided", "reversed", "read-only", "memory map", "list"]


FRAMES = ["frame", "duplicate names", "frame with an odd index", "nullable", "polars"]


SPARSE = ["csr", "csc array", "coo"]


LABELS = {
    "numbers": lambda y: y,
    "text": lambda y: np.array([f"class {k}" for k in y]),
    "objects": lambda y: np.array([f"class {k}" for k in y], dtype=object),
    "booleans": lambda y: y > 0,
    "negative": lambda y: 3 - 10 * y,
    "large": lambda y: y.astype(np.int64) + 2**62,
    "series": lambda y: pd.Series(y, name="label", index=range(5, 5 + len(y))),
    "categories": lambda y: pd.Series(pd.Categorical.from_codes(y, [f"c{k}" for k in range(99)])),
    "list": lambda y: y.tolist(),
    "nullable": lambda y: pd.array(y, dtype="Int64"),
    "Categorical": lambda y: pd.Categorical(y),
    "index": lambda y: pd.Index(y.astype(str)),
    "polars": lambda y: pl.Series("label", y.astype(str)),
    "unsigned": lambda y: y.astype(np.uint8),
}
