"""Time default fits on tables of many shapes, beside fixed sizes, SMOTE and peers."""

import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median

import numpy as np
from imblearn.over_sampling import SMOTE
from performance_page import Section
from timing import EpochClock, alternate, call_timer, ratio

from skadan import WADANSampler

SHAPES = (
    (60, 2000),
    (200, 2000),
    (300, 10),
    (1000, 10),
    (1000, 100),
    (3000, 30),
    (10_000, 50),
    (480, 4368),
)
# Earlier defaults, which did not depend on the table.
FIXED = {
    "n_latent": 100,
    "n_noise": 100,
    "autoencoder_layers": (800, 800),
    "latent_layers": (100, 100),
    "learning_rate": 5e-4,
}
FIXED_EPOCHS = 200
GROWING = (1000, 10_000, 100_000)  # rows
PEER_SHAPES = ((1000, 10), (10_000, 50))
PEER = """
import sys, time
import numpy as np, pandas as pd, torch
from ctgan import {name}
torch.set_num_threads(1)
rng = np.random.default_rng(0)
frame = pd.DataFrame(rng.standard_normal(({n_rows}, {n_columns}))).rename(columns=str)
frame["label"] = (np.arange({n_rows}) % 5 == 0).astype(str)
start = time.process_time()
{name}(enable_gpu=False).fit(frame, ["label"])
print(time.process_time() - start)
"""


def unequal_table(n_rows: int, n_columns: int) -> tuple[np.ndarray, np.ndarray]:
    """Return normal numbers, and labels of which every fifth is rare."""
    rng = np.random.default_rng(0)
    return rng.standard_normal((n_rows, n_columns)), (np.arange(n_rows) % 5 == 0).astype(int)


def fixed_fit(X: np.ndarray, y: np.ndarray) -> Callable[[], float]:
    """Return a function that returns the seconds of 200 epochs: 200 times the median of three."""

    def run() -> float:
        clock = EpochClock()
        sampler = WADANSampler(**FIXED, max_epochs=4, random_state=0, device="cpu")
        sampler.set_callbacks(clock).fit(X, y)
        return FIXED_EPOCHS * median(clock.seconds[1:])

    return run


def default_fit(X: np.ndarray, y: np.ndarray, device: str = "cpu") -> Callable[[], float]:
    """Return a function that fits a default `WADANSampler` and returns its seconds."""
    sampler = WADANSampler(random_state=0, device=device)
    return call_timer(lambda: sampler.fit(X, y))


def fits_section(n_rounds: int) -> Section:
    """Time default fits, 200 epochs of networks with fixed sizes, and SMOTE."""

    def lines() -> Iterator[tuple[str, ...]]:
        for n_rows, n_columns in SHAPES:
            X, y = unequal_table(n_rows, n_columns)
            smote = SMOTE(random_state=0)
            timers = {
                "fixed": fixed_fit(X, y),
                "default": default_fit(X, y),
                "SMOTE": call_timer(lambda: smote.fit_resample(X, y)),  # noqa: B023
            }
            seconds = alternate(timers, n_rounds)
            shown = (f"{median(values):.3g}" for values in seconds.values())
            times = ratio(seconds["fixed"], seconds["default"])
            yield f"{n_rows:,} x {n_columns:,}", *shown, f"{times:.1f}"

    return Section(
        "Fits of many shapes",
        "`WADANSampler()` with its defaults, beside 200 epochs of the fixed networks of earlier "
        "defaults (800 wide, codes of 100; a measured epoch times 200), and SMOTE; one thread.",
        ("table", "fixed, seconds", "default, seconds", "SMOTE, seconds", "times faster"),
        lines(),
    )


def growth_of_fits_section(n_rounds: int) -> Section:
    """Time default fits of growing tables with 50 columns."""

    def lines() -> Iterator[tuple[str, ...]]:
        timers = {}
        for n_rows in GROWING:
            timers[n_rows] = default_fit(*unequal_table(n_rows, 50))
        seconds = alternate(timers, n_rounds)
        for n_rows, values in seconds.items():
            times = ratio(values, seconds[GROWING[0]])
            yield f"{n_rows:,}", f"{median(values):.2f}", f"{times:.2f}"

    return Section(
        "Growth of a fit with rows",
        "`WADANSampler()` with its defaults, 50 columns, one thread.",
        ("rows", "seconds", f"times that of {GROWING[0]:,}"),
        lines(),
    )


def peers_section(python: Path) -> Section:
    """Time default fits of CTGAN and TVAE, in another environment."""

    def seconds_of(name: str, n_rows: int, n_columns: int) -> float:
        code = PEER.format(name=name, n_rows=n_rows, n_columns=n_columns)
        done = subprocess.run([python, "-c", code], check=True, capture_output=True, text=True)
        return float(done.stdout.split()[-1])

    def lines() -> Iterator[tuple[str, ...]]:
        for n_rows, n_columns in PEER_SHAPES:
            X, y = unequal_table(n_rows, n_columns)
            sampler = WADANSampler(random_state=0, device="cpu")
            start = time.process_time()
            sampler.fit(X, y)
            own = time.process_time() - start
            for name in ("CTGAN", "TVAE"):
                peer = seconds_of(name, n_rows, n_columns)
                table = f"{name}, {n_rows:,} x {n_columns:,}"
                yield table, f"{peer:.1f}", f"{own:.2f}", f"{peer / own:.1f}"

    return Section(
        "Peers",
        "Default fits of CTGAN and TVAE (ctgan, in another environment) and of `WADANSampler()`, "
        "one after the other; processor seconds of one thread.",
        ("peer and table", "peer, seconds", "WADAN, seconds", "ratio"),
        lines(),
    )
