"""Results files: one record per line, written as soon as it is computed. All studies use this.

A record has the rows of a fold and the predictions for them. In the file, rows are ranges and
predictions one character per row: this takes less than half of the space of lists, and a diff still
shows the record that changed. A file whose name ends in ``.gz`` is compressed.

Files that are listed in a ``checksums.txt`` in their folder are frozen: published results come from
them, so nothing is added to them, and reading one that has changed is an error.

A killed run or a full disk may leave half a line. It is skipped when the file is read, and removed
before the next record is added. Only one run at a time may add to a file.
"""

import gzip
import hashlib
import json
import sys
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, nullcontext, suppress
from pathlib import Path
from string import ascii_letters, digits
from typing import Any

from filelock import FileLock, Timeout
from joblib import Parallel, delayed
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

COLUMNS = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
CHECKSUMS = "checksums.txt"
COMPRESSED = ".gz"  # such a file is compressed line by line as it grows
LETTERS = digits + ascii_letters
MEMBER = b"\x1f\x8b\x08\x00"  # the first bytes of a compressed line


def as_ranges(rows: list[int]) -> str:
    """Return row numbers as text, in their order: [0, 1, 2, 7] is "0-2,7"."""
    ranges: list[list[int]] = []
    for row in rows:
        if ranges and row == ranges[-1][1] + 1:
            ranges[-1][1] = row
        else:
            ranges.append([row, row])
    return ",".join(f"{a}-{b}" if b > a else f"{a}" for a, b in ranges)


def from_ranges(text: str) -> list[int]:
    """Return the row numbers of a text from `as_ranges`."""
    bounds = [[int(n) for n in part.split("-")] for part in text.split(",") if part]
    return [row for ends in bounds for row in range(ends[0], ends[-1] + 1)]


def map_predictions(change: Callable[[Any], Any], predicted: Any) -> Any:
    """Apply a function to the predictions, or to those of every setting."""
    if isinstance(predicted, dict):
        return {setting: change(labels) for setting, labels in predicted.items()}
    return change(predicted)


def pack(record: dict) -> dict:
    """Return a record as it is written to a file.

    Predicted classes 0 to 9 are written as digits. Other labels are characters that index
    ``classes``, which is then added to the record. If there are too many labels, the predictions
    stay a list.
    """
    record = dict(record)
    if isinstance(record.get("rows"), list):
        record["rows"] = as_ranges(record["rows"])
    lists: list[list] = []
    map_predictions(lists.append, record.get("predicted", []))
    labels = {label for found in lists if isinstance(found, list) for label in found}
    own_digits = all(type(label) is int and 0 <= label < 10 for label in labels)
    classes = list(range(10)) if own_digits else sorted(labels)
    if not labels or len(classes) > len(LETTERS):
        return record
    letters = dict(zip(classes, LETTERS, strict=False))
    text = map_predictions(
        lambda found: "".join(letters[label] for label in found), record["predicted"]
    )
    return record | {"predicted": text} | ({} if own_digits else {"classes": classes})


def unpack(record: dict) -> dict:
    """Return a record, packed or not, with its rows and predictions as lists."""
    record = dict(record)
    classes = record.pop("classes", list(range(10)))
    if isinstance(record.get("rows"), str):
        record["rows"] = from_ranges(record["rows"])
    if "predicted" in record:
        record["predicted"] = map_predictions(
            lambda text: [classes[LETTERS.index(c)] for c in text] if type(text) is str else text,
            record["predicted"],
        )
    return record


def line(record: dict) -> str:
    """Return the line of a record in a results file."""
    return json.dumps(pack(record), separators=(",", ":")) + "\n"


def checksum(content: bytes) -> str:
    """Return the SHA-256 of a file's content, as ``sha256sum`` prints it."""
    return hashlib.sha256(content).hexdigest()


def frozen_checksums(folder: Path) -> dict[str, str]:
    """Return the checksums of the frozen files of a folder, by name."""
    path = folder / CHECKSUMS
    lines = path.read_text().splitlines() if path.exists() else []
    return {name: found for found, name in (text.split(maxsplit=1) for text in lines)}


def read_checked(path: Path) -> bytes:
    """Return the content of a results file. Raise ValueError if a frozen file has changed."""
    expected = frozen_checksums(path.parent).get(path.name)
    content = path.read_bytes() if path.exists() else b""
    if expected and checksum(content) != expected:
        raise ValueError(
            f"{path} has changed: its SHA-256 is {checksum(content)}, {CHECKSUMS} in its folder "
            f"has {expected}. Restore it with `git checkout {path}`. If the change is intended, "
            "update the checksums with `python examples/studies/keep_results.py`."
        )
    return content


def expand(path: Path, content: bytes) -> bytes:
    """Return the lines in the content of a results file, decompressed."""
    return gzip.decompress(content) if path.suffix == COMPRESSED else content


def check_not_frozen(path: Path) -> None:
    """Raise ValueError for a frozen file: defaults may have changed since its records were made."""
    if path.name in frozen_checksums(path.parent):
        raise ValueError(
            f"{path} must not change ({CHECKSUMS} in its folder lists it), and lacks some of the "
            "requested records. Name another file, or a copy of this one in another folder."
        )


def whole_lines(path: Path, content: bytes) -> tuple[bytes, int]:
    """Return the lines in the content of a results file without half a line at its end.

    Also return the size of these lines within the content.
    """
    if path.suffix == COMPRESSED:
        return whole_members(path, content)
    last = content.rpartition(b"\n")[2]
    size = len(content) - len(last) if is_half(last) else len(content)
    return content[:size], size


def is_half(text: bytes) -> bool:
    """Return whether text is the start of a record, or zeros that some disks write instead."""
    if not text.strip(b"\0"):
        return bool(text)
    try:
        json.loads(text)
    except ValueError:
        return text.startswith(b"{")
    return False


def whole_members(path: Path, content: bytes) -> tuple[bytes, int]:
    """Do as `whole_lines` does, for a file of lines that are compressed one by one."""
    n = len(content)
    # The file may be whole, or end with one to three bytes of a line, or with more of it.
    for size in (n, n - 1, n - 2, n - 3, content.rfind(MEMBER)):
        if size >= 0 and (size == n or is_half_member(content[size:])):
            with suppress(EOFError, gzip.BadGzipFile, zlib.error):
                return gzip.decompress(content[:size]), size
    raise ValueError(f"{path} is damaged, or is not compressed by gzip: name another file.")


def is_half_member(text: bytes) -> bool:
    """Return whether text is the start of a compressed line, but not a whole line."""
    try:
        gzip.decompress(text)
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        return MEMBER.startswith(text) or isinstance(error, EOFError)
    return False


def load(path: Path | None, names: tuple[str, ...]) -> dict[tuple, dict]:
    """Return the records of a file by their values under `names`; the last one counts."""
    found: dict[tuple, dict] = {}
    if path is None:
        return found
    content = read_checked(path)
    lines, size = whole_lines(path, content)
    if size < len(content):
        text = f"{path}: the last line is half a record of an interrupted run. It is skipped, and"
        print(f"{text} computed again by the same command.", file=sys.stderr)
    for number, text in enumerate(lines.split(b"\n"), 1):
        if not text.strip():
            continue
        try:
            record = unpack(json.loads(text))
            key = tuple(record[n] for n in names)
        except (ValueError, TypeError, KeyError) as error:
            raise ValueError(
                f"{path}, line {number}, is not a record of this study: {error}. Name another "
                "file, or remove the line and run the same command again."
            ) from None
        found[key] = record
    return found


def append(path: Path, record: dict) -> None:
    """Add a record to a results file, as one line."""
    check_not_frozen(path)
    repair_end(path)
    with path.open("ab") as file:
        file.write(compress(path, line(record).encode()))


def compress(path: Path, text: bytes) -> bytes:
    """Return a line as the bytes that are written, compressed if the file is."""
    return gzip.compress(text) if path.suffix == COMPRESSED else text


def repair_end(path: Path) -> None:
    """Remove half a line from the end of a results file, or add a missing newline."""
    if not path.exists():
        return
    with path.open("r+b") as file:
        content = file.read()
        lines, size = whole_lines(path, content)
        file.truncate(size)
        if lines and not lines.endswith(b"\n"):
            file.seek(size)
            file.write(compress(path, b"\n"))


@contextmanager
def hold_lock(path: Path) -> Iterator[None]:
    """Lock a results file, because two runs would not see each other's records.

    A frozen file is refused here, before hours of work and not after. The system frees the lock of
    a process that dies.
    """
    check_not_frozen(path)
    name = f".{path.name.replace('.', '_')}.lock"  # hidden, and not a name that programs read
    lock = FileLock(path.absolute().with_name(name), timeout=0)
    try:
        lock.acquire()
    except Timeout:
        raise ValueError(
            f"Another run is adding to {path}: wait until it ends, or name another file."
        ) from None
    try:
        yield
    finally:
        with suppress(OSError):
            Path(lock.lock_file).unlink()
        lock.release()


def run(
    work: Callable[..., dict],
    wanted: Iterable[tuple],
    names: tuple[str, ...],
    path: Path | None,
    n_jobs: int,
) -> dict[tuple, dict]:
    """Call ``work(*key)`` for every wanted key that the results file lacks.

    A record has its key under `names`. It is appended to the file as soon as it is computed, so the
    same call resumes after an interruption. Returns the records of all wanted keys.
    """
    wanted = list(wanted)
    done = load(path, names)
    if all(key in done for key in wanted):
        return {key: done[key] for key in wanted}
    with hold_lock(path) if path else nullcontext():
        done = load(path, names)  # another run may have added records since
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
