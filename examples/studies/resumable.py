"""Run many small tasks and keep each result as soon as it is there. The studies share this."""

import json
from collections.abc import Callable, Iterable
from pathlib import Path

from joblib import Parallel, delayed
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

COLUMNS = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())


def load(path: Path | None, names: tuple[str, ...]) -> dict[tuple, dict]:
    """The records of a results file, one JSON object a line, by their values under `names`."""
    lines = path.read_text().splitlines() if path and path.exists() else []
    return {tuple(record[n] for n in names): record for record in map(json.loads, lines)}


def append(path: Path, record: dict) -> None:
    """Add a record to a results file, as a line of its own."""
    with path.open("a") as file:
        file.write(json.dumps(record, separators=(",", ":")) + "\n")


def run(
    work: Callable[..., dict],
    wanted: Iterable[tuple],
    names: tuple[str, ...],
    path: Path | None,
    n_jobs: int,
) -> dict[tuple, dict]:
    """Call ``work(*key)`` for every wanted key that the results file does not hold yet.

    A record holds its key under `names`. It is appended to the file as soon as it is there, so the
    same call goes on after an interruption. Returns the records of all wanted keys.
    """
    wanted = list(wanted)
    done = load(path, names)
    tasks = [key for key in wanted if key not in done]
    jobs = (delayed(work)(*key) for key in tasks)
    with Progress(*COLUMNS, TimeElapsedColumn()) as progress:
        bar = progress.add_task("folds", total=len(wanted), completed=len(wanted) - len(tasks))
        for record in Parallel(n_jobs=n_jobs, return_as="generator_unordered")(jobs):
            key = tuple(record[n] for n in names)
            done[key] = record
            if path:
                append(path, record)
            progress.update(bar, advance=1, description=" ".join(map(str, key)))
    return {key: done[key] for key in wanted}
