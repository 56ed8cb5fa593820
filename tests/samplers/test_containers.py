"""Tables and targets come back in the container and the dtypes that they came in."""

import numpy as np
import pandas as pd
import pytest
import torch
from scipy import sparse

from skadan.samplers._containers import RowFormat, cast


def test_pandas_round_trip(small, problem):
    X, y, _ = problem
    frame = pd.DataFrame(
        {
            "real": X[:, 0],
            "single": X[:, 1].astype(np.float32),
            "count": np.rint(5 * X[:, 2]).astype(int),
            "small": np.clip(100 * X[:, 3], 0, 255).astype(np.uint8),
            "flag": X[:, 4] > 0,
            "nullable": pd.array(np.rint(X[:, 5]).astype(int), dtype="Int64"),
            "big": np.where(X[:, 6] > 0, 2**62 + 1, 2**62 - 1),
        },
        index=range(100, 145),
    )
    target = pd.Series(np.array(["a", "b", "c"])[y], name="emotion", dtype="category")
    X_new, y_new = small().fit_resample(frame, target)
    pd.testing.assert_frame_equal(X_new.iloc[:45], frame.reset_index(drop=True))
    pd.testing.assert_series_equal(y_new.iloc[:45], target.reset_index(drop=True))
    assert (X_new.dtypes == frame.dtypes).all()
    assert X_new["count"].iloc[45:].nunique() > 1
    assert len(X_new) == len(y_new) == 90


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64, np.int8, np.int64, bool])
def test_array_dtypes(small, problem, dtype):
    X, y, _ = problem
    X = (X > 0) if dtype is bool else (10 * X).astype(dtype)
    X_new, _ = small().fit_resample(X, y.astype(np.int16))
    assert X_new.dtype == dtype
    np.testing.assert_array_equal(X_new[:45], X)


@pytest.mark.parametrize("make", [sparse.csr_matrix, sparse.csc_array])
def test_sparse(small, problem, make):
    X, y, _ = problem
    X = make(np.where(X > 1, X, 0))
    X_new, _ = small().fit_resample(X, y)
    assert type(X_new) is type(X)
    assert (abs(X_new[:45] - X)).nnz == 0


def test_lists(small):
    X, y = [[0.0, 1.0], [1.0, 0.0], [2.0, 1.0]], ["a", "b", "a"]
    X_new, y_new = small().fit_resample(X, y)
    assert isinstance(X_new, list)
    assert X_new[:3] == X
    assert y_new[:3] == y
    assert len(X_new) == len(y_new) == 6


def test_cast_holds_the_range():
    values = np.array([-3e30, -0.6, 0.5, 1.5, 3e30])
    assert cast(values, np.dtype(np.int64)).tolist() == [-(2**63), -1, 0, 2, 2**63 - 1]
    assert cast(values, np.dtype(np.uint8)).tolist() == [0, 0, 0, 2, 255]
    assert cast(values, np.dtype(bool)).tolist() == [False, False, True, True, True]
    assert np.isfinite(cast(np.array([1e39]), np.dtype(np.float32))).all()


@pytest.mark.parametrize("n_made", [0, 3])
def test_lost_rows_are_no_memory_of_others(n_made):
    """A table that is not filled would hold whatever was in memory before."""
    X = np.zeros((2, 3))
    with pytest.raises(RuntimeError, match="rows made in place of 4"):
        RowFormat.of(X, X).wrap(4, 3, iter([torch.ones((n_made, 3))]))
