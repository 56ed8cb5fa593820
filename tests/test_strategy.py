import pickle

import numpy as np
import pytest
from imblearn.over_sampling import SMOTE
from sklearn.base import clone

from skadan import Replicate
from skadan._strategy import class_weights, proportional_counts
from skadan.datasets import make_speaker_classification


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


def test_speaker_data_is_what_it_says():
    X, y, groups = make_speaker_classification(
        400, 300, n_classes=4, n_speakers=5, n_informative=3, noise=0.0, random_state=0
    )
    assert np.linalg.matrix_rank(X) == 3
    assert {(a, b) for a in range(4) for b in range(5)} == set(zip(y, groups, strict=True))
    again = make_speaker_classification(
        400, 300, n_classes=4, n_speakers=5, n_informative=3, noise=0.0, random_state=0
    )
    for a, b in zip((X, y, groups), again, strict=True):
        np.testing.assert_array_equal(a, b)


def test_speaker_shift_moves_speakers():
    X, _, groups = make_speaker_classification(
        2000, 20, class_sep=0.0, speaker_shift=3.0, noise=0.1, random_state=0
    )
    means = np.stack([X[groups == s].mean(0) for s in range(6)])
    assert means.std(0).mean() > 1


def test_speaker_data_weights():
    _, y, _ = make_speaker_classification(103, 5, n_classes=3, weights=(8, 1, 1), random_state=0)
    np.testing.assert_array_equal(np.bincount(y), [81, 11, 11])


@pytest.mark.parametrize(
    ("kw", "message"),
    [
        ({"n_features": 0}, "n_features=0"),
        ({"n_speakers": 0}, "n_speakers=0"),
        ({"n_samples": 2}, "n_samples=2"),
        ({"weights": (1, 2)}, "one positive number"),
    ],
)
def test_speaker_data_refuses(kw, message):
    with pytest.raises(ValueError, match=message):
        make_speaker_classification(**kw)
