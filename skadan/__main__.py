"""Run the command line, ``python -m skadan`` (see `skadan._cli`)."""

import sys

from ._cli import main

if __name__ == "__main__":
    sys.exit(main())
