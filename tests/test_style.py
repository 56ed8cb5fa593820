"""Lint, format and types."""

import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[1]


@pytest.mark.parametrize("command", [["check"], ["format", "--check"]])
def test_ruff(command):
    folders = ["skadan", "tests", "examples", ".ci"]
    result = subprocess.run(
        [sys.executable, "-m", "ruff", *command, "--no-cache", *folders],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stdout


def test_types_of_the_public_surface():
    command = [sys.executable, "-m", "mypy", "--no-incremental"]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout


def test_spelling():
    command = [sys.executable, "-m", "codespell_lib", "skadan", "tests", "examples", "docs"]
    command += ["README.md", ".ci", ".github"]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout
