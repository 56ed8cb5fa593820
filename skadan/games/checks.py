"""Check games and divergences before any work is done."""

from collections.abc import Sequence
from dataclasses import fields, is_dataclass
from inspect import getattr_static
from numbers import Integral, Number
from typing import Any


def check_members(thing: Any, protocol: type) -> None:
    """Refuse an object that lacks members of a protocol or is not a frozen dataclass.

    Raises
    ------
    TypeError
        The message names every missing member.
    """
    role = protocol.__name__
    # isinstance() with a runtime_checkable protocol would not name the missing members.
    if isinstance(thing, type):
        raise TypeError(f"{thing.__name__} is a class: pass an instance of it as the {role}.")
    name, absent = type(thing).__name__, object()
    missing = [
        member
        for member in vars(protocol)
        # getattr_static: a property such as `turns` must not run, since it may fail.
        if not member.startswith("_") and getattr_static(thing, member, absent) is absent
    ]
    if missing:
        raise TypeError(
            f"{name} cannot serve as a {role}: it lacks {', '.join(missing)}. "
            f"skadan.games.{role} describes each of them."
        )
    if not (is_dataclass(thing) and _is_frozen(thing)):
        raise TypeError(
            f"{name} cannot serve as a {role}: make it a dataclass(frozen=True), so that it can be "
            "compared, copied and saved."
        )
    for field in fields(thing):
        check_plain(getattr(thing, field.name), f"{name}.{field.name}")


def _is_frozen(thing: Any) -> bool:
    # The module dataclasses has no public way to ask this.
    return thing.__dataclass_params__.frozen


def check_plain(value: Any, place: str) -> None:
    """Refuse field values that cannot be compared and saved, such as tensors and functions.

    Raises
    ------
    TypeError
        The message names the field.
    """
    if isinstance(value, tuple | list):
        for part in value:
            check_plain(part, place)
    elif not (value is None or isinstance(value, Number | str | type) or is_dataclass(value)):
        raise TypeError(
            f"{place} is a {type(value).__name__}: the fields of a game are numbers, text, tuples, "
            "classes and other dataclasses."
        )


def check_counts(**values: int | Sequence[int]) -> None:
    """Refuse sizes, or sequences of sizes, that are not whole numbers of 1 or more.

    Raises
    ------
    ValueError
        The message names the value.
    """
    for name, value in values.items():
        for count in value if isinstance(value, tuple | list) else (value,):
            if isinstance(count, bool) or not isinstance(count, Integral) or count < 1:
                raise ValueError(f"{name}={value!r}: give whole numbers of 1 or more.")
