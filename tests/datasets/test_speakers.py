"""Generated speakers: classes, shifts and weights as asked for."""

import numpy as np
import pytest

from skadan.datasets import make_speaker_classification


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
