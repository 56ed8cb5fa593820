"""Parse the command line, without any heavy import."""

import argparse
import sys
from pathlib import Path
from typing import Any

from ..evaluation._settings import ARMS, CLASSIFIERS, DEFAULT_ARMS, IMPUTED, TRAINED, UNTRAINED

READ = "csv, tsv (perhaps .gz), xlsx, arff, parquet, npz or h5ad"
WRITTEN = (".csv", ".tsv", ".parquet")

AUGMENT = """Append synthetic rows to a table. Without --sets every class is filled up to the
largest. The result has all columns of the table and one more, is_synthetic. Real rows come out as
they went in; synthetic rows have features, a label, and the group of a real row of their class
that they were made of, and nothing in the other columns. Synthetic rows of an earlier run are
replaced."""

EVALUATE = """Find out whether synthetic rows, class weights or prior correction help a classifier
on this table. Every arm is cross-validated: features are z-scored, the sampler (if the arm has one)
adds rows to the training rows, and the classifier predicts the rows that are held out. "none" is
the classifier alone, "weights" has class weights, "prior" corrects the probabilities for equal
classes. "partial" also does so, after rows of ShrunkenSampler have filled rare classes a quarter of
the way. The other arms add rows: "smote", "duplication" and "noise" as their names say, "shrunken"
by ShrunkenSampler, "adan" and "wadan" by training networks. The penalty of the classifier, or what
takes its place, is chosen anew for every arm, "none" included, on inner folds of the training rows.
UAR is the unweighted average recall, or balanced accuracy: the share of each class that is
recognised, averaged over the classes. AUC is the share of pairs of rows of a fold, one of a class
and one of another, that the scores put in the right order. A gain in UAR without one in AUC means
that the decision moved, not that the classifier knows more. Gains are over "none". Their intervals
(95 %) are a bootstrap over groups, or over rows without --groups. They do not cover the spread
between seeds (use --seeds to average over several), nor that the best of several arms was picked.
Synthetic rows in the table are left out."""

SAMPLE = """Draw rows from a saved sampler into a folder of parquet files, any number of
them: each process has one file in memory. The seed and the number of rows determine what is drawn;
the number of files and processes does not."""


class Version(argparse.Action):
    """Print the version, which takes no import but that of a number."""

    def __call__(self, parser: argparse.ArgumentParser, *_: Any) -> None:
        """Print and leave."""
        from .._version import __version__

        parser.exit(message=f"skadan {__version__}\n")


def _count(text: str) -> int:
    """Read a number of 1 or more."""
    # isdecimal, because isdigit also accepts digits such as ², which int() refuses.
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number of 1 or more")
    return int(text)


def _several(text: str) -> int:
    """Read a number of 2 or more."""
    if not text.isdecimal() or int(text) < 2:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number of 2 or more")
    return int(text)


def called() -> str:
    """Say how the command was called: a usage line is there to be typed again."""
    return "python -m skadan" if Path(sys.argv[0]).name == "__main__.py" else "skadan"


def parser() -> argparse.ArgumentParser:
    """Make the parser of all commands."""
    top = argparse.ArgumentParser(
        prog=called(), description="Synthetic rows for small, wide, labelled tables."
    )
    top.add_argument("--version", action=Version, nargs=0, help="print it and leave")
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")
    augment = _command(commands, "augment", "append synthetic rows", AUGMENT)
    augment.add_argument(
        "--sampler", choices=(*UNTRAINED, *TRAINED), default="wadan", help="default: wadan"
    )
    augment.add_argument(
        "--groups", metavar="COLUMN", help="groups: a column that is not a feature"
    )
    augment.add_argument("--sets", type=_count, metavar="K", help="add K sets of the table's size")
    augment.add_argument("--out", type=Path, required=True, metavar="FILE", help=" ".join(WRITTEN))
    augment.add_argument(
        "--clip", action="store_true", help="keep synthetic cells in the range of their column"
    )
    augment.add_argument(
        "--save", type=Path, metavar="SAMPLER", help="keep the fitted sampler, for skadan sample"
    )
    augment.add_argument("--verbose", action="store_true", help="print the losses of the training")
    augment.add_argument("--force", action="store_true", help="write over the table itself")
    _add_evaluate(commands)
    _add_sample(commands)
    return top


def _add_evaluate(commands: Any) -> None:
    evaluate = _command(commands, "evaluate", "does augmentation help?", EVALUATE)
    evaluate.add_argument(
        "--groups",
        metavar="COLUMN",
        help="hold out all rows of a group, such as a speaker, together",
    )
    evaluate.add_argument(
        "--folds",
        type=_several,
        metavar="K",
        help="number of folds (default: 10, or one for each group if they are fewer)",
    )
    evaluate.add_argument(
        "--arms",
        nargs="+",
        choices=ARMS,
        default=list(DEFAULT_ARMS),
        metavar="ARM",
        help=f"what to compare with none, of {', '.join(ARMS)} (default: {' '.join(DEFAULT_ARMS)})",
    )
    evaluate.add_argument(
        "--sets",
        type=_count,
        metavar="K",
        help="samplers, but for partial, add K sets of the training set's size (default: they fill "
        "classes up)",
    )
    evaluate.add_argument(
        "--seeds", type=_count, default=1, metavar="K", help="average over K seeds (default: 1)"
    )
    evaluate.add_argument(
        "--classifier",
        choices=list(CLASSIFIERS),
        default="logistic",
        metavar="NAME",
        help=f"one of {', '.join(CLASSIFIERS)} (default: logistic)",
    )
    evaluate.add_argument(
        "--plot", type=Path, metavar="FILE", help="draw the gains in UAR, such as a.png"
    )
    evaluate.add_argument(
        "--report", type=Path, metavar="FILE", help="write all of it as a page, such as a.html"
    )
    evaluate.add_argument("--jobs", type=int, default=1, help="processes (default: 1)")


def _add_sample(commands: Any) -> None:
    sample = commands.add_parser("sample", help="draw from a saved sampler", description=SAMPLE)
    sample.add_argument(
        "sampler", type=Path, metavar="SAMPLER", help="file of augment --save, or of save_sampler"
    )
    sample.add_argument("--rows", type=int, required=True, metavar="N", help="how many")
    sample.add_argument("--out", type=Path, required=True, metavar="FOLDER", help="for the files")
    sample.add_argument(
        "--target", metavar="COLUMN", help="name of the labels (default: as in the table)"
    )
    sample.add_argument("--files", type=int, metavar="K", help="how many (default: by size)")
    sample.add_argument("--seed", type=int, default=0, help="random_state (default: 0)")
    sample.add_argument("--jobs", type=int, default=1, help="processes (default: 1)")


def _command(commands: Any, name: str, summary: str, text: str) -> argparse.ArgumentParser:
    """Add a command with the arguments that all commands have."""
    command = commands.add_parser(name, help=summary, description=text)
    command.add_argument("table", type=Path, metavar="TABLE", help=READ)
    command.add_argument("--target", metavar="COLUMN", help="labels")
    command.add_argument(
        "--drop", nargs="+", default=[], metavar="COLUMN", help="columns that are not features"
    )
    command.add_argument("--encoding", help="of a text file, such as latin-1 (default: UTF-8)")
    command.add_argument("--sep", help="what separates its cells (default: found)")
    command.add_argument("--decimal", choices=[".", ","], help="its decimal mark (default: found)")
    command.add_argument(
        "--transpose", action="store_true", help="samples are in columns, features in rows"
    )
    command.add_argument("--sheet", metavar="NAME", help="of a workbook (default: the first)")
    command.add_argument(
        "--metadata",
        type=Path,
        metavar="FILE",
        help="a second file with labels and groups, matched by the first column of both",
    )
    command.add_argument(
        "--metadata-sheet", metavar="NAME", help="of a workbook of --metadata (default: the first)"
    )
    command.add_argument("--layer", metavar="NAME", help="of an h5ad file (default: X)")
    command.add_argument(
        "--impute",
        choices=IMPUTED,
        help="put this value of the column's training rows into missing cells (default: refuse)",
    )
    command.add_argument(
        "--epochs", type=_count, metavar="N", help="of training (default: as many as it needs)"
    )
    command.add_argument("--seed", type=int, default=0, help="random_state (default: 0)")
    return command


def check_read(args: argparse.Namespace) -> None:
    """Refuse files to read that are not there: a slip of typing should not cost two seconds."""
    for name in ("table", "metadata", "sampler"):
        file = getattr(args, name, None)
        if isinstance(file, Path) and not file.exists():  # --sampler of other commands is a name
            raise FileNotFoundError(f"There is no file {file}.")


def check_folder(option: str, path: Path) -> None:
    """Refuse what an option would write into a folder that is not there."""
    if not path.parent.is_dir():
        raise OSError(f"{option} {path}: there is no folder {path.parent}. Make it first.")


def check_file(option: str, path: Path) -> None:
    """Refuse a file that an option could not write: its folder is not there, or it is a folder."""
    check_folder(option, path)
    if path.is_dir():
        raise OSError(f"{option} {path}: a folder has this name. Choose another name.")


def is_same(file: Path | None, other: Path) -> bool:
    """Return whether both are there and are one file."""
    return file is not None and file.exists() and other.exists() and file.samefile(other)
