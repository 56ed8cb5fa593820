"""Batches: every row once an epoch, and draws of Algorithm 1's distributions."""

import pytest
import torch

from skadan._training.batches import Batches, Table


def make_batches(n, batch_size, **kw):
    table = Table(
        torch.arange(n * 2.0).reshape(n, 2), torch.eye(2)[torch.arange(n) % 2], torch.ones(n)
    )
    generator = torch.Generator().manual_seed(0)
    return Batches(table, batch_size, n_noise=3, **{"input_noise": 0.0, "rng": generator} | kw)


@pytest.mark.parametrize(
    ("n", "batch_size", "count", "size"),
    [(480, 128, 4, 120), (10, 4, 3, 4), (3, 128, 1, 3), (129, 128, 2, 65), (2, 1, 2, 1)],
)
def test_an_epoch_is_equal_batches_of_every_row(n, batch_size, count, size):
    batches = make_batches(n, batch_size)
    epoch = [batches.batch(rows) for rows in batches.epoch()]
    assert [len(batch.x) for batch in epoch] == [size] * count
    seen = torch.cat([batch.x[:, 0] for batch in epoch]) / 2
    assert set(seen.int().tolist()) == set(range(n))
    assert len(seen) - n < count
    for batch in epoch:  # labels stay with their rows
        assert torch.equal(batch.y.argmax(1), (batch.x[:, 0] / 2).long() % 2)


def test_an_epoch_may_end_early():
    """Of a large table it has so many batches, of the same size, and no row twice."""
    batches = make_batches(1000, 64, max_batches=5)
    epoch = batches.epoch()
    assert [len(rows) for rows in epoch] == [63] * 5
    assert len(torch.cat(epoch).unique()) == 5 * 63
    assert make_batches(100, 64, max_batches=5).n_batches == 2


@pytest.mark.parametrize(("n", "batch_size"), [(10, 4), (7, 5), (129, 128)])
def test_the_last_batch_is_filled_from_the_front_of_its_permutation(n, batch_size):
    """By chance, anew in each epoch: no row of the table counts more than another."""
    batches, twice = make_batches(n, batch_size), set()
    for _ in range(10 * n):
        order = torch.cat(batches.epoch())
        assert sorted(order[:n].tolist()) == list(range(n))
        assert torch.equal(order[n:], order[: len(order) - n])
        twice |= set(order[n:].tolist())
    assert twice == set(range(n))


def test_epochs_are_shuffled_anew():
    batches = make_batches(50, 50)
    first, second = (batches.epoch()[0] for _ in range(2))
    assert not torch.equal(first, second)


def test_draw_has_the_distributions_of_algorithm_1():
    n = 20_000
    table = Table(torch.zeros(n, 1), torch.eye(2)[(torch.arange(n) < n // 4).long()], torch.ones(n))
    generator = torch.Generator().manual_seed(0)
    draw = Batches(table, n, 2, 0.0, generator).draw()
    assert abs(draw.z.mean()) < 0.02
    assert abs(draw.z.std() - 1) < 0.02
    assert abs(draw.mu.mean() - 0.5) < 0.02
    assert draw.mu.min() >= 0
    assert draw.mu.max() < 1
    assert abs(draw.y[:, 1].mean() - 0.25) < 0.02


def test_labels_are_drawn_from_the_whole_table():
    """Also where it is far longer than a batch, and sorted by class."""
    table = Table(torch.zeros(60, 1), torch.eye(60), torch.ones(60))
    batches = Batches(table, 10, 2, 0.0, torch.Generator().manual_seed(0))
    n_draws = 1000
    counts = sum(batches.draw().y.sum(0) for _ in range(n_draws))
    expected = n_draws * 10 / 60
    assert (counts - expected).abs().max() < 5 * expected**0.5  # of a Poisson's deviation


def test_input_noise_has_its_deviation():
    batch = make_batches(400, 400, input_noise=2.0).batch(torch.arange(400))
    assert abs(batch.x_noise.std() - 2) < 0.2
