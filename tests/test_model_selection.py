"""The augmentation curve against plain loops over folds."""

import pickle

import numpy as np
import pandas as pd
import pytest
from imblearn.over_sampling import SMOTE, RandomOverSampler
from imblearn.pipeline import Pipeline, make_pipeline
from sklearn.base import clone
from sklearn.dummy import DummyClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import (
    GridSearchCV,
    LeaveOneGroupOut,
    cross_val_predict,
    cross_val_score,
)
from sklearn.neighbors import KNeighborsClassifier
from sklearn.preprocessing import StandardScaler
from sklearn.random_projection import GaussianRandomProjection
from sklearn.svm import LinearSVC

from skadan import NoiseSampler, Replicate
from skadan.metrics import unweighted_average_recall
from skadan.model_selection import (
    AugmentationCurve,
    CappedSMOTE,
    augmentation_curve,
    smote_neighbors,
)

LOGO = {"cv": LeaveOneGroupOut(), "random_state": 0}


def pipeline(sampler):
    return Pipeline(
        [("scale", StandardScaler()), ("aug", sampler), ("knn", KNeighborsClassifier())]
    )


class Spy(KNeighborsClassifier):
    """Keeps what each clone was fitted on."""

    seen: list = []  # noqa: RUF012

    def fit(self, X, y):
        Spy.seen.append((np.array(X), np.array(y)))
        return super().fit(X, y)


@pytest.fixture
def seen(problem):
    """Training tables of a one-fold curve: (n_sets, X, y), and what went in."""
    X, y, groups = problem
    test = groups == 0

    def run(**kw):
        Spy.seen = []
        folds = [(np.flatnonzero(~test), np.flatnonzero(test))] * 1
        both = [*folds, (np.flatnonzero(test), np.flatnonzero(~test))]
        pipe = Pipeline([("aug", NoiseSampler()), ("knn", Spy())])
        augmentation_curve(pipe, X, y, cv=both, n_repeats=1, random_state=0, **kw)
        return Spy.seen, X[~test], y[~test]

    return run


def test_zero_sets_is_no_augmentation(problem):
    X, y, groups = problem
    curve = augmentation_curve(pipeline(SMOTE(k_neighbors=1)), X, y, groups=groups, **LOGO)
    plain = Pipeline([("scale", StandardScaler()), ("knn", KNeighborsClassifier())])
    expected = cross_val_predict(plain, X, y, groups=groups, cv=LeaveOneGroupOut())
    np.testing.assert_array_equal(curve.predictions[0], np.tile(expected, (3, 1)))
    assert curve.scores[0] == pytest.approx([unweighted_average_recall(y, expected)] * 3)
    assert curve.scores.shape == (5, 3)


def test_largest_number_is_the_pipeline_itself(problem):
    X, y, groups = problem
    pipe = pipeline(NoiseSampler(noise_scale=1.0))
    curve = augmentation_curve(pipe, X, y, groups=groups, n_sets=(3,), n_repeats=1, **LOGO)
    seed = int(np.random.RandomState(0).randint(np.iinfo(np.int32).max, size=1)[0])
    pipe.set_params(aug__sampling_strategy=Replicate(3), aug__random_state=seed)
    expected = cross_val_predict(pipe, X, y, groups=groups, cv=LeaveOneGroupOut())
    np.testing.assert_array_equal(curve.predictions[0, 0], expected)


def test_smaller_numbers_are_nested_and_keep_the_counts(seen):
    tables, X, y = seen(n_sets=(0, 1, 3))
    (X_0, y_0), (X_1, y_1), (X_3, y_3) = tables[:3]
    np.testing.assert_array_equal(X_0, X)
    np.testing.assert_array_equal(y_0, y)
    for k, X_k, y_k in ((1, X_1, y_1), (3, X_3, y_3)):
        np.testing.assert_array_equal(X_k[: len(X)], X)
        np.testing.assert_array_equal(np.bincount(y_k), (k + 1) * np.bincount(y))
    assert {r.tobytes() for r in X_1} < {r.tobytes() for r in X_3}


@pytest.mark.parametrize("n_sets", [(3, 0, 1), (1, 3, 0), (0, 3, 1)])
def test_the_order_of_the_points_does_not_matter(seen, n_sets):
    """The largest number is drawn wherever it stands: each point trains on what it would alone."""
    sorted_, _, y = seen(n_sets=sorted(n_sets))
    expected = dict(zip(sorted(n_sets), sorted_, strict=False))
    tables, _, _ = seen(n_sets=n_sets)
    for k, (X_k, y_k) in zip(n_sets, tables, strict=False):  # those of the first fold
        np.testing.assert_array_equal(np.bincount(y_k), (k + 1) * np.bincount(y))
        np.testing.assert_array_equal(X_k, expected[k][0])


def test_synthetic_only_leaves_the_real_rows_out(seen):
    tables, X, y = seen(n_sets=(2,), synthetic_only=True)
    X_2, y_2 = tables[0]
    np.testing.assert_array_equal(np.bincount(y_2), 2 * np.bincount(y))
    assert not {r.tobytes() for r in X_2} & {r.tobytes() for r in X}


@pytest.mark.slow
def test_repeats_differ_seeds_reproduce_and_jobs_do_not_matter(problem):
    X, y, groups = problem
    pipe = Pipeline([("aug", NoiseSampler(noise_scale=3.0)), ("svm", LinearSVC(C=0.01))])
    keywords = {"groups": groups, "n_sets": [2]} | LOGO
    first = augmentation_curve(pipe, X, y, **keywords)
    again = augmentation_curve(pipe, pd.DataFrame(X), pd.Series(y), n_jobs=2, **keywords)
    np.testing.assert_array_equal(first.predictions, again.predictions)
    assert len({p.tobytes() for p in first.predictions[0]}) == 3
    assert pipe.get_params()["aug__random_state"] is None


@pytest.mark.parametrize(
    "steps",
    [
        [("p", GaussianRandomProjection(4)), ("a", NoiseSampler()), ("k", KNeighborsClassifier())],
        [("a", NoiseSampler()), ("d", DummyClassifier(strategy="uniform"))],
    ],
    ids=["before the sampler", "behind it"],
)
def test_every_step_has_the_seed_of_its_repeat(problem, steps):
    X, y, groups = problem
    first, again = (
        augmentation_curve(Pipeline(steps), X, y, groups=groups, n_sets=[0], **LOGO).predictions
        for _ in range(2)
    )
    np.testing.assert_array_equal(first, again)
    assert len({p.tobytes() for p in first[0]}) == 3


def test_text_labels_and_a_metric_of_ones_own(problem):
    X, y, groups = problem
    names = np.array(["anger", "fear", "joy"])[y]
    curve = augmentation_curve(
        pipeline(RandomOverSampler()),
        X,
        names,
        groups=groups,
        n_sets=[1],
        n_repeats=2,
        metric=lambda true, predicted: float(np.mean(true == predicted)),
        **LOGO,
    )
    assert curve.scores[0] == pytest.approx((curve.predictions[0] == names).mean(1))


@pytest.mark.parametrize(
    ("keywords", "message"),
    [
        ({"n_sets": ()}, "n_sets=\\[\\]"),
        ({"n_sets": (-1, 2)}, "n_sets=.*0 or more"),
        ({"n_sets": (0, 1), "synthetic_only": True}, "1 or more, since synthetic_only"),
        ({"n_sets": (1.5,)}, "whole numbers"),
        ({"cv": [(np.arange(40), np.arange(40, 45))]}, "holds out row 0 0 times"),
        ({"cv": 2 * [*LOGO["cv"].split(range(45), groups=[0, 1, 2] * 15)]}, "row 0 2 times"),
    ],
)
def test_bad_arguments(problem, keywords, message):
    X, y, groups = problem
    with pytest.raises(ValueError, match=message):
        augmentation_curve(pipeline(NoiseSampler()), X, y, groups=groups, **LOGO | keywords)


@pytest.mark.parametrize(
    "estimator",
    [
        LinearSVC(),
        Pipeline([("scale", StandardScaler()), ("svm", LinearSVC())]),
        Pipeline([("aug", NoiseSampler())]),
        Pipeline([("a", NoiseSampler()), ("b", NoiseSampler()), ("svm", LinearSVC())]),
    ],
)
def test_it_needs_one_sampler_and_a_classifier(problem, estimator):
    X, y, _ = problem
    with pytest.raises(ValueError, match="exactly one sampler"):
        augmentation_curve(estimator, X, y)


@pytest.mark.parametrize(
    ("counts", "at_most", "expected"),
    [((9, 7), 5, 5), ((9, 6), 5, 5), ((9, 5), 5, 4), ((9, 2, 7), 5, 1), ((9, 9), 3, 3)],
)
def test_smote_neighbors_fit_the_smallest_class(counts, at_most, expected):
    y = np.repeat(["a", "b", "c"][: len(counts)], counts)
    k_neighbors = smote_neighbors(y, at_most)
    assert (k_neighbors, type(k_neighbors)) == (expected, int)
    X = np.arange(len(y), dtype=float)[:, None]
    _, y_new = SMOTE(k_neighbors=k_neighbors, random_state=0).fit_resample(X, y)
    assert set(np.unique(y_new, return_counts=True)[1]) == {max(counts)}


def test_smote_refuses_the_zero_neighbors_of_a_class_with_one_row():
    y = ["a", "a", "b"]
    assert smote_neighbors(y) == 0
    with pytest.raises(ValueError, match="k_neighbors"):
        SMOTE(k_neighbors=smote_neighbors(y)).fit_resample([[0.0], [1.0], [2.0]], y)


def test_a_curve_prints_as_its_scores():
    curve = AugmentationCurve(n_sets=np.array([0, 10]), scores=np.array([[0.5], [0.75]]), y=[1] * 9)
    assert repr(curve).splitlines() == [
        "sets   mean    std  (of 1 repeats)",
        "   0 0.5000      -",
        "  10 0.7500      -",
    ]
    again = pickle.loads(pickle.dumps(curve))
    assert type(again) is AugmentationCurve
    assert again.y == curve.y


def test_smote_in_inner_folds():
    """It takes what each class of the rows given has, and its own parameter stays."""
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(30, 3)), np.repeat(["a", "b"], [22, 8])
    smote = CappedSMOTE(random_state=0, k_neighbors=4)
    for n_rare in (2, 3, 4, 8):
        rows = np.r_[:22, 22 : 22 + n_rare]
        expected = SMOTE(random_state=0, k_neighbors=min(4, n_rare - 1))
        for mine, plain in zip(
            smote.fit_resample(X[rows], y[rows]),
            expected.fit_resample(X[rows], y[rows]),
            strict=True,
        ):
            np.testing.assert_array_equal(mine, plain)
    assert smote.get_params() == {"sampling_strategy": "auto", "random_state": 0, "k_neighbors": 4}
    assert clone(smote).k_neighbors == 4
    with pytest.raises(ValueError, match="two rows of each class, and 'b' has one"):
        smote.fit_resample(X[:23], y[:23])
    pipe = make_pipeline(CappedSMOTE(random_state=0), LogisticRegression())
    search = GridSearchCV(pipe, {"logisticregression__C": [0.1, 1]}, cv=3, error_score="raise")
    assert len(cross_val_score(search, X, y, cv=3)) == 3
