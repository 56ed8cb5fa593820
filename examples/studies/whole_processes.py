"""Costs of whole processes, start-up included: memory of a fit, seconds of a study."""

import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from performance_page import Section

COMPARISON = Path(__file__).resolve().parents[1] / "compare_samplers.py"
MEMORY_ROWS = (480, 10_000)
LONG = (100_000, 50)
FIT = """
from pathlib import Path
import numpy as np
from skadan import WADANSampler
X = np.random.default_rng(0).standard_normal(({n_rows}, {n_columns}), dtype=np.float32)
WADANSampler(max_epochs=2, device="cpu").fit(X, np.arange({n_rows}) % 7)
status = Path("/proc/self/status").read_text().split()
print(int(status[status.index("VmHWM:") + 1]) / 2**20)
"""


def memory_section(n_columns: int) -> Section:
    """Measure the peak memory, in GiB, of a process that only fits (Linux).

    `getrusage` would be wrong: a process inherits that peak from the one that started it.
    """

    def lines() -> Iterator[tuple[str, ...]]:
        for n_rows, width in [*((n, n_columns) for n in MEMORY_ROWS), LONG]:
            command = [sys.executable, "-c", FIT.format(n_rows=n_rows, n_columns=width)]
            peak = subprocess.run(command, check=True, capture_output=True, text=True).stdout
            yield f"{n_rows:,} x {width:,}", f"{float(peak):.2f}"

    return Section(
        "Memory",
        "Peak of a process that fits at the default setting (two epochs), Python and torch "
        "included.",
        ("table", "GiB"),
        lines(),
    )


def comparison_section(data: Path) -> Section:
    """Time the WADAN arm of the comparison example on real rows: all groups, two jobs."""

    def lines() -> Iterator[tuple[str, ...]]:
        with tempfile.TemporaryDirectory() as folder:
            figure = Path(folder) / "figure.png"
            options = ["--data", data, "--arms", "WADAN", "--figure", figure]
            start = time.perf_counter()
            subprocess.run(
                [sys.executable, COMPARISON, *options], check=True, stdout=subprocess.DEVNULL
            )
            yield data.stem, f"{time.perf_counter() - start:.0f}"

    return Section(
        "Leave one group out",
        "`WADANSampler()`, `StandardScaler`, `LinearSVC` on every fold, two jobs "
        "(`compare_samplers.py --arms WADAN`): seconds in all, start-up included.",
        ("data", "seconds"),
        lines(),
    )
