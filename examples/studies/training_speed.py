"""How fast the samplers train: single epochs, whole fits and growing tables."""

from collections.abc import Iterator
from statistics import median

import numpy as np
import torch
from default_fits import default_fit
from paper_setting import N_CLASSES, SAMPLERS, in_words, paper_sampler, random_table
from performance_page import Section
from plain_algorithm import PlainAlgorithm
from timing import alternate, call_timer, epoch_timer, ratio

TABLE_III = {400: (0.067, 0.15), 2000: (0.3, 0.67), 10_000: (1.4, 3.14)}  # seconds by rows
KINDS = {
    "full width": {"row_space": False},
    "full width, bfloat16": {"row_space": False, "precision": "bfloat16"},
    "row space": {"row_space": True},
    "row space, bfloat16": {"row_space": True, "precision": "bfloat16"},
}


def plain(name: str, X: np.ndarray, y: np.ndarray) -> PlainAlgorithm:
    """Return plain Algorithm 1 of ADAN or WADAN on a table of z-scores."""
    one_hot = torch.eye(N_CLASSES)[torch.from_numpy(y)]
    return PlainAlgorithm(torch.from_numpy(X), one_hot, wasserstein=name == "WADAN")


def epoch_section(X: np.ndarray, y: np.ndarray, n_rounds: int) -> Section:
    """Time an epoch of each kind against plain Algorithm 1 and against full width."""

    def lines() -> Iterator[tuple[str, ...]]:
        for name in SAMPLERS:
            timers = {"plain Algorithm 1": call_timer(plain(name, X, y).epoch)}
            for kind, keywords in KINDS.items():
                timers[kind] = epoch_timer(paper_sampler(name, **keywords), X, y)
            seconds = alternate(timers, n_rounds)
            for kind, values in seconds.items():
                yield (
                    f"{name}, {kind}",
                    f"{median(values):.3f}",
                    f"{ratio(seconds['plain Algorithm 1'], values):.2f}",
                    f"{ratio(seconds['full width'], values):.2f}",
                )

    return Section(
        f"One epoch, {in_words(X)}",
        "The paper's setting, one thread; ratios are medians of rounds in which all run in turn. "
        "Above 1 is faster.",
        ("training", "seconds", "against plain", "against full width"),
        lines(),
    )


def fit_section(X: np.ndarray, y: np.ndarray, n_rounds: int) -> Section:
    """Time a whole default fit against 1,500 epochs of plain Algorithm 1."""

    def lines() -> Iterator[tuple[str, ...]]:
        timers = {
            "plain epoch": call_timer(plain("WADAN", X, y).epoch),
            "fit": default_fit(X, y),
        }
        seconds = alternate(timers, n_rounds)
        whole = [1500 * s for s in seconds["plain epoch"]]
        fit = seconds["fit"]
        yield f"{median(whole):.0f}", f"{median(fit):.1f}", f"{ratio(whole, fit):.1f}"

    return Section(
        "A whole fit",
        f"`WADANSampler()` with its defaults, {in_words(X)}, against 1,500 epochs of plain "
        "Algorithm 1 (1,500 times a measured epoch), one thread.",
        ("plain, seconds", "fit, seconds", "ratio"),
        lines(),
    )


def table_iii_section(n_columns: int, n_rounds: int) -> Section:
    """Time epochs of growing tables, next to the paper's Table III."""

    def lines() -> Iterator[tuple[str, ...]]:
        for n, (adan, wadan) in TABLE_III.items():
            X, y = random_table(n, n_columns)
            kinds = {"full width": KINDS["full width"]}
            if 2 * n <= n_columns:
                kinds["row space"] = KINDS["row space"]
            timers = {
                (name, kind): epoch_timer(paper_sampler(name, **keywords), X, y)
                for kind, keywords in kinds.items()
                for name in SAMPLERS
            }
            seconds = alternate(timers, n_rounds)
            for kind in kinds:
                own = [median(seconds[name, kind]) for name in SAMPLERS]
                yield f"{n:,}, {kind}", *(f"{s:.3f}" for s in own), str(adan), str(wadan)

    return Section(
        "The paper's Table III",
        f"Seconds an epoch at the paper's setting, {n_columns:,} columns, batches of 128, one "
        "thread of the processor above; the paper's are from a GTX 1080 Ti.",
        ("rows", "ADAN", "WADAN", "paper's ADAN", "paper's WADAN"),
        lines(),
    )
