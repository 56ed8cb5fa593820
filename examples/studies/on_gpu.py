"""Time a GPU: epochs at the paper's setting, default fits, and sampling."""

from collections.abc import Iterator
from statistics import median

import torch
from default_fits import default_fit, unequal_table
from paper_setting import SAMPLERS, in_words, paper_sampler, random_table
from performance_page import Section
from timing import alternate, call_timer, epoch_timer, ratio
from training_speed import TABLE_III

from skadan import WADANSampler

SHAPES = ((60, 2000), (1000, 10), (10_000, 50), (100_000, 50), (480, 4368), (5000, 4368))
N_NEW = 100_000  # synthetic rows


def gpu_sections(n_columns: int, n_rounds: int) -> list[Section]:
    """Return all sections. Each is measured only when it is written."""
    few = max(n_rounds // 3, 1)
    return [epochs_section(n_columns, n_rounds), fits_section(few), sampling_section(few)]


def epochs_section(n_columns: int, n_rounds: int) -> Section:
    """Time an epoch on the GPU, after its iteration has been captured as a graph."""

    def lines() -> Iterator[tuple[str, ...]]:
        for n, papers in TABLE_III.items():
            X, y = random_table(n, n_columns)
            for name, paper in zip(SAMPLERS, papers, strict=True):
                timers = {}
                for precision in ("float32", "bfloat16"):
                    where = {"device": "cuda", "max_epochs": 20, "precision": precision}
                    timers[precision] = epoch_timer(paper_sampler(name, **where), X, y)
                seconds = alternate(timers, n_rounds)
                milliseconds = (f"{1e3 * median(values):.2f}" for values in seconds.values())
                yield f"{name}, {n:,} rows", *milliseconds, f"{1e3 * paper:.0f}"

    return Section(
        f"One epoch on {torch.cuda.get_device_name()}",
        f"The paper's setting, {n_columns:,} columns, each iteration one CUDA graph; "
        "milliseconds. The paper's are from a GTX 1080 Ti.",
        ("training", "float32", "bfloat16", "paper"),
        lines(),
    )


def fits_section(n_rounds: int) -> Section:
    """Time default fits on one thread of the processor, and on the GPU."""

    def lines() -> Iterator[tuple[str, ...]]:
        for shape in SHAPES:
            X, y = unequal_table(*shape)
            timers = {device: default_fit(X, y, device) for device in ("cpu", "cuda")}
            seconds = alternate(timers, n_rounds)
            shown = (f"{median(values):.2f}" for values in seconds.values())
            yield in_words(X), *shown, f"{ratio(seconds['cpu'], seconds['cuda']):.1f}"

    return Section(
        "Default fits on a GPU",
        "`WADANSampler()` with its defaults, seconds: one thread of the processor, and the GPU.",
        ("table", "one thread", "GPU", "times faster"),
        lines(),
    )


def sampling_section(n_rounds: int) -> Section:
    """Count synthetic rows per second on the processor and on the GPU."""

    def lines() -> Iterator[tuple[str, ...]]:
        for shape in ((1000, 50), (480, 4368)):
            X, y = unequal_table(*shape)
            n_new = N_NEW if shape[1] < 1000 else N_NEW // 10
            timers = {}
            for device in ("cpu", "cuda"):
                fitted = WADANSampler(max_epochs=1, random_state=0, device=device).fit(X, y)
                timers[device] = call_timer(lambda s=fitted, n=n_new: s.sample(n))
            seconds = alternate(timers, n_rounds)
            shown = (f"{n_new / median(values):,.0f}" for values in seconds.values())
            yield in_words(X), *shown, f"{ratio(seconds['cpu'], seconds['cuda']):.2f}"

    return Section(
        "Sampling on a GPU",
        "Synthetic rows per second, everything but the training included, into an array in the "
        "host's memory. They are drawn 256 at a time.",
        ("trained on", "CPU", "GPU", "times faster"),
        lines(),
    )
