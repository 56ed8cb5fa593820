"""Odd and hostile tables: a right result, or an error that says what and where.

``HYPOTHESIS_PROFILE=nightly`` runs ten times as many cases.
"""

import os
import warnings

import numpy as np
import pandas as pd
import pytest
from conftest import SMALL
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scipy import sparse
from sklearn.exceptions import DataConversionWarning

from skadan import NoiseSampler, Replicate, WADANSampler

COMMON = {"deadline": None, "suppress_health_check": list(HealthCheck)}
settings.register_profile("ci", max_examples=200, derandomize=True, **COMMON)
settings.register_profile("nightly", max_examples=2000, **COMMON)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))

QUICK = SMALL | {"max_epochs": 1, "sampling_strategy": Replicate(1)}


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
        case "csr":
            return sparse.csr_matrix(X)
        case "csc array":
            return sparse.csc_array(X)
        case "coo":
            return sparse.coo_matrix(X)
    return X


PLAIN = ["array", "fortran", "strided", "reversed", "read-only", "memory map", "list"]
FRAMES = ["frame", "duplicate names", "frame with an odd index", "nullable"]
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
    "unsigned": lambda y: y.astype(np.uint8),
}


def dense(X):
    if sparse.issparse(X):
        return X.toarray()
    if isinstance(X, pd.DataFrame):
        return X.to_numpy(dtype=float, na_value=np.nan)
    return np.asarray(X)


def check(sampler, X, y, n_before):
    """What every result has to be."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DataConversionWarning)
        X_new, y_new = sampler.fit_resample(X, y)
    before, after = dense(X), dense(X_new)
    assert type(X_new) is type(X) or isinstance(X, np.memmap)
    assert after.shape == (2 * n_before, before.shape[1])
    np.testing.assert_array_equal(after[:n_before], before)
    assert np.isfinite(after.astype(float)).all()
    if hasattr(X, "dtype"):
        assert X_new.dtype == X.dtype or X.dtype == object or X.dtype.byteorder == ">"
    if isinstance(X, pd.DataFrame):
        assert list(X_new.dtypes) == list(X.dtypes)
        assert list(X_new.columns) == list(X.columns)
    labels, counts = np.unique(np.asarray(y).astype(str), return_counts=True)
    labels_new, counts_new = np.unique(np.asarray(y_new).astype(str), return_counts=True)
    np.testing.assert_array_equal(labels, labels_new)
    np.testing.assert_array_equal(counts_new, 2 * counts)
    assert sampler.is_synthetic_.sum() == n_before
    constant = (before.astype(float) == before[0].astype(float)).all(0)
    np.testing.assert_array_equal(
        after[n_before:, constant].astype(float),
        np.repeat(before[:1, constant].astype(float), n_before, axis=0),
    )


@given(
    seed=st.integers(0, 2**31),
    n=st.integers(2, 24),
    d=st.integers(1, 40),
    n_classes=st.integers(2, 5),
    kind=st.sampled_from(KINDS),
    dtype=st.sampled_from(DTYPES),
    container=st.sampled_from(PLAIN + FRAMES + SPARSE),
    label=st.sampled_from(list(LABELS)),
    row_space=st.sampled_from(["auto", True, False]),
    sampler=st.sampled_from([WADANSampler, NoiseSampler]),
)
def test_any_table(
    tmp_path_factory, seed, n, d, n_classes, kind, dtype, container, label, row_space, sampler
):
    rng = np.random.default_rng(seed)
    with np.errstate(over="ignore", under="ignore", invalid="ignore"):
        X = as_dtype(columns(rng, n, d, kind), dtype)
    if container in SPARSE and np.dtype(dtype).str[1:] not in ("f8", "f4", "i8", "i4"):
        X = X.astype(np.float64)
    if (dtype == ">f8" and container != "array") or (dtype == "O" and container == "memory map"):
        X = X.astype("f8")  # which those containers cannot hold
    y = LABELS[label](np.concatenate([[0, 1], rng.integers(n_classes, size=n - 2)]))
    keywords = {"random_state": 0, "sampling_strategy": Replicate(1)}
    if sampler is WADANSampler:
        keywords = QUICK | {"row_space": row_space}
    varies = (X.astype(float) != X[0].astype(float)).any()
    table = contained(X, container, tmp_path_factory.mktemp("map"))
    if not varies and not (container == "duplicate names" and d > 1):
        with pytest.raises(ValueError, match="constant: there is nothing to learn"):
            sampler(**keywords).fit_resample(table, y)
        return
    if container == "duplicate names" and d > 1:
        with pytest.raises(ValueError, match="more than one column named 'same'"):
            sampler(**keywords).fit_resample(table, y)
        return
    kept = np.array(dense(table), copy=True)
    check(sampler(**keywords), table, y, n)
    np.testing.assert_array_equal(dense(table), kept)


@given(
    seed=st.integers(0, 2**31),
    bad=st.sampled_from([np.nan, np.inf, -np.inf]),
    place=st.tuples(st.integers(0, 9), st.integers(0, 5)),
    container=st.sampled_from(["array", "frame", "csr", "nullable"]),
)
@settings(max_examples=40)
def test_what_is_not_finite_is_named(seed, bad, place, container):
    X = np.random.default_rng(seed).normal(size=(10, 6))
    X[place] = bad
    y = [0, 1] * 5
    names = [f"feature {j}" for j in range(6)]
    table = {
        "array": lambda: X,
        "frame": lambda: pd.DataFrame(X, columns=names),
        "nullable": lambda: pd.DataFrame(X, columns=names).convert_dtypes(),
        "csr": lambda: sparse.csr_matrix(X),
    }[container]()
    what = "NaN" if np.isnan(bad) else "infinity"
    column = f"'feature {place[1]}'" if isinstance(table, pd.DataFrame) else str(place[1])
    with pytest.raises(ValueError, match=rf"contains {what} .*column\(s\) {column}"):
        WADANSampler(**QUICK).fit_resample(table, y)


@pytest.mark.parametrize("shape", [(4, 50_000), (3000, 1), (2, 2), (2, 1)])
def test_shapes(shape):
    X = np.random.default_rng(0).normal(size=shape)
    check(WADANSampler(**QUICK), X, np.arange(shape[0]) % 2, shape[0])


@pytest.mark.filterwarnings("ignore:The number of unique classes")
def test_a_thousand_classes_of_one_row():
    X = np.random.default_rng(0).normal(size=(1000, 5))
    check(WADANSampler(**QUICK), X, np.arange(1000), 1000)


def test_int64_beyond_float32():
    rng = np.random.default_rng(0)
    X = rng.integers(2**53, 2**62, size=(20, 3))
    X_new, _ = WADANSampler(**QUICK).fit_resample(X, np.arange(20) % 2)
    np.testing.assert_array_equal(X_new[:20], X)
    assert X_new.dtype == np.int64
    # A row may lie a little outside the range of the real ones; one that wraps around, far outside.
    share = X_new[20:] / 2**62
    assert share.min() > -0.05
    assert share.max() < 1.05


@pytest.mark.parametrize(
    ("X", "message"),
    [
        (np.zeros((0, 3)), "0 sample"),
        (np.zeros((4, 0)), "0 feature"),
        (np.zeros(4), "2D array"),
        (np.zeros((2, 2, 2)), "dim|shape|inconsistent"),
        (np.array([["a", "b"]] * 4), "could not convert|dtype='numeric'"),
        (np.ones((4, 2), complex), "[Cc]omplex"),
        (pd.DataFrame({"a": [1.0, 2, 3, 4], "b": list("wxyz")}), "could not convert"),
    ],
    ids=["no rows", "no columns", "one axis", "three axes", "text", "complex", "text column"],
)
def test_what_is_no_table(X, message):
    with pytest.raises(ValueError, match=message):
        WADANSampler(**QUICK).fit_resample(X, [0, 1, 0, 1][: len(X)])


def test_targets_that_are_none():
    X = np.random.default_rng(0).normal(size=(6, 3))
    for y, message in [
        ([0.1, 0.2, 0.3, 0.4, 0.5, 0.6], "continuous"),
        ([0, 0, 0, 0, 0, 0], "class"),
        ([0, 1, 0], "inconsistent"),
        ([0, 1, None, 0, 1, 0], "None|label|type"),
    ]:
        with pytest.raises((ValueError, TypeError), match=message):
            WADANSampler(**QUICK).fit_resample(X, y)
