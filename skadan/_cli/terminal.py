"""Set up the streams that a command prints to, and the signals that end it."""

import io
import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, redirect_stderr, redirect_stdout
from typing import Any, TextIO

INTERRUPTED = int(signal.SIGINT)
ENDING = ("SIGTERM", "SIGHUP")  # not all systems have both


@contextmanager
def any_text() -> Iterator[None]:
    """Let standard output take any letter, and let nothing fail for want of standard error.

    A letter that the encoding lacks is escaped. Where standard error is closed or full, a command
    goes on without it: what it computes is worth more than its progress.
    """
    _fill_closed()
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    with redirect_stdout(sys.stdout or Nowhere()), redirect_stderr(Unfailing(sys.stderr)):
        yield


class Nowhere(io.TextIOBase):
    """A stream that keeps nothing."""

    def write(self, text: str) -> int:
        """Take text."""
        return len(text)


class Unfailing:
    """A stream that writes nowhere from the first error on.

    Parameters
    ----------
    stream : text stream or None
        None, as Python has it for a stream that was closed when it began, is such an error.
    """

    def __init__(self, stream: TextIO | None) -> None:
        self.stream: TextIO | io.TextIOBase = stream or Nowhere()

    def write(self, text: str) -> int:
        """Write text."""
        try:
            return self.stream.write(text)
        except OSError:
            self.stream = Nowhere()
            return len(text)

    def flush(self) -> None:
        """Flush what was written."""
        try:
            self.stream.flush()
        except OSError:
            self.stream = Nowhere()

    def __getattr__(self, name: str) -> Any:
        return getattr(self.stream, name)


def _fill_closed() -> None:
    """Give the numbers of closed streams to the null device.

    Else the next file that is opened gets the number, and whatever writes to the stream writes to
    that file; and joblib's workers cannot start.
    """
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.set_inheritable(os.open(os.devnull, os.O_RDWR), True)  # it is the lowest one free


@contextmanager
def quitting_at_once() -> Iterator[None]:
    """Let Ctrl-C end the process with a line: for imports, which take seconds.

    An exception in the middle of an import ends torch with an abort, and others with a traceback.
    """
    with handling(_quit, signal.SIGINT, signal.default_int_handler):
        yield


@contextmanager
def stoppable() -> Iterator[None]:
    """Treat other ending signals as Ctrl-C: workers end, and parts of files are removed."""
    numbers = [getattr(signal, name) for name in ENDING if hasattr(signal, name)]
    with ExitStack() as stack:
        for number in numbers:
            stack.enter_context(handling(_stop, number, signal.SIG_DFL))
        yield


@contextmanager
def handling(handler: Any, number: int, usual: Any) -> Iterator[None]:
    """Handle a signal, if its handler is the usual one: what `nohup` ignores stays ignored.

    Only a main thread can have handlers.
    """
    in_main = threading.current_thread() is threading.main_thread()
    if not in_main or signal.getsignal(number) != usual:
        yield
        return
    signal.signal(number, handler)
    try:
        yield
    finally:
        signal.signal(number, usual)


def _stop(number: int, _: Any) -> None:
    raise KeyboardInterrupt(number)


def _quit(number: int, _: Any) -> None:
    print("skadan: interrupted, nothing was written.", file=sys.stderr, flush=True)
    os._exit(128 + number)
