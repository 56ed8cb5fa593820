"""Corrected probabilities against the formula, known posteriors and scikit-learn's conventions."""

import pickle

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from imblearn.over_sampling import SMOTE, RandomOverSampler
from imblearn.pipeline import make_pipeline
from imblearn.under_sampling import RandomUnderSampler
from scipy.sparse import csr_array
from scipy.special import softmax
from scipy.stats import multivariate_normal
from sklearn.base import BaseEstimator, ClassifierMixin, clone
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.ensemble import RandomForestClassifier
from sklearn.exceptions import NotFittedError
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, cross_val_predict
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import RadiusNeighborsClassifier
from sklearn.preprocessing import StandardScaler
from sklearn.svm import LinearSVC
from sklearn.utils import get_tags
from sklearn.utils.estimator_checks import parametrize_with_checks
from test_walls import imported_by

from skadan import PriorCorrectedClassifier, ShrunkenSampler
from skadan.metrics import unweighted_average_recall
from skadan.model_selection import ResamplingSearchCV

CENTRES = np.array([[0.0, 0.0], [1.5, 0.5], [0.0, 2.0]])
COUNTS = np.array([8000, 1500, 500])
LABELS = np.array(["a", "b", "c"])


class Echo(ClassifierMixin, BaseEstimator):
    """A classifier whose probabilities are the rows themselves."""

    def fit(self, X, y):
        self.classes_ = np.unique(y)
        return self

    def predict_proba(self, X):
        return np.asarray(X)


def echo(counts, priors):
    """A correction of `Echo`, trained with so many rows of each class."""
    y = np.repeat(np.arange(len(counts)), counts)
    return PriorCorrectedClassifier(Echo(), priors=priors).fit(y[:, None], y)


def draw(counts, seed=0):
    """Rows of Gaussian classes that differ in their centres."""
    index = np.repeat(np.arange(len(counts)), counts)
    noise = np.random.default_rng(seed).normal(size=(len(index), 2))
    return CENTRES[index] + noise, LABELS[index]


def posterior(X, shares):
    """The true class probabilities of rows of `draw`."""
    densities = np.column_stack([multivariate_normal(c).pdf(X) for c in CENTRES[: len(shares)]])
    joint = densities * np.asarray(shares)
    return joint / joint.sum(axis=1, keepdims=True)


@parametrize_with_checks([PriorCorrectedClassifier(LogisticRegression())])
def test_sklearn(estimator, check):
    check(estimator)


def test_the_formula(rng):
    proba = softmax(rng.normal(size=(50, 3)), axis=1)
    wanted = np.array([0.2, 0.5, 0.3])
    model = echo([60, 30, 10], wanted)
    expected = proba * wanted / [0.6, 0.3, 0.1]
    expected /= expected.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(model.predict_proba(proba), expected, rtol=1e-13)
    np.testing.assert_allclose(model.predict_log_proba(proba), np.log(expected), rtol=1e-12)
    np.testing.assert_array_equal(model.predict(proba), expected.argmax(axis=1))
    np.testing.assert_allclose(model.training_priors_, [0.6, 0.3, 0.1])
    np.testing.assert_allclose(model.priors_, wanted)


probabilities = arrays(float, (4, 3), elements=st.floats(0, 1)).map(
    lambda a: a / np.where(a.sum(1) > 0, a.sum(1), 1)[:, None]
)
counts = st.lists(st.integers(1, 1000), min_size=3, max_size=3)
shares = st.lists(st.floats(1e-6, 1e6), min_size=3, max_size=3)


@settings(deadline=None)
@given(probabilities, counts, shares, st.floats(1e-3, 1e3))
def test_rows_sum_to_one_whatever_the_scale_of_the_priors(proba, counts, shares, scale):
    got = echo(counts, shares).predict_proba(proba)
    assert np.isfinite(got).all()
    np.testing.assert_allclose(got.sum(axis=1), 1, rtol=1e-12)
    scaled = echo(counts, [scale * share for share in shares])
    np.testing.assert_allclose(scaled.predict_proba(proba), got, rtol=1e-9)
    assert not got[(proba == 0) & proba.any(axis=1, keepdims=True)].any()


@settings(deadline=None)
@given(probabilities, counts, shares, shares)
def test_two_corrections_are_one(proba, counts, first, second):
    assume(proba.any(axis=1).all())
    y = np.repeat([0, 1, 2], counts)
    inner = PriorCorrectedClassifier(Echo(), priors=first)
    outer = PriorCorrectedClassifier(inner, priors=second).fit(y[:, None], y)
    expected = echo(counts, second).predict_proba(proba)
    np.testing.assert_allclose(outer.predict_proba(proba), expected, rtol=1e-8, atol=1e-300)


def test_extreme_probabilities():
    proba = np.array([[1, 0], [1, 1e-300], [1, 5e-324], [0, 0]])
    got = echo([10**6, 1], "balanced").predict_proba(proba)
    np.testing.assert_allclose(got[:3, 0], 1)
    np.testing.assert_allclose(got[1, 1], 1e-294)
    assert got[0, 1] == 0
    np.testing.assert_allclose(got[3], 0.5)  # a row without any class gets the priors
    assert np.isnan(echo([1, 1], "balanced").predict_proba([[np.nan, 0.5]])).all()  # not hidden


def test_float32_probabilities_become_float64():
    got = echo([3, 1], "balanced").predict_proba(np.full((2, 2), 0.5, dtype=np.float32))
    assert got.dtype == np.float64
    np.testing.assert_allclose(got, [[0.25, 0.75]] * 2, rtol=1e-15)


@pytest.mark.filterwarnings("ignore:Outlier label:UserWarning")
def test_an_outlier_without_neighbours_gets_the_priors():
    X, y = draw([40, 10])
    model = PriorCorrectedClassifier(RadiusNeighborsClassifier(outlier_label="z"), priors=[3, 1])
    np.testing.assert_allclose(model.fit(X, y).predict_proba([[99, 99]]), [[0.75, 0.25]])


@pytest.mark.parametrize(
    "classifier", [LinearDiscriminantAnalysis(), GaussianNB(), LogisticRegression(C=100)]
)
def test_equal_shares_give_the_true_posterior_of_equal_shares(classifier):
    X, y = draw(COUNTS)
    new, y_new = draw([2000, 2000, 2000], seed=1)
    model = PriorCorrectedClassifier(classifier).fit(X, y)
    truth = posterior(new, [1, 1, 1])
    assert abs(model.predict_proba(new) - truth).mean() < 0.015
    assert abs(model.estimator_.predict_proba(new) - truth).mean() > 0.1
    best = unweighted_average_recall(y_new, LABELS[truth.argmax(axis=1)])
    assert unweighted_average_recall(y_new, model.predict(new)) > best - 0.005


@pytest.mark.parametrize("sampler", [RandomUnderSampler, RandomOverSampler, SMOTE])
def test_training_shares_calibrate_after_resampling(sampler):
    counts = np.array([9000, 450])
    X, y = draw(counts)
    pipeline = make_pipeline(sampler(random_state=0), LogisticRegression(C=100))
    model = PriorCorrectedClassifier(pipeline, priors="training").fit(X, y)
    np.testing.assert_allclose(model.training_priors_, 0.5)
    np.testing.assert_allclose(model.priors_, counts / counts.sum())
    new, _ = draw(counts, seed=1)
    truth = posterior(new, counts)
    rare = counts[1] / counts.sum()
    assert abs(model.predict_proba(new) - truth).mean() < 0.01
    np.testing.assert_allclose(model.predict_proba(new)[:, 1].mean(), rare, rtol=0.15)
    assert model.estimator_.predict_proba(new)[:, 1].mean() > 3 * rare


def test_two_classes_are_ranked_as_before():
    X, y = draw([900, 100])
    model = PriorCorrectedClassifier(LogisticRegression()).fit(X, y)
    plain, corrected = model.estimator_.predict_proba(X)[:, 1], model.predict_proba(X)[:, 1]
    assert (np.diff(corrected[np.argsort(plain)]) >= 0).all()


@pytest.mark.parametrize(
    "priors", [[1, 2, 5], (0.125, 0.25, 0.625), np.array([2, 4, 10]), {"c": 5, "b": 2, "a": 1}]
)
def test_ways_to_give_priors(priors):
    model = PriorCorrectedClassifier(GaussianNB(), priors=priors).fit(*draw([50, 30, 20]))
    np.testing.assert_allclose(model.priors_, [0.125, 0.25, 0.625])


@pytest.mark.parametrize(
    ("priors", "message"),
    [
        ([1, 2], r"priors=\[1, 2\]: give one positive, finite number for each of .*'a', 'b', 'c'"),
        ([[1, 2, 3]], "one positive, finite number"),
        ([1, 0, 1], "one positive, finite number"),
        ([1, -2, 1], "one positive, finite number"),
        ([1, np.nan, 1], "one positive, finite number"),
        ([1, np.inf, 1], "one positive, finite number"),
        (["a", "b", "c"], "one positive, finite number"),
        ({"a": 1, "b": 1, "c": None}, "one positive, finite number"),
        ({"a": 1, "b": 1}, r"missing labels \['c'\], unknown labels \[\]"),
        ({"a": 1, "b": 1, "c": 1, "d": 1}, r"missing labels \[\], unknown labels \['d'\]"),
        ("equal", "'priors' parameter of PriorCorrectedClassifier must be .*'balanced'"),
        (0.5, "'priors' parameter of PriorCorrectedClassifier must be"),
    ],
)
def test_priors_that_are_refused(priors, message):
    with pytest.raises(ValueError, match=message):
        PriorCorrectedClassifier(GaussianNB(), priors=priors).fit(*draw([50, 30, 20]))


@pytest.mark.parametrize(
    "estimator",
    [LinearSVC(), make_pipeline(StandardScaler(), LinearSVC()), make_pipeline("passthrough")],
)
def test_estimators_without_probabilities(estimator):
    with pytest.raises(ValueError, match=r"has no predict_proba.*CalibratedClassifierCV"):
        PriorCorrectedClassifier(estimator).fit(*draw([50, 30]))


def test_y_is_one_column():
    X, y = draw([50, 30])
    with pytest.raises(ValueError, match="1d array"):
        PriorCorrectedClassifier(RandomForestClassifier(5)).fit(X, np.eye(2)[(y == "a") * 1])


@pytest.mark.parametrize("labels", [[False, True], [-1, 7], ["no", "yes"], [1.0, 2.0]])
@pytest.mark.parametrize("kind", [np.asarray, list, pd.Series, pl.Series])
def test_labels_of_any_kind(labels, kind):
    X, y = draw([90, 10])
    y = np.asarray(labels)[(y == "b") * 1]
    model = PriorCorrectedClassifier(LogisticRegression()).fit(X, kind(y.tolist()))
    assert model.classes_.tolist() == labels
    np.testing.assert_allclose(model.training_priors_, [0.9, 0.1])
    by_label = {labels[1]: 1, labels[0]: 1}
    again = clone(model).set_params(priors=by_label).fit(X, y)
    np.testing.assert_array_equal(again.predict(X), model.predict(X))
    assert set(model.predict(X).tolist()) == set(labels)


def test_names_of_columns():
    X, y = draw([50, 30])
    model = PriorCorrectedClassifier(LogisticRegression()).fit(
        pd.DataFrame(X, columns=["u", "v"]), y
    )
    assert (model.n_features_in_, model.feature_names_in_.tolist()) == (2, ["u", "v"])
    assert not hasattr(echo([2, 1], "balanced"), "n_features_in_")


def test_tags_are_those_of_the_estimator():
    X, y = draw([50, 30])
    assert get_tags(PriorCorrectedClassifier(LogisticRegression())).input_tags.sparse
    assert not get_tags(PriorCorrectedClassifier(GaussianNB())).input_tags.sparse
    sparse = PriorCorrectedClassifier(LogisticRegression()).fit(csr_array(X), y)
    dense = PriorCorrectedClassifier(LogisticRegression()).fit(X, y)
    np.testing.assert_allclose(
        sparse.predict_proba(csr_array(X)), dense.predict_proba(X), atol=1e-4
    )


def test_not_fitted():
    with pytest.raises(NotFittedError):
        PriorCorrectedClassifier(FrozenEstimator(GaussianNB().fit(*draw([9, 9])))).predict([[0, 0]])


def test_clone_and_pickle():
    X, y = draw([90, 10])
    pipeline = make_pipeline(SMOTE(random_state=0), RandomForestClassifier(5, random_state=0))
    model = PriorCorrectedClassifier(pipeline).fit(X, y)
    again = pickle.loads(pickle.dumps(model))
    np.testing.assert_array_equal(again.predict_proba(X), model.predict_proba(X))
    np.testing.assert_array_equal(clone(model).fit(X, y).predict_proba(X), model.predict_proba(X))
    assert not hasattr(pipeline[-1], "classes_")  # the estimator given stays unfitted


def test_searches_outside():
    X, y = draw([90, 30])
    pipeline = make_pipeline(RandomOverSampler(random_state=0), LogisticRegression())
    grid = {"estimator__logisticregression__C": [0.1, 1], "priors": ["balanced", "training"]}
    search = GridSearchCV(PriorCorrectedClassifier(pipeline), grid, scoring="neg_log_loss")
    assert search.fit(X, y).best_params_["priors"] == "training"
    last = make_pipeline(ShrunkenSampler(random_state=0), PriorCorrectedClassifier(GaussianNB()))
    grid = {"shrunkensampler__center": ["shrunken", "mean"]}
    search = ResamplingSearchCV(last, grid, error_score="raise").fit(X, y)
    np.testing.assert_allclose(search.best_estimator_[-1].training_priors_, 0.5)


def test_cross_validated_probabilities():
    X, y = draw([90, 30])
    model = PriorCorrectedClassifier(make_pipeline(SMOTE(random_state=0), GaussianNB()))
    proba = cross_val_predict(model, X, y, method="predict_proba")
    np.testing.assert_allclose(proba.sum(axis=1), 1)


@pytest.mark.slow
def test_neither_torch_nor_imblearn_is_imported():
    imported = imported_by("from skadan import PriorCorrectedClassifier")
    assert "sklearn" in imported
    assert not {"torch", "imblearn"} & set(imported)
