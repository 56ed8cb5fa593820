"""How far a command is, on standard error."""

import shutil
import sys
import warnings
from collections.abc import Iterable
from typing import Any


class Progress:
    """One line that is written over on a terminal; in a file, a line for every tenth."""

    def __init__(self, total: int) -> None:
        self.total, self.done, self.shown = total, 0, 0
        self.on_terminal = sys.stderr.isatty()
        self.warned: set[tuple[str, type[Warning]]] = set()

    def __enter__(self) -> "Progress":
        """Start."""
        return self

    def __exit__(self, *_: Any) -> None:
        """Leave an empty line to what comes next."""
        self.clear()

    def step(self, text: str) -> None:
        """Count one, and say what it was."""
        self.done += 1
        line = f"{self.done} of {self.total}: {text}"
        if self.on_terminal:
            line = line[: shutil.get_terminal_size().columns - 1]  # a longer one would not go away
            print(f"\r{line:<{self.shown}}", end="", file=sys.stderr, flush=True)
            self.shown = len(line)
        elif 10 * self.done // self.total > 10 * (self.done - 1) // self.total:
            print(line, file=sys.stderr, flush=True)

    def warn(self, found: Iterable[tuple[str, type[Warning]]]) -> None:
        """Warn of what was not warned of before."""
        for text, category in found:
            if (text, category) not in self.warned:
                self.warned.add((text, category))
                self.clear()
                warnings.warn(text, category, stacklevel=2)

    def clear(self) -> None:
        """Wipe the line off the terminal."""
        if self.shown:
            print(f"\r{'':<{self.shown}}\r", end="", file=sys.stderr, flush=True)
            self.shown = 0
