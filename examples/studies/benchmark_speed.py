"""
=================================
How fast, and compared with what?
=================================

Times training and sampling against reference points, and writes the tables to
``docs/performance.md``. The two sides of each ratio are timed in turn, in one run. ::

    python examples/studies/benchmark_speed.py
    python examples/studies/benchmark_speed.py --data FILE.npz  # also on real rows, by group
    python examples/studies/benchmark_speed.py --gpu            # on a GPU, to performance_gpu.md

The reference for training is a plain version of Algorithm 1 (``plain_algorithm.py``): five updates
per iteration, each with a separate forward and backward pass and torch's Adam. The library's
epochs are timed by a callback, in short fits.
"""

import argparse
import time
from collections.abc import Sequence
from pathlib import Path

import torch
from busy_machine import thread_section
from default_fits import fits_section, growth_of_fits_section, peers_section
from latent_rounds import round_section
from machine_limit import limit_section
from on_gpu import gpu_sections
from paper_setting import random_table
from performance_page import Section, head, say
from sampling_speed import sampling_section
from table_reading import reading_section
from timing import torch_threads
from training_speed import epoch_section, fit_section, table_iii_section
from whole_processes import comparison_section, memory_section

DOCS = Path(__file__).resolve().parents[2] / "docs"


def sections(args: argparse.Namespace) -> list[Section]:
    """Return every section of the page. Each is measured only when it is written."""
    if args.gpu:
        return gpu_sections(args.columns, args.rounds)
    X, y = random_table(args.rows, args.columns)
    few = max(args.rounds // 3, 1)
    found = [
        epoch_section(X, y, args.rounds),
        limit_section(X, y, args.rounds),
        fit_section(X, y, few),
        table_iii_section(args.columns, few),
        fits_section(few),
        growth_of_fits_section(few),
        round_section(args.rounds),
        sampling_section(X, y, args.rounds),
        reading_section(few),
        memory_section(args.columns),
        thread_section(X, y, few),
    ]
    if args.peers:
        found.append(peers_section(args.peers))
    if args.data:
        found.append(comparison_section(args.data))
    return found


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure every table and write the page."""
    parser = argparse.ArgumentParser(description="Time training and sampling.")
    parser.add_argument("--rows", type=int, default=480)
    parser.add_argument("--columns", type=int, default=4368)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--data", type=Path, help="npz file with X, y and groups")
    parser.add_argument("--peers", type=Path, help="python of an environment with ctgan 0.12")
    parser.add_argument("--gpu", action="store_true", help="measure only the GPU")
    parser.add_argument("--out", type=Path, help="page to write (default: the one in docs)")
    args = parser.parse_args(arguments)
    if args.gpu and not torch.cuda.is_available():
        parser.error("--gpu: torch finds no GPU")
    out = args.out or DOCS / ("performance_gpu.md" if args.gpu else "performance.md")
    start = time.perf_counter()
    with torch_threads(1):
        text = [section.markdown() for section in sections(args)]
    command = f"python examples/studies/benchmark_speed.py --rounds {args.rounds}"
    command += " --gpu" if args.gpu else ""
    command += " --peers PYTHON" if args.peers else ""
    command += " --data FILE.npz" if args.data else ""
    title = "Performance on a GPU" if args.gpu else "Performance"
    out.write_text("\n".join([head(title, command, time.perf_counter() - start), *text]))
    say(f"\nWritten: {out}")


if __name__ == "__main__":
    main()
