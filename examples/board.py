"""
===========================================================
The board: samplers on many tables, and how they rank there
===========================================================

Each arm makes a training set in every fold of every table; each classifier is fitted on it at every
penalty of its grid. ::

    python examples/board.py --tables FOLDER --results board.jsonl
"""

import argparse
from collections.abc import Sequence
from itertools import product
from pathlib import Path

from board_parts.arms import ARMS
from board_parts.classifiers import PENALTIES
from board_parts.runs import KEY, run
from board_parts.tables import read_all
from studies import resumable


def parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description="Compare samplers on many tables.")
    add = parser.add_argument
    add("--tables", type=Path, nargs="+", required=True, help="npz files, or folders of them")
    add("--results", type=Path, required=True, help="jsonl file, for resuming too")
    add("--scenario", choices=("cut", "native", "full"), default="cut")
    add("--arms", nargs="+", choices=ARMS, default=list(ARMS))
    add("--classifiers", nargs="+", choices=PENALTIES, default=list(PENALTIES))
    add("--seeds", nargs="+", type=int, default=[0])
    add("--n-jobs", type=int, default=2)
    add("--only", nargs="+", metavar="TABLE", help="names of tables")
    return parser.parse_args(arguments)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run what is missing, and report."""
    args = parse(arguments)
    tables = read_all(args.tables)
    names = [name for name in args.only or tables]
    if args.scenario == "native":
        names = [name for name in names if tables[name].is_unequal]

    def work(name: str, scenario: str, seed: int, arm: str) -> dict:
        return run(tables[name], scenario, seed, arm, args.classifiers)

    wanted = product(names, [args.scenario], args.seeds, args.arms)
    wanted = sorted(wanted, key=lambda key: args.seeds.index(key[2]))
    resumable.run(work, wanted, KEY, args.results, args.n_jobs)


if __name__ == "__main__":
    main()
