"""The samplers' contract: what goes in, what comes out, what is refused."""

import hashlib
import pickle
import re
import subprocess
import sys
import textwrap

import joblib
import numpy as np
import pandas as pd
import polars as pl
import pytest
import torch
from conftest import SMALL
from imblearn.pipeline import Pipeline
from scipy import sparse
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import GridSearchCV, LeaveOneGroupOut, cross_validate
from sklearn.preprocessing import StandardScaler
from sklearn.svm import LinearSVC

from skadan import ADANSampler, Replicate, WADANSampler
from skadan._models.scaling import Scaling
from skadan.samplers._containers import cast

# Sampling strategies and counts


@pytest.mark.parametrize(
    ("strategy", "expected"),
    [
        ("auto", [20, 20, 20]),
        ("not majority", [20, 20, 20]),
        ("minority", [20, 12, 20]),
        ("not minority", [20, 20, 5]),
        ("all", [20, 20, 20]),
        ({0: 20, 2: 9}, [20, 12, 9]),
        (lambda y: {1: 13}, [20, 13, 5]),
        (Replicate(2), [60, 36, 15]),
    ],
)
def test_sampling_strategy(small, strategy, expected):
    y = np.repeat([0, 1, 2], [20, 12, 5])
    X = np.random.default_rng(0).normal(size=(37, 6))
    _, y_new = small(sampling_strategy=strategy).fit_resample(X, y)
    np.testing.assert_array_equal(np.bincount(y_new), expected)


def test_float_strategy_for_two_classes(small):
    y = np.repeat([0, 1], [20, 5])
    X = np.random.default_rng(0).normal(size=(25, 6))
    _, y_new = small(sampling_strategy=0.5).fit_resample(X, y)
    np.testing.assert_array_equal(np.bincount(y_new), [20, 10])


@pytest.mark.parametrize("n_rare", [1, 2, 3])
def test_tiny_class(small, n_rare):
    y = np.repeat(["common", "rare"], [9, n_rare])
    X = np.random.default_rng(0).normal(size=(9 + n_rare, 6))
    X_new, y_new = small(sampling_strategy="auto").fit_resample(X, y)
    assert (y_new == "rare").sum() == 9
    assert np.isfinite(X_new).all()


def test_balanced_data_come_back_untouched(small):
    X = np.random.default_rng(0).normal(size=(10, 3))
    y = np.repeat([0, 1], 5)
    sampler = small(sampling_strategy="auto")
    with pytest.warns(UserWarning, match="Replicate"):
        X_new, y_new = sampler.fit_resample(X, y)
    np.testing.assert_array_equal(X_new, X)
    np.testing.assert_array_equal(y_new, y)
    assert not sampler.is_synthetic_.any()
    assert not hasattr(sampler, "history_")
    with pytest.raises(NotFittedError, match="Replicate"):
        sampler.sample(3)


# What comes out


def test_original_rows_lead_bit_for_bit(small, problem):
    X, y, _ = problem
    sampler = small()
    X_new, y_new = sampler.fit_resample(X, y)
    np.testing.assert_array_equal(X_new[: len(X)], X)
    np.testing.assert_array_equal(y_new[: len(X)], y)
    np.testing.assert_array_equal(sampler.is_synthetic_, np.arange(2 * len(X)) >= len(X))
    assert not (X_new[len(X) :, None] == X[None]).all(2).any()


def test_fit_then_sample_is_fit_resample(small, problem):
    X, y, _ = problem
    X_both, y_both = small().fit_resample(X, y)
    X_new, y_new = small().fit(X, y).sample(y_both[len(y) :])
    np.testing.assert_array_equal(X_new, X_both[len(X) :])
    np.testing.assert_array_equal(y_new, y_both[len(y) :])


def test_fitted_attributes(small, problem):
    X, y, _ = problem
    sampler = small(max_epochs=3).fit(pd.DataFrame(X).rename(columns=str), y)
    np.testing.assert_array_equal(sampler.classes_, [0, 1, 2])
    assert sampler.n_iter_ == 3
    assert sampler.n_features_in_ == 100
    assert list(sampler.feature_names_in_) == [str(j) for j in range(100)]
    assert sampler.device_ == "cpu"
    assert all(column.shape == (3,) for column in sampler.history_.values())


def test_sample_by_labels_keeps_their_order(small, problem):
    X, y, _ = problem
    sampler = small(residuals=None, anchor=0.0, shrink=1.0).fit(X, y)
    labels = np.array([2, 0, 2, 1])
    X_new, y_new = sampler.sample(labels, random_state=5)
    np.testing.assert_array_equal(y_new, labels)
    np.testing.assert_array_equal(
        X_new, sampler.decode(sampler.sample_latent(labels, random_state=5))
    )


def test_sample_by_number_keeps_proportions(small, problem):
    X, y, _ = problem
    _, y_new = small().fit(X, y).sample(2 * len(y))
    np.testing.assert_array_equal(np.bincount(y_new), 2 * np.bincount(y))


def test_sample_seeds(small, problem):
    X, y, _ = problem
    sampler = small().fit(X, y)
    first, again, other = (sampler.sample(9, random_state=s)[0] for s in (None, None, 1))
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)
    free = small(random_state=None).fit(X, y)
    assert not np.array_equal(free.sample(9)[0], free.sample(9)[0])


def test_no_rows(small, problem):
    X, y, _ = problem
    X_new, y_new = small().fit(X, y).sample([])
    assert X_new.shape == (0, 100)
    assert y_new.shape == (0,)


def test_latent_shapes(small, problem):
    X, y, _ = problem
    sampler = small().fit(X, y)
    h = sampler.encode(X)
    assert h.shape == (45, 4)
    assert sampler.decode(h).shape == X.shape
    assert sampler.sample_latent(7).shape == (7, 4)


def test_residuals_are_those_of_the_anchor(small, problem):
    """x + (1 - anchor) (R(G(z, y)) - R(E(x))): a row moves by what its code says, no more."""
    X, y, _ = problem
    order = np.argsort(y, kind="stable")
    sampler = small(residuals="class", anchor=0.0, shrink=1.0).fit(X, y)
    X_new, _ = sampler.sample(y[order], random_state=3)
    move = sampler.decode(sampler.sample_latent(y[order], random_state=3))
    distance = np.abs((X_new - move)[:, None] - (X - sampler.decode(sampler.encode(X)))).max(2)
    rows = distance.argmin(1)  # whose residual it is
    assert distance.min(1).max() < 1e-4
    np.testing.assert_array_equal(y[rows], y[order])
    near, _ = (
        small(residuals="class", anchor=0.75, shrink=1.0).fit(X, y).sample(y[order], random_state=3)
    )
    np.testing.assert_allclose(near, X[rows] + 0.25 * (X_new - X[rows]), atol=1e-4)


@pytest.mark.parametrize("residuals", ["class", "all"])
def test_a_set_takes_each_training_row_once(small, problem, residuals):
    """As many rows as there are come from all of them, and the next set from all of them again."""
    X, y, _ = problem
    sampler = small(residuals=residuals, anchor=1.0, shrink=1.0).fit(X, y)
    copies, _ = sampler.sample(np.tile(y, 3), random_state=3)
    rows = np.abs(copies[:, None] - X[None]).max(2).argmin(1).reshape(3, -1)
    np.testing.assert_array_equal(np.sort(rows, axis=1), np.tile(np.arange(len(y)), (3, 1)))
    assert not np.array_equal(rows[0], rows[1])


def test_residuals_of_all_classes(small, problem):
    """Rows without their decoded part are residuals of training rows, of other classes too."""
    X, y, _ = problem
    sampler = small(residuals="all", anchor=0.0, shrink=1.0).fit(X, y)
    labels = np.repeat(2, 200)
    X_new, _ = sampler.sample(labels, random_state=3)
    clean = sampler.decode(sampler.sample_latent(labels, random_state=3))
    lost = X - sampler.decode(sampler.encode(X))
    distance = ((X_new - clean)[:, None] - lost[None]).__abs__().max(2)
    assert distance.min(1).max() < 1e-4
    assert set(y[distance.argmin(1)]) == {0, 1, 2}


def test_anchors_are_rows_of_the_class(small, problem):
    """Half way to a real row of the class; all the way is duplication."""
    X, y, _ = problem
    labels = np.repeat([0, 1, 2], 20)
    copies, _ = small(anchor=1.0, shrink=1.0).fit(X, y).sample(labels)
    distance = np.abs(copies[:, None] - X[None]).max(2)
    assert distance.min(1).max() < 1e-4
    np.testing.assert_array_equal(y[distance.argmin(1)], labels)
    generated, _ = (
        small(residuals=None, anchor=0.0, shrink=1.0).fit(X, y).sample(labels, random_state=3)
    )
    half, _ = small(residuals=None, anchor=0.5, shrink=1.0).fit(X, y).sample(labels, random_state=3)
    distance = np.abs((2 * half - generated)[:, None] - X[None]).max(2)
    assert distance.min(1).max() < 1e-3
    np.testing.assert_array_equal(y[distance.argmin(1)], labels)


@pytest.mark.parametrize("row_space", [True, False])
def test_shrink_draws_rows_to_the_mean(small, problem, row_space):
    X, y, _ = problem
    whole, half = (
        small(shrink=s, row_space=row_space).fit(X, y).sample(y, random_state=3)[0]
        for s in (1.0, 0.5)
    )
    mean, unit = X.mean(0), X.std(0)
    np.testing.assert_allclose((half - mean) / unit, (whole - mean) / unit / 2, atol=1e-4)


def test_shrink_by_the_size_of_the_class(small, problem):
    """Copies (anchor 1) show it: the fifth root of the class's size over the largest."""
    X, y, _ = problem
    counts = np.bincount(y)
    copies, labels = small(shrink="auto", anchor=1.0).fit(X, y).sample(60)
    mean, unit = X.mean(0), X.std(0)
    factor = (counts / counts.max()) ** 0.2
    z = (copies - mean) / unit / factor[labels][:, None]
    distance = np.abs(z[:, None] - ((X - mean) / unit)[None]).max(2)
    assert distance.min(1).max() < 1e-3
    np.testing.assert_array_equal(y[distance.argmin(1)], labels)
    assert factor.max() == 1
    assert len(set(factor)) == 3


def test_learns_the_classes():
    """Rows made for a class lie nearer to its mean than to another's."""
    rng = np.random.default_rng(0)
    y = np.repeat([0, 1], 30)
    X = rng.normal(size=(60, 20)) + 4 * np.where(y == 1, 1.0, -1.0)[:, None]
    for cls in (ADANSampler, WADANSampler):
        keywords = SMALL | {"max_epochs": 150, "learning_rate": 2e-3}
        X_new, y_new = cls(**keywords).fit(X, y).sample(40)
        assert (np.sign(X_new.mean(1)) == np.where(y_new == 1, 1, -1)).mean() > 0.9


# Containers and dtypes


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


def test_constant_columns_are_restored(small, problem):
    X, y, _ = problem
    X = X.copy()
    X[:, 3], X[:, 7] = 0.1, -1e30
    X_new, _ = small().fit_resample(X, y)
    np.testing.assert_array_equal(X_new[:, 3], 0.1)
    np.testing.assert_array_equal(X_new[:, 7], -1e30)


def test_constant_table(small):
    with pytest.raises(ValueError, match=r"All 2 column\(s\) of X are constant"):
        small().fit_resample(np.full((6, 2), 5.0), [0, 1, 0, 1, 0, 1])


def test_scaling_is_z_norm_and_back():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(50, 5)) * [1, 1e30, 1e-30, 1e300, 4e12] + [0, 1e30, 0, 0, -4e12]
    scaling = Scaling.fit(X)
    z = scaling.scale_rows(X)
    np.testing.assert_allclose(z.mean(0), 0, atol=1e-6)
    np.testing.assert_allclose(z.std(0), 1, rtol=1e-5)
    largest = abs(X).max(0)
    np.testing.assert_allclose(scaling.unscale_rows(z) / largest, X / largest, atol=1e-6)


def test_scale_of_a_column_does_not_matter(small, problem):
    """Raw openSMILE columns reach 4e12: the draws are those of the z-normed table, rescaled."""
    X, y, _ = problem
    units = 2.0 ** np.arange(-40, 40)[np.arange(100) % 80]
    plain, _ = small().fit(X, y).sample(9)
    raw, _ = small().fit(X * units, y).sample(9)
    np.testing.assert_allclose(raw / units, plain, rtol=1e-12)


# Pipelines


def make_pipeline(cls):
    svm = LinearSVC(C=0.01, random_state=0)
    return Pipeline([("aug", cls(**SMALL)), ("scale", StandardScaler()), ("svm", svm)])


def test_cross_validate_with_groups(sampler_class, problem):
    X, y, groups = problem
    pipe = make_pipeline(sampler_class).set_params(aug__sampling_strategy=Replicate(1))
    scores = [
        cross_validate(
            pipe, X, y, groups=groups, cv=LeaveOneGroupOut(), n_jobs=n_jobs, error_score="raise"
        )["test_score"]
        for n_jobs in (1, 2)
    ]
    np.testing.assert_array_equal(*scores)
    assert scores[0].mean() > 0.5


def test_grid_search_over_alpha(sampler_class, problem):
    X, y, groups = problem
    search = GridSearchCV(
        make_pipeline(sampler_class),
        {"aug__alpha": [0.1, 1.0]},
        cv=LeaveOneGroupOut(),
        error_score="raise",
    )
    search.fit(X, y, groups=groups)
    assert search.best_params_["aug__alpha"] in (0.1, 1.0)
    assert search.predict(X).shape == y.shape


def test_clone_and_pickle(small, problem):
    X, y, _ = problem
    sampler = small().fit(X, y)
    assert not hasattr(clone(sampler), "history_")
    loaded = pickle.loads(pickle.dumps(sampler))
    np.testing.assert_array_equal(loaded.sample(9)[0], sampler.sample(9)[0])
    np.testing.assert_array_equal(loaded.encode(X), sampler.encode(X))
    assert not any(isinstance(v, (torch.Tensor, torch.nn.Module)) for v in vars(sampler).values())
    assert joblib.hash(sampler) == joblib.hash(loaded)


def test_paper_params_is_the_papers_setting(sampler_class):
    params = sampler_class(**sampler_class.paper_params()).get_params()
    expected = {
        "n_latent": 100,
        "n_noise": 100,
        "autoencoder_layers": (800, 800),
        "latent_layers": (100, 100),
        "alpha": 1.0,
        "class_weight": "balanced",
        "critic_steps": 1,
        "latent_steps": 1,
        "conditional_critic": False,
        "input_noise": 0.0,
        "reconstruction_weight": 1.0,
        "residuals": None,
        "anchor": 0.0,
        "batch_size": 128,
        "learning_rate": 1e-4,
        "sampling_strategy": Replicate(10),
    } | (
        {"max_epochs": 800, "saturating": True}
        if sampler_class is ADANSampler
        else {"max_epochs": 1500, "penalty_weight": 10.0, "penalty_power": 5.0}
    )
    assert {name: params[name] for name in expected} == expected


# Determinism


def digest(cls):
    """Hash of what one seeded fit draws."""
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(40, 100)), np.repeat([0, 1], [25, 15])
    X_new, _ = cls(**SMALL).fit_resample(X, y)
    return hashlib.sha256(np.ascontiguousarray(X_new).tobytes()).hexdigest()


def test_same_seed_same_bits(sampler_class):
    here = digest(sampler_class)
    assert here == digest(sampler_class)
    assert joblib.Parallel(n_jobs=2)(joblib.delayed(digest)(sampler_class) for _ in range(2)) == [
        here,
        here,
    ]
    script = f"""
        import sys; sys.path[:0] = ["tests", "tests/samplers"]
        from skadan import {sampler_class.__name__}
        from test_samplers import digest
        print(digest({sampler_class.__name__}))
    """
    result = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script)], capture_output=True, text=True, check=True
    )
    assert result.stdout.strip() == here


def test_another_seed_other_rows(small, problem):
    X, y, _ = problem
    a, b = (small(random_state=s).fit_resample(X, y)[0] for s in (0, 1))
    assert not np.array_equal(a, b)


@pytest.mark.parametrize("random_state", [None, 0])
def test_global_random_states_are_untouched(small, problem, random_state):
    X, y, _ = problem
    numpy_before = np.random.get_state()  # noqa: NPY002 - the legacy state is what is tested
    torch_before = torch.get_rng_state()
    small(random_state=random_state).fit(X, y).sample(9)
    small(random_state=random_state).fit_resample(X, y)
    numpy_after = np.random.get_state()  # noqa: NPY002
    assert torch.equal(torch.get_rng_state(), torch_before)
    np.testing.assert_array_equal(numpy_before[1], numpy_after[1])
    assert numpy_before[2] == numpy_after[2]


def test_global_seeds_do_not_matter(small, problem):
    X, y, _ = problem
    torch.manual_seed(1)
    first = small().fit_resample(X, y)[0]
    torch.manual_seed(2)
    np.testing.assert_array_equal(first, small().fit_resample(X, y)[0])


# Bad input


def test_finite_columns_are_named(small, problem):
    X, y, _ = problem
    X = X.copy()
    X[3, 5] = np.nan
    with pytest.raises(ValueError, match=r"NaN in 1 place\(s\), column\(s\) 5\."):
        small().fit_resample(X, y)
    frame = pd.DataFrame(X).rename(columns="c{}".format)
    with pytest.raises(ValueError, match=r"column\(s\) 'c5'"):
        small().fit(frame, y)
    X[3, 5] = np.inf
    with pytest.raises(ValueError, match=r"infinity in 1 place\(s\), column\(s\) 5\."):
        small().fit(X, y)


@pytest.mark.parametrize(
    ("y", "message"),
    [
        (np.zeros(45), "more than 1 class"),
        (np.linspace(0, 1, 45), "Unknown label type"),
        (np.random.default_rng(0).integers(2, size=(45, 3)), "[Mm]ultilabel"),
    ],
)
def test_bad_targets(small, problem, y, message):
    with pytest.raises(ValueError, match=message):
        small().fit(problem[0], y)


@pytest.mark.parametrize("X", [np.zeros((0, 3)), np.zeros(45), np.zeros((45, 0))])
def test_bad_shapes(small, problem, X):
    with pytest.raises(ValueError, match=r"array|sample|feature"):
        small().fit(X, problem[1][: len(X)])


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"batch_size": 0}, "'batch_size'"),
        ({"max_epochs": 0}, "'max_epochs'"),
        ({"learning_rate": 0.0}, "'learning_rate'"),
        ({"alpha": -1.0}, "'alpha'"),
        ({"n_threads": 0}, "'n_threads'"),
        ({"autoencoder_layers": (8, 0)}, "autoencoder_layers=(8, 0)"),
        ({"latent_layers": (2.5,)}, "latent_layers=(2.5,)"),
        ({"betas": (0.5, 1.0)}, "betas=(0.5, 1.0)"),
        ({"betas": (0.5,)}, "betas=(0.5,)"),
        ({"device": "nonsense"}, "device='nonsense'"),
        ({"class_weight": {9: 1.0}}, "class_weight names [9]"),
    ],
)
def test_bad_parameters(small, problem, params, message):
    X, y, _ = problem
    with pytest.raises(ValueError) as error:  # noqa: PT011 - the text is checked below
        small(**params).fit(X, y)
    assert message in str(error.value)


@pytest.mark.parametrize(
    "params", [{"penalty_power": 1.0}, {"penalty_power": 0.5}, {"penalty_weight": 0.0}]
)
def test_the_papers_condition_on_the_penalty(problem, params):
    X, y, _ = problem
    with pytest.raises(ValueError, match=next(iter(params))):
        WADANSampler(**SMALL | params).fit(X, y)


@pytest.mark.skipif(torch.cuda.is_available(), reason="needs a machine without a GPU")
def test_no_gpu(small, problem):
    X, y, _ = problem
    with pytest.raises(ValueError, match="device='cuda', but torch finds no GPU"):
        small(device="cuda").fit(X, y)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
def test_gpu(small, problem):
    X, y, _ = problem
    sampler = small(device="cuda").fit(X, y)
    assert sampler.device_.startswith("cuda")
    assert np.isfinite(sampler.sample(9)[0]).all()


def test_polars_is_told_what_to_do(small, problem):
    X, y, _ = problem
    with pytest.raises(TypeError, match="to_pandas"):
        small().fit_resample(pl.DataFrame(X), y)
    with pytest.raises(TypeError, match="to_pandas"):
        small().fit_resample(X, pl.Series(y))


def test_fitted_methods_refuse(small, problem):
    X, y, _ = problem
    sampler = small()
    with pytest.raises(NotFittedError, match="call fit"):
        sampler.sample(3)
    sampler.fit(X, y)
    with pytest.raises(ValueError, match=r"99 features.* 100 features"):
        sampler.encode(X[:, :99])
    with pytest.raises(ValueError, match="n_latent=4"):
        sampler.decode(np.zeros((2, 5)))
    with pytest.raises(ValueError, match=r"label\(s\) 7 .* it knows \[0, 1, 2\]"):
        sampler.sample([0, 7])
    with pytest.raises(ValueError, match="negative"):
        sampler.sample(-1)
    with pytest.raises(ValueError, match="NaN"):
        sampler.encode(np.full_like(X, np.nan))


def test_parameters_changed_after_a_fit_wait_for_the_next(small, problem):
    X, y, _ = problem
    sampler = small().fit(X, y)
    before = sampler.sample(9)[0]
    sampler.set_params(n_latent=7, n_noise=9, latent_layers=(5,), residuals=None)
    np.testing.assert_array_equal(sampler.sample(9)[0], before)


def test_diverging_training_leaves_nothing(small, problem):
    X, y, _ = problem
    sampler = small().fit(X, y)
    sampler.set_params(learning_rate=1e30, max_epochs=20)
    with pytest.raises(FloatingPointError, match=r"loss '\w+' became (nan|-?inf) in epoch \d+"):
        sampler.fit(X, y)
    with pytest.raises(NotFittedError):
        sampler.sample(3)
    assert not hasattr(sampler, "history_")


def test_verbose_prints_losses(small, problem, capsys):
    X, y, _ = problem
    small(max_epochs=20, verbose=1).fit(X, y)
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 10
    assert "[##########] 20/20" in lines[-1]
    assert "[#####.....] 10/20" in lines[4]
    assert "reconstruction" in lines[-1]


def test_class_weights_reach_the_loss(small, problem):
    """The first epoch's classification loss grows with the weights."""
    X, y, _ = problem
    keywords = {"max_epochs": 1, "batch_size": 45, "input_noise": 0.0}
    plain, weighted = (
        small(class_weight=w, **keywords).fit(X, y).history_["real_class"][0]
        for w in (None, {0: 10.0, 1: 10.0, 2: 10.0})
    )
    np.testing.assert_allclose(weighted, 10 * plain, rtol=1e-5)


@pytest.mark.parametrize("address", [None, "https://docs.example/skadan"])
def test_html_links_to_this_projects_documentation_or_nowhere(address, monkeypatch):
    from email.message import Message

    package = Message()
    if address:
        package["Project-URL"] = f"Documentation, {address}"
    monkeypatch.setattr("skadan._version.metadata", lambda name: package)
    html = WADANSampler()._repr_html_()
    links = re.findall(r'class="sk-estimator-doc-link[^"]*"[^>]*href="([^"]*)"', html)
    assert links == ([f"{address}/generated/skadan.WADANSampler.html"] if address else [])
