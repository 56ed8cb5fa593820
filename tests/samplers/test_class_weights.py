"""Class weights reach the rows of their class, whatever the labels look like."""

from dataclasses import replace

import numpy as np
import pytest
from conftest import TRAINING

from skadan import GameSampler
from skadan.games import ADANGame, CrossEntropy

NAMES = np.array(["sad", "angry", "calm"])  # not in the order of their numbers


class Blind(ADANGame):
    """An encoder that sees nothing: before the first step every class has the same chance."""

    def embed(self, networks, batch):
        """Codes of zeros, which its weights cannot change."""
        return replace(batch, h=0 * self.encode(networks, batch.x))


@pytest.mark.parametrize("named", [False, True])
@pytest.mark.parametrize("rare", [0, 1, 2])
@pytest.mark.parametrize("kind", ["balanced", "one", None])
def test_the_loss_of_a_blind_classifier(problem, rare, kind, named):
    """Closed form: log K times the mean weight of a row."""
    X, y, _ = problem
    y = (y + rare) % 3  # sizes of classes in another order
    counts = np.bincount(y)
    labels, weights = NAMES[y] if named else y, np.ones(3)
    class_weight = kind
    if kind == "balanced":
        weights = counts.max() / counts
    elif kind == "one":
        weights[1] = 5.0
        class_weight = {NAMES[1] if named else 1: 5.0}
    game = Blind(CrossEntropy(), autoencoder_layers=(8,), latent_layers=(6,))
    keywords = TRAINING | {"batch_size": len(X), "max_epochs": 1, "class_weight": class_weight}
    history = GameSampler(game=game, **keywords).fit(X, labels).history_
    np.testing.assert_allclose(history["real_class"], np.log(3) * weights[y].mean(), rtol=1e-5)
