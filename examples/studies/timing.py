"""Time epochs and calls in turn, so that a slow minute affects all sides of a ratio alike."""

import statistics
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
import torch


class EpochClock:
    """A callback of scikit-learn's protocol that records the seconds of each epoch.

    The samplers copy the losses from the device at the end of an epoch. This waits for the GPU, so
    the times are right there too.
    """

    def __init__(self) -> None:
        self.seconds: list[float] = []

    def setup(self, estimator: Any, context: Any) -> None:
        """Forget an earlier fit."""
        self.seconds = []

    def on_fit_task_begin(self, estimator: Any, context: Any) -> None:
        """Start the clock at the beginning of an epoch."""
        if context.task_name == "epoch":
            self._start = time.perf_counter()

    def on_fit_task_end(self, estimator: Any, context: Any) -> None:
        """Stop the clock at the end of an epoch.

        Without a parameter for the fitted model, the sampler does not build one.
        """
        if context.task_name == "epoch":
            self.seconds.append(time.perf_counter() - self._start)

    def teardown(self, estimator: Any, context: Any) -> None:
        """Do nothing; the protocol needs this method."""


def epoch_timer(sampler: Any, X: np.ndarray, y: np.ndarray) -> Callable[[], float]:
    """Return a function that fits the sampler and returns the median seconds of an epoch.

    The first epoch is not counted, so the sampler needs two or more.
    """

    def run() -> float:
        clock = EpochClock()
        sampler.set_callbacks(clock).fit(X, y)
        return statistics.median(clock.seconds[1:])

    return run


def call_timer(function: Callable[[], Any]) -> Callable[[], float]:
    """Return a function that calls `function` once and returns the seconds that it took."""

    def run() -> float:
        start = time.perf_counter()
        function()
        return time.perf_counter() - start

    return run


def alternate(timers: Mapping[str, Callable[[], float]], n_rounds: int) -> dict[str, list[float]]:
    """Run every timer once per round, and return seconds by name without the first round."""
    seconds: dict[str, list[float]] = {name: [] for name in timers}
    for _ in range(n_rounds + 1):
        for name, timer in timers.items():
            seconds[name].append(timer())
    return {name: values[1:] for name, values in seconds.items()}


def ratio(slow: Sequence[float], fast: Sequence[float]) -> float:
    """Return the median of the ratios of all rounds."""
    return statistics.median(a / b for a, b in zip(slow, fast, strict=True))


@contextmanager
def torch_threads(n_threads: int) -> Iterator[None]:
    """Let torch use a number of threads, and restore the former number afterwards."""
    before = torch.get_num_threads()
    torch.set_num_threads(n_threads)
    try:
        yield
    finally:
        torch.set_num_threads(before)
