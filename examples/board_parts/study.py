"""Study files (TOML): the options of the board's program, and your own samplers."""

import tomllib
from argparse import ArgumentParser, Namespace, _StoreTrueAction
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

from board_parts.arms import ARMS, PARTIAL
from board_parts.classifiers import CORRECTION
from imblearn.base import SamplerMixin

PATHS = ("results", "report", "advice", "figures", "tables", "summary")


def study(path: Path, parser: ArgumentParser) -> Namespace:
    """Return the options of a file, parsed like a command line. Paths are relative to the file."""
    try:
        options = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError) as error:
        raise SystemExit(f"--study {path}: {error}") from error
    known = {action.dest: action for action in parser._actions if action.dest != "help"}
    specs, words = options.pop("samplers", {}), []
    for name, value in options.items():
        if name not in known:
            names = ", ".join(sorted([*known, "samplers"]))
            raise SystemExit(f"--study {path}: {name!r} is not one of {names}.")
        words += in_words(path, known[name], value)
    args = parser.parse_args(words)
    args.samplers = samplers(path, specs)
    return args


def in_words(path: Path, action: Any, value: Any) -> list[str]:
    """Return an option as words of a command line."""
    option, where = action.option_strings[0], f"--study {path}: {action.dest} = {as_toml(value)}"
    if isinstance(action, _StoreTrueAction):
        if not isinstance(value, bool):
            raise SystemExit(f"{where}: write true or false.")
        return [option] if value else []
    several = action.nargs == "+"
    if isinstance(value, list) != several:
        example = f"{action.dest} = [{as_toml(value)}]" if several else "a single value"
        raise SystemExit(f"{where}: write {example}.")
    values = value if several else [value]
    kinds = int if action.dest in ("seeds", "n_jobs") else str
    for one in values:
        if not isinstance(one, kinds) or isinstance(one, bool):
            kind = "a whole number" if kinds is int else "text in quotes"
            raise SystemExit(f"{where}: {as_toml(one)} is not {kind}.")
    if action.dest in PATHS:
        values = [path.parent / one for one in values]
    return [option, *map(str, values)] if several else [f"{option}={values[0]}"]


def as_toml(value: Any) -> str:
    """Return a value roughly as TOML writes it."""
    if isinstance(value, bool):
        return str(value).lower()
    return f'"{value}"' if isinstance(value, str) else str(value)


def samplers(path: Path, specs: Any) -> dict[str, Callable[..., Any]]:
    """Return a function for each sampler of a file, by name, that makes it."""
    if not isinstance(specs, dict):
        raise SystemExit(f"--study {path}: write samplers as tables, [samplers.NAME].")
    made = {}
    for name, spec in specs.items():
        try:
            if name in ARMS or name.startswith(PARTIAL) or name.endswith(CORRECTION):
                raise ValueError("the board has an arm of this name: choose another")
            made[name] = sampler(spec)
        except Exception as error:  # importing a module can raise anything
            text = f"{type(error).__name__}: {error}"
            raise SystemExit(f'--study {path}: samplers."{name}": {text}') from error
    return made


def sampler(spec: Any) -> Callable[..., Any]:
    """Return a function that makes a sampler from its class (by full name) and parameters.

    Only a sampler's class is called. But its module is imported before that is checked, and an
    import runs code.
    """
    if not isinstance(spec, dict) or not isinstance(spec.get("class"), str):
        raise ValueError('it needs a class, such as class = "skadan.WADANSampler"')
    module, _, name = spec["class"].rpartition(".")
    if not module or not all(part.isidentifier() for part in spec["class"].split(".")):
        raise ValueError(f"{spec['class']!r} is not the full name of a class, MODULE.CLASS")
    found = getattr(import_module(module), name)
    if not (isinstance(found, type) and issubclass(found, SamplerMixin)):
        raise TypeError(f"{spec['class']} is not a sampler, a class of imblearn.base.SamplerMixin")
    params = {key: value for key, value in spec.items() if key != "class"}
    found(**params)  # raises if a parameter does not exist
    return partial(found, **params)


@contextmanager
def workers(scheduler: str | None) -> Iterator[None]:
    """Let joblib send its tasks to the workers of a dask scheduler, if one is given."""
    if scheduler is None:
        yield
        return
    import joblib
    from dask.distributed import Client, WorkerPlugin

    folder = str(Path(__file__).parents[1])

    class Programs(WorkerPlugin):
        """Lets every worker import these programs, also workers that join later."""

        def setup(self, worker: Any) -> None:
            import sys

            if folder not in sys.path:
                sys.path.append(folder)

    with Client(scheduler) as client, joblib.parallel_config("dask"):
        client.register_plugin(Programs(), name="programs of the board")
        yield
