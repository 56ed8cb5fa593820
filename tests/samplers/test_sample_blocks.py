"""`sample_blocks`: put together, its blocks are what `sample` returns, bit for bit."""

import itertools
import pickle
import tracemalloc

import numpy as np
import pandas as pd
import polars as pl
import pytest
from conftest import SETTINGS
from sklearn.exceptions import NotFittedError

from skadan import FrozenSampler, NoiseSampler, ShrunkenSampler, WADANSampler, load_sampler
from skadan._models.arrays import BLOCK_ROWS
from skadan._models.draws import DrawPlan, InTurn, Listed, Rounds
from skadan._torch.seeding import SAMPLING, Streams

N = 2 * BLOCK_ROWS + 83  # rows of three blocks
SIZES = [1, 7, BLOCK_ROWS - 1, BLOCK_ROWS, 1000, N, 10**12]


def joined(blocks):
    """All parts of the blocks, one behind the other."""
    return [np.concatenate([np.asarray(part) for part in parts]) for parts in zip(*blocks)]  # noqa: B905


@pytest.fixture(scope="module", params=SETTINGS, ids=lambda cls: cls.__name__)
def fitted(request, problem):
    X, y, _ = problem
    return request.param(**SETTINGS[request.param]).fit(X, y)


@pytest.mark.parametrize("block_rows", SIZES)
@pytest.mark.parametrize("of", ["number", "labels"])
def test_blocks_are_the_whole(fitted, of, block_rows):
    y = N if of == "number" else np.random.default_rng(1).integers(3, size=N)
    expected = fitted.sample(y, random_state=5, return_indices=True)
    blocks = list(
        fitted.sample_blocks(y, block_rows=block_rows, random_state=5, return_indices=True)
    )
    assert [len(rows) for rows, _, _ in blocks[:-1]] == [block_rows] * (len(blocks) - 1)
    assert 0 < len(blocks[-1][0]) <= block_rows
    for ours, theirs in zip(joined(blocks), expected, strict=True):
        np.testing.assert_array_equal(ours, theirs)
        assert ours.dtype == theirs.dtype


def test_a_number_is_its_labels_in_turn(fitted):
    """A number of rows, and the labels that it stands for, make the same rows."""
    X_new, y_new = fitted.sample(N, random_state=5)
    np.testing.assert_array_equal(fitted.sample(y_new, random_state=5)[0], X_new)


def test_the_sampler_s_own_seed(fitted):
    """An int: every call starts anew, as `sample` does."""
    (first,), (again,) = (list(fitted.sample_blocks(9)) for _ in range(2))
    np.testing.assert_array_equal(first[0], fitted.sample(9)[0])
    np.testing.assert_array_equal(again[0], first[0])


def test_frozen_and_loaded(fitted, tmp_path):
    from skadan import save_sampler

    save_sampler(fitted, tmp_path / "a")
    expected, _ = fitted.sample(N)
    for sampler in (
        FrozenSampler(fitted),
        load_sampler(tmp_path / "a"),
        pickle.loads(pickle.dumps(fitted)),
    ):
        rows, _ = joined(sampler.sample_blocks(N, block_rows=100))
        np.testing.assert_array_equal(rows, expected)


@pytest.mark.parametrize("container", ["pandas", "polars", "sparse", "list"])
def test_containers(problem, container):
    """Blocks are tables of the kind that `sample` returns, numbered on in pandas."""
    from scipy import sparse

    X, y, _ = problem
    frame = pd.DataFrame(X).set_axis([f"f{j}" for j in range(X.shape[1])], axis=1)
    table, labels, join = {
        "pandas": (frame.astype("float32"), pd.Series(y, name="emotion"), pd.concat),
        "polars": (pl.from_pandas(frame), pl.Series("emotion", y), pl.concat),
        "sparse": (sparse.csr_array(X), y, sparse.vstack),
        "list": (X.tolist(), y.tolist(), lambda parts: list(itertools.chain(*parts))),
    }[container]
    sampler = ShrunkenSampler(random_state=0).fit(table, labels)
    rows, new_labels = sampler.sample(N)
    blocks = [tuple(block) for block in sampler.sample_blocks(N, block_rows=100)]
    assert all(type(part) is type(rows) for part, _ in blocks)
    whole = join([part for part, _ in blocks])
    if container == "pandas":
        pd.testing.assert_frame_equal(whole, rows)
        pd.testing.assert_series_equal(pd.concat([part for _, part in blocks]), new_labels)
    elif container == "polars":
        assert whole.equals(rows)
        assert pl.concat([part for _, part in blocks]).equals(new_labels)
    elif container == "sparse":
        assert (whole != rows).nnz == 0
    else:
        assert whole == rows


@pytest.mark.parametrize("settings", [{"clip": True}, {"whole_numbers": True}])
def test_held_to_the_columns(problem, settings):
    X, y, _ = problem
    sampler = NoiseSampler(noise_scale=3.0, random_state=0, **settings).fit(np.round(X), y)
    rows, _ = joined(sampler.sample_blocks(N, block_rows=11))
    np.testing.assert_array_equal(rows, sampler.sample(N)[0])


def test_no_rows(fitted):
    """One empty block, so that there is something to put together."""
    for y in (0, []):
        ((rows, labels),) = fitted.sample_blocks(y)
        assert rows.shape == (0, 100)
        assert len(labels) == 0


def test_rows_without_end(problem):
    """A number of rows is no matter of memory, but for `sample` and for a block."""
    X, y, _ = problem
    sampler = WADANSampler(**SETTINGS[WADANSampler]).fit(X, y)
    blocks = sampler.sample_blocks(10**15, block_rows=100)
    tracemalloc.start()
    for _ in range(20):
        assert next(blocks)[0].shape == (100, 100)
    assert tracemalloc.get_traced_memory()[1] < 2**22
    tracemalloc.stop()
    with pytest.raises(ValueError, match="memory"):
        sampler.sample(10**15)
    with pytest.raises(ValueError, match=r"block_rows=1000000000000000.*memory"):
        sampler.sample_blocks(10**15, block_rows=10**15)


@pytest.mark.parametrize("block_rows", [0, -1, 2.5, True, "all", None])
def test_refused_block_sizes(fitted, block_rows):
    with pytest.raises(ValueError, match="block_rows="):
        fitted.sample_blocks(9, block_rows=block_rows)


@pytest.mark.parametrize(("y", "message"), [(-1, "negative"), ([0, 7], "7"), ([[0, 1]], "shape")])
def test_refused_labels(fitted, y, message):
    """At once, not with the first block."""
    with pytest.raises(ValueError, match=message):
        fitted.sample_blocks(y)


def test_before_a_fit(sampler):
    with pytest.raises(NotFittedError):
        sampler.sample_blocks(3)


def test_settings_of_torch_are_the_users_between_blocks(problem):
    """The sampler's number of threads holds while it works, and not while the caller does."""
    import torch

    X, y, _ = problem
    before = torch.get_num_threads()
    sampler = WADANSampler(**SETTINGS[WADANSampler], n_threads=before + 1).fit(X, y)
    blocks = sampler.sample_blocks(9, block_rows=2)
    for _ in range(3):
        next(blocks)
        assert torch.get_num_threads() == before


# The draw beneath


@pytest.mark.parametrize("wanted", ["listed", "in turn"])
def test_sections_make_the_pages_of_the_whole(fitted, wanted):
    """Any section, in any order, by anybody who has the model: the bits of the whole."""
    counts = np.array([300, 0, N - 300])
    class_index = np.repeat([0, 1, 2], counts)
    listed = Listed.of(np.random.default_rng(0).permutation(class_index))
    draw = DrawPlan(listed if wanted == "listed" else InTurn.of(counts), Streams(7, SAMPLING))
    model = fitted._model
    whole = np.concatenate(list(model.sample(draw)))
    index = model.row_index(draw)
    for first, stop in [(2, 3), (0, 1), (1, 3), (1, 2)]:
        section = draw.section(first, stop)
        rows = slice(first * BLOCK_ROWS, stop * BLOCK_ROWS)
        assert len(section) == len(whole[rows])
        np.testing.assert_array_equal(np.concatenate(list(model.sample(section))), whole[rows])
        np.testing.assert_array_equal(model.row_index(section), index[rows])


@pytest.mark.parametrize("counts", [[5, 3, 1], [7000, 2, 40]])
def test_rounds_take_each_row_once(counts):
    """Whatever the blocks: so many rows of a class as it has are all of them."""
    counts = np.array(counts)
    draw = DrawPlan(InTurn.of(3 * counts), Streams(0, SAMPLING))
    rounds = Rounds(counts, draw.streams)
    taken = np.concatenate([rounds.take(p.class_index, p.rank) for p in draw.blocks()])
    first = np.cumsum(counts) - counts
    for k, rows in enumerate(np.split(taken, np.cumsum(3 * counts)[:-1])):
        expected = first[k] + np.arange(counts[k])
        for one in rows.reshape(3, -1):
            np.testing.assert_array_equal(np.sort(one), expected)


@pytest.mark.parametrize("n_rows", [3, 900, 5000])
def test_orders_are_always_new(n_rows):
    """However many of them are made at once."""
    rounds, rank = Rounds(np.array([2, n_rows]), Streams(0, SAMPLING)), np.arange(30_000)
    taken = rounds.take(np.ones_like(rank), rank)
    size = n_rows * -(-5000 // n_rows)  # of whole rounds
    stretches = {taken[start : start + size].tobytes() for start in range(0, 25_000 - size, n_rows)}
    assert len(stretches) == len(range(0, 25_000 - size, n_rows))


def test_all_orders_are_equally_frequent():
    """Of three rows: 6,000 rounds of two classes, six orders each; chi-square with 5 degrees."""
    rounds = Rounds(np.array([3, 3]), Streams(0, SAMPLING))
    for k in (0, 1):
        rank = np.arange(18_000)
        taken = rounds.take(np.full(len(rank), k), rank).reshape(-1, 3) - 3 * k
        counts = np.bincount(taken @ [9, 3, 1])
        counts = counts[counts > 0]
        assert len(counts) == 6
        assert ((counts - 1000) ** 2 / 1000).sum() < 20.5  # once in a thousand


def test_classes_and_the_table_have_orders_of_their_own():
    """Two classes of one size, and a table of one class, are not shuffled alike."""
    streams, rank = Streams(0, SAMPLING), np.arange(50)
    one, two = np.array([50]), np.array([50, 50])
    first, second = (Rounds(two, streams).take(np.full(50, k), rank) - 50 * k for k in (0, 1))
    of_table = Rounds(one, streams, whole=True).take(np.zeros_like(rank), rank)
    assert (first != second).any()
    assert (Rounds(one, streams).take(np.zeros_like(rank), rank) == first).all()
    assert (of_table != first).any()


def test_streams_share_nothing():
    """Pages, orders, classes and seeds have numbers of their own: no correlation, no repeat."""
    seen = set()
    for seed, numbers in itertools.product((0, 1), [(), (0, 0), (0, 1), (1, 0, 0), (1, 0, 1)]):
        rng = Streams(seed, SAMPLING).rng(*numbers)
        assert Streams(seed, SAMPLING).rng(*numbers).initial_seed() == rng.initial_seed()
        seen.add(rng.initial_seed())
    assert len(seen) == 10
