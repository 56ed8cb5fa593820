"""Run the commands: augment a table, sample, and evaluate."""

import contextlib
import sys
from argparse import Namespace
from pathlib import Path
from typing import Any

from .._saving import save_sampler
from ..datasets._wording import worded_by
from ..distributed import sample_files
from ..evaluation._arms import SAMPLERS, sampler_of
from ..evaluation._settings import Settings
from .augmented import check_names, data_of, write
from .evaluation import evaluate
from .tables import option, real_rows

__all__ = ["SAMPLERS", "augment", "evaluate", "sample"]


def augment(args: Namespace, table: Any) -> None:
    """Append synthetic rows to a table, and write it."""
    options = Settings(n_sets=args.sets, max_epochs=args.epochs)
    sampler = sampler_of(args.sampler, options, args.seed)
    if "verbose" in sampler.get_params():  # those that train
        sampler.set_params(verbose=2 if args.verbose else 1)
    if args.clip:
        sampler.set_params(clip=True)
    real = real_rows(table)
    check_names(table, args)
    with worded_by(option):
        data, target = data_of(table, real, args)
    with contextlib.redirect_stdout(sys.stderr):  # the losses of --verbose
        blocks = sampler.fit_resample_blocks(data, target)
    n_new = write(table, args, real, blocks)
    if args.save:
        save_sampler(sampler, args.save)
        print(f"{args.save}: the fitted sampler.", file=sys.stderr)
    print(f"{args.out}: {len(data)} rows and {n_new} synthetic ones.", file=sys.stderr)


def files_in(folder: Path) -> set[Path]:
    """Return the parquet files of a folder, which need not be there."""
    return set(folder.glob("*.parquet"))


def sample(args: Namespace, _: None) -> None:
    """Draw rows from a saved sampler into parquet files."""
    before = files_in(args.out)
    try:
        files = sample_files(
            args.sampler,
            args.rows,
            args.out,
            n_files=args.files,
            n_jobs=args.jobs,
            random_state=args.seed,
            target=args.target,
        )
    # BaseException, because Ctrl-C also leaves complete files behind.
    except BaseException as error:
        n_new = len(files_in(args.out) - before)
        if n_new:
            error.add_note(f"{n_new} of the files are in {args.out}: delete them to draw again.")
        raise
    print(f"{args.out}: {args.rows} synthetic rows in {len(files)} files.", file=sys.stderr)
