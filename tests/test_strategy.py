"""How many rows of which class: Replicate, PartialFill, class weights, proportional counts."""

import pickle
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from imblearn.over_sampling import SMOTE
from sklearn.base import clone

from skadan import PartialFill, Replicate, ShrunkenSampler
from skadan._strategy import proportional_counts
from skadan.datasets import make_speaker_classification
from skadan.samplers._parameters import class_weights


@pytest.mark.parametrize("k", [1, 3, 10])
def test_replicate_counts(k):
    y = np.repeat(["a", "b", "c"], [1, 4, 7])
    assert Replicate(k)(y) == {"a": (k + 1) * 1, "b": (k + 1) * 4, "c": (k + 1) * 7}


def test_replicate_travels():
    strategy = pickle.loads(pickle.dumps(Replicate(3)))
    assert strategy == Replicate(3) != Replicate(2)
    assert repr(strategy) == "Replicate(3)"
    assert len({Replicate(1), Replicate(1), Replicate(2)}) == 2


def test_replicate_serves_smote():
    X, y, _ = make_speaker_classification(60, 5, random_state=0)
    _, y_new = clone(SMOTE(sampling_strategy=Replicate(2))).fit_resample(X, y)
    np.testing.assert_array_equal(np.bincount(y_new), 3 * np.bincount(y))


@pytest.mark.parametrize("k", [0, -1, 1.5, "2", True])
def test_replicate_refuses(k):
    with pytest.raises(ValueError, match=r"Replicate\(n_sets="):
        Replicate(k)


@pytest.mark.parametrize(("share", "rare"), [(0.25, 4), (0.5, 8), (0.75, 16), (1, 32)])
def test_partial_fill_counts(share, rare):
    assert PartialFill(share)(np.repeat(["a", "b"], [2, 32])) == {"a": rare, "b": 32}


@given(
    st.lists(st.integers(1, 200), min_size=2, max_size=6),
    st.floats(0, 1, exclude_min=True),
)
def test_partial_fill_never_shrinks_a_class_nor_passes_the_largest(counts, share):
    filled = PartialFill(share)(np.repeat(np.arange(len(counts)), counts))
    assert all(have <= filled[c] <= max(counts) for c, have in enumerate(counts))


def test_partial_fill_travels():
    strategy = pickle.loads(pickle.dumps(PartialFill(0.5)))
    assert strategy == PartialFill(0.5) != PartialFill(0.25)
    assert repr(strategy) == "PartialFill(0.5)"
    assert len({PartialFill(0.5), PartialFill(0.5), PartialFill()}) == 2


@pytest.mark.parametrize("cls", [SMOTE, ShrunkenSampler])
def test_partial_fill_serves_any_over_sampler(cls):
    X, y, _ = make_speaker_classification(200, 5, n_classes=2, weights=(9, 1), random_state=0)
    _, y_new = clone(cls(sampling_strategy=PartialFill(0.5))).fit_resample(X, y)
    few, many = sorted(np.bincount(y))
    assert sorted(np.bincount(y_new)) == [round((few * many) ** 0.5), many]


def test_strategies_hold_plain_numbers():
    assert type(Replicate(np.int64(2)).n_sets) is int
    assert PartialFill(Fraction(1, 2)) == PartialFill(np.float32(0.5)) == PartialFill(0.5)
    assert PartialFill(Fraction(1, 2))([0, 1, 1, 1, 1]) == {0: 2, 1: 4}


@pytest.mark.parametrize("share", [0, -0.1, 1.01, "auto", True, float("nan"), None])
def test_partial_fill_refuses(share):
    with pytest.raises(ValueError, match=r"PartialFill\(share="):
        PartialFill(share)


def test_class_weights():
    classes, counts = np.array(["a", "b"]), np.array([2, 10])
    np.testing.assert_array_equal(class_weights("balanced", classes, counts), [5, 1])
    np.testing.assert_array_equal(class_weights(None, classes, counts), [1, 1])
    np.testing.assert_array_equal(class_weights({"b": 3}, classes, counts), [1, 3])
    with pytest.raises(ValueError, match=r"class_weight names \['z'\]"):
        class_weights({"z": 3}, classes, counts)


def test_proportional_counts():
    counts = np.array([5, 3, 2])
    np.testing.assert_array_equal(proportional_counts(10, counts), counts)
    for n in range(20):
        shared = proportional_counts(n, counts)
        assert shared.sum() == n
        assert (abs(shared - n * counts / 10) < 1).all()
