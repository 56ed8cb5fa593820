"""Classifiers of the board: what makes them fast leaves their predictions as they were."""

import numpy as np
import pytest
from conftest import load_example
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.svm import SVC, LinearSVC

WEIGHTED = ["SVC", "LinearSVC", "logistic", "RBF", "forest", "boosting"]


@pytest.fixture(scope="module")
def classifiers():
    load_example("board")
    from board_parts import classifiers

    return classifiers


def rows(n_columns, counts=(30, 20, 12)):
    """A training set of three classes that overlap, and rows to predict."""
    rng = np.random.default_rng(0)
    y = rng.permutation(np.repeat([0, 1, 2], counts))
    X = rng.normal(size=(len(y), n_columns)) + 0.3 * rng.normal(size=(3, 1))[y]
    return X[::2], y[::2], X[1::2]


def norm_of(Z):
    """The root of the mean squared norm."""
    return np.sqrt((Z**2).sum(1).mean())


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


def test_kernels_in_numpy(classifiers):
    """Synthetic rows are scaled by the real ones."""
    rng = np.random.default_rng(0)
    real, made, Z_test = (4 * rng.normal(size=(n, 6)) for n in (10, 5, 3))
    Z = np.vstack([real, 3 * made])
    found = classifiers.Rows(Z, np.zeros(15), Z_test, real, np.zeros(10))
    U, U_test = Z / norm_of(real), Z_test / norm_of(real)
    for side, part in enumerate((U, U_test)):
        np.testing.assert_allclose(found.products[side], part @ U.T, atol=1e-12)
        distance = ((part[:, None] - U[None]) ** 2).sum(2)
        np.testing.assert_allclose(found.kernel[side], np.exp(-distance), atol=1e-12)
        np.testing.assert_allclose(found.network[side], part * np.sqrt(6), rtol=1e-6, atol=1e-6)


def each_fit(classifiers, name, Z, y, Z_test, class_weight=None):
    """Settings of a classifier, what it predicts at each, its scores, and the fitted classifier."""
    found = classifiers.Rows(Z, y, Z_test, Z, y)
    for setting, fitted, inside in classifiers.fits(name, found, class_weight, 0, None):
        yield setting, fitted.predict(inside), classifiers.scores_of(fitted, inside)[0], fitted


def predicted(classifiers, name, Z, y, Z_test):
    return {setting: labels for setting, labels, *_ in each_fit(classifiers, name, Z, y, Z_test)}


@pytest.mark.parametrize("n_columns", [6, 55, 400], ids=["plain", "kernels", "span"])
@pytest.mark.parametrize("name", ["SVC", "LinearSVC", "logistic", "RBF", "neighbours"])
def test_shortcuts_predict_what_plain_classifiers_do(classifiers, name, n_columns):
    Z, y, Z_test = rows(n_columns)
    scale = norm_of(Z)
    plain = {
        "SVC": SVC(kernel="linear"),
        "LinearSVC": LinearSVC(dual=False, tol=1e-6, max_iter=10_000),
        "logistic": LogisticRegression(tol=1e-8, max_iter=10_000),
        "RBF": SVC(gamma=1.0),
        "neighbours": KNeighborsClassifier(),
    }[name]
    parameter = "n_neighbors" if name == "neighbours" else "C"
    found = each_fit(classifiers, name, Z, y, Z_test)
    penalties = classifiers.PENALTIES[name]
    for penalty, (setting, labels, scores, fitted) in zip(penalties, found, strict=True):
        plain.set_params(**{parameter: penalty}).fit(Z / scale, y)
        assert np.mean(labels == plain.predict(Z_test / scale)) >= 0.96, setting
        expected, _ = classifiers.scores_of(plain, Z_test / scale)
        # The board's linear models end where scikit-learn's default tolerance lets them.
        tolerance = {"LinearSVC": 0.03, "logistic": 0.1}.get(name, 0.005)
        np.testing.assert_allclose(scores, expected, atol=tolerance, err_msg=setting)
        if isinstance(plain, SVC):
            assert (fitted.kernel == "precomputed") == (n_columns == 55)


def test_wide_rows_are_fitted_in_their_span(classifiers):
    Z, y, Z_test = rows(400)
    for name in ("SVC", "RBF", "logistic", "neighbours", "MLP"):
        _, fitted, inside = next(
            classifiers.fits(name, classifiers.Rows(Z, y, Z_test, Z, y), None, 0, None)
        )
        assert fitted.n_features_in_ == inside.shape[1] <= 200


@pytest.mark.parametrize("name", ["forest", "boosting", "LDA"])
def test_trees_and_lda_see_the_columns_as_they_are(classifiers, name):
    Z, y, Z_test = rows(70)
    keywords = {"random_state": 0}
    for setting, labels, scores, fitted in each_fit(classifiers, name, Z, y, Z_test):
        plain = {
            "forest": lambda n: RandomForestClassifier(100, min_samples_leaf=n, **keywords),
            "boosting": lambda n: HistGradientBoostingClassifier(
                max_iter=60, min_samples_leaf=n, max_bins=32, early_stopping=False, **keywords
            ),
            "LDA": lambda _: LinearDiscriminantAnalysis(
                "lsqr", shrinkage="auto", priors=[1 / 3, 1 / 3, 1 / 3]
            ),
        }[name](int(setting.split()[1])).fit(Z, y)
        np.testing.assert_array_equal(labels, plain.predict(Z_test))
        np.testing.assert_allclose(scores, plain.predict_proba(Z_test), atol=1e-12)
        assert fitted.n_features_in_ == 70


def f_statistic(X, y):
    """Variance between the classes over that within them, for each column."""
    classes, counts = np.unique(y, return_counts=True)
    means = np.array([X[y == c].mean(0) for c in classes])
    between = (counts[:, None] * (means - X.mean(0)) ** 2).sum(0) / (len(classes) - 1)
    within = ((X - means[np.searchsorted(classes, y)]) ** 2).sum(0) / (len(y) - len(classes))
    return between / within


@pytest.mark.parametrize("name", ["boosting", "LDA"])
def test_columns_are_chosen_from_the_real_rows(classifiers, name, monkeypatch):
    """Synthetic rows say that the worst columns part the classes."""
    monkeypatch.setattr(classifiers, "N_ROUNDS", 2)
    most = 1000
    if name == "LDA":  # slow on as many
        most = 100
        monkeypatch.setattr(classifiers, "MOST_COLUMNS", most)
    rng = np.random.default_rng(0)
    y_real, y_made = np.repeat([0, 1, 2], 8), np.repeat([1, 2], 30)
    real, Z_test = rng.normal(size=(24, most + 30)), rng.normal(size=(5, most + 30))
    order = np.argsort(f_statistic(real, y_real))
    made = rng.normal(size=(60, most + 30))
    made[:, order[:30]] += 9 * y_made[:, None]
    Z, y = np.vstack([real, made]), np.concatenate([y_real, y_made])
    best = np.sort(order[30:])
    found = classifiers.Rows(Z, y, Z_test, real, y_real)
    np.testing.assert_array_equal(found.best_columns[0], Z[:, best])
    np.testing.assert_array_equal(found.best_columns[1], Z_test[:, best])
    for _, fitted, inside in classifiers.fits(name, found, None, 0, None):
        assert fitted.n_features_in_ == most
        np.testing.assert_array_equal(inside, Z_test[:, best])
    few = classifiers.Rows(Z[:, :most], y, Z_test[:, :most], real[:, :most], y_real)
    np.testing.assert_array_equal(few.best_columns[0], Z[:, :most])


@pytest.mark.parametrize("name", ["SVC", "LinearSVC", "logistic", "RBF", "neighbours"])
def test_a_penalty_means_the_same_at_any_number_of_columns(classifiers, name):
    Z, y, Z_test = rows(60)
    one = predicted(classifiers, name, Z, y, Z_test)
    many = predicted(classifiers, name, np.tile(Z, 9), y, np.tile(Z_test, 9))
    for setting in one:
        assert np.mean(one[setting] == many[setting]) >= 0.96, setting


def test_fewer_rows_than_neighbours(classifiers):
    Z, y, Z_test = np.arange(4.0)[:, None], np.array([0, 0, 0, 1]), np.array([[9.0]])
    scores = {s: p for s, _, p, _ in each_fit(classifiers, "neighbours", Z, y, Z_test)}
    np.testing.assert_allclose(scores["neighbours 1"], [[0, 1]])
    for setting in ("neighbours 5", "neighbours 15"):  # all four rows
        np.testing.assert_allclose(scores[setting], [[0.75, 0.25]])


@pytest.mark.parametrize("name", WEIGHTED)
def test_class_weights_are_those_of_the_classifier(classifiers, name, monkeypatch):
    monkeypatch.setattr(classifiers, "N_ROUNDS", 2)
    Z, y, Z_test = rows(6, counts=(45, 12, 5))
    plain = list(each_fit(classifiers, name, Z, y, Z_test))
    weighted = list(each_fit(classifiers, name, Z, y, Z_test, "balanced"))
    assert {fitted.class_weight for *_, fitted in weighted} == {"balanced"}
    assert any(np.abs(a[2] - b[2]).max() > 0.01 for a, b in zip(plain, weighted, strict=True))


def test_what_a_classifier_can_do(classifiers):
    suits, names = classifiers.suits, list(classifiers.PENALTIES)
    assert [name for name in names if suits(name, "shrinkage LDA")] == ["LDA"]
    others = [name for name in names if name != "LDA"]
    for arm in ("none", "SMOTE", "bagged under-sampling", "tuned thresholds", "a study's own"):
        assert [name for name in names if suits(name, arm)] == others
    assert [name for name in names if suits(name, "class weights")] == WEIGHTED
    corrected = [name for name in names if suits(name, "prior correction")]
    assert corrected == ["logistic", "neighbours", "MLP", "forest", "boosting"]


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize("n_classes", [2, 3])
@pytest.mark.parametrize("wrap", [None, "in_bags", "TunedThresholds"])
def test_scores_are_probabilities_or_rank_the_classes(classifiers, n_classes, wrap, monkeypatch):
    from board_parts import wrappers

    for module, name, value in (
        (wrappers, "N_BAGS", 3),
        (wrappers, "MOST_FOLDS", 2),
        (classifiers, "N_ROUNDS", 2),
        (classifiers, "N_TREES", 10),
        (classifiers, "n_epochs", lambda _: 2),
    ):
        monkeypatch.setattr(module, name, value)
    Z, y, Z_test = rows(6)
    y = y % n_classes
    for name in classifiers.PENALTIES.keys() - ({"LDA"} if wrap else set()):
        fitted = classifiers.model(name, classifiers.PENALTIES[name][-1], None, 0, y)
        fitted = (getattr(wrappers, wrap)(fitted, 0) if wrap else fitted).fit(Z, y)
        scores, are_probabilities = classifiers.scores_of(fitted, Z_test)
        assert scores.shape == (len(Z_test), n_classes)
        with_probabilities = name in classifiers.WITH_PROBABILITIES
        assert are_probabilities == (with_probabilities and wrap != "TunedThresholds")
        if are_probabilities:
            np.testing.assert_allclose(scores.sum(1), 1, rtol=1e-12)
            assert scores.min() >= 0
        if wrap == "TunedThresholds" and n_classes == 2:
            continue  # its threshold is not in its scores
        # The predicted class has the highest score, but for ties and where pairs or bags vote.
        ranked = np.sort(scores, axis=1)
        clear = ranked[:, -1] > ranked[:, -2] + 1e-9
        agree = (scores.argmax(1) == fitted.predict(Z_test))[clear]
        votes = wrap == "in_bags" or name in ("SVC", "RBF")
        assert agree.mean() > 0.8 if votes else agree.all(), name
