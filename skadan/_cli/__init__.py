"""The command line, ``skadan`` or ``python -m skadan``.

What is asked for is understood before anything heavy is imported.
"""

import sys
import warnings
from collections.abc import Sequence

from .arguments import check_read, parser
from .terminal import INTERRUPTED, any_text, quitting_at_once, stoppable

ERRORS = (ValueError, TypeError, OSError, ImportError, ArithmeticError, MemoryError)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; the exit code: 0, or 1 with a message on standard error.

    Wrong usage exits with 2, as `argparse` does, and a signal with its number and 128.
    """
    with any_text():
        with quitting_at_once():
            args = parser().parse_args(arguments)
        try:
            with stoppable(), warnings.catch_warnings():
                warnings.simplefilter("always", UserWarning)
                warnings.showwarning = lambda message, *_, **__: print(message, file=sys.stderr)
                check_read(args)
                with quitting_at_once():
                    from .preparation import prepare
                table = prepare(args)
                with quitting_at_once():
                    from . import commands
                getattr(commands, args.command)(args, table)
            sys.stdout.flush()  # here a full disk is an error; at exit it would be too late
        except ERRORS as error:
            # Some errors have no text, such as MemoryError.
            say(args.command, str(error) or type(error).__name__, error)
            return 1
        except KeyboardInterrupt as error:
            # `_stop` in `terminal` raises it with the number of a signal, Ctrl-C without.
            number = error.args[0] if error.args else INTERRUPTED
            what = "interrupted" if number == INTERRUPTED else "terminated"
            # A note names what was written.
            nothing = "" if hasattr(error, "__notes__") else ", nothing was written."
            say(args.command, f"{what}{nothing}", error)
            return 128 + number
    return 0


def say(command: str, text: str, error: BaseException) -> None:
    """Print what ended a command, and the notes that it added to the error."""
    for note in getattr(error, "__notes__", ()):
        text = f"{text.removesuffix('.')}. {note}"
    print(f"skadan {command}: {text}", file=sys.stderr)
