"""What a message says to pass: keywords in Python, options where a command line asks for that."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any


def keyword(name: str, value: Any) -> str:
    """Word an argument as one passes it in Python."""
    return f"{name}=[{value!r}]" if name == "drop" else f"{name}={value!r}"


WORDING: ContextVar[Callable[[str, Any], str]] = ContextVar("wording", default=keyword)


def passing(name: str, value: Any) -> str:
    """Word an argument of `load_table` for whoever called it. Messages name no other way."""
    return WORDING.get()(name, value)


@contextmanager
def worded_by(wording: Callable[[str, Any], str]) -> Iterator[None]:
    """Let messages word arguments by this function: it takes a name and a value."""
    token = WORDING.set(wording)
    try:
        yield
    finally:
        WORDING.reset(token)
