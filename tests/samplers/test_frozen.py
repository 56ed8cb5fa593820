"""A frozen sampler: draws of a fitted one, and no training."""

import pickle

import joblib
import numpy as np
import pandas as pd
import polars as pl
import pytest
from conftest import SETTINGS, SMALL
from imblearn.ensemble import BalancedBaggingClassifier
from imblearn.over_sampling import SMOTE
from imblearn.pipeline import Pipeline
from scipy import sparse
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import GridSearchCV
from sklearn.svm import LinearSVC
from sklearn.utils import get_tags
from sklearn.utils.validation import check_is_fitted

from skadan import (
    AAESampler,
    FrozenSampler,
    NoiseSampler,
    Replicate,
    WADANSampler,
    load_sampler,
    save_sampler,
)

NAMES = np.array(["anger", "joy", "sad"])
BLEND = ["center", "own_share", "anchor", "residuals"]


@pytest.fixture
def fitted(problem):
    X, y, _ = problem
    return WADANSampler(sampling_strategy=Replicate(1), **SMALL).fit(X, NAMES[y])


@pytest.fixture
def no_training(monkeypatch):
    """Whoever trains fails."""

    def refuse(*args):
        raise AssertionError("It trains.")

    for cls in SETTINGS:
        monkeypatch.setattr(cls, "_learn", refuse)


def test_it_draws_what_the_sampler_would(sampler, problem, request):
    X, y, _ = problem
    expected = sampler.fit_resample(X, y)
    request.getfixturevalue("no_training")
    frozen = FrozenSampler(sampler)
    X_new, y_new = frozen.fit(X, y).fit_resample(X, y)
    np.testing.assert_array_equal(X_new, expected[0])
    np.testing.assert_array_equal(y_new, expected[1])
    np.testing.assert_array_equal(frozen.is_synthetic_, sampler.is_synthetic_)
    np.testing.assert_array_equal(frozen.sample(5)[0], sampler.sample(5)[0])


@pytest.mark.parametrize(
    "changes",
    [
        {"anchor": 0.0, "residuals": False},
        {"anchor": 0.4, "center": "mean", "own_share": 0.5},
        {"center": None, "sampling_strategy": "auto"},
    ],
)
def test_other_values_are_those_of_another_fit(problem, fitted, changes):
    X, y, _ = problem
    expected, _ = clone(fitted).set_params(**changes).fit_resample(X, NAMES[y])
    frozen = FrozenSampler(fitted).set_params(**changes)
    np.testing.assert_array_equal(frozen.fit_resample(X, NAMES[y])[0], expected)
    before = fitted.sample(5)[0]
    frozen.sample(5)
    np.testing.assert_array_equal(fitted.sample(5)[0], before)  # not changed itself


def test_the_strategy_counts_the_rows_given(problem, fitted):
    """A part of the table, and rows that it was not trained on."""
    X, y, _ = problem
    some = np.concatenate([np.flatnonzero(y == 0)[:3], np.flatnonzero(y == 2)[:1]])
    frozen = FrozenSampler(fitted, sampling_strategy="auto")
    X_new, y_new = frozen.fit_resample(X[some] + 1, NAMES[y][some])
    np.testing.assert_array_equal(X_new[:4], X[some] + 1)
    assert y_new.tolist() == ["anger"] * 3 + ["sad"] * 3
    assert frozen.sampling_strategy_ == {"sad": 2}
    assert frozen.sample_indices_.tolist() == [0, 1, 2, 3, -1, -1]
    assert frozen.training_indices_[:4].tolist() == [-1] * 4
    assert (y[frozen.training_indices_[4:]] == 2).all()  # the class's rows of the training


@pytest.mark.parametrize("like", ["pandas", "polars", "sparse", "list"])
def test_rows_come_back_in_their_container(problem, like):
    X, y, _ = problem
    makers = {
        "pandas": lambda X: pd.DataFrame(X).rename(columns=str),
        "polars": lambda X: pl.DataFrame(X),
        "sparse": sparse.csr_array,
        "list": np.ndarray.tolist,
    }
    X = makers[like](X)
    sampler = WADANSampler(sampling_strategy=Replicate(1), **SMALL)
    expected, _ = sampler.fit_resample(X, y)
    X_new, y_new = FrozenSampler(sampler).fit_resample(X, pd.Series(y, name="class"))
    assert type(X_new) is type(expected)
    if like == "sparse":
        X_new, expected = X_new.toarray(), expected.toarray()
    np.testing.assert_array_equal(np.asarray(X_new), np.asarray(expected))
    assert y_new.name == "class"


def test_a_seed_of_its_own(problem, fitted):
    X, y, _ = problem
    draws = [
        FrozenSampler(fitted, random_state=seed).fit_resample(X, NAMES[y])[0] for seed in (1, 1, 2)
    ]
    np.testing.assert_array_equal(draws[0], draws[1])
    assert not np.array_equal(draws[0], draws[2])


def test_clones_share_the_sampler_and_nothing_else(fitted):
    frozen = FrozenSampler(fitted, anchor=0.2, sampling_strategy=Replicate(3))
    copy = clone(frozen).set_params(anchor=0.9, random_state=5)
    assert copy.sampler is fitted
    assert (frozen.anchor, frozen.random_state, fitted.anchor) == (0.2, None, 0.75)
    assert copy.sampling_strategy == Replicate(3)
    assert sorted(frozen.get_params()) == sorted(
        ["sampler", "sampling_strategy", "random_state", *BLEND]
    )
    with pytest.raises(ValueError, match=r"'sampler__anchor' cannot be set: .* fitted and shared"):
        frozen.set_params(sampler__anchor=0.1)
    with pytest.raises(ValueError, match="Invalid parameter 'alpha'"):
        frozen.set_params(alpha=0.1)


def test_it_pickles_hashes_and_shows_itself(fitted):
    frozen = FrozenSampler(fitted, center="mean")
    loaded = pickle.loads(pickle.dumps(frozen))
    np.testing.assert_array_equal(loaded.sample(6)[0], frozen.sample(6)[0])
    assert joblib.hash(loaded) == joblib.hash(frozen)
    assert "WADANSampler" in frozen._repr_html_()
    assert repr(frozen).startswith("FrozenSampler(")
    assert "sampler=WADANSampler(" in repr(frozen)


def test_what_is_fitted_is_the_samplers(problem, fitted):
    X, y, _ = problem
    frozen = FrozenSampler(fitted)
    check_is_fitted(frozen)
    assert frozen.classes_.tolist() == NAMES.tolist()
    assert (frozen.n_features_in_, frozen.n_iter_) == (100, 2)
    fitted.fit_resample(X, NAMES[y])
    for name in ("is_synthetic_", "sample_indices_", "feature_names_in_", "weights"):
        assert not hasattr(frozen, name)  # the sampler's last draw is not this one's
    tags = get_tags(frozen)
    assert tags.estimator_type == "sampler"
    assert tags.sampler_tags.sample_indices
    assert tags._skip_test  # the suites resample tables of other widths and classes
    with pytest.raises(NotFittedError):
        check_is_fitted(FrozenSampler(clone(fitted)))


@pytest.mark.slow
def test_a_bag_draws_from_one_training(problem, fitted, no_training):
    """It gets numbers of classes, not labels: of text they are told apart."""
    X, y, _ = problem
    for n_jobs in (None, 2):
        bag = BalancedBaggingClassifier(
            LinearSVC(C=0.01),
            n_estimators=4,
            sampler=FrozenSampler(fitted),
            sampling_strategy=Replicate(1),
            random_state=0,
            n_jobs=n_jobs,
        ).fit(X, NAMES[y])
        assert bag.score(X, NAMES[y]) > 0.8
    first, second = (pipe[0].sample_indices_.size for pipe in bag.estimators_[:2])
    assert first == second == 2 * len(X)
    assert {pipe[0].random_state for pipe in bag.estimators_} != {None}


def test_the_classes_of_a_bag_are_the_right_ones(problem, fitted):
    X, y, _ = problem
    frozen = FrozenSampler(fitted)
    by_name, by_number = frozen.fit_resample(X, NAMES[y]), frozen.fit_resample(X, y)
    np.testing.assert_array_equal(by_name[0], by_number[0])
    np.testing.assert_array_equal(by_name[1], NAMES[by_number[1]])


@pytest.mark.parametrize(
    ("labels", "given", "message"),
    [
        (NAMES, ["anger", "fear", "joy"], r"label\(s\) fear that .* knows \['anger'"),
        (np.array([1, 2, 3]), [0, 1, 2], r"label\(s\) 0 that .* knows \[1, .*LabelEncoder"),
        (NAMES, [0, 1, 3], r"label\(s\) 0, 1, 3 that .*LabelEncoder"),
    ],
)
def test_unknown_labels(problem, labels, given, message):
    X, y, _ = problem
    frozen = FrozenSampler(NoiseSampler().fit(X, labels[y]))
    for method in (frozen.fit, frozen.fit_resample):
        with pytest.raises(ValueError, match=message):
            method(X[:3], given)


def test_other_columns(problem, fitted):
    X, y, _ = problem
    with pytest.raises(ValueError, match="99 features, but FrozenSampler is expecting 100"):
        FrozenSampler(fitted).fit_resample(X[:, 1:], NAMES[y])
    with pytest.raises(ValueError, match=r"NaN in 1 place\(s\)"):
        FrozenSampler(fitted).fit_resample(np.where(X.max() == X, np.nan, X), NAMES[y])
    with pytest.raises(ValueError, match="inconsistent numbers of samples"):
        FrozenSampler(fitted).fit(X[1:], NAMES[y])


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda s: FrozenSampler(clone(s)), NotFittedError, "WADANSampler is not fitted yet"),
        (lambda s: FrozenSampler(SMOTE()), ValueError, "'sampler' parameter .* instance of"),
        (lambda s: FrozenSampler(FrozenSampler(s)), ValueError, "'sampler' parameter"),
        (lambda s: FrozenSampler(s, anchor=2), ValueError, "'anchor' parameter"),
        (lambda s: FrozenSampler(s, center="middle"), ValueError, "'center' parameter"),
        (lambda s: FrozenSampler(s, own_share=1.5), ValueError, "'own_share' parameter"),
        (lambda s: FrozenSampler(s, residuals="all"), ValueError, "'residuals' parameter"),
        (lambda s: FrozenSampler(s, sampling_strategy="all of it"), ValueError, "'sampling_strat"),
    ],
)
def test_what_cannot_be_frozen(problem, fitted, make, error, message):
    X, y, _ = problem
    with pytest.raises(error, match=message):
        make(fitted).fit(X, NAMES[y])
    with pytest.raises(error, match=message):
        make(fitted).sample(3)


@pytest.mark.parametrize("name", BLEND)
def test_parameters_that_the_sampler_does_not_have(problem, name):
    X, y, _ = problem
    sampler = AAESampler(**SETTINGS[AAESampler]).fit(X, y)
    value = {"center": "mean", "own_share": 0.5, "anchor": 0.5, "residuals": True}[name]
    with pytest.raises(ValueError, match=f"{name}={value!r}: AAESampler has no {name}"):
        FrozenSampler(sampler, **{name: value}).fit(X, y)


def test_nothing_to_make_and_single_rows_are_warned_of(problem, fitted):
    X, y, _ = problem
    even = np.concatenate([np.flatnonzero(y == k)[:3] for k in range(3)])
    frozen = FrozenSampler(fitted, sampling_strategy="auto")
    with pytest.warns(UserWarning, match="asks for no synthetic rows") as caught:
        X_new, _ = frozen.fit_resample(X[even], NAMES[y][even])
    assert caught[0].filename == __file__
    np.testing.assert_array_equal(X_new, X[even])
    alone = np.concatenate([np.flatnonzero(y == 0), np.flatnonzero(y == 1)[:1]])
    single = FrozenSampler(NoiseSampler(sampling_strategy="auto").fit(X[alone], y[alone]))
    with pytest.warns(UserWarning, match="one row of class") as caught:
        single.fit_resample(X[alone], y[alone])
    assert caught[0].filename == __file__
    frozen.fit_resample(X[alone], NAMES[y][alone])  # trained on many: no warning


def test_a_file_holds_the_sampler_inside(tmp_path, fitted):
    frozen, path = FrozenSampler(fitted, center="mean"), tmp_path / "generator"
    with pytest.raises(TypeError, match=r"pass frozen\.sampler, and freeze what load_sampler"):
        save_sampler(frozen, path)
    save_sampler(frozen.sampler, path)
    again = FrozenSampler(load_sampler(path), center="mean")
    np.testing.assert_array_equal(again.sample(5)[0], frozen.sample(5)[0])


def test_a_grid_over_what_only_sampling_needs(problem, fitted, no_training):
    X, y, _ = problem
    pipe = Pipeline([("aug", FrozenSampler(fitted)), ("svm", LinearSVC(C=0.01, random_state=0))])
    grid = {"aug__anchor": [0.2, 0.8], "aug__sampling_strategy": [Replicate(1), "auto"]}
    search = GridSearchCV(pipe, grid, cv=3, error_score="raise").fit(X, NAMES[y])
    assert search.best_estimator_["aug"].sampler is fitted
    assert np.isfinite(search.cv_results_["mean_test_score"]).all()
