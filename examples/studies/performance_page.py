"""The page that the benchmark writes: sections with a note and a table."""

import multiprocessing
import platform
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from rich.console import Console

from skadan import __version__

say = Console(stderr=True).print


@dataclass(frozen=True)
class Section:
    """One table of the page. `lines` may be a generator that measures each line in turn."""

    title: str
    note: str
    columns: tuple[str, ...]
    lines: Iterable[tuple[str, ...]]

    def markdown(self) -> str:
        """Return the section as text; print each line as soon as it is measured."""
        say(f"\n[bold]{self.title}[/bold]  ({' | '.join(self.columns)})")
        text = [f"## {self.title}", "", self.note, "", f"| {' | '.join(self.columns)} |"]
        text.append("|---" * len(self.columns) + "|")
        for line in self.lines:
            say("  " + " | ".join(line))
            text.append(f"| {' | '.join(line)} |")
        return "\n".join([*text, ""])


def head(title: str, command: str, seconds: float) -> str:
    """Return the title, the command that wrote the page, processor and versions."""
    capability = torch.backends.cpu.get_cpu_capability()  # such as AVX2: it matters most
    return f"""# {title}

Written by `{command}`.
{processor()} ({capability}), {multiprocessing.cpu_count()} cores, which other work may have
shared; Python {platform.python_version()}, torch {torch.__version__}, numpy
{np.__version__}, skadan {__version__}; {seconds:.0f} s in all.
"""


def processor() -> str:
    """Return the name of the processor, or of its architecture if that is not known."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()
