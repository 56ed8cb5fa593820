"""Pages that programs write parts of: each part stands between two comments of its own."""

from collections.abc import Iterable
from pathlib import Path


def markdown(columns: Iterable[str], lines: Iterable[Iterable[str]], align: str = "---") -> str:
    """A table; `align` is the mark below all columns but the first."""
    columns = list(columns)
    head = f"| {' | '.join(columns)} |\n|---{f'|{align}' * (len(columns) - 1)}|\n"
    return head + "".join(f"| {' | '.join(line)} |\n" for line in lines)


def folded(title: str, text: str) -> str:
    """Return text that a reader unfolds; it must not have headings of its own."""
    return f"<details><summary>{title}</summary>\n\n{text.strip()}\n\n</details>\n"


def put(path: Path, name: str, program: str, text: str) -> None:
    """Write text between the marks of a part, or below all else where the page has none."""
    begin, end = f"<!-- {name}: written by {program} -->", f"<!-- {name}: end -->"
    page = path.read_text() if path.exists() else ""
    if begin in page:
        head, _, rest = page.partition(begin)
        tail = rest.partition(end)[2]
    else:
        head, tail = f"{page.rstrip()}\n\n" if page else "", "\n"
    path.write_text(f"{head}{begin}\n\n{text}\n{end}{tail}")
