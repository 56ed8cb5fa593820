"""What the command line does: augment a table, sample, and evaluate whether that helps."""

import contextlib
import sys
from argparse import Namespace
from pathlib import Path

from .._optional import require
from ..distributed import sample_files
from .arguments import check_folder
from .arms import SAMPLERS, sampler_of
from .augmented import check_names, check_out, data_of, write
from .evaluation import evaluate
from .tables import load, real_rows

__all__ = ["SAMPLERS", "augment", "evaluate", "sample"]

# By `sample`: what reads a generator, and what writes its rows.
NEEDED = (("safetensors.numpy", "save"), ("pandas", "tables"), ("pyarrow.parquet", "tables"))


def augment(args: Namespace) -> None:
    """Append synthetic rows to a table, and write it."""
    check_out(args)
    table = load(args)
    sampler = sampler_of(args.sampler, args, args.seed)
    if "verbose" in sampler.get_params():  # those that train
        sampler.set_params(verbose=1)
    real = real_rows(table)
    check_names(table, args)
    data, target = data_of(table, real, args)
    with contextlib.redirect_stdout(sys.stderr):  # progress
        blocks = sampler.fit_resample_blocks(data, target)
    n_new = write(table, args, real, blocks)
    print(f"{args.out}: {len(data)} rows and {n_new} synthetic ones.", file=sys.stderr)


def check_sample(args: Namespace) -> None:
    """Refuse what cannot be drawn from or written to, before anything is read or made."""
    if args.out.suffix[1:].isalpha() and not args.out.is_dir():
        raise ValueError(f"--out {args.out}: --out names a folder, and this is a file's name.")
    check_folder("--out", args.out)
    if not args.generator.exists():
        raise FileNotFoundError(f"There is no file {args.generator}.")
    for module, extra in NEEDED:
        require(module, extra)


def files_in(folder: Path) -> set[Path]:
    """Return the parquet files of a folder, which need not be there."""
    return set(folder.glob("*.parquet"))


def sample(args: Namespace) -> None:
    """Draw rows from a saved sampler into parquet files."""
    check_sample(args)
    before = files_in(args.out)
    try:
        files = sample_files(
            args.generator,
            args.rows,
            args.out,
            n_files=args.files,
            n_jobs=args.jobs,
            random_state=args.seed,
            target=args.target,
        )
    except BaseException as error:
        n_new = len(files_in(args.out) - before)
        if n_new:
            error.add_note(f"{n_new} of the files are in {args.out}: delete them to draw again.")
        raise
    print(f"{args.out}: {args.rows} synthetic rows in {len(files)} files.", file=sys.stderr)
