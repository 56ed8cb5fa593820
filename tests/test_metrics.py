"""The metrics against closed forms and limits."""

import numpy as np
import pytest
from sklearn.metrics import recall_score

from skadan import NoiseSampler
from skadan.datasets import make_speaker_classification
from skadan.metrics import (
    classifier_two_sample_test,
    conditional_hit_rate,
    maximum_mean_discrepancy,
    near_copy_share,
    nearest_neighbour_ratio,
    quality_report,
    recall_gain,
    unweighted_average_recall,
)


def test_uar_counts_each_class_once():
    y = ["a"] * 8 + ["b"] * 2
    assert unweighted_average_recall(y, ["a"] * 9 + ["b"]) == pytest.approx((1 + 0.5) / 2)


def test_mmd_is_the_papers_double_sum(rng):
    X, U = rng.normal(size=(7, 3)), rng.normal(size=(5, 3)) + 0.5

    def kernel(a, b):
        return sum(np.exp(-((a - b) ** 2).sum() / (2 * s**2)) for s in (0.1, 1, 5, 10, 100))

    def mean(A, B):
        return np.mean([[kernel(a, b) for b in B] for a in A])

    expected = mean(X, X) + mean(U, U) - 2 * mean(X, U)
    np.testing.assert_allclose(maximum_mean_discrepancy(X, U), expected, rtol=1e-9)


def test_mmd_limits(rng):
    X = rng.normal(size=(20, 4))
    assert maximum_mean_discrepancy(X, X) == pytest.approx(0, abs=1e-12)
    far = maximum_mean_discrepancy(X[:1], X[:1] + 1e9)
    assert far == pytest.approx(2 * 5)  # k(x, x) = 5 for five kernels, and nothing in common
    near, further = (maximum_mean_discrepancy(X, X + shift) for shift in (0.1, 1.0))
    assert 0 < near < further


def test_mmd_of_one_gaussian_kernel_in_closed_form(rng):
    """Two normals a distance m apart, kernel width s: each mean is a Gaussian integral."""
    n, m, s = 3000, 1.5, 0.8
    X, U = rng.normal(size=(n, 1)), rng.normal(size=(n, 1)) + m
    width = s**2 + 2
    expected = 2 * s / np.sqrt(width) * (1 - np.exp(-(m**2) / (2 * width)))
    actual = maximum_mean_discrepancy(X, U, bandwidths=[s])
    np.testing.assert_allclose(actual, expected, rtol=0.1)  # of 3,000 rows: 4 % is one sigma


def test_mmd_refuses():
    with pytest.raises(ValueError, match="2 columns, X_new has 3"):
        maximum_mean_discrepancy(np.ones((2, 2)), np.ones((2, 3)))
    with pytest.raises(ValueError, match=r"bandwidths=\[0.0\]"):
        maximum_mean_discrepancy([[1.0]], [[1.0]], bandwidths=[0])


def test_hit_rate(rng):
    y = np.repeat(["low", "high"], 20)
    X = rng.normal(size=(40, 6)) + np.where(y == "high", 5, -5)[:, None]
    assert conditional_hit_rate(X, y, X, y) == 1
    assert conditional_hit_rate(X, y, X, y[::-1]) == 0


def test_neighbour_ratio_does_not_depend_on_units(rng):
    X, U = rng.normal(size=(30, 3)), rng.normal(size=(10, 3))
    units = np.array([1e-6, 1.0, 1e9])
    np.testing.assert_allclose(
        nearest_neighbour_ratio(X * units, U * units), nearest_neighbour_ratio(X, U)
    )


def test_neighbour_ratio_is_its_definition(rng):
    """All distances in NumPy, between rows z-normed by the real ones alone."""
    X = rng.normal(size=(20, 3)) * [1, 5, 0.1]
    X_new = 2 + 3 * rng.normal(size=(12, 3)) * [5, 1, 1]
    z, z_new = X / X.std(0), X_new / X.std(0)
    own = np.linalg.norm(z[:, None] - z[None], axis=2)
    np.fill_diagonal(own, np.inf)
    between = np.linalg.norm(z_new[:, None] - z[None], axis=2)
    expected = between.min(1) / own.min(1)[between.argmin(1)]
    np.testing.assert_allclose(nearest_neighbour_ratio(X, X_new), expected, rtol=1e-9)


def test_near_copies(rng):
    X = rng.normal(size=(50, 20))
    fresh = rng.normal(size=(50, 20))
    assert near_copy_share(X, X) == 1
    assert near_copy_share(X, X + 1e-3) == 1
    assert near_copy_share(X, fresh) == 0
    ratio = nearest_neighbour_ratio(X, fresh)
    assert 0.7 < np.median(ratio) < 1.5  # of the same distribution: as far as neighbours are
    twins = np.vstack([X, X[:1]])
    np.testing.assert_array_equal(nearest_neighbour_ratio(twins, X[:1]), [0])
    with pytest.raises(ValueError, match="1 row"):
        nearest_neighbour_ratio(X[:1], X)


def test_two_sample_test(rng):
    X = rng.normal(size=(120, 5))
    same = classifier_two_sample_test(X, rng.normal(size=(200, 5)), random_state=0)
    assert same.accuracy == pytest.approx(0.5, abs=0.12)
    assert same.pvalue > 0.01
    other = classifier_two_sample_test(X, rng.normal(size=(90, 5)) + 1, random_state=0)
    assert other.accuracy > 0.8
    assert other.pvalue < 1e-9


@pytest.mark.parametrize("swap", [False, True])
def test_the_larger_sample_is_cut_at_random(rng, swap):
    """Rows come sorted: the first ones of a table do not stand for all of it."""
    few = rng.normal(size=(60, 2))
    many = np.vstack([rng.normal(size=(60, 2)), rng.normal(size=(540, 2)) + 6])
    samples = (many, few) if swap else (few, many)
    accuracy = classifier_two_sample_test(*samples, random_state=0).accuracy
    assert accuracy > 0.85  # 0.95 with a tenth of the many like the few; 0.5 if those were all


def test_recall_gain_is_a_difference_of_recalls_and_its_interval_covers():
    rng = np.random.default_rng(0)
    y = rng.integers(3, size=400)
    worse = np.where(rng.random((2, 400)) < 0.7, y, (y + 1) % 3)
    better = np.where(rng.random((2, 400)) < 0.5, y, worse)
    assert recall_gain(y, worse, worse) == (0, 0, 0)
    gain, low, high = recall_gain(y, better, worse, random_state=0)
    recalls = [[recall_score(y, p, average="macro") for p in of] for of in (better, worse)]
    assert gain == pytest.approx(np.subtract(*np.mean(recalls, axis=1)))
    assert 0 < low < gain < high
    wide = recall_gain(y, better, worse, confidence_level=0.999, random_state=0)
    assert wide.low < low < high < wide.high
    # The spread of a binomial share: 400 rows, one prediction against none right.
    half = np.where(np.arange(400) % 2, y, -1)
    gain, low, high = recall_gain(np.zeros(400), half * 0 - (half < 0), -np.ones(400))
    assert gain == pytest.approx(0.5)
    assert high - low == pytest.approx(2 * 1.96 * 0.5 / 20, rel=0.1)


def test_recall_gain_with_a_class_of_one_row_and_wrong_shapes():
    y = np.array([0] * 30 + [1])
    gain, low, high = recall_gain(y, y, np.zeros(31), random_state=0)
    assert gain == pytest.approx(0.5)
    assert (low, high) == (0, 0.5)  # a resample without the row has a gain of 0
    with pytest.raises(ValueError, match=r"\(1, 2\) do not match 31 labels"):
        recall_gain(y, y, [0, 1])


def test_every_synthetic_row_has_its_label():
    X = np.random.default_rng(0).normal(size=(24, 5))
    y = np.repeat([0, 1], 12)
    for labels in ([0], 0, [[0]] * 24, [0] * 23):
        with pytest.raises(ValueError, match="X_new has 24 rows, but y_new is of shape"):
            conditional_hit_rate(X, y, X, labels)


@pytest.mark.parametrize("offset", [1e4, -1e8, 1e10])
def test_mmd_does_not_see_where_the_table_lies(offset):
    X = np.round(np.random.default_rng(0).normal(size=(24, 5)), 2)
    there = maximum_mean_discrepancy(X + offset, X + offset + 3)
    assert there == pytest.approx(maximum_mean_discrepancy(X, X + 3), rel=1e-4)


@pytest.mark.parametrize(
    "wrong", [{"confidence_level": 95}, {"confidence_level": 0}, {"n_resamples": 0}]
)
def test_settings_of_the_interval_are_checked(wrong):
    (name,) = wrong
    with pytest.raises(ValueError, match=f"{name}="):
        recall_gain([0, 1], [0, 1], [0, 1], **wrong)


def test_many_rows_take_little_memory(monkeypatch):
    """Resamples are drawn part by part, and are those that would be drawn at once."""
    import tracemalloc

    rng = np.random.default_rng(0)
    y, p, q = (rng.integers(3, size=40_000) for _ in range(3))
    tracemalloc.start()
    parts = recall_gain(y, p, q, n_resamples=200, random_state=0)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 120e6
    monkeypatch.setattr("skadan.metrics._gain.CELLS", 10**9)
    assert recall_gain(y, p, q, n_resamples=200, random_state=0) == parts


def test_quality_report_holds_the_figures():
    X, y, _ = make_speaker_classification(80, 30, random_state=0)
    sampler = NoiseSampler(noise_scale=0.1, random_state=0).fit(X, y)
    report = quality_report(sampler, X, y, random_state=0)
    X_new, _ = sampler.sample(y, random_state=0)
    assert report.hit_rate == conditional_hit_rate(X, y, X_new, y)
    z, z_new = ((rows - X.mean(0)) / X.std(0) for rows in (X, X_new))
    assert report.discrepancy == pytest.approx(maximum_mean_discrepancy(z, z_new), rel=1e-6)
    told_apart = classifier_two_sample_test(X, X_new, random_state=0).accuracy
    assert report.told_apart == told_apart
    expected = np.quantile(nearest_neighbour_ratio(X, X_new), [0.05, 0.25, 0.5, 0.75, 0.95])
    np.testing.assert_array_equal(report.ratios, expected)
    assert 0 < report.ratios[0] < report.ratios[-1] < 1
    assert near_copy_share(X, X_new, threshold=report.ratios[0] / 2) == 0
    assert len(str(report).splitlines()) == 5
    assert f"{report.ratios[2]:.2f}" in str(report)
