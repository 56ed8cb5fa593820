"""A study in a file: the options of the board's program, and samplers of one's own, as TOML."""

import tomllib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

PATHS = ("results", "report", "advice", "figures")


def study(path: Path, known: set[str]) -> dict[str, Any]:
    """The options that a file sets, by name; paths in it are relative to the file."""
    try:
        options = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise SystemExit(f"--study {path}: {error}") from error
    unknown = sorted(options.keys() - known)
    if unknown:
        raise SystemExit(f"--study {path}: {unknown[0]!r} is none of {', '.join(sorted(known))}.")
    for name in PATHS:
        if name in options:
            options[name] = path.parent / options[name]
    for name in ("tables", "summary"):
        options[name] = [path.parent / one for one in options.get(name, [])]
    made = {name: sampler(name, spec) for name, spec in options.pop("samplers", {}).items()}
    return options | {"samplers": made}


def sampler(name: str, spec: dict[str, Any]) -> Callable[..., Any]:
    """What makes a sampler of a table of the file: its class, by its full name, and parameters."""
    spec = dict(spec)
    module, _, cls = spec.pop("class", "").rpartition(".")
    try:
        found = getattr(import_module(module), cls)
        found(**spec)
    except (ImportError, AttributeError, TypeError, ValueError) as error:
        raise SystemExit(f'samplers."{name}": {error}') from error
    return partial(found, **spec)


@contextmanager
def workers(scheduler: str | None) -> Iterator[None]:
    """Let joblib hand its tasks to the workers of a dask scheduler, if there is one."""
    if scheduler is None:
        yield
        return
    import joblib
    from dask.distributed import Client, WorkerPlugin

    folder = str(Path(__file__).parents[1])

    class Programs(WorkerPlugin):
        """Every worker, also one that comes later, imports these programs from where they are."""

        def setup(self, worker: Any) -> None:
            import sys

            if folder not in sys.path:
                sys.path.append(folder)

    with Client(scheduler) as client, joblib.parallel_config("dask"):
        client.register_plugin(Programs(), name="programs of the board")
        yield
