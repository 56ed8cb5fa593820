"""The code of README and pages runs, and what they point to is there."""

import re

import matplotlib
import pytest
from conftest import ROOT


def blocks(path, language):
    """The code of a Markdown page."""
    return re.findall(rf"```{language}\n(.*?)```", (ROOT / path).read_text(), flags=re.DOTALL)


PAGES = {
    "README.md": 4,
    "docs/index.md": 1,
    "docs/guide.md": 3,
    "docs/samplers.md": 5,
    "docs/tables.md": 1,
    "docs/games.md": 3,
}


@pytest.mark.slow
@pytest.mark.usefixtures("few_epochs")
@pytest.mark.parametrize("page", PAGES)
def test_the_code_of_the_pages_runs(page, tmp_path, monkeypatch):
    matplotlib.use("Agg")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SCIPY_ARRAY_API", "1")  # as the guide says of tensors
    found = blocks(page, "python")
    if any("sklearn.callback" in block for block in found):
        pytest.importorskip("sklearn.callback")
    assert len(found) >= PAGES[page]
    namespace = {}
    for block in found:
        exec(compile(block, page, "exec"), namespace)
    if page == "README.md":
        assert namespace["with_rows"].shape == namespace["y"].shape


def test_a_game_of_ones_own_is_short():
    """The page promises little code: a divergence, a game, and what is done with them."""
    lines = [line for block in blocks("docs/games.md", "python") for line in block.splitlines()]
    assert 20 < len([line for line in lines if line.strip()]) <= 40


def test_readme_links_exist():
    for target in re.findall(r"\]\(([^)#:]+)\)", (ROOT / "README.md").read_text()):
        assert (ROOT / target).exists(), target


def test_ci_runs_the_readmes_test_command():
    commands = [c.strip() for c in blocks("README.md", "bash")]
    (test_command,) = [c for c in commands if "pytest" in c]
    lines = (ROOT / ".ci" / "run").read_text().splitlines()
    (first,) = [i for i, line in enumerate(lines) if "pytest" in line and "lowest" not in line]
    assert lines[first] == test_command
    assert lines[:first] == [line for line in lines[:first] if "install" not in line]
