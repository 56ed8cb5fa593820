"""The code of README and pages runs, and what they point to is there."""

import re

import matplotlib
import pytest
from conftest import ROOT


def blocks(path, language):
    """The code of a Markdown page."""
    return re.findall(rf"```{language}\n(.*?)```", (ROOT / path).read_text(), flags=re.DOTALL)


PAGES = {"README.md": 3, "docs/index.md": 1, "docs/quickstart.md": 3, "docs/guide.md": 3}


@pytest.mark.slow
@pytest.mark.usefixtures("few_epochs")
@pytest.mark.parametrize("page", PAGES)
def test_the_code_of_the_pages_runs(page, tmp_path, monkeypatch):
    matplotlib.use("Agg")
    monkeypatch.chdir(tmp_path)
    found = blocks(page, "python")
    assert len(found) >= PAGES[page]
    namespace = {}
    for block in found:
        exec(compile(block, page, "exec"), namespace)
    if page == "README.md":
        assert namespace["scores"]["test_score"].shape == (3,)


def test_readme_links_exist():
    for target in re.findall(r"\]\(([^)#:]+)\)", (ROOT / "README.md").read_text()):
        assert (ROOT / target).exists(), target


def test_ci_runs_the_readmes_test_command():
    commands = [c.strip() for c in blocks("README.md", "bash")]
    (test_command,) = [c for c in commands if "pytest" in c]
    assert (ROOT / ".ci" / "run").read_text().splitlines()[-1] == test_command
