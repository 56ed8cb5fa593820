"""
==================================================
Folds on a cluster, on paper, with measured costs
==================================================

Simulates how long a study takes on many workers: the scheduler starts one task after the other, the
table is sent from worker to worker, and in the end all wait for the last fit. The costs are
arguments, measured on one machine; the network and disk of a real cluster may differ::

    python examples/studies/cluster_plan.py --page docs/distributed.md
"""

import argparse
import heapq
from collections.abc import Sequence
from math import ceil, log2
from pathlib import Path

import numpy as np
from pages import markdown, put

N_DRAWS = 200


def run_seconds(
    n_tasks: int,
    n_workers: int,
    fits: np.ndarray,
    a_task: float,
    a_hop: float,
    rng: np.random.Generator,
) -> float:
    """Simulate one run and return its seconds.

    Tasks start in turn, each on the first free worker that has the table.
    """
    # Workers pass the table on, so the number of them that have it doubles with each hop.
    hops = ceil(log2(n_workers + 1))
    free = [a_hop * min(hops, 1 + int(log2(worker + 1))) for worker in range(n_workers)]
    heapq.heapify(free)
    handed_out = end = 0.0
    for fit in rng.choice(fits, n_tasks):
        handed_out += a_task
        done = max(heapq.heappop(free), handed_out) + fit
        heapq.heappush(free, done)
        end = max(end, done)
    return end


def main(arguments: Sequence[str] | None = None) -> list[list[str]]:
    """Print the table, write it to a page if one is given, and return its lines."""
    parser = argparse.ArgumentParser(description="Plan folds on a cluster.")
    add = parser.add_argument
    add("--fit", type=float, default=12.0, help="mean seconds of a fold")
    add("--spread", type=float, default=0.15, help="standard deviation, as a share of --fit")
    add("--task", type=float, default=0.014, help="seconds of the scheduler for a task")
    add("--hop", type=float, default=0.11, help="seconds to send the table to a worker")
    add("--tasks", nargs="+", type=int, default=[10, 100, 1000, 10_000])
    add("--workers", nargs="+", type=int, default=[1, 10, 100, 1000])
    add("--page", type=Path, help="page to write the table to")
    args = parser.parse_args(arguments)
    rng = np.random.default_rng(0)
    shape = 1 / max(args.spread, 1e-6) ** 2
    fits = rng.gamma(shape, args.fit / shape, 10_000)
    lines = []
    for n_tasks in args.tasks:
        line = [f"{n_tasks:,}"]
        for n_workers in args.workers:
            runs = [
                run_seconds(n_tasks, n_workers, fits, args.task, args.hop, rng)
                for _ in range(max(1, N_DRAWS * 100 // max(n_tasks, 100)))
            ]
            took = float(np.median(runs))
            busy = n_tasks * args.fit / (took * n_workers)
            line.append(f"{took:,.0f} s ({100 * busy:.0f} %)")
        lines.append(line)
    columns = ["tasks", *(f"{n:,} workers" for n in args.workers)]
    text = markdown(columns, lines, align="--:")
    print(text)
    if args.page:
        put(args.page, "plan", "examples/studies/cluster_plan.py", text)
    return lines


if __name__ == "__main__":
    main()
