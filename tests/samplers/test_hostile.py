"""Odd and hostile tables: a right result, or an error that says what and where.

``HYPOTHESIS_PROFILE=nightly`` runs ten times as many cases.
"""

import os
import warnings

import numpy as np
import pandas as pd
import polars as pl
import pytest
from conftest import SMALL
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from odd_tables import DTYPES, FRAMES, KINDS, LABELS, PLAIN, SPARSE, as_dtype, columns, contained
from scipy import sparse
from sklearn.exceptions import DataConversionWarning

from skadan import NoiseSampler, Replicate, WADANSampler

COMMON = {"deadline": None, "suppress_health_check": list(HealthCheck)}
settings.register_profile("ci", max_examples=200, derandomize=True, **COMMON)
settings.register_profile("nightly", max_examples=2000, **COMMON)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))


QUICK = SMALL | {"max_epochs": 1, "sampling_strategy": Replicate(1)}


def dense(X):
    if sparse.issparse(X):
        return X.toarray()
    if isinstance(X, pd.DataFrame):
        return X.to_numpy(dtype=float, na_value=np.nan)
    if isinstance(X, pl.DataFrame):
        return X.to_numpy()
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
    assert type(y_new) is type(y)
    if hasattr(X, "columns"):
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


@pytest.mark.slow
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
    if container == "polars" and dtype in (">f8", "O", "f2"):
        X = X.astype("f8")
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
        "nullable": lambda: pd.DataFrame(X, columns=names).astype("Float64"),
        "csr": lambda: sparse.csr_matrix(X),
    }[container]()
    what = "NaN" if np.isnan(bad) else "infinity"
    column = f"'feature {place[1]}'" if isinstance(table, pd.DataFrame) else str(place[1])
    with pytest.raises(ValueError, match=rf"contains {what} .*column\(s\) {column}"):
        WADANSampler(**QUICK).fit_resample(table, y)


@pytest.mark.slow
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
    # A row may lie somewhat outside the range of the real ones; one that wraps around is at -2.
    share = X_new[20:] / 2**62
    assert share.min() > -0.5
    assert share.max() < 1.5
