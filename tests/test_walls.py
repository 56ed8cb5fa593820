"""The wings import one way, and examples use what users may use."""

import ast
import importlib
import subprocess
import sys

import pytest
from conftest import ROOT

PROGRAMS = sorted((ROOT / "examples").rglob("*.py"))


@pytest.mark.slow
def test_import_contracts():
    """Those of pyproject.toml."""
    lint = "from importlinter.cli import lint_imports_command; lint_imports_command()"
    command = [sys.executable, "-c", lint, "--no-cache"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "0 broken" in done.stdout


def private_imports(source):
    """Names of skadan that a program imports though they are not public."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            pairs = [(alias.name, None) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            pairs = [(node.module or "", alias.name) for alias in node.names]
        else:
            continue
        for module, name in pairs:
            if module.partition(".")[0] == "skadan" and not is_public(module, name):
                yield f"{module}.{name}"


def is_public(module, name):
    """Whether users may import `name` of `module`, or the module itself (None)."""
    if any(part.startswith("_") for part in module.split(".")):
        return False
    public = getattr(importlib.import_module(module), "__all__", ())
    return name is None or name in public


@pytest.mark.parametrize("path", PROGRAMS, ids=lambda path: path.stem)
def test_examples_and_studies_import_public_names_only(path):
    assert not list(private_imports(path.read_text()))


def test_private_imports_are_found():
    source = """
import skadan._files
import numpy as np
from skadan import WADANSampler
from skadan._strategy import Replicate
from skadan.games import ADANGame
from skadan.games.networks import Linear
"""
    assert list(private_imports(source)) == [
        "skadan._files.None",
        "skadan._strategy.Replicate",
        "skadan.games.networks.Linear",
    ]


HEAVY = ("imblearn", "numpy", "pandas", "scipy", "sklearn", "torch")
WITHOUT_TORCH = ("datasets", "displays", "metrics", "model_selection")


def imported_by(code):
    """Which of the heavy packages a fresh process has imported after this code."""
    code += f"\nimport sys\nprint(*[name for name in {HEAVY} if name in sys.modules])"
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return done.stdout.split()


@pytest.mark.slow
def test_heavy_packages_are_imported_with_the_first_name_that_needs_them():
    assert imported_by("import skadan; skadan.__version__; dir(skadan)") == []
    wings = "; ".join(f"skadan.{name}" for name in WITHOUT_TORCH)
    assert "torch" not in imported_by(f"import skadan; skadan.Replicate; {wings}")
    assert "torch" in imported_by("from skadan import WADANSampler")


def test_no_file_is_longer_than_a_reader_bears():
    files = [p for folder in ("skadan", "examples", "tests") for p in (ROOT / folder).rglob("*.py")]
    lengths = {str(p.relative_to(ROOT)): len(p.read_text().splitlines()) for p in files}
    assert len(lengths) > 100
    assert not {path: n for path, n in lengths.items() if n > 300}


def functions(path):
    """Name, and lines of code without the docstring, of each function of a file."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef):
            body = node.body[1:] if ast.get_docstring(node) is not None else node.body
            yield node.name, node.end_lineno - body[0].lineno + 1 if body else 0


def test_every_function_fits_a_screen():
    """A screen is 50 lines of code; a docstring is read apart from it."""
    found = [(p, *f) for p in (ROOT / "skadan").rglob("*.py") for f in functions(p)]
    assert len(found) > 300
    assert not [(str(p), name, n) for p, name, n in found if n > 50]


# scikit-learn's own, which its extensions call and override.
OF_SKLEARN = {"_validate_params", "_run_search", "_format_results", "_fit_resample"}
WINGS = (
    "model_selection",
    "distributed",
    "evaluation",
    "_cli",
    "_saving",
    "metrics",
    "displays",
    "datasets",
)


def private_names(path):
    """Attributes with a leading underscore of things that are not the object itself."""
    for node in ast.walk(ast.parse(path.read_text())):
        if not isinstance(node, ast.Attribute) or not node.attr.startswith("_"):
            continue
        is_own = isinstance(node.value, ast.Name) and node.value.id in ("self", "cls", "os", "sys")
        is_super = isinstance(node.value, ast.Call)
        if not (is_own or is_super or node.attr.startswith("__") or node.attr in OF_SKLEARN):
            yield f"{path.relative_to(ROOT)}:{node.lineno} {node.attr}"


def test_wings_use_public_names_of_samplers():
    """`for_any_draw`, `resample_with`, `plan_draw`, `sample_draw`, `make_game` and `_state`."""
    found = [
        name
        for wing in WINGS
        for path in sorted((ROOT / "skadan" / wing).rglob("*.py"))
        for name in private_names(path)
    ]
    assert not found
