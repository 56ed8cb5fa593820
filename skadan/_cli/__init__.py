"""The command line, ``skadan`` or ``python -m skadan``.

What is asked for is understood before anything heavy is imported.
"""

import sys
import warnings
from collections.abc import Sequence

from .arguments import parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; the exit code: 0, or 1 with a message on standard error.

    Wrong usage exits with 2, as `argparse` does.
    """
    args = parser().parse_args(arguments)
    from . import commands

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("always", UserWarning)
            warnings.showwarning = lambda message, *_, **__: print(message, file=sys.stderr)
            getattr(commands, args.command)(args)
    except (ValueError, TypeError, OSError, ImportError, FloatingPointError) as error:
        print(f"skadan {args.command}: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print(f"skadan {args.command}: interrupted, nothing was written.", file=sys.stderr)
        return 130
    return 0
