"""Classifiers of the board: what makes them fast leaves their predictions as they were."""

import numpy as np
import pytest
from conftest import load_example
from sklearn.linear_model import LogisticRegression
from sklearn.svm import SVC, LinearSVC


@pytest.fixture(scope="module")
def classifiers():
    load_example("board")
    from board_parts import classifiers

    return classifiers


def rows(n_columns):
    """A training set of three classes that overlap, and rows to predict."""
    rng = np.random.default_rng(0)
    y = rng.permutation(np.repeat([0, 1, 2], [30, 20, 12]))
    X = rng.normal(size=(62, n_columns)) + 0.3 * rng.normal(size=(3, 1))[y]
    return X[::2], y[::2], X[1::2]


def test_span_keeps_products(classifiers):
    rng = np.random.default_rng(0)
    real, Z_test = rng.normal(size=(10, 60)), rng.normal(size=(4, 60))
    inside = np.vstack([real, rng.normal(size=(5, 10)) @ real])
    outside = np.vstack([real, rng.normal(size=(5, 60))])
    for Z, rank in ((inside, 10), (outside, 15)):
        S, S_test = classifiers.in_span(Z, Z_test, real)
        assert S.shape == (15, rank)
        np.testing.assert_allclose(S @ S.T, Z @ Z.T, atol=1e-9)
        np.testing.assert_allclose(S_test @ S.T, Z_test @ Z.T, atol=1e-9)
    assert classifiers.in_span(real[:, :15], Z_test[:, :15], real[:, :15])[0].shape[1] == 15


def predicted(classifiers, name, Z, y, Z_test):
    rows = classifiers.Rows(Z, y, Z_test, Z)
    return dict(classifiers.predictions(name, rows, None, 0, None))


@pytest.mark.parametrize("n_columns", [6, 80, 400])
@pytest.mark.parametrize("name", ["SVC", "LinearSVC", "logistic"])
def test_shortcuts_predict_what_plain_classifiers_do(classifiers, name, n_columns):
    Z, y, Z_test = rows(n_columns)
    scale = np.sqrt((Z**2).sum(1).mean())
    plain = {
        "SVC": SVC(kernel="linear"),
        "LinearSVC": LinearSVC(dual=False, tol=1e-6, max_iter=10_000),
        "logistic": LogisticRegression(tol=1e-8, max_iter=10_000),
    }[name]
    found = predicted(classifiers, name, Z, y, Z_test)
    for setting, penalty in zip(found, classifiers.PENALTIES[name], strict=True):
        expected = plain.set_params(C=penalty).fit(Z / scale, y).predict(Z_test / scale)
        assert np.mean(found[setting] == expected) >= 0.96, setting


@pytest.mark.parametrize("name", ["SVC", "LinearSVC", "logistic"])
def test_a_penalty_means_the_same_at_any_number_of_columns(classifiers, name):
    Z, y, Z_test = rows(60)
    one = predicted(classifiers, name, Z, y, Z_test)
    many = predicted(classifiers, name, np.tile(Z, 9), y, np.tile(Z_test, 9))
    for setting in one:
        assert np.mean(one[setting] == many[setting]) >= 0.96, setting
