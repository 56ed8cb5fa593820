"""How well scores rank: against scikit-learn, a count of all pairs, and simulated differences."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.special import softmax
from scipy.stats import norm
from sklearn.metrics import roc_auc_score

from skadan.metrics import auc_gain, one_vs_rest_auc, recall_gain
from skadan.metrics._ranking import Truth, weighted_auc

N, K = 12, 3
few_values = st.integers(-2, 2).map(float)  # many ties
labels = arrays(int, N, elements=st.integers(0, K - 1))
fold_numbers = arrays(int, N, elements=st.integers(0, 3))
scores_with_ties = arrays(float, (N, K), elements=few_values)


def count_pairs(y, scores, folds):
    """The definition: every pair of rows of one fold, class by class."""
    areas = []
    for k in range(scores.shape[1]):
        won = [
            (scores[i, k] > scores[j, k]) + 0.5 * (scores[i, k] == scores[j, k])
            for i in np.flatnonzero(y == k)
            for j in np.flatnonzero(y != k)
            if folds[i] == folds[j]
        ]
        if won:
            areas.append(np.mean(won))
    return np.mean(areas) if areas else np.nan


def a_problem(rng, n=60, n_classes=3, digits=1):
    """Labels and scores that rank them; few digits give ties."""
    y = np.concatenate([np.arange(n_classes), rng.integers(n_classes, size=n - n_classes)])
    return y, np.round(rng.normal(size=(n, n_classes)) + np.eye(n_classes)[y], digits)


@pytest.mark.parametrize("digits", [0, 1, 9])
@pytest.mark.parametrize("n_classes", [2, 3, 5])
def test_without_folds_it_is_scikit_learns(rng, n_classes, digits):
    y, scores = a_problem(rng, n_classes=n_classes, digits=digits)
    scores = softmax(scores, axis=1)
    if digits == 0:
        assert len(np.unique(scores[:, 0])) < len(y)
    wanted = scores[:, 1] if n_classes == 2 else scores
    expected = roc_auc_score(y, wanted, multi_class="ovr", average="macro")
    assert one_vs_rest_auc(y, scores) == pytest.approx(expected, abs=1e-12)


@settings(deadline=None)
@given(labels, scores_with_ties, fold_numbers)
def test_with_folds_it_is_the_share_of_pairs(y, scores, folds):
    """Folds may lack a class, or hold one class or one row."""
    found = one_vs_rest_auc(y, scores, classes=range(K), folds=folds)
    assert found == pytest.approx(count_pairs(y, scores, folds), abs=1e-12, nan_ok=True)


increasing = st.sampled_from([lambda s: 3 * s + 7, lambda s: s**3, np.arctan, lambda s: s - 1000])


@settings(deadline=None)
@given(labels, scores_with_ties, fold_numbers, st.lists(increasing, min_size=4, max_size=4))
def test_each_fold_may_have_a_scale_of_its_own(y, scores, folds, maps):
    mapped = np.vstack([maps[fold](row) for fold, row in zip(folds, scores, strict=True)])
    expected = one_vs_rest_auc(y, scores, classes=range(K), folds=folds)
    found = one_vs_rest_auc(y, mapped, classes=range(K), folds=folds)
    np.testing.assert_equal(found, expected)


def test_without_folds_scales_of_their_own_do_harm(rng):
    y, scores = a_problem(rng)
    folds = np.arange(len(y)) % 3
    shifted = scores + 10 * folds[:, None]
    assert one_vs_rest_auc(y, shifted) < one_vs_rest_auc(y, scores) - 0.1
    names = np.array(["x", "y", "z"])[folds]
    assert one_vs_rest_auc(y, shifted, folds=names) == one_vs_rest_auc(y, scores, folds=folds)


def test_limits():
    y = np.repeat([0, 1, 2], 4)
    assert one_vs_rest_auc(y, np.eye(3)[y]) == 1
    assert one_vs_rest_auc(y, -np.eye(3)[y]) == 0
    assert one_vs_rest_auc(y, np.zeros((12, 3))) == 0.5
    infinite = np.where(np.eye(3)[y] > 0, np.inf, -np.inf)
    assert one_vs_rest_auc(y, infinite) == 1


def test_scores_of_the_second_class_are_enough(rng):
    y, scores = a_problem(rng, n_classes=2)
    second = scores[:, 1]
    expected = roc_auc_score(y, second)
    assert one_vs_rest_auc(y, second) == pytest.approx(expected, abs=1e-12)
    assert one_vs_rest_auc(y, np.c_[-second, second]) == one_vs_rest_auc(y, second)
    assert one_vs_rest_auc(y, second, classes=[1, 0]) == pytest.approx(1 - expected, abs=1e-12)


def test_classes_name_the_columns(rng):
    y, scores = a_problem(rng)
    names = np.array(["low", "middle", "high"])  # not sorted
    expected = one_vs_rest_auc(y, scores)
    for order in ([0, 1, 2], [2, 0, 1]):
        found = one_vs_rest_auc(names[y], scores[:, order], classes=names[order])
        assert found == pytest.approx(expected, abs=1e-12)
    by_name = np.argsort(names)
    assert one_vs_rest_auc(names[y], scores[:, by_name]) == pytest.approx(expected, abs=1e-12)
    more = np.c_[scores, np.ones(len(y))]  # a class without rows does not count
    assert one_vs_rest_auc(y, more, classes=range(4)) == pytest.approx(expected, abs=1e-12)


def test_nan_where_no_fold_holds_two_classes():
    scores = np.arange(8.0).reshape(4, 2)
    assert np.isnan(one_vs_rest_auc([0, 0, 1, 1], scores, folds=[0, 0, 1, 1]))
    assert np.isnan(one_vs_rest_auc([1, 1, 1, 1], scores, classes=[0, 1]))
    assert one_vs_rest_auc([0, 0, 1, 1], scores, folds=[0, 0, 1, 0]) == 0.5  # 1 and 0: one of each


@pytest.mark.parametrize(
    ("y", "scores", "keywords", "message"),
    [
        ([0, 1, 2], np.zeros((3, 2)), {}, r"y_score has shape \(3, 2\); 3 labels of 3 classes"),
        ([0, 1, 1], np.zeros((2, 2)), {}, r"y_score has shape \(2, 2\); 3 labels"),
        ([0, 1, 2], np.zeros(3), {}, r"y_score has shape \(3,\)"),
        ([0, 1, 1], [[0, 1], [0, np.nan], [0, 0]], {}, "y_score is NaN in row 1"),
        ([0, 1, 7], np.zeros((3, 2)), {"classes": [0, 1]}, "the label .*7.*; classes has no such"),
        ([0, 1, 1], np.zeros((3, 2)), {"folds": [0, 1]}, r"folds has shape \(2,\); there are 3"),
    ],
)
def test_what_does_not_match_is_refused(y, scores, keywords, message):
    with pytest.raises(ValueError, match=message):
        one_vs_rest_auc(y, scores, **keywords)
    with pytest.raises(ValueError, match=message):
        auc_gain(y, scores, scores, **keywords)


@settings(deadline=None)
@given(labels, scores_with_ties, fold_numbers, st.integers(0, 2**32 - 1))
def test_a_weight_is_a_number_of_copies(y, scores, folds, seed):
    weights = np.random.default_rng(seed).integers(4, size=(3, N))
    found = weighted_auc(Truth.of(y, range(K), folds), scores, weights)
    for area, copies in zip(found, weights, strict=True):
        rows = np.repeat(np.arange(N), copies)
        expected = count_pairs(y[rows], scores[rows], folds[rows])
        assert area == pytest.approx(expected, abs=1e-12, nan_ok=True)


def test_the_gain_is_a_difference_of_areas(rng):
    y, better = a_problem(rng, n=200)
    worse = better + rng.normal(size=better.shape)
    folds = rng.integers(3, size=200)
    expected = np.subtract(*(one_vs_rest_auc(y, s, folds=folds) for s in (better, worse)))
    gain, low, high = auc_gain(y, better, worse, folds=folds, random_state=0)
    assert gain == pytest.approx(expected, abs=1e-12)
    assert 0 < low < gain < high
    wide = auc_gain(y, better, worse, folds=folds, confidence_level=0.999, random_state=0)
    assert wide.low < low < high < wide.high


def test_several_seeds_are_averaged(rng):
    y, scores = a_problem(rng)
    seeds, reference = scores + rng.normal(size=(4, 1, 3)) * scores**2, scores
    areas = [one_vs_rest_auc(y, one) for one in seeds]
    assert len(set(areas)) > 1
    found = auc_gain(y, seeds, reference, random_state=0)
    assert found.gain == pytest.approx(np.mean(areas) - one_vs_rest_auc(y, reference), abs=1e-12)
    assert auc_gain(y, [scores] * 3, scores, random_state=0) == pytest.approx((0, 0, 0), abs=1e-12)
    second = scores[:, 1]
    y = (y == 1).astype(int)
    expected = auc_gain(y, np.c_[-second, second], np.c_[second, -second], random_state=0)
    assert auc_gain(y, second, -second, random_state=0) == expected


@settings(deadline=None)
@given(labels, scores_with_ties, scores_with_ties, fold_numbers)
@pytest.mark.slow
def test_the_gain_over_itself_is_zero_and_back_it_is_a_loss(y, scores, others, folds):
    y[:2], folds[:2] = [0, 1], 0  # one pair at least
    keywords = {"classes": range(K), "folds": folds, "n_resamples": 20, "random_state": 0}
    assert auc_gain(y, scores, scores, **keywords) == (0, 0, 0)
    gain, low, high = auc_gain(y, scores, others, **keywords)
    assert low <= high
    back = auc_gain(y, others, scores, **keywords)
    np.testing.assert_allclose(back, (-gain, -high, -low), atol=1e-12)


@pytest.mark.parametrize("folds", [None, np.arange(120) % 2])
@pytest.mark.slow
def test_the_interval_covers_the_true_difference(folds):
    """Normal scores a distance d apart have the area Phi(d / sqrt(2)): 90 % of the intervals."""
    rng, y = np.random.default_rng(0), np.arange(120) % 3 % 2  # a third is of class 1
    distances = np.array([1.2, 0.7])
    true = np.subtract(*norm.cdf(distances / np.sqrt(2)))
    scale = 0 if folds is None else 100 * folds
    n_covered, n_trials = 0, 400
    for trial in range(n_trials):
        common, own = rng.normal(size=120), rng.normal(size=(2, 120))
        better, worse = (common + own) / np.sqrt(2) + distances[:, None] * y + scale
        keywords = {"confidence_level": 0.9, "n_resamples": 200, "random_state": trial}
        _, low, high = auc_gain(y, better, worse, folds=folds, **keywords)
        n_covered += low <= true <= high
    assert 0.85 < n_covered / n_trials < 0.95  # three standard errors


def test_resamples_that_lack_a_class_do_not_count():
    y = np.array([0] * 8 + [1])
    up = np.arange(9.0)
    assert auc_gain(y, up, -up, random_state=0) == (1, 1, 1)


def test_blocks_of_resamples_are_those_drawn_at_once(rng, monkeypatch):
    y, scores = a_problem(rng)
    keywords = {"n_resamples": 50, "random_state": 0}
    expected = auc_gain(y, scores, -scores, **keywords)
    monkeypatch.setattr("skadan.metrics._gain.CELLS", 7 * len(y))
    assert auc_gain(y, scores, -scores, **keywords) == expected


@pytest.mark.parametrize(
    "wrong", [{"confidence_level": 95}, {"confidence_level": 0}, {"n_resamples": 0}]
)
def test_settings_of_the_interval_are_checked(wrong):
    (name,) = wrong
    with pytest.raises(ValueError, match=f"{name}="):
        auc_gain([0, 1], [0, 1], [0, 1], **wrong)


def test_groups_are_drawn_whole():
    """Copies of a row that form a group say no more than the row: the interval is the same."""
    rng = np.random.default_rng(0)
    y = np.tile([0, 1, 2], 20)
    right, worse = (np.where(rng.random(60) < share, y, (y + 1) % 3) for share in (0.8, 0.6))
    scores, reference = rng.normal(size=(2, 60, 3))
    copies, group = 4, np.repeat(np.arange(60), 4)
    many = [np.repeat(values, copies, axis=0) for values in (y, right, worse, scores, reference)]
    single = recall_gain(y, right, worse, random_state=0)
    assert recall_gain(*many[:3], groups=group, random_state=0) == pytest.approx(single)
    narrow = recall_gain(*many[:3], random_state=0)
    assert narrow.high - narrow.low < 0.7 * (single.high - single.low)
    single = auc_gain(y, scores, reference, random_state=0)
    found = auc_gain(many[0], *many[3:], groups=group, random_state=0)
    assert found == pytest.approx(single)


def test_rows_alone_are_groups_of_one():
    rng = np.random.default_rng(0)
    y, predicted = rng.integers(3, size=(2, 50))
    alone = recall_gain(y, y, predicted, groups=np.arange(50)[::-1], random_state=0)
    rows = recall_gain(y, y, predicted, random_state=0)
    assert alone.gain == rows.gain
    assert alone.low == pytest.approx(rows.low, abs=0.03)


@pytest.mark.parametrize("gain", [recall_gain, auc_gain])
def test_groups_match_the_rows(gain):
    with pytest.raises(ValueError, match=r"groups has shape \(3,\); there are 4 labels"):
        gain([0, 1, 0, 1], [0, 1, 0, 1], [0, 0, 1, 1], groups=[1, 2, 3])
