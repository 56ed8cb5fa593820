"""Word the arguments in error messages: as keywords for Python, as options for a command line."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any


def keyword(name: str, value: Any) -> str:
    """Return the text of an argument as it is passed in Python."""
    return f"{name}=[{value!r}]" if name == "drop" else f"{name}={value!r}"


WORDING: ContextVar[Callable[[str, Any], str]] = ContextVar("wording", default=keyword)


def passing(name: str, value: Any) -> str:
    """Return the text of an argument of `load_table` as its caller passes it, for a message."""
    return WORDING.get()(name, value)


@contextmanager
def worded_by(wording: Callable[[str, Any], str]) -> Iterator[None]:
    """Use `wording`, a function of name and value, for arguments in messages in this context."""
    token = WORDING.set(wording)
    try:
        yield
    finally:
        WORDING.reset(token)
