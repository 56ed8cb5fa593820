"""Results files: one record a line, written as soon as it is there. All studies share this.

Records name the rows of a fold and what was predicted for them. In the file, rows are ranges and
predictions one character a row: less than half of the lists, and a diff still shows the record that
changed. A file whose name ends in ``.gz`` is compressed. Files that a ``checksums.txt`` beside them
lists are kept: they are measured already, so they are read only as they were, and nothing is added
to them.

A run that is killed, or a full disk, may leave half a line. It is left out, and taken off the file
before the next record is added. One run at a time may add to a file.
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
COMPRESSED = ".gz"  # a compressed file is compressed line by line as it grows
LETTERS = digits + ascii_letters
MEMBER = b"\x1f\x8b\x08\x00"  # what a line begins with in a compressed file


def as_ranges(rows: list[int]) -> str:
    """Row numbers in their order, neighbours put together: [0, 1, 2, 7] is "0-2,7"."""
    ranges: list[list[int]] = []
    for row in rows:
        if ranges and row == ranges[-1][1] + 1:
            ranges[-1][1] = row
        else:
            ranges.append([row, row])
    return ",".join(f"{a}-{b}" if b > a else f"{a}" for a, b in ranges)


def from_ranges(text: str) -> list[int]:
    """The row numbers again."""
    bounds = [[int(n) for n in part.split("-")] for part in text.split(",") if part]
    return [row for ends in bounds for row in range(ends[0], ends[-1] + 1)]


def each(change: Callable[[Any], Any], predicted: Any) -> Any:
    """A change of the predictions, of every setting where there are several."""
    if isinstance(predicted, dict):
        return {setting: change(labels) for setting, labels in predicted.items()}
    return change(predicted)


def packed(record: dict) -> dict:
    """A record as it stands in a file.

    A predicted class 0 to 9 is its own digit. Other labels are numbered by ``classes``, which the
    record then holds as well; if there are more of them than characters, they stay a list.
    """
    record = dict(record)
    if isinstance(record.get("rows"), list):
        record["rows"] = as_ranges(record["rows"])
    lists: list[list] = []
    each(lists.append, record.get("predicted", []))
    labels = {label for found in lists if isinstance(found, list) for label in found}
    own_digits = all(type(label) is int and 0 <= label < 10 for label in labels)
    classes = list(range(10)) if own_digits else sorted(labels)
    if not labels or len(classes) > len(LETTERS):
        return record
    letters = dict(zip(classes, LETTERS, strict=False))
    text = each(lambda found: "".join(letters[label] for label in found), record["predicted"])
    return record | {"predicted": text} | ({} if own_digits else {"classes": classes})


def unpacked(record: dict) -> dict:
    """The record with its rows and predictions as lists, whether or not it was packed."""
    record = dict(record)
    classes = record.pop("classes", list(range(10)))
    if isinstance(record.get("rows"), str):
        record["rows"] = from_ranges(record["rows"])
    if "predicted" in record:
        record["predicted"] = each(
            lambda text: [classes[LETTERS.index(c)] for c in text] if type(text) is str else text,
            record["predicted"],
        )
    return record


def line(record: dict) -> str:
    """The line of a results file that holds a record."""
    return json.dumps(packed(record), separators=(",", ":")) + "\n"


def checksum(content: bytes) -> str:
    """What ``sha256sum`` says of a file of this content."""
    return hashlib.sha256(content).hexdigest()


def kept(folder: Path) -> dict[str, str]:
    """Names and checksums of the files of a folder that are kept as they are."""
    path = folder / CHECKSUMS
    lines = path.read_text().splitlines() if path.exists() else []
    return {name: found for found, name in (text.split(maxsplit=1) for text in lines)}


def checked(path: Path) -> bytes:
    """The content of a results file, if it is what was kept."""
    expected = kept(path.parent).get(path.name)
    content = path.read_bytes() if path.exists() else b""
    if expected and checksum(content) != expected:
        raise ValueError(
            f"{path} is not the file that was kept: its SHA-256 is {checksum(content)}, "
            f"{CHECKSUMS} beside it has {expected}. `git checkout {path}` brings it back. If the "
            "change is meant, `python examples/studies/keep_results.py` writes the checksums anew."
        )
    return content


def expanded(path: Path, content: bytes) -> bytes:
    """The lines in the content of a results file."""
    return gzip.decompress(content) if path.suffix == COMPRESSED else content


def check_not_kept(path: Path) -> None:
    """Refuse to add to a kept file: defaults may have changed since its records were made."""
    if path.name in kept(path.parent):
        raise ValueError(
            f"{path} is kept as it is ({CHECKSUMS} beside it lists it) and lacks some of the "
            "records that are asked for. Name another file, or a copy of this one elsewhere."
        )


def whole_lines(path: Path, content: bytes) -> tuple[bytes, int]:
    """The lines in the content of a results file but for half a one at its end.

    Also the bytes of the content that they take.
    """
    if path.suffix == COMPRESSED:
        return whole_members(path, content)
    last = content.rpartition(b"\n")[2]
    size = len(content) - len(last) if is_half(last) else len(content)
    return content[:size], size


def is_half(text: bytes) -> bool:
    """Whether text is the beginning of a record, or the zeros that some disks write for it."""
    if not text.strip(b"\0"):
        return bool(text)
    try:
        json.loads(text)
    except ValueError:
        return text.startswith(b"{")
    return False


def whole_members(path: Path, content: bytes) -> tuple[bytes, int]:
    """As `whole_lines`, of a file of lines that are compressed one by one."""
    n = len(content)
    for size in (n, n - 1, n - 2, n - 3, content.rfind(MEMBER)):
        if size >= 0 and (size == n or is_half_member(content[size:])):
            with suppress(EOFError, gzip.BadGzipFile, zlib.error):
                return gzip.decompress(content[:size]), size
    raise ValueError(f"{path} is damaged, or is not compressed by gzip: name another file.")


def is_half_member(text: bytes) -> bool:
    """Whether text is the beginning of a line in a compressed file, and no more."""
    try:
        gzip.decompress(text)
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        return MEMBER.startswith(text) or isinstance(error, EOFError)
    return False


def load(path: Path | None, names: tuple[str, ...]) -> dict[tuple, dict]:
    """The records of a results file, by their values under `names`; the last one counts."""
    found: dict[tuple, dict] = {}
    if path is None:
        return found
    content = checked(path)
    lines, size = whole_lines(path, content)
    if size < len(content):
        text = f"{path}: the last line is half a record of a run that was interrupted. It is left"
        print(f"{text} out, and the same command does it again.", file=sys.stderr)
    for number, text in enumerate(lines.split(b"\n"), 1):
        if not text.strip():
            continue
        try:
            record = unpacked(json.loads(text))
            key = tuple(record[n] for n in names)
        except (ValueError, TypeError, KeyError) as error:
            raise ValueError(
                f"{path}, line {number}, is no record of this study: {error}. Name another file, "
                "or take the line out, and the same command does it again."
            ) from None
        found[key] = record
    return found


def append(path: Path, record: dict) -> None:
    """Add a record to a results file, as a line of its own."""
    check_not_kept(path)
    mend(path)
    with path.open("ab") as file:
        file.write(compressed(path, line(record).encode()))


def compressed(path: Path, text: bytes) -> bytes:
    """Text as it stands in a results file."""
    return gzip.compress(text) if path.suffix == COMPRESSED else text


def mend(path: Path) -> None:
    """Take half a line off the end of a results file, and end a line that is whole."""
    if not path.exists():
        return
    with path.open("r+b") as file:
        content = file.read()
        lines, size = whole_lines(path, content)
        file.truncate(size)
        if lines and not lines.endswith(b"\n"):
            file.seek(size)
            file.write(compressed(path, b"\n"))


@contextmanager
def alone_with(path: Path) -> Iterator[None]:
    """Keep other runs from adding to a results file: none would know what the other adds.

    Kept files are refused before hours of work, not after. The system frees the lock of a process
    that dies.
    """
    check_not_kept(path)
    name = f".{path.name.replace('.', '_')}.lock"  # hidden, and of no kind that is read
    lock = FileLock(path.absolute().with_name(name), timeout=0)
    try:
        lock.acquire()
    except Timeout:
        raise ValueError(
            f"Another run is adding to {path}: wait until it has ended, or name another file."
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
    """Call ``work(*key)`` for every wanted key that the results file does not hold yet.

    A record holds its key under `names`. It is appended to the file as soon as it is there, so the
    same call goes on after an interruption. Returns the records of all wanted keys.
    """
    wanted = list(wanted)
    done = load(path, names)
    if all(key in done for key in wanted):
        return {key: done[key] for key in wanted}
    with alone_with(path) if path else nullcontext():
        done = load(path, names)  # another run may have ended since
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
