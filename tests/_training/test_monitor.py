"""How long a training takes: rows to watch, two figures of them, and when these settle."""

import numpy as np
import pytest
import torch
from conftest import SMALL

from skadan import WADANSampler
from skadan._training.batches import Batches, Table
from skadan._training.monitor import (
    CHECK,
    FIGURES,
    LONGEST_EPOCH,
    MAX_ITERATIONS,
    MAX_PASSES,
    WINDOW,
    Monitor,
    discrepancy,
    hold_out,
    most_epochs,
)
from skadan.games import ADANGame, CrossEntropy

NAMES = ["loss", *FIGURES]


def table_of(*counts):
    """Rows that are their own index."""
    labels = torch.repeat_interleave(torch.arange(len(counts)), torch.tensor(counts))
    return Table(torch.arange(len(labels)).float()[:, None], torch.eye(len(counts))[labels], labels)


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        ((300, 100, 49, 3), [30, 10, 0, 0]),  # a class that has none to spare loses none
        ((50, 50), [5, 5]),
        ((9000, 1000), [115, 12]),  # 128 in all
    ],
)
def test_a_tenth_of_each_large_class_is_held_out(counts, expected):
    table = table_of(*counts)
    trained, watched = hold_out(table, torch.Generator().manual_seed(0))
    assert watched.y.sum(0).tolist() == expected
    together = torch.cat([trained.x, watched.x])[:, 0].int().tolist()
    assert sorted(together) == list(range(sum(counts)))
    for part in (trained, watched):  # labels and weights stay with their rows
        assert torch.equal(part.y, table.y[part.x[:, 0].long()])
        assert torch.equal(part.weight, table.weight[part.x[:, 0].long()])


@pytest.mark.parametrize("counts", [(20, 20, 20), (60, 40), (49,) * 20])
def test_small_tables_train_on_every_row(counts):
    table = table_of(*counts)
    trained, watched = hold_out(table, torch.Generator().manual_seed(0))
    assert trained is table
    assert len(watched.x.unique()) == len(watched.x) == min(sum(counts), 128)


def test_another_seed_holds_out_others():
    first, second = (
        set(hold_out(table_of(500, 500), torch.Generator().manual_seed(s))[1].x[:, 0].tolist())
        for s in (0, 1)
    )
    assert first != second


def settles_after(*columns, every=1):
    """The number of epochs after which two columns of figures are settled; None for never."""
    monitor = Monitor(None, None, None, None, every)
    past = [[0.0, *row] for row in zip(*columns, strict=True)]
    found = [n for n in range(1, len(past) + 1) if monitor.is_settled(NAMES, past[:n])]
    return found[0] if found else None


def test_it_is_settled_when_neither_figure_falls():
    flat, falling = [1.0] * 40, list(np.geomspace(1, 0.01, 40))
    assert settles_after(flat, flat) == 2 * WINDOW
    assert settles_after(falling, flat) is None
    assert settles_after(flat, falling) is None
    rising = list(np.geomspace(0.1, 1, 40))
    assert settles_after(rising, rising) == 2 * WINDOW
    both = falling[:20] + [falling[20]] * 20
    assert 20 < settles_after(both, flat) <= 20 + 2 * WINDOW
    swinging = [1.0, 3.0] * 20  # whatever a single look says
    assert settles_after(swinging, flat) == 2 * WINDOW


@pytest.mark.parametrize("seed", range(5))
def test_windows_follow_each_other(seed):
    """The mean of the last looks, against that of as many before them, in NumPy."""
    rng = np.random.default_rng(seed)
    columns = rng.normal(20, 1, size=(2, 200)) * np.exp(-np.linspace(0, 2, 200))
    means = [np.convolve(column, np.ones(WINDOW) / WINDOW, "valid") for column in columns]
    still = [mean[WINDOW:] > 0.97 * mean[:-WINDOW] for mean in means]
    expected = 2 * WINDOW + np.flatnonzero(np.all(still, axis=0))[0]
    assert settles_after(*columns) == expected


def test_only_looks_count():
    """Between looks the figures stand still by themselves."""
    falling = np.repeat(np.geomspace(1, 0.01, 20), 5).tolist()
    assert settles_after(falling, falling, every=5) is None
    assert settles_after([1.0] * 100, [1.0] * 100, every=5) == 5 * 2 * WINDOW


@pytest.mark.parametrize("n_rows", [1, 60, 128, 129, 500, 3200, 3201, 10**7])
def test_the_cost_does_not_grow_with_rows(n_rows):
    n_epochs = most_epochs(n_rows, 128)
    n_batches = min(-(-n_rows // 128), LONGEST_EPOCH)
    assert n_epochs <= MAX_PASSES
    assert n_epochs * n_batches < MAX_ITERATIONS + n_batches
    assert n_epochs == MAX_PASSES or n_epochs * n_batches >= MAX_ITERATIONS


def test_discrepancy_against_numpy(rng):
    """Over pairs of one class: a Gaussian kernel, whose width is the codes' mean distance."""
    h, h_hat = rng.normal(size=(7, 3)), rng.normal(size=(7, 3)) + 1
    labels = np.array([0, 0, 0, 1, 1, 2, 2])

    def squared(a, b):
        return ((a[:, None] - b[None]) ** 2).sum(-1)

    same, width = labels[:, None] == labels[None], 2 * squared(h, h).mean()

    def kernel(a, b):
        return (np.exp(-squared(a, b) / width) * same).mean()

    expected = kernel(h, h) + kernel(h_hat, h_hat) - 2 * kernel(h, h_hat)
    y = torch.eye(3, dtype=torch.float64)[torch.from_numpy(labels)]
    found = discrepancy(torch.from_numpy(h), torch.from_numpy(h_hat), y).item()
    np.testing.assert_allclose(found, expected, rtol=1e-6)
    assert discrepancy(torch.from_numpy(h), torch.from_numpy(h), y).item() == 0
    # Codes of the right places under the wrong labels are far.
    assert discrepancy(torch.from_numpy(h), torch.from_numpy(h[::-1].copy()), y) > 0.05


def test_figures_are_those_of_the_watched_rows_under_their_labels(rng):
    """discrepancy(E(x), G(z, y), y), and what R loses of x, by the networks themselves."""
    game = ADANGame(CrossEntropy(), n_latent=3, n_noise=2, autoencoder_layers=(6,))
    generator = torch.Generator().manual_seed(0)
    networks = game.networks(5, 4).initialise(generator)
    labels = torch.tensor([3, 0, 0, 1, 3, 2, 0, 1, 0])
    x = torch.from_numpy(rng.normal(size=(9, 5))).float()
    table = Table(x, torch.eye(4)[labels], torch.ones(9))
    monitor = Monitor.of(game, table, Batches(table, 4, game.n_noise, 0.0, generator))
    found = monitor.figures(networks)
    assert monitor.z.shape == (9, 2)
    assert monitor.every == -(-CHECK // 3)
    with torch.no_grad():
        h = networks.encoder(x)
        h_hat = networks.generator(torch.cat([monitor.z, torch.eye(4)[labels]], dim=1))
        lost = (x - networks.decoder(h)).square().sum() / x.square().sum()
    expected = discrepancy(h, h_hat, torch.eye(4)[labels]).item()
    assert found["code_distance"] == pytest.approx(expected, rel=1e-6)
    assert found["unrestored"] == pytest.approx(lost.item(), rel=1e-6)


@pytest.mark.slow
def test_no_watched_row_is_trained_on(small, rng, monkeypatch):
    """All others are."""
    X, y, watched, trained = rng.normal(size=(200, 6)), np.repeat([0, 1], [140, 60]), [], []
    batch = Batches.batch

    def held(table, rng):
        parts = hold_out(table, rng)
        watched.append(parts[1].x)
        return parts

    def seen(batches, rows):
        made = batch(batches, rows)
        trained.append(made.x)
        return made

    monkeypatch.setattr("skadan.samplers.adversarial.hold_out", held)
    monkeypatch.setattr(Batches, "batch", seen)
    small(max_epochs="auto").fit(X, y)
    shown, kept = ({row.tobytes() for row in torch.cat(p).numpy()} for p in (trained, watched))
    assert len(kept) == 20
    assert len(shown) == 180
    assert not shown & kept


def test_unrestored_is_a_share_of_the_variance():
    game = ADANGame(CrossEntropy(), n_latent=2, n_noise=2, autoencoder_layers=(4,))
    networks = game.networks(5, 2).initialise(torch.Generator().manual_seed(0))
    with torch.no_grad():
        networks.decoder[-1].weight.zero_()
    x, y = torch.randn(6, 5, generator=torch.Generator().manual_seed(1)), torch.eye(2).repeat(3, 1)
    found = Monitor(game, x, y, torch.zeros(6, 2), 1).figures(networks)
    assert found["unrestored"] == pytest.approx(1.0)  # R returns 0, the mean
    assert networks.training


@pytest.mark.slow
def test_auto_ends_by_itself(problem):
    """The history has the figures, one a look; n_iter_ says what was done; a seed fixes it."""
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(150, 6)), np.repeat([0, 1], [90, 60])
    sampler = WADANSampler(**SMALL | {"max_epochs": "auto"})
    n_epochs = sampler.fit(X, y).n_iter_
    every = CHECK // 5  # ceil(135 / 32) batches: a tenth of each class is held out
    assert 2 * WINDOW * every <= n_epochs <= most_epochs(150, 32)
    for name in FIGURES:
        values = sampler.history_[name]
        assert len(values) == n_epochs
        assert len(np.unique(values)) <= 1 + n_epochs // (CHECK // 5)
        looks = np.flatnonzero(np.diff(values)) + 2  # epochs, counted from 1
        assert len(looks) >= 2 * WINDOW - 1
        assert not (looks % every).any()
    again = WADANSampler(**SMALL | {"max_epochs": "auto"}).fit(X, y)
    np.testing.assert_array_equal(again.history_["generator"], sampler.history_["generator"])
    # Rows that were held out take part in what is made.
    sampler.set_params(sampling_strategy={0: 180, 1: 120}).fit_resample(X, y)
    assert set(sampler.sample_indices_) == set(range(150))


def test_a_number_holds_out_nothing(small, problem):
    X, y, _ = problem
    sampler = small(max_epochs=3).fit(X, y)
    assert sampler.n_iter_ == 3
    assert not set(FIGURES) & set(sampler.history_)
