"""Every container of rows through pickles, skops and files: the same one comes back."""

import pickle

import joblib
import numpy as np
import pandas as pd
import pyarrow
import pytest
import skops.io
from conftest import SMALL
from scipy import sparse

from skadan import NoiseSampler, WADANSampler, load_sampler, save_sampler

X = np.round(2 * np.random.default_rng(0).normal(size=(12, 4)))
Y = np.array([0] * 8 + [1] * 4)
DECIMAL = pd.ArrowDtype(pyarrow.decimal128(8, 2))


def frame(dtype=float, columns=None):
    return pd.DataFrame(X, columns=columns).astype(dtype)


TABLES = {
    "array": X,
    "list": X.tolist(),
    "float32": X.astype(np.float32),
    "csr_matrix": sparse.csr_matrix(X),
    "lil_array": sparse.lil_array(X),
    "frame": frame(columns=list("abcd")),
    "named": frame(columns=pd.Index(list("abcd"), name="feature")),
    "numbered": frame(),
    "steps": frame(columns=pd.RangeIndex(10, 18, 2)),
    "wavelengths": frame(columns=[400.0, 400.5, 401.0, 401.5]),
    "narrow": frame(columns=np.arange(4, dtype=np.int16)),
    "narrow floats": frame(columns=np.linspace(0, 1, 4, dtype=np.float32)),
    "numpy's numbers": frame(columns=pd.Index(list(np.arange(4)), dtype=object)),
    "sparse frame": frame(pd.SparseDtype(float, 0.0)),
    "sparse integers": frame(pd.SparseDtype(int, 0)),
    "big-endian": frame(">f8"),
    "nullable": frame({0: "Int64", 1: "Float32", 2: "int8"}),
    "pyarrow": frame({0: "double[pyarrow]", 1: "int16[pyarrow]"}),
    "decimals": frame({0: DECIMAL}),
    "categories": frame({1: pd.CategoricalDtype(np.unique(X[:, 1]), ordered=True)}),
}


def alike(ours, theirs):
    assert type(ours) is type(theirs)
    if isinstance(ours, pd.DataFrame):
        pd.testing.assert_frame_equal(ours, theirs, check_column_type=True)
        assert type(ours.columns) is type(theirs.columns)
        return
    dense = sparse.issparse(ours)
    assert (
        np.asarray(ours.data if dense else ours).dtype
        == np.asarray(theirs.data if dense else theirs).dtype
    )
    np.testing.assert_array_equal(*(x.toarray() if dense else x for x in (ours, theirs)))


def through_skops(sampler, _):
    data = skops.io.dumps(sampler)
    return skops.io.loads(data, trusted=skops.io.get_untrusted_types(data=data))


def through_file(sampler, path):
    save_sampler(sampler, path)
    return load_sampler(path)


WAYS = {
    "pickle": lambda sampler, _: pickle.loads(pickle.dumps(sampler)),
    "skops": through_skops,
    "save_sampler": through_file,
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("name", TABLES)
def test_the_container_comes_back(name, way, tmp_path):
    sampler = NoiseSampler(random_state=0).fit(TABLES[name], Y)
    back = WAYS[way](sampler, tmp_path / "file")
    assert back._format == sampler._format
    if name != "categories":  # a synthetic number is none of them
        alike(back.sample(7)[0], sampler.sample(7)[0])
    if isinstance(TABLES[name], pd.DataFrame):
        pd.testing.assert_frame_equal(
            back._format.like, TABLES[name].iloc[:0], check_index_type=False
        )


def test_the_hash_is_that_of_the_pickle():
    for table in TABLES.values():
        sampler = NoiseSampler(random_state=0).fit(table, Y)
        before = joblib.hash(sampler)
        _ = sampler._format.like  # it is made once, and no part of the state
        assert joblib.hash(sampler) == before
        assert joblib.hash(pickle.loads(pickle.dumps(sampler))) == before


@pytest.mark.parametrize(
    ("table", "what"),
    [
        (frame(columns=pd.MultiIndex.from_product([["a", "b"], [1, 2]])), r"column name \('a', 1"),
        (frame(columns=pd.date_range("2020", periods=4)), "Column names of the kind"),
        (frame(columns=[pd.Timestamp("2020"), 1, 2, 3]), "column name Timestamp"),
    ],
)
def test_names_that_a_file_cannot_hold(table, what, tmp_path):
    with pytest.raises(TypeError, match=what):
        save_sampler(NoiseSampler().fit(table, Y), tmp_path / "file")
    assert not list(tmp_path.iterdir())


def test_encode_takes_the_frame_that_comes_back(tmp_path):
    table = TABLES["wavelengths"]
    sampler = WADANSampler(**SMALL).fit(table, Y)
    back = through_file(sampler, tmp_path / "file")
    np.testing.assert_array_equal(back.encode(table), sampler.encode(table))
