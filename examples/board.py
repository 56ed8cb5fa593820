"""
===========================================================
The board: samplers on many tables, and how they rank there
===========================================================

An arm is a remedy for rare classes: it changes the training set, or how a classifier uses it. Each
classifier is fitted for each arm in every fold of every table, at every penalty of its grid. For
each arm, the penalty for a table is chosen on the tables of other families. ::

    python examples/board.py --tables FOLDER --results board.jsonl

There are three scenarios. ``cut`` cuts a third of the classes to a tenth of their training rows;
``native`` takes tables with unequal classes and leaves them as they are; ``full`` adds a synthetic
set to every table, to see whether that does harm. Each record is written as soon as it is computed,
and the same command resumes an interrupted run. ``--report`` writes the scores to a page,
``--figures`` draws them, and ``--advice`` writes which remedy to use on which tables.
``--study FILE.toml`` reads these options and your own samplers from a file, such as ``board.toml``.
``--scheduler`` names a dask scheduler; its workers must find tables and programs at the same paths.
"""

import argparse
import shlex
import sys
from collections.abc import Sequence
from itertools import product
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

from board_parts.advice import advice, rarest_class_rows
from board_parts.arms import ARMS
from board_parts.classifiers import PENALTIES, source_of
from board_parts.figures import draw_all
from board_parts.peers import PACKAGES, is_installed
from board_parts.report import report
from board_parts.runs import KEY, run_all, tasks
from board_parts.study import study, workers
from board_parts.summary import summary_grid
from board_parts.tables import Source, Table, read, sources
from rich.console import Console
from studies import resumable
from studies.pages import put

say = Console().print


def job_count(text: str) -> int:
    """Return a number of processes; as in joblib, -1 is all cores, and 0 is an error."""
    if int(text) == 0:
        raise argparse.ArgumentTypeError("0: 1 or more, or -1 for all cores")
    return int(text)


def seed(text: str) -> int:
    """Return a seed in the range that scikit-learn accepts."""
    if not 0 <= int(text) < 2**32:
        raise argparse.ArgumentTypeError(f"{text}: a seed is a whole number from 0 to 2**32 - 1")
    return int(text)


def make_parser(**keywords: Any) -> argparse.ArgumentParser:
    """Return a parser of all options except --study, for the command line and for study files."""
    parser = argparse.ArgumentParser(**keywords, description="Compare samplers on many tables.")
    add = parser.add_argument
    add("--tables", type=Path, nargs="+", help="npz files, or folders of them")
    add("--results", type=Path, help="jsonl file, for resuming too")
    add("--scenario", choices=("cut", "native", "full"), default="cut")
    add("--arms", nargs="+", metavar="ARM", default=list(ARMS), help=f"of {', '.join(ARMS)}")
    add("--classifiers", nargs="+", choices=PENALTIES, default=list(PENALTIES))
    add("--seeds", nargs="+", type=seed, default=[0])
    add("--n-jobs", type=job_count, default=2)
    add("--scheduler", metavar="ADDRESS", help="address of a dask scheduler")
    add("--only", nargs="+", metavar="TABLE", help="names of tables")
    add("--report", type=Path, metavar="FILE.md", help="page to write the tables to")
    add("--advice", type=Path, metavar="FILE.md", help="page for the advice")
    add("--no-run", action="store_true", help="report on existing records only")
    add(
        "--summary", type=Path, nargs="+", default=[], metavar="FILE.md", help="pages for one table"
    )
    add("--figures", type=Path, metavar="FOLDER", help="folder for the figures")
    return parser


def parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    """Read the options; the command line overrides the study's file."""
    parser = make_parser()
    parser.add_argument("--study", type=Path, metavar="FILE.toml", help="options, and samplers")
    path = parser.parse_args(arguments).study
    set_by_file = argparse.Namespace(samplers={})
    if path:
        own = make_parser(prog=f"--study {path}", usage=argparse.SUPPRESS, add_help=False)
        set_by_file = study(path, own)
    args = parser.parse_args(arguments, set_by_file)
    missing = [name for name in ("tables", "results") if not getattr(args, name)]
    known = (*ARMS, *args.samplers)
    unknown = [arm for arm in args.arms if arm not in known and source_of(arm) not in known]
    if missing or unknown:
        what = f"--{missing[0]} is needed" if missing else f"--arms: there is no {unknown[0]!r}"
        parser.error(f"{what}, on the command line or in a file of --study.")
    for path in (args.results, args.report, args.advice, *args.summary):
        if path and (path.is_dir() or not path.parent.is_dir()):
            parser.error(f"{path} cannot be written: it is a folder, or its folder does not exist.")
    return args


def chosen_tables(args: argparse.Namespace) -> dict[str, Source]:
    """Return the wanted tables by name."""
    try:
        found = sources(args.tables)
    except (OSError, ValueError) as error:
        raise SystemExit(f"--tables: {error}") from error
    unknown = [name for name in args.only or () if name not in found]
    if unknown:
        raise SystemExit(f"--only: there is no table {unknown[0]!r}; there are {', '.join(found)}.")
    return {name: found[name] for name in args.only or found}


def chosen_arms(wanted: list[str]) -> list[str]:
    """Return the arms whose package is installed; print a line for each of the others."""
    for arm in wanted:
        if not is_installed(arm):
            say(f"{arm} is left out: the package {PACKAGES[arm]} is not installed.")
    return [arm for arm in wanted if is_installed(arm)]


def read_or_exit(source: Source) -> Table:
    """Read a table; if its file has another format, exit with a message."""
    try:
        return read(source)
    except (OSError, ValueError, KeyError, BadZipFile) as error:
        text = f"--tables: {source.path} is not an npz file of X and y"
        raise SystemExit(f"{text}: {type(error).__name__}: {error}") from error


def table_costs(found: dict[str, Source], args: argparse.Namespace) -> dict[str, int]:
    """Return the tables of the scenario, each with a rough measure of how long it takes."""
    tables = {name: read_or_exit(source) for name, source in found.items()}
    native = args.scenario == "native"
    return {name: t.cost for name, t in tables.items() if t.is_unequal or not native}


def main(arguments: Sequence[str] | None = None) -> list[dict]:
    """Run what is missing, report on all records, and return them."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # escape characters that the terminal cannot show
            stream.reconfigure(errors="backslashreplace")
    args = parse(arguments)
    found = chosen_tables(args)
    cost = table_costs(found, args)
    names, arms = sorted(cost, key=cost.get), chosen_arms(args.arms)
    done = resumable.load(args.results, KEY)
    if not args.no_run:
        wanted = tasks(done, names, args.scenario, args.seeds, arms, args.classifiers)
        with workers(args.scheduler):
            failures = run_all(
                found, args.results, wanted, args.scenario, args.n_jobs, args.samplers
            )
        if failures:
            say(f"{len(failures)} tasks failed; the same command tries them again.")
        done = resumable.load(args.results, KEY)
    keys = product(names, [args.scenario], args.seeds, arms)
    records = [done[key] for key in keys if key in done]
    if len({record["family"] for record in records}) > 1:
        publish(records, found, args, shlex.join(arguments or sys.argv[1:]))
    elif records:
        say("There is no report: penalties are chosen on other families, and there are none.")
    return records


def publish(
    records: list[dict], found: dict[str, Source], args: argparse.Namespace, options: str
) -> None:
    """Print the report, and write the requested pages and figures."""
    report(records, args.scenario, args.report, f"python examples/board.py {options}")
    if args.advice:
        names = {record["table"] for record in records}
        rows = {
            name: rarest_class_rows(read(found[name]), args.scenario, args.seeds) for name in names
        }
        put(args.advice, "advice", "examples/board.py", advice(records, rows).markdown())
    for path in args.summary:
        put(path, "summary", "examples/board.py", summary_grid(records).markdown())
    if args.figures:
        for path in draw_all(records, args.scenario, args.figures):
            say(f"wrote {path}", markup=False)


if __name__ == "__main__":
    main()
