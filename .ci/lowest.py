"""Print the lowest version of each package that pyproject.toml allows, as constraints for pip.

A package that some extra pins has that version, as torch has the tested one.
"""

import re
import tomllib
from itertools import chain
from pathlib import Path

BOUND = re.compile(r"([\w-]+)(?:\[.*\])?(>=|==)([\w.]+)$")


def lowest(project: dict) -> dict[str, str]:
    """Return the version of each package by its name."""
    bounds: dict[str, set[str]] = {}
    pins: dict[str, set[str]] = {}
    extras = project["optional-dependencies"].values()
    for text in chain(project["dependencies"], *extras):
        if text.startswith(project["name"]):
            continue  # its own extras
        found = BOUND.match(text)
        if found is None:
            raise ValueError(f"pyproject.toml: {text!r} has no lower bound: write NAME>=VERSION.")
        name, kind, version = found.groups()
        (pins if kind == "==" else bounds).setdefault(name, set()).add(version)
    for name, several in (bounds | pins).items():
        if len(several) > 1:
            raise ValueError(f"pyproject.toml: {name} has several bounds, {sorted(several)}.")
    return {name: version for name, (version,) in (bounds | pins).items()}


if __name__ == "__main__":
    pyproject = Path(__file__).parents[1] / "pyproject.toml"
    table = tomllib.loads(pyproject.read_text(encoding="utf-8"))
    for name, version in lowest(table["project"]).items():
        print(f"{name}=={version}")
