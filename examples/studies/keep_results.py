"""
=============================
Keep the records of a folder
=============================

Packs the results files of a folder and writes their checksums. From then on the programs add
nothing to these files, and refuse to read them if they have changed::

    python examples/studies/keep_results.py

The default folder is ``docs/results``. Run this after you add or replace a file there;
``git diff docs/results/checksums.txt`` shows which files changed.
"""

import argparse
import gzip
import json
from collections.abc import Sequence
from pathlib import Path

import resumable

RESULTS = Path(__file__).parents[2] / "docs" / "results"


def pack(path: Path) -> None:
    """Rewrite a file with packed records; compress a ``.gz`` file as a whole.

    While it grows, such a file is compressed line by line. As a whole it is a fifth smaller.
    """
    content = resumable.expand(path, path.read_bytes())
    records = [json.loads(text) for text in content.decode().splitlines()]
    if any(resumable.pack(record) != record for record in records):
        content = "".join(map(resumable.line, records)).encode()
        path.write_bytes(content)
    if path.suffix == resumable.COMPRESSED:
        path.write_bytes(gzip.compress(content, mtime=0))


def main(arguments: Sequence[str] | None = None) -> dict[str, str]:
    """Pack every results file, write the checksums, and return them by name."""
    parser = argparse.ArgumentParser(description="Pack results files and write their checksums.")
    parser.add_argument("folder", type=Path, nargs="?", default=RESULTS)
    folder = parser.parse_args(arguments).folder
    sums = {}
    for path in sorted(folder.glob("*.jsonl*")):
        pack(path)
        sums[path.name] = resumable.checksum(path.read_bytes())
    lines = [f"{found}  {name}\n" for name, found in sums.items()]  # the format of `sha256sum -c`
    (folder / resumable.CHECKSUMS).write_bytes("".join(lines).encode())
    return sums


if __name__ == "__main__":
    main()
