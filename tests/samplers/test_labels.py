"""Labels of any kind: read as what they are, given back in their own container and dtype."""

import warnings

import numpy as np
import pandas as pd
import polars as pl
import pytest
from scipy import sparse

from skadan import NoiseSampler, Replicate, WADANSampler, load_sampler, save_sampler

NUMBERS = np.array([0] * 6 + [1] * 3)
TEXT = np.array(["neu"] * 6 + ["ang"] * 3)
ONE_HOT = np.eye(3, dtype=int)[2 * NUMBERS]  # nobody is of the class in the middle
X = np.random.default_rng(0).normal(size=(9, 3))

LABELS = {
    "array": NUMBERS,
    "text": TEXT,
    "objects": TEXT.astype(object),
    "numbers as objects": NUMBERS.astype(object),
    "big-endian": NUMBERS.astype(">i8"),
    "list": TEXT.tolist(),
    "tuple": tuple(NUMBERS.tolist()),
    "list of booleans": (NUMBERS > 0).tolist(),
    "series": pd.Series(TEXT, name="emotion"),
    "series of objects": pd.Series(NUMBERS, dtype=object),
    "series of categories": pd.Series(TEXT, dtype="category", name=("a", "b")),
    "ordered": pd.Series(pd.Categorical(NUMBERS, categories=[5, 1, 0], ordered=True)),
    "Int64": pd.Series(NUMBERS, dtype="Int64"),
    "Int8": pd.Series(NUMBERS, dtype="Int8"),
    "boolean": pd.Series(NUMBERS > 0, dtype="boolean"),
    "arrow": pd.Series(NUMBERS, dtype="int32[pyarrow]"),
    "arrow booleans": pd.Series(NUMBERS > 0, dtype="bool[pyarrow]"),
    "string": pd.Series(TEXT, dtype="string"),
    "Categorical": pd.Categorical(TEXT),
    "extension array": pd.array(NUMBERS, dtype="Int64"),
    "array of strings": pd.Series(TEXT, dtype="str").array,  # objects in pandas 2
    "sparse array": pd.arrays.SparseArray(NUMBERS),
    "index": pd.Index(TEXT, name="emotion"),
    "index of categories": pd.CategoricalIndex(TEXT),
    "frame": pd.DataFrame({"name": TEXT}),
    "one-hot": ONE_HOT,
    "one-hot booleans": ONE_HOT > 0,
    "one-hot list": ONE_HOT.tolist(),
    "one-hot frame": pd.DataFrame(ONE_HOT, columns=list("abc")),
    "dummies": pd.get_dummies(pd.Series(TEXT)),
    "polars": pl.Series("emotion", TEXT),
    "polars integers": pl.Series("emotion", NUMBERS, dtype=pl.Int16),
    "polars booleans": pl.Series("emotion", NUMBERS > 0),
    "polars categories": pl.Series("emotion", TEXT, dtype=pl.Categorical),
    "polars enum": pl.Series("emotion", TEXT, dtype=pl.Enum(["ang", "neu", "sad"])),
    "polars one-hot": pl.DataFrame(ONE_HOT, schema=["a", "b", "c"]),
}
if hasattr(np.dtypes, "StringDType"):  # since NumPy 2
    LABELS["text of any length"] = TEXT.astype(np.dtypes.StringDType())


@pytest.fixture(params=LABELS)
def y(request):
    return LABELS[request.param]


def plain(y):
    """Labels as Python's lists and values."""
    return y.rows() if isinstance(y, pl.DataFrame) else np.asarray(y).tolist()


def look(y):
    """Kind, dtypes and names of labels."""
    dtypes = getattr(y, "dtypes", None)
    dtypes = list(dtypes) if hasattr(y, "columns") else getattr(y, "dtype", None)
    name = None if isinstance(y, pd.DataFrame) else getattr(y, "name", None)
    return type(y), dtypes, name, list(getattr(y, "columns", []))


def test_labels_come_back_in_their_kind(y):
    _, y_new = NoiseSampler(random_state=0).fit_resample(X, y)
    assert look(y_new) == look(y)
    real = plain(y)
    assert plain(y_new) == real + [real[-1]] * 3
    if isinstance(y, list):
        assert [type(label) for label in y_new] == [type(y[0])] * 12


def test_sample_gives_labels_of_that_kind_too(y):
    sampler = NoiseSampler(random_state=0)
    _, y_both = sampler.fit_resample(X, y)
    _, y_new = sampler.sample(y_both)
    assert look(y_new) == look(y)
    assert plain(y_new) == plain(y_both)
    assert len(sampler.sample(4)[1]) == 4


def test_classes_are_those_of_the_labels(y):
    classes = NoiseSampler(random_state=0).fit(X, y).classes_
    if np.ndim(y) == 2 and np.shape(y)[1] > 1:
        assert classes.tolist() == [0, np.shape(y)[1] - 1]  # columns
        return
    labels = {label for row in plain(y) for label in (row if isinstance(row, list) else [row])}
    assert classes.tolist() == sorted(labels)
    assert {type(label) for label in classes.tolist()} == {type(label) for label in labels}


@pytest.mark.parametrize("kind", [k for k in LABELS if k != "big-endian"])
def test_a_file_keeps_the_kind_of_labels(kind, tmp_path):
    y = LABELS[kind]
    sampler = NoiseSampler(random_state=0).fit(X, y)
    save_sampler(sampler, tmp_path / "thing.safetensors")
    _, ours = load_sampler(tmp_path / "thing.safetensors").sample(5)
    _, theirs = sampler.sample(5)
    assert look(ours) == look(theirs)
    assert plain(ours) == plain(theirs)


def test_labels_that_differ_in_kind_only_give_the_same_rows():
    keywords = {"random_state": 0, "max_epochs": 1, "sampling_strategy": Replicate(2)}
    expected, _ = WADANSampler(**keywords).fit_resample(X, NUMBERS)
    for kind in ("Int64", "arrow", "polars integers", "ordered", "one-hot", "one-hot list"):
        X_new, _ = WADANSampler(**keywords).fit_resample(X, LABELS[kind])
        np.testing.assert_array_equal(X_new, expected)


MISSING = {
    "list": lambda y: [None if i == 7 else label for i, label in enumerate(y)],
    "list of text": lambda y: ["a" if i != 7 else float("nan") for i in range(len(y))],
    "array": lambda y: np.where(np.arange(len(y)) == 7, np.nan, y),
    "objects": lambda y: np.array(MISSING["list"](y), dtype=object),
    "dates": lambda y: np.array(MISSING["list"](y), dtype="M8[D]"),
    "masked array": lambda y: np.ma.array(y, mask=np.arange(len(y)) == 7),
    "nullable": lambda y: pd.Series(y, dtype="Int64").mask(np.arange(len(y)) == 7),
    "boolean": lambda y: pd.array(MISSING["list"](y > 0), dtype="boolean"),
    "series": lambda y: pd.Series(MISSING["list"](y.astype(str))),
    "categories": lambda y: pd.Categorical(MISSING["list"](y)),
    "one-hot": lambda y: np.where((np.arange(len(y)) == 7)[:, None], 0, np.eye(3, dtype=int)[y]),
    "one-hot list": lambda y: MISSING["one-hot"](y).tolist(),
    "polars": lambda y: pl.Series(MISSING["list"](y)),
    "polars text": lambda y: pl.Series(MISSING["list"](y.astype(str).tolist())),
}


@pytest.mark.parametrize("kind", MISSING)
def test_a_missing_label_is_named(kind):
    sampler = NoiseSampler()
    with pytest.raises(ValueError, match="y has no label in row 7: drop"):
        sampler.fit_resample(X, MISSING[kind](NUMBERS))
    assert not hasattr(sampler, "_model")


def test_several_missing_labels_are_counted():
    with pytest.raises(ValueError, match="no label in row 2 and 2 more"):
        NoiseSampler().fit(X, [0, 1, None, None, 1, 0, 0, float("nan"), 1])


def test_missing_labels_are_refused_in_sample():
    sampler = NoiseSampler().fit(X, TEXT)
    with pytest.raises(ValueError, match="no label in row 1"):
        sampler.sample(["neu", None])


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        ([0, "a"], r"number \(0\) and text \('a'\)|text \('a'\) and number \(0\)"),
        ([1, "1"], "several types"),
        ([True, 2], "boolean"),
        (np.array([0, "a"], dtype=object), "several types"),
        (pd.Series([0, "a"]), "several types"),
        (pd.Categorical([0, "a"]), "several types"),
    ],
)
def test_labels_of_mixed_types_are_refused(labels, message):
    with pytest.raises(ValueError, match=message):
        NoiseSampler().fit([[0.0], [1.0]], labels)


def test_sparse_and_lazy_labels_are_refused():
    with pytest.raises(TypeError, match=r"pass y\.toarray"):
        NoiseSampler().fit(X, sparse.csr_matrix(ONE_HOT))
    with pytest.raises(TypeError, match=r"pass y\.collect"):
        NoiseSampler().fit(X, pl.DataFrame({"y": NUMBERS}).lazy())


def test_an_array_of_one_column_is_taken_as_its_labels():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        _, y_new = NoiseSampler().fit_resample(X, NUMBERS[:, None])
    assert y_new.shape == (12,)
