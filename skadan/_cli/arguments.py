"""What the command line understands. Nothing heavy is imported for that."""

import argparse
import sys
from pathlib import Path
from typing import Any

TRAINED = ("adan", "wadan")
UNTRAINED = ("noise", "shrunken")
SAMPLERS = ("duplication", "smote", *UNTRAINED, *TRAINED)
CLASSIFIERS = {
    "svc": "SVC(kernel='linear', C={C:g})",
    "linearsvc": "LinearSVC(C={C:g})",
    "logistic": "LogisticRegression(C={C:g})",
}
WRITTEN = (".csv", ".tsv", ".parquet")

AUGMENT = """Append synthetic rows to a table. Without --sets every class is filled up to the
largest. The result has all columns of the table and one more, is_synthetic. Real rows come out as
they went in; synthetic rows have features, a label, and the group of the real row that they are
anchored in, and nothing in the other columns. Synthetic rows of an earlier run are replaced."""

EVALUATE = """Hold out one group at a time and compare classifiers that are trained with and without
synthetic rows, or with class weights. Each fold: sampler on the training groups, z-norm, linear
classifier. Scores are those of the pooled predictions of all groups. WA is the accuracy, the share
of rows that are right, so that frequent classes decide it. UAR is the unweighted average recall, or
balanced accuracy: the share that is right of each class, averaged over the classes. The interval of
a gain is a bootstrap over rows (95 %). It knows nothing of other seeds, and one seed can differ
from another by as much: --seeds averages over several. Synthetic rows in the table are left out."""


SAMPLE = """Draw rows from a file of save_generator into a folder of parquet files, any number of
them: each process has one file in memory. Seed and number of rows say what is drawn; the number of
files and processes changes nothing in it."""


class Version(argparse.Action):
    """Print the version, which takes no import but that of a number."""

    def __call__(self, parser: argparse.ArgumentParser, *_: Any) -> None:
        """Print and leave."""
        from .._version import __version__

        parser.exit(message=f"skadan {__version__}\n")


def _count(text: str) -> int:
    """Read a number of 1 or more."""
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number of 1 or more")
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
    augment.add_argument("--groups", metavar="COLUMN", help="groups: a column that is no feature")
    augment.add_argument("--sets", type=int, metavar="K", help="add K sets of the table's size")
    augment.add_argument("--out", type=Path, required=True, metavar="FILE", help=" ".join(WRITTEN))
    augment.add_argument("--force", action="store_true", help="write over the table itself")
    _add_evaluate(commands)
    _add_sample(commands)
    return top


def _add_evaluate(commands: Any) -> None:
    evaluate = _command(commands, "evaluate", "does augmentation help?", EVALUATE)
    evaluate.add_argument("--groups", metavar="COLUMN", help="whom to hold out, such as speakers")
    evaluate.add_argument(
        "--samplers",
        nargs="+",
        choices=SAMPLERS,
        default=["smote", "shrunken", "wadan"],
        metavar="SAMPLER",
        help=f"of {', '.join(SAMPLERS)} (default: smote shrunken wadan)",
    )
    evaluate.add_argument(
        "--sets", type=int, default=0, metavar="K", help="K sets each (default: fill classes up)"
    )
    evaluate.add_argument(
        "--seeds", type=_count, default=1, metavar="K", help="average over K seeds (default: 1)"
    )
    evaluate.add_argument(
        "--classifier",
        choices=list(CLASSIFIERS),
        default="svc",
        help="SVC with a linear kernel (the default), LinearSVC or LogisticRegression",
    )
    evaluate.add_argument("--C", type=float, default=1.0, help="its penalty (default: 1)")
    evaluate.add_argument("--plot", type=Path, metavar="FILE", help="draw the gains, such as a.png")
    evaluate.add_argument("--jobs", type=int, default=1, help="processes (default: 1)")


def _add_sample(commands: Any) -> None:
    sample = commands.add_parser("sample", help="draw from a saved sampler", description=SAMPLE)
    sample.add_argument("generator", type=Path, metavar="GENERATOR", help="of save_generator")
    sample.add_argument("--rows", type=int, required=True, metavar="N", help="how many")
    sample.add_argument("--out", type=Path, required=True, metavar="FOLDER", help="for the files")
    sample.add_argument("--target", default="target", metavar="COLUMN", help="name of the labels")
    sample.add_argument("--files", type=int, metavar="K", help="how many (default: by size)")
    sample.add_argument("--seed", type=int, default=0, help="random_state (default: 0)")
    sample.add_argument("--jobs", type=int, default=1, help="processes (default: 1)")


def _command(commands: Any, name: str, summary: str, text: str) -> argparse.ArgumentParser:
    """Add a command with the arguments that all commands have."""
    command = commands.add_parser(name, help=summary, description=text)
    command.add_argument("table", type=Path, metavar="TABLE", help="csv, tsv, arff, parquet or npz")
    command.add_argument("--target", metavar="COLUMN", help="labels")
    command.add_argument(
        "--drop", nargs="+", default=[], metavar="COLUMN", help="columns that are no features"
    )
    command.add_argument("--encoding", help="of a text file, such as latin-1 (default: UTF-8)")
    command.add_argument("--sep", help="what separates its cells (default: found)")
    command.add_argument("--decimal", choices=[".", ","], help="its decimal mark (default: found)")
    command.add_argument(
        "--epochs", type=int, metavar="N", help="of training (default: as many as it needs)"
    )
    command.add_argument("--seed", type=int, default=0, help="random_state (default: 0)")
    return command


def check_folder(option: str, path: Path) -> None:
    """Refuse what an option would write into a folder that is not there."""
    if not path.parent.is_dir():
        raise OSError(f"{option} {path}: there is no folder {path.parent}. Make it first.")
