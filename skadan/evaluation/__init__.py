"""Compare what can be done about rare classes on one table, and report it on one page."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ._evaluate import evaluate
    from ._report import EvaluationReport

__all__ = ["EvaluationReport", "evaluate"]

# Imported when they are asked for: the command line needs the names of arms and classifiers, which
# are in `_settings`, before it imports torch.
HOMES = {"EvaluationReport": "_report", "evaluate": "_evaluate"}


def __getattr__(name: str) -> Any:
    """Import a public name when it is asked for first."""
    if name not in HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f".{HOMES[name]}", __name__), name)


def __dir__() -> list[str]:
    return __all__
