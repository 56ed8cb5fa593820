"""Import packages that an extra installs."""

import importlib
from types import ModuleType


def require(module: str, extra: str) -> ModuleType:
    """Import a module; if it is missing, raise an error that names the extra to install.

    Raises
    ------
    ImportError
        If the module is not installed.
    """
    try:
        return importlib.import_module(module)
    except ImportError as error:
        package = module.partition(".")[0]
        raise ImportError(
            f"This needs {package}, which the extra {extra!r} installs: "
            f"pip install 'skadan[{extra}]'."
        ) from error
