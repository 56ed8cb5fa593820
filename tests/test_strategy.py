"""How many rows of which class: Replicate, class weights, proportional counts."""

import pickle

import numpy as np
import pytest
from imblearn.over_sampling import SMOTE
from sklearn.base import clone

from skadan import Replicate
from skadan._strategy import proportional_counts
from skadan.datasets import make_speaker_classification
from skadan.samplers._class_weights import class_weights


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
