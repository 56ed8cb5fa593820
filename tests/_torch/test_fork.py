"""A forked process does not wait for threads that its parent had."""

import multiprocessing

import numpy as np
import pytest

from skadan import WADANSampler

X, Y = np.random.default_rng(0).normal(size=(60, 400)), np.arange(60) % 2


def fit(n_threads, queue=None):
    import warnings

    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        sampler = WADANSampler(max_epochs=1, n_threads=n_threads, random_state=0, device="cpu")
        rows = sampler.fit(X, Y).sample(3)[0]
    if queue:
        queue.put((rows, [str(w.message)[:30] for w in told]))
    return rows


@pytest.mark.slow
@pytest.mark.skipif("fork" not in multiprocessing.get_all_start_methods(), reason="needs fork")
@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_a_forked_child_trains_with_one_thread():
    def parent(queue):
        expected = fit(1)
        fit(2)
        inner = context.Queue()
        child = context.Process(target=fit, args=(2, inner))
        child.start()
        rows, told = inner.get(timeout=60)
        child.join(60)
        queue.put((np.array_equal(rows, expected), told))

    context = multiprocessing.get_context("fork")
    queue = context.Queue()
    process = context.Process(target=parent, args=(queue,))  # keeps this process without threads
    process.start()
    same, told = queue.get(timeout=120)
    process.join(60)
    assert same
    assert any(text.startswith("n_threads=2") for text in told)
