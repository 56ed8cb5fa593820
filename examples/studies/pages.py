"""Write parts of pages: each part is between two HTML comments."""

from collections.abc import Iterable
from pathlib import Path


def markdown(columns: Iterable[str], lines: Iterable[Iterable[str]], align: str = "---") -> str:
    """Return a table; `align` is the mark below all columns except the first."""
    columns = list(columns)
    head = f"| {' | '.join(columns)} |\n|---{f'|{align}' * (len(columns) - 1)}|\n"
    return head + "".join(f"| {' | '.join(line)} |\n" for line in lines)


def foldable(title: str, text: str) -> str:
    """Return text that a reader can unfold; it must not contain headings."""
    return f"<details><summary>{title}</summary>\n\n{text.strip()}\n\n</details>\n"


def put(path: Path, name: str, program: str, text: str) -> None:
    """Write text between the comments of a part, or at the end of a page without them."""
    begin, end = f"<!-- {name}: written by {program} -->", f"<!-- {name}: end -->"
    page = path.read_text() if path.exists() else ""
    if begin in page:
        head, _, rest = page.partition(begin)
        tail = rest.partition(end)[2]
    else:
        head, tail = f"{page.rstrip()}\n\n" if page else "", "\n"
    path.write_text(f"{head}{begin}\n\n{text}\n{end}{tail}")
