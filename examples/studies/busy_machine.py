"""How much a second thread helps, on a free and on a busy machine."""

import multiprocessing
from collections.abc import Iterator
from contextlib import contextmanager
from statistics import median
from typing import Any

import numpy as np
import torch
from paper_setting import in_words, paper_sampler
from performance_page import Section
from timing import alternate, epoch_timer, ratio


def multiply_for_ever(started: Any) -> None:
    """Release `started`, then keep one core busy."""
    torch.set_num_threads(1)
    a = torch.randn(800, 800)
    started.release()
    while True:
        a @ a


@contextmanager
def busy_processes(n_processes: int) -> Iterator[None]:
    """Keep other processes busy while the block runs."""
    context = multiprocessing.get_context("spawn")
    started = context.Semaphore(0)
    processes = [
        context.Process(target=multiply_for_ever, args=(started,), daemon=True)
        for _ in range(n_processes)
    ]
    for process in processes:
        process.start()
    try:
        for _ in processes:
            started.acquire()
        yield
    finally:
        for process in processes:
            process.kill()
            process.join()


def thread_section(X: np.ndarray, y: np.ndarray, n_rounds: int) -> Section:
    """Time two threads against one, alone and beside two busy processes."""
    timers = {
        name: epoch_timer(paper_sampler("WADAN", row_space=False, n_threads=n), X, y)
        for name, n in {"two": 2, "one": 1}.items()
    }

    def line(load: str) -> tuple[str, ...]:
        seconds = alternate(timers, n_rounds)
        medians = (f"{median(values):.3f}" for values in seconds.values())
        return load, *medians, f"{ratio(seconds['two'], seconds['one']):.2f}"

    def lines() -> Iterator[tuple[str, ...]]:
        yield line("nothing else started")
        with busy_processes(2):
            yield line("two busy processes beside it")

    return Section(
        "Threads",
        f"A WADAN epoch, {in_words(X)}, full width: seconds with two threads and one.",
        ("load", "two threads", "one thread", "two / one"),
        lines(),
    )
