"""
=============================
Keep the records of a folder
=============================

Packs the results files of a folder and writes their checksums. From then on the programs read them
only as they are, and add nothing to them::

    python examples/studies/keep_results.py

The folder is ``docs/results`` unless another one is named. Do this after a file there has been
replaced or added; ``git diff docs/results/checksums.txt`` shows which.
"""

import argparse
import gzip
import json
from collections.abc import Sequence
from pathlib import Path

import resumable

RESULTS = Path(__file__).parents[2] / "docs" / "results"


def pack(path: Path) -> None:
    """Rewrite a file whose records hold lists of rows or predictions, or that is compressed badly.

    A compressed file grows line by line; compressed as a whole it is a fifth smaller.
    """
    content = resumable.expanded(path, path.read_bytes())
    records = [json.loads(text) for text in content.decode().splitlines()]
    if any(resumable.packed(record) != record for record in records):
        content = "".join(map(resumable.line, records)).encode()
        path.write_bytes(content)
    if path.suffix == resumable.COMPRESSED:
        path.write_bytes(gzip.compress(content, mtime=0))


def main(arguments: Sequence[str] | None = None) -> dict[str, str]:
    """Pack and list every results file; returns names and checksums."""
    parser = argparse.ArgumentParser(description="Pack results files and write their checksums.")
    parser.add_argument("folder", type=Path, nargs="?", default=RESULTS)
    folder = parser.parse_args(arguments).folder
    sums = {}
    for path in sorted(folder.glob("*.jsonl*")):
        pack(path)
        sums[path.name] = resumable.checksum(path.read_bytes())
    lines = [f"{found}  {name}\n" for name, found in sums.items()]  # as `sha256sum -c` reads them
    (folder / resumable.CHECKSUMS).write_bytes("".join(lines).encode())
    return sums


if __name__ == "__main__":
    main()
