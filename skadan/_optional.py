"""Packages that only an extra brings."""

import importlib
from types import ModuleType


def require(module: str, extra: str) -> ModuleType:
    """`module`, or an error that says which extra to install.

    Raises
    ------
    ImportError
        If it is not installed.
    """
    try:
        return importlib.import_module(module)
    except ImportError as error:
        package = module.partition(".")[0]
        raise ImportError(
            f"This needs {package}, which the extra {extra!r} brings: "
            f"pip install 'skadan[{extra}]'."
        ) from error
