"""Check the arguments of a command before torch is imported."""

from argparse import Namespace
from pathlib import Path
from typing import Any

from .._optional import require
from .arguments import check_file, check_folder, is_same
from .augmented import check_out
from .tables import load

# By `sample`: what reads a saved sampler, and what writes its rows.
NEEDED = (("safetensors.numpy", "save"), ("pandas", "tables"), ("pyarrow.parquet", "tables"))


def prepare(args: Namespace) -> Any:
    """Check the arguments of a command; return its table, None for `sample`.

    An argument that is wrong is refused in a second of processor time: importing torch, which all
    commands need later, takes several.
    """
    if args.command == "sample":
        check_sample(args)
        return None
    if args.command == "augment":
        check_out(args)
        if args.save:
            check_save(args)
    elif args.plot:
        drawable(args.plot)
    if args.command == "evaluate" and args.report:
        check_report(args.report)
    return load(args)


def check_save(args: Namespace) -> None:
    """Refuse to write the sampler over a file of the command, before any training."""
    check_file("--save", args.save)
    for option, file in (("TABLE", args.table), ("--metadata", args.metadata), ("--out", args.out)):
        if file == args.save or is_same(file, args.save):
            raise ValueError(f"--save {args.save} is the file of {option}: choose another name.")
    require("safetensors.numpy", "save")


def check_sample(args: Namespace) -> None:
    """Refuse what cannot be drawn from or written to, before anything is read or made."""
    # A suffix of letters is that of a file, but a folder may be named "v1.2".
    if args.out.suffix[1:].isalpha() and not args.out.is_dir():
        raise ValueError(f"--out {args.out}: --out names a folder, and this is a file's name.")
    check_folder("--out", args.out)
    for module, extra in NEEDED:
        require(module, extra)


def drawable(path: Path) -> None:
    """Refuse a picture that could not be written, before anything is computed."""
    known = require("matplotlib.backends.backend_agg", "plot").FigureCanvasAgg
    kinds = known.get_supported_filetypes()
    if path.suffix.removeprefix(".").lower() not in kinds:
        raise ValueError(f"--plot {path}: the name must end in one of .{', .'.join(kinds)}.")
    check_file("--plot", path)


def check_report(path: Path) -> None:
    """Refuse a report that could not be written, before anything is computed."""
    require("jinja2", "report")
    require("matplotlib", "report")
    if path.suffix.lower() not in (".html", ".htm"):
        raise ValueError(f"--report {path}: the name must end in .html.")
    check_file("--report", path)
