"""Frames and series of polars come in, and go out again."""

import numpy as np
import pandas as pd
import polars as pl
import pytest
from conftest import SMALL
from imblearn.pipeline import make_pipeline
from polars.testing import assert_frame_equal, assert_series_equal
from sklearn.svm import LinearSVC

from skadan import NoiseSampler, Replicate, WADANSampler, load_sampler, save_sampler

DTYPES = [
    pl.Float32,
    pl.Float64,
    pl.Int8,
    pl.Int16,
    pl.Int32,
    pl.Int64,
    pl.Int128,
    pl.UInt8,
    pl.UInt16,
    pl.UInt32,
    pl.UInt64,
    pl.Boolean,
]


def table(n=45):
    """A column of each dtype, in no order of names."""
    rng = np.random.default_rng(0)
    columns = {}
    for j, dtype in enumerate(DTYPES):
        values = np.abs(20 * rng.normal(size=n))
        values = values > 15 if dtype == pl.Boolean else np.rint(values)
        columns[f"{'zab'[j % 3]}{j}"] = pl.Series(values).cast(dtype)
    return pl.DataFrame(columns)


@pytest.fixture
def labels(problem):
    return pl.Series("emotion", np.array(["a", "b", "c"])[problem[1]])


def test_a_frame_comes_back(sampler, labels):
    X = table()
    X_new, y_new = sampler.fit_resample(X, labels)
    assert X_new.schema == X.schema
    assert_frame_equal(X_new[:45], X)
    assert_series_equal(y_new[:45], labels)
    assert X_new.null_count().sum_horizontal().item() == 0
    assert len(X_new) == len(y_new) == 90
    assert list(sampler.feature_names_in_) == X.columns


def test_rows_are_those_of_the_same_table_of_pandas(sampler, problem):
    X, y, _ = problem
    X = pd.DataFrame(dict(zip("hgfedcba", X.T, strict=False)))  # by column, as polars keeps them
    expected, _ = sampler.fit_resample(X, y)
    X_new, _ = sampler.fit_resample(pl.DataFrame(X.to_dict("list")), pl.Series(y))
    np.testing.assert_array_equal(X_new.to_numpy(), expected.to_numpy())


def test_whatever_a_sampler_makes_is_a_frame(labels):
    X, sampler = table(), WADANSampler(**SMALL)
    sampler.fit(X, labels)
    X_new, y_new = sampler.sample(7)
    assert X_new.schema == X.schema
    assert (y_new.name, y_new.dtype) == ("emotion", pl.String)
    codes = sampler.encode(X)
    assert sampler.decode(codes).schema == X.schema
    assert sampler.sample_from_codes(codes, labels).schema == X.schema
    again, same = sampler.sample(labels)
    assert again.schema == X.schema
    assert_series_equal(same, labels)


def test_codes_do_not_depend_on_the_library(problem):
    X, y, _ = problem
    frame = pd.DataFrame(X).rename(columns=str)
    sampler = WADANSampler(**SMALL).fit(frame, y)
    np.testing.assert_array_equal(
        sampler.encode(pl.DataFrame(frame.to_dict("list"))), sampler.encode(frame)
    )


@pytest.mark.parametrize("dtype", [d for d in DTYPES if d.is_integer()])
def test_integers_stay_in_their_range(dtype):
    big = 2**126 if dtype == pl.Int128 else pl.select(dtype.max()).item() - 1
    X = pl.DataFrame({"a": pl.Series([0, big, 3, big, 9, big], dtype=dtype), "b": range(6)})
    X_new, _ = NoiseSampler(noise_scale=5.0, random_state=0).fit_resample(X, [0, 0, 0, 0, 1, 1])
    assert X_new.schema == X.schema
    assert X_new["a"][:6].to_list() == X["a"].to_list()
    assert X_new["a"].null_count() == 0


def test_only_one_of_the_two_may_be_of_polars(problem, labels):
    X, y, _ = problem
    X_new, y_new = NoiseSampler().fit_resample(X, labels)
    assert isinstance(X_new, np.ndarray)
    assert isinstance(y_new, pl.Series)
    X_new, y_new = NoiseSampler().fit_resample(pl.DataFrame(X), y.tolist())
    assert isinstance(X_new, pl.DataFrame)
    assert isinstance(y_new, list)


def test_missing_values_are_named(labels):
    X = table().with_columns(b1=pl.when(pl.col("b2") > 1).then(pl.lit(None)).otherwise(1))
    with pytest.raises(ValueError, match=r"NaN in \d+ place\(s\), column\(s\) 'b1'"):
        NoiseSampler().fit(X, labels)
    with pytest.raises(ValueError, match=r"infinity in 45 .* 'b1'"):
        NoiseSampler().fit(table().with_columns(b1=pl.lit(np.inf)), labels)


@pytest.mark.parametrize(
    "column",
    [
        pl.Series(["a", "b", "c"] * 15),
        pl.Series(["1", "2", "3"] * 15, dtype=pl.Categorical),
        pl.Series(["1", "2", "3"] * 15, dtype=pl.Enum(["1", "2", "3"])),
        pl.Series([None] * 45),
        pl.Series([[1.0]] * 45),
        pl.Series(range(45)).cast(pl.Date),
        pl.Series(range(45)).cast(pl.Decimal(10, 2)),
    ],
    ids=lambda column: str(column.dtype),
)
def test_a_column_that_is_no_number_is_named(column, labels):
    X = table().with_columns(grade=column)
    with pytest.raises(ValueError, match=r"could not convert column\(s\) 'grade' .*'grade' holds"):
        NoiseSampler().fit(X, labels)


def test_a_lazy_frame_is_told_what_to_do(labels):
    with pytest.raises(TypeError, match=r"LazyFrame.*pass X\.collect\(\)"):
        NoiseSampler().fit(table().lazy(), labels)


def test_a_series_is_no_table(labels):
    with pytest.raises(ValueError, match="2D array"):
        NoiseSampler().fit(pl.Series(range(45)), labels)


def test_in_a_pipeline(problem, labels):
    X = pl.DataFrame(problem[0])
    sampler = NoiseSampler(sampling_strategy=Replicate(1), random_state=0)
    svm = LinearSVC(C=1e-3, random_state=0)
    assert make_pipeline(sampler, svm).fit(X, labels).predict(X).shape == (45,)


def test_a_file_keeps_the_frame(labels, tmp_path):
    sampler = WADANSampler(**SMALL).fit(table(), labels)
    save_sampler(sampler, tmp_path / "thing.safetensors")
    ours = load_sampler(tmp_path / "thing.safetensors").sample(9)
    for part, expected, check in zip(
        ours, sampler.sample(9), (assert_frame_equal, assert_series_equal), strict=True
    ):
        check(part, expected)


@pytest.mark.parametrize("dtype", [d for d in DTYPES if d.is_integer()])
def test_whole_numbers_are_the_nearest_ones_in_any_width(dtype):
    """The same draw as of a column of floats, rounded."""
    values, y = np.rint(60 + 10 * np.random.default_rng(0).normal(size=45)), [0] * 30 + [1] * 15
    plain, whole = (
        NoiseSampler(noise_scale=0.3, random_state=0)
        .fit(pl.DataFrame({"a": pl.Series(values).cast(t)}), y)
        .sample(200)[0]["a"]
        for t in (pl.Float64, dtype)
    )
    assert whole.dtype == dtype
    np.testing.assert_array_equal(whole.cast(pl.Float64), np.rint(plain))
