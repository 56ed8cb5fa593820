"""What real rows give to synthetic ones: residuals, anchors, and the centre of their class."""

from dataclasses import dataclass

import numpy as np
import pytest
import reference
import torch
from conftest import SMALL, TRAINING

from skadan import FrozenSampler, GameSampler, ShrunkenSampler, WADANSampler
from skadan._models import arrays
from skadan._models.draws import partners_of
from skadan._models.predictive import (
    center_factors,
    class_sums,
    own_shares,
    spreads,
    squares_of,
    variances,
)
from skadan.games import ADANGame, CrossEntropy

N = arrays.BLOCK_ROWS + 30  # rows of two blocks

# Without a centre


def test_residuals_are_those_of_the_anchor(small, problem):
    """x + (1 - anchor) (R(G(z, y)) - R(E(x))): a row moves by what its code says, no more."""
    X, y, _ = problem
    order = np.argsort(y, kind="stable")
    free, anchored = (
        small(center=None, residuals=True, anchor=anchor).fit(X, y) for anchor in (0.0, 0.75)
    )
    X_new, _ = free.sample(y[order], random_state=3)
    move = free.decode(free.sample_latent(y[order], random_state=3))
    distance = np.abs((X_new - move)[:, None] - (X - free.decode(free.encode(X)))).max(2)
    rows = distance.argmin(1)  # whose residual it is
    assert distance.min(1).max() < 1e-4
    np.testing.assert_array_equal(y[rows], y[order])
    near, _ = anchored.sample(y[order], random_state=3)
    np.testing.assert_allclose(near, X[rows] + 0.25 * (X_new - X[rows]), atol=1e-4)


@pytest.mark.parametrize("residuals", [True, False])
def test_a_set_takes_each_training_row_once(small, problem, residuals):
    """As many rows as there are come from all of them, and the next set from all of them again."""
    X, y, _ = problem
    sampler = small(center=None, residuals=residuals, anchor=1.0).fit(X, y)
    copies, _ = sampler.sample(np.tile(y, 3), random_state=3)
    rows = np.abs(copies[:, None] - X[None]).max(2).argmin(1).reshape(3, -1)
    np.testing.assert_array_equal(np.sort(rows, axis=1), np.tile(np.arange(len(y)), (3, 1)))
    assert not np.array_equal(rows[0], rows[1])


def test_anchors_are_rows_of_the_class(small, problem):
    """Half way to a real row of the class; all the way is duplication."""
    X, y, _ = problem
    labels = np.repeat([0, 1, 2], 20)
    generated, half, copies = (
        small(center=None, residuals=False, anchor=anchor).fit(X, y).sample(labels)[0]
        for anchor in (0.0, 0.5, 1.0)
    )
    for found in (copies, 2 * half - generated):
        distance = np.abs(found[:, None] - X[None]).max(2)
        assert distance.min(1).max() < 1e-3
        np.testing.assert_array_equal(y[distance.argmin(1)], labels)


# With a centre


class Nothing(ADANGame):
    """A decoder that makes nothing: the residual of a row is the row itself."""

    def decode(self, networks, h):
        """Zeros, whatever the weights."""
        return 0 * super().decode(networks, h)


SIZES = {"n_latent": 4, "n_noise": 3, "autoencoder_layers": (8,), "latent_layers": (6,)}
MADE_OF_REAL_ROWS = {
    "shrunken": lambda **keywords: ShrunkenSampler(random_state=0, **keywords),
    "wadan": lambda **keywords: WADANSampler(**SMALL, anchor=1.0, row_space=False, **keywords),
    "wadan in its row space": lambda **keywords: WADANSampler(
        **SMALL, anchor=1.0, row_space=True, **keywords
    ),
    "residuals": lambda **keywords: GameSampler(
        **TRAINING | {"residuals": True, "center": "shrunken"} | keywords,
        game=Nothing(CrossEntropy(), **SIZES),
    ),
}


@pytest.fixture(params=MADE_OF_REAL_ROWS)
def centred(request):
    """A factory of samplers whose rows are made of real rows alone; keywords are parameters."""
    return MADE_OF_REAL_ROWS[request.param]


@dataclass
class Truth:
    """What the formula takes of a table, in z-scores and float64."""

    X: np.ndarray
    y: np.ndarray

    def __post_init__(self):
        y, x = self.y, self.z(self.X)
        self.n = np.bincount(y)
        self.means = np.stack([x[y == k].mean(0) for k in range(len(self.n))])
        self.e = x - self.means[y]
        sums, squares = class_sums([x], y, len(self.n))
        variance, pooled = variances(sums, squares, self.n)
        self.f = center_factors(self.means, variance, self.n)
        self.alpha = own_shares(squares_of(x, y), self.n)
        self.c = spreads(variance, pooled, self.n)

    def z(self, rows):
        """Rows in z-scores."""
        return (rows - self.X.mean(0)) / self.X.std(0)

    def rows(self, labels, own, of_any, center, own_share):
        """Synthetic rows of these deviations, in z-scores."""
        f = self.f if center == "shrunken" else np.ones(3)
        alpha = self.alpha if own_share == "auto" else np.full(3, own_share)
        return reference.predictive_rows(labels, self.means, self.n, own, of_any, f, alpha, self.c)


@pytest.fixture
def truth(problem):
    return Truth(*problem[:2])


def partners(sampler, y, labels, seed):
    """The training rows behind synthetic ones: those of their class, and those of any."""
    draw, model = sampler.plan_draw(labels, seed), sampler._model
    blocks = [partners_of(model.counts, draw)(block) for block in draw.blocks()]
    order = np.argsort(y, kind="stable")
    return [order[np.concatenate([getattr(p, name) for p in blocks])] for name in ("own", "of_any")]


@pytest.mark.parametrize("own_share", [0, 0.3, 1, "auto"])
@pytest.mark.parametrize("center", ["shrunken", "mean"])
def test_rows_are_those_of_the_formula(centred, problem, truth, center, own_share):
    X, y, _ = problem
    sampler = centred(center=center, own_share=own_share).fit(X, y)
    labels = np.random.default_rng(1).integers(3, size=N)
    X_new, y_new, own = sampler.sample(labels, random_state=3, return_indices=True)
    drawn_own, of_any = partners(sampler, y, labels, 3)
    expected = truth.rows(labels, truth.e[own], truth.e[of_any], center, own_share)
    np.testing.assert_allclose(truth.z(X_new), expected, atol=1e-4)
    np.testing.assert_array_equal(own, drawn_own)
    np.testing.assert_array_equal(y[own], labels)
    np.testing.assert_array_equal(y_new, labels)


def test_the_data_set_the_factors_of_each_class_apart(truth):
    """Else the test above could not tell one class from another."""
    for values in (truth.f, truth.alpha, truth.c):
        assert len(set(values.round(3))) == 3
    assert (truth.f < 1).any()


@pytest.mark.parametrize("own_share", [0.0, 0.3, "auto"])
def test_a_set_takes_each_row_once_for_all_classes(centred, problem, truth, own_share, monkeypatch):
    """One row of the table fits each synthetic row, and no two the same, on whichever block."""
    monkeypatch.setattr(arrays, "BLOCK_ROWS", 8)
    X, y, _ = problem
    sampler = centred(own_share=own_share).fit(X, y)
    X_new, labels, own = sampler.sample(y, return_indices=True)
    made_of = [truth.rows(labels, truth.e[own], e[None], "shrunken", own_share) for e in truth.e]
    fits = np.abs(truth.z(X_new) - np.stack(made_of)).max(2) < 1e-3  # (row of the table, new row)
    np.testing.assert_array_equal(fits.sum(0), np.ones(45))
    np.testing.assert_array_equal(fits.sum(1), np.ones(45))
    assert set(y[fits.argmax(0)][labels == 2]) > {2}  # of other classes, too


def test_own_deviations_are_those_of_rows_without_a_centre(small, problem, truth):
    X, y, _ = problem
    sampler = small(residuals=False, anchor=0.4).fit(X, y)
    plain, centred = (
        truth.z(FrozenSampler(sampler, **blend).sample(y, random_state=3)[0])
        for blend in ({"center": None}, {"center": "shrunken", "own_share": 1.0})
    )
    own = plain - truth.means[y]
    expected = truth.rows(y, own, np.zeros_like(own), "shrunken", 1.0)
    np.testing.assert_allclose(centred, expected, atol=1e-4)


class Shown(ADANGame):
    """A generator that shows the class: its rows are 1 in the class's column, and 0 elsewhere."""

    def generate(self, networks, z, y):
        """The label for a code, whatever the weights."""
        return 0 * super().generate(networks, z, y) + y

    def decode(self, networks, h):
        """The code, and zeros."""
        blank = 0 * super().decode(networks, h)
        return torch.cat([h, blank[:, h.shape[1] :]], dim=1)


@pytest.mark.parametrize("anchor", [0.0, 0.25])
def test_rows_of_any_class_are_generated_for_their_own(problem, truth, anchor):
    """Codes, anchors and means of the second row are those of its class."""
    X, y, _ = problem
    game = Shown(CrossEntropy(), n_latent=3, autoencoder_layers=(8,), latent_layers=(6,))
    keywords = {"center": "mean", "own_share": 0.3, "anchor": anchor, "row_space": False}
    sampler = GameSampler(game=game, **TRAINING, **keywords).fit(X, y)
    labels = np.random.default_rng(1).integers(3, size=N)
    X_new, _ = sampler.sample(labels, random_state=3)
    generated = (1 - anchor) * np.eye(3, X.shape[1])[y] + anchor * truth.z(X)
    own, of_any = ((generated - truth.means[y])[i] for i in partners(sampler, y, labels, 3))
    expected = truth.rows(labels, own, of_any, "mean", 0.3)
    np.testing.assert_allclose(truth.z(X_new), expected, atol=1e-4)


class Noise(ADANGame):
    """A generator whose rows are its noise."""

    def generate(self, networks, z, y):
        """The noise for a code, whatever the weights."""
        return 0 * super().generate(networks, z, y)[:, :1] + z

    def decode(self, networks, h):
        """The code."""
        return 0 * super().decode(networks, h)[:, :1] + h


def test_the_two_rows_have_noise_of_their_own(problem, truth):
    """The variance of their sum is that of independent ones."""
    X, y, _ = problem
    sizes = SIZES | {"n_latent": X.shape[1], "n_noise": X.shape[1]}
    keywords = {"center": "mean", "own_share": 0.3, "row_space": False}
    game = Noise(CrossEntropy(), **sizes)
    sampler = GameSampler(game=game, **TRAINING, **keywords).fit(X, y)
    found = truth.z(sampler.sample(np.zeros(3000, int), random_state=3)[0])
    one, none = np.ones((1, 100)), np.zeros((1, 100))
    center, own, of_any = (
        truth.rows(np.array([0]), *deviations, "mean", 0.3)
        for deviations in ((none, none), (one, none), (none, one))
    )
    expected = (own - center) ** 2 + (of_any - center) ** 2 * (1 + truth.means[y].var(0))
    assert found.var(0).mean() == pytest.approx(expected.mean(), rel=0.03)


@pytest.mark.parametrize("own_share", [0.0, 1.0, "auto"])
def test_a_class_of_one_row_deviates_as_all_classes_do(centred, problem, own_share):
    """It has no covariance of its own, whatever share of it is asked for."""
    X, y, _ = problem
    keep = (y != 2) | (np.cumsum(y == 2) == 1)
    sampler = centred(own_share=own_share).fit(X[keep], y[keep])
    X_new, _ = sampler.sample(np.repeat(2, 200))
    ratio = X_new.std(0) / X[keep].std(0)
    assert ratio.min() > 0.3
    assert ratio.max() < 2
