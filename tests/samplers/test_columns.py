"""Columns of a table that are no plain numbers: read as what they are, or refused by name."""

from decimal import Decimal

import numpy as np
import pandas as pd
import pytest

from skadan import NoiseSampler, Replicate, WADANSampler
from skadan.samplers._containers import nearest

Y = [0] * 9 + [1] * 3
LONG = ["T"] if hasattr(np.dtypes, "StringDType") else []  # since NumPy 2


def frame(**columns):
    return pd.DataFrame({"f": np.arange(12.0), **columns})


CATEGORIES = {
    "integers": pd.Categorical([1, 2, 3] * 4),
    "floats": pd.Categorical([0.5, 2.0, -7.25] * 4),
    "ordered": pd.Categorical([1, 2, 3] * 4, categories=[3, 1, 2], ordered=True),
    "booleans": pd.Categorical([True, False] * 6),
    "nullable": pd.Categorical(pd.array([1, 2, 3] * 4, dtype="Int64")),
    "far apart": pd.Categorical([1, 10, 1000] * 4),
    "one": pd.Categorical([4] * 12),
    "unused ones": pd.Categorical([1, 2, 3] * 4, categories=[0, 1, 2, 3, 4]),
}


@pytest.mark.parametrize("kind", CATEGORIES)
@pytest.mark.parametrize("cls", [NoiseSampler, WADANSampler])
def test_synthetic_categories_are_categories(cls, kind):
    X = frame(grade=CATEGORIES[kind])
    keywords = {} if cls is NoiseSampler else {"max_epochs": 1}
    X_new, _ = cls(random_state=0, sampling_strategy=Replicate(4), **keywords).fit_resample(X, Y)
    assert X_new["grade"].dtype == X["grade"].dtype
    assert X_new["grade"].notna().all()
    pd.testing.assert_frame_equal(X_new.iloc[:12], X)
    assert X_new["grade"].iloc[12:].nunique() > (kind != "one")


def test_the_nearest_category_is_given():
    """The values that the same column of floats gets, rounded to the categories."""
    grades = np.array([3, 1, 7, 2] * 3)
    noise = NoiseSampler(random_state=0, noise_scale=0.7).fit(frame(grade=1.0 * grades), Y)
    values = noise.sample(50)[0]["grade"].to_numpy()
    X_new, _ = noise.fit(frame(grade=pd.Categorical(grades)), Y).sample(50)
    kinds = np.array([1, 2, 3, 7])
    expected = kinds[np.abs(values[:, None] - kinds).argmin(1)]
    np.testing.assert_array_equal(X_new["grade"].astype(int), expected)


def test_nearest_of_unsorted_numbers():
    assert nearest(np.array([5.0, -1.0, 2.0]), np.array([-9, 0.4, 0.6, 4, 99])).tolist() == [
        1,
        1,
        2,
        0,
        0,
    ]


def test_a_missing_category_is_named():
    grades = pd.Categorical([1, 2, None] * 4)
    with pytest.raises(ValueError, match=r"NaN in 4 place\(s\), column\(s\) 'grade'"):
        NoiseSampler().fit(frame(grade=grades), Y)


REFUSED = {
    "text": list("wxyz") * 3,
    "numbers as text": ["1", "2", "3"] * 4,
    "objects with text": pd.Series([1.0, 2.0, "?"] * 4, dtype=object),
    "text categories": pd.Categorical(list("abc") * 4),
    "numbers as text categories": pd.Categorical(["1", "2", "3"] * 4),
    "string": pd.Series(list("abc") * 4, dtype="string"),
    "dates": pd.date_range("2020-01-01", periods=12),
    "durations": pd.to_timedelta(np.arange(12), unit="s"),
    "lists": [[1]] * 12,
    "dictionaries": [{"a": 1}] * 12,
}


@pytest.mark.parametrize("kind", REFUSED)
def test_a_column_that_is_no_number_is_named(kind):
    sampler = NoiseSampler()
    for X in (frame(grade=REFUSED[kind]), frame(grade=REFUSED[kind])[["grade"]]):
        with pytest.raises(ValueError, match=r"could not convert column\(s\) 'grade'"):
            sampler.fit_resample(X, Y)
    with pytest.raises(ValueError, match=r"column\(s\) 'grade'"):
        sampler.fit(frame(grade=range(12)), Y)._new_rows(frame(grade=REFUSED[kind]))


@pytest.mark.parametrize("make", [list, lambda X: np.array(X, dtype=object), np.array])
def test_text_in_an_array_or_list_is_named(make):
    X = make([[0.0, "a"], [1.0, "b"]])
    columns = "0, 1" if X.__class__ is np.ndarray and X.dtype.kind == "U" else "1"
    with pytest.raises(ValueError, match=rf"column\(s\) {columns} to numbers: \d holds text"):
        NoiseSampler().fit(X, [0, 1])


@pytest.mark.parametrize("dtype", ["M8[s]", "m8[s]", "U3", "S3", *LONG])
def test_arrays_of_other_things_are_refused(dtype):
    X = np.arange(12).reshape(6, 2).astype(dtype)
    with pytest.raises(ValueError, match=r"could not convert column\(s\) 0, 1 to numbers: 0 holds"):
        NoiseSampler().fit(X, [0, 0, 0, 1, 1, 1])


def test_an_object_among_numbers_is_named():
    X = np.array([[0.0, 1.0], [1.0, pd.Timestamp("2020-01-01")]], dtype=object)
    for table in (X, X.tolist()):
        with pytest.raises(
            ValueError, match=r"column\(s\) 1 to numbers: 1 holds dates, such as Timestamp"
        ):
            NoiseSampler().fit(table, [0, 1])


def test_many_columns_are_counted():
    X = pd.DataFrame(np.full((4, 8), "a"), columns=[f"c{j}" for j in range(8)])
    with pytest.raises(ValueError, match="'c4' and 3 more to numbers"):
        NoiseSampler().fit(X, [0, 0, 1, 1])


@pytest.mark.parametrize("kind", [int, np.int64, np.uint64])
def test_whole_numbers_among_objects_are_not_rounded(kind):
    ids = pd.Series([kind(2**53 + 1)] * 12, dtype=object)
    with pytest.raises(ValueError, match=r"'id' holds whole numbers with .*9007199254740993"):
        NoiseSampler().fit(frame(id=ids), Y)


def test_objects_that_are_numbers_are_numbers():
    cells = pd.Series([1, 2.5, True, np.float32(3), Decimal("4.5"), np.int8(2)] * 2, dtype=object)
    X_new, _ = NoiseSampler(random_state=0).fit_resample(frame(cells=cells), Y)
    assert X_new["cells"].dtype == object
    assert X_new["cells"].iloc[:12].tolist() == cells.tolist()
    assert np.isfinite(X_new["cells"].astype(float)).all()


LARGE = np.array([[0.0, 1.0], [1.0, 2.0], [2.0, 5.0]], dtype=np.longdouble)


@pytest.mark.skipif(np.finfo(np.longdouble).max == np.finfo(float).max, reason="no such numbers")
def test_numbers_beyond_float64_are_named():
    X = LARGE.copy()
    X_new, _ = NoiseSampler(random_state=0).fit_resample(X, [0, 0, 1])
    assert X_new.dtype == np.longdouble
    X[1, 1] = np.finfo(float).max * np.longdouble(1.5)
    for table, column in [
        (X, "1"),
        (pd.DataFrame(np.array(X, dtype=object), columns=["a", "b"]), "'b'"),
    ]:
        with pytest.raises(ValueError, match=rf"column\(s\) {column} hold numbers beyond float64"):
            NoiseSampler().fit(table, [0, 0, 1])
    X[1, 1] = np.inf
    with pytest.raises(ValueError, match="infinity"):
        NoiseSampler().fit(X, [0, 0, 1])


def test_whole_numbers_beyond_float64_are_named():
    X = [[0, 1], [1, 10**400], [2, 3]]
    for table, column in [
        (X, "1"),
        (np.array(X, dtype=object), "1"),
        (pd.DataFrame(np.array(X, dtype=object), columns=["a", "b"]), "'b'"),
    ]:
        with pytest.raises(ValueError, match=rf"column\(s\) {column} hold numbers beyond float64"):
            NoiseSampler().fit(table, [0, 0, 1])


def test_masked_arrays():
    X = np.random.default_rng(0).normal(size=(12, 4))
    expected, _ = NoiseSampler(random_state=0).fit_resample(X, Y)
    X_new, _ = NoiseSampler(random_state=0).fit_resample(np.ma.array(X), Y)
    np.testing.assert_array_equal(X_new, expected)
    mask = np.zeros(X.shape, bool)
    mask[3, 2] = True
    with pytest.raises(ValueError, match=r"masked array with 1 masked .* column\(s\) 2: impute"):
        NoiseSampler().fit(np.ma.array(X, mask=mask), Y)


@pytest.mark.parametrize("dtype", ["bool[pyarrow]", "boolean", "int8[pyarrow]", "double[pyarrow]"])
def test_columns_of_arrow_and_nullable_ones(dtype):
    """In their dtype; one with a hole is named."""
    column = pd.Series([0, 1, 1, 0] * 3).astype(dtype)
    X_new, _ = NoiseSampler(random_state=0).fit_resample(frame(b=column), Y)
    assert X_new["b"].dtype == column.dtype
    assert X_new["b"].notna().all()
    pd.testing.assert_series_equal(X_new["b"].iloc[:12], column, check_names=False)
    column[3] = None
    with pytest.raises(ValueError, match=r"NaN in 1 place\(s\), column\(s\) 'b'"):
        NoiseSampler().fit(frame(b=column), Y)
