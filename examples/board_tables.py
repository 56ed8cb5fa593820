"""
==================================================
The tables of the board, fetched or made by a seed
==================================================

``board.py`` reads a folder of tables. This program makes one. ::

    python examples/board_tables.py --out FOLDER
    python examples/board_tables.py --out FOLDER --generate

The first command fetches the public tables that have a recipe, and checks that each is the table
that the published records were measured on. A table that is already in the folder is checked and
left as it is, so the same command resumes. Tables without a recipe are listed with their sources;
if you make one yourself, it is accepted if it is the same table.

The second command needs no network. It draws tables from known densities, and writes the best
recall that any classifier can reach into the manifest.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from board_parts.fetching import rebuild
from board_parts.generated import PROBLEMS, SPEAKERS, generate
from board_parts.sources import (
    LIST,
    ListedTable,
    file_digest,
    load_list,
    save_table,
    table_digest,
    write_manifest,
)
from rich.console import Console
from studies.pages import markdown, put

say = Console(soft_wrap=True).print
PROGRAM = "examples/board_tables.py"


def parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description="Make a folder of tables for board.py.")
    add = parser.add_argument
    add("--out", type=Path, metavar="FOLDER", help="folder for tables and manifest.csv")
    add("--only", nargs="+", metavar="NAME", help="names of tables")
    add("--cache", type=Path, metavar="FOLDER", help="for source files (default: OUT/downloads)")
    add("--base-url", metavar="URL", help="a mirror to use instead of every source's host")
    add("--list", type=Path, default=LIST, metavar="FILE.toml", help="another list of tables")
    add("--generate", action="store_true", help="draw tables instead of fetching any")
    add("--seed", type=int, default=0, help="for the tables that are drawn")
    add("--page", type=Path, metavar="FILE.md", help="page to write the list of tables to")
    args = parser.parse_args(arguments)
    if not (args.out or args.page):
        parser.error("--out FOLDER is needed, or --page FILE.md.")
    known = [*PROBLEMS, SPEAKERS] if args.generate else load_list(args.list)[0]
    unknown = [name for name in args.only or () if name not in known]
    if unknown:
        parser.error(f"--only: there is no table {unknown[0]!r}; there are {', '.join(known)}.")
    return args


def check(table: ListedTable, found: str, file: str) -> None:
    """Compare the digest of a table's content with the list's.

    Raises
    ------
    ValueError
        If they differ. The message says which file to delete.
    """
    if found != table.digest:
        raise ValueError(
            f"its digest is {found}, expected {table.digest}: it is not the table that the board "
            f"was measured on, so leave it out. Delete {file} and run the same command again. If "
            f"that does not help, look for another copy of {table.source} ({table.reference})."
        )


def fetch_one(table: ListedTable, packages: dict[str, str], args: argparse.Namespace) -> str:
    """Put one table into the folder, and return what was done."""
    path, cache = args.out / f"{table.name}.npz", args.cache or args.out / "downloads"
    if path.exists():
        check(table, file_digest(path), str(path))
        return "already there"
    arrays = rebuild(table.fetch, packages, cache, args.base_url)
    check(table, table_digest(*arrays), f"its source file in {cache}")
    save_table(path, *arrays)
    return "fetched"


def fetch(args: argparse.Namespace) -> int:
    """Fetch the tables that can be fetched, list the others, and return how many failed."""
    tables, packages = load_list(args.list)
    wanted = [tables[name] for name in args.only or tables]
    there, failed, missing = [], [], []
    for table in wanted:
        if not table.fetch and not (args.out / f"{table.name}.npz").exists():
            missing.append(table)
            continue
        try:
            say(f"{table.name}: {fetch_one(table, packages, args)}")
            there.append(table)
        except Exception as error:  # any failure of one source must not stop the others
            failed.append(table)
            message = f"{table.name}: {type(error).__name__}: {error}"
            say(message, style="red", markup=False, highlight=False)
    write_manifest(args.out, [table.manifest_line() for table in there])
    if missing:
        say(f"\nNot obtainable by this program ({len(missing)}):")
    for table in missing:
        say(f"  {table.name}: {table.missing}. {table.source}. {table.reference}.", markup=False)
    say(
        f"\n{len(there)} tables in {args.out}, {len(failed)} failed, {len(missing)} not obtainable."
    )
    return len(failed)


def make(args: argparse.Namespace) -> None:
    """Draw the tables of known densities."""
    for name in args.only or [*PROBLEMS, SPEAKERS]:
        X, y, groups, best = generate(name, args.seed)
        save_table(args.out / f"{name}.npz", X, y, groups)
        about = {"name": name, "domain": "generated", "family": name, "best_uar": best}
        about |= {"rows": str(len(X)), "columns": str(X.shape[1]), "classes": str(y.max() + 1)}
        about["source"] = f"{PROGRAM} --generate --seed {args.seed}"
        write_manifest(args.out, [about | {"digest": table_digest(X, y, groups)}])
        say(f"{name}: {len(X)} x {X.shape[1]}, best recall {f'{best} %' if best else 'not known'}")


def page(tables: dict[str, ListedTable]) -> str:
    """Return the list of tables as markdown: first those that are fetched, then the others."""
    columns = "Table", "Domain", "Rows", "Columns", "Classes", "Source", "Reference", "Licence"
    text = []
    for title, kind in (("Fetched", True), ("Not obtainable by this program", False)):
        lines = [
            (
                *(t.name, t.domain, str(t.rows), str(t.columns), str(t.classes)),
                *(t.source.replace("*", r"\*"), t.reference, t.licence),
                "; ".join(part for part in ("fetched" if t.fetch else t.missing, t.note) if part),
            )
            for t in tables.values()
            if bool(t.fetch) == kind
        ]
        table = markdown((*columns, "How to get it"), lines)
        text.append(f"## {title}: {len(lines)} of {len(tables)} tables\n\n{table}")
    return "\n".join(text)


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the page, fetch or draw tables, and return the number of tables that failed."""
    args = parse(arguments)
    if args.page:
        put(args.page, "tables", PROGRAM, page(load_list(args.list)[0]))
    if not args.out:
        return 0
    args.out.mkdir(parents=True, exist_ok=True)
    if args.generate:
        make(args)
        return 0
    return fetch(args)


if __name__ == "__main__":
    sys.exit(min(main(), 1))
