"""What a release ships: whole archives, a page that renders anywhere, metadata that is true."""

import ast
import importlib.util
import os
import pkgutil
import re
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from email import message_from_string
from html.parser import HTMLParser

import pytest
from conftest import ROOT

import skadan

pytest.importorskip("hatchling")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
ADDRESS = "https://code.example/skadan"


def load(name):
    """A program of ``.ci`` as a module."""
    spec = importlib.util.spec_from_file_location(name, ROOT / ".ci" / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def run(command, cwd, **environment):
    """Run a command and return what it printed; it has to succeed."""
    done = subprocess.run(
        [sys.executable, *command],
        cwd=cwd,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def archives(tmp_path_factory):
    """The sdist, and the wheel that is built from it, without a network."""
    out = tmp_path_factory.mktemp("dist")
    run(["-m", "build", "--no-isolation", "--outdir", str(out)], ROOT)
    (sdist,), (wheel,) = out.glob("*.tar.gz"), out.glob("*.whl")
    return sdist, wheel


@pytest.fixture(scope="module")
def unpacked(archives, tmp_path_factory):
    """The folder that the sdist unpacks to."""
    folder = tmp_path_factory.mktemp("sdist")
    with tarfile.open(archives[0]) as file:
        file.extractall(folder, filter="data")
    return folder / f"skadan-{skadan.__version__}"


@pytest.fixture(scope="module")
def metadata(archives):
    """The metadata of the wheel."""
    with zipfile.ZipFile(archives[1]) as file:
        (name,) = [n for n in file.namelist() if n.endswith(".dist-info/METADATA")]
        return message_from_string(file.read(name).decode())


def tracked(*folders):
    """Paths of the project's files below some folders, but for what is made while it is used."""
    made = {"__pycache__", "_build", "auto_examples", "generated", ".import_linter_cache"}
    for folder in folders:
        for path in (ROOT / folder).rglob("*"):
            if path.is_file() and not made & set(path.parts):
                yield path.relative_to(ROOT).as_posix()


@pytest.mark.slow
def test_archives_pass_the_check_of_the_index(archives):
    run(["-m", "twine", "check", "--strict", *map(str, archives)], ROOT)


@pytest.mark.slow
def test_the_wheel_holds_the_package_and_no_more(archives):
    with zipfile.ZipFile(archives[1]) as file:
        names = set(file.namelist())
    info = f"skadan-{skadan.__version__}.dist-info"
    about = {f"{info}/{n}" for n in ("METADATA", "WHEEL", "RECORD", "entry_points.txt")}
    assert names == set(tracked("skadan")) | about | {f"{info}/licenses/LICENSE"}
    assert "skadan/py.typed" in names


@pytest.mark.slow
def test_the_sdist_is_the_project(archives):
    with tarfile.open(archives[0]) as file:
        shipped = {name.partition("/")[2] for name in file.getnames()}
    files = set(tracked("skadan", "tests", "examples", "docs", ".ci", ".github"))
    files -= {f for f in files if re.fullmatch(r"examples/[^/]*\.png|docs/sg_.*\.rst", f)}
    files |= {"README.md", "LICENSE", "pyproject.toml"}
    assert files <= shipped
    assert [name for name in shipped if not (ROOT / name).is_file()] == ["PKG-INFO"]


@pytest.mark.slow
def test_the_tests_of_the_sdist_run(unpacked):
    """All of them are collected, which any error in that would end, and some are run."""
    where = "import skadan; print(skadan.__file__)"
    assert str(unpacked) in run(["-c", where], unpacked)
    some = "readme_links_exist or private_imports or citation or files_of_other_versions"
    passed = run(["-m", "pytest", "-q", "-n", "0", "-p", "no:cacheprovider", "-k", some], unpacked)
    n_passed, n_deselected = re.search(r"(\d+) passed, (\d+) deselected", passed).groups()
    assert int(n_passed) >= 3
    assert int(n_deselected) > 2000


@pytest.mark.slow
def test_what_the_metadata_say(metadata):
    assert metadata["Version"] == skadan.__version__
    assert metadata["Author"] == "skadan developers"
    assert metadata["License-Expression"] == "BSD-3-Clause"
    assert metadata["Requires-Python"] == PROJECT["project"]["requires-python"]
    assert "Typing :: Typed" in metadata.get_all("Classifier")
    hook = PROJECT["tool"]["hatch"]["metadata"]["hooks"]["custom"]
    assert bool(metadata.get_all("Project-URL")) == bool(
        hook["repository"] or hook["documentation"]
    )


class Links(HTMLParser):
    """Where a page leads to, and the images that it shows."""

    def __init__(self, text):
        super().__init__()
        self.links = []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.links += [value for name, value in attributes if name in ("href", "src")]


@pytest.mark.parametrize("repository", ["", ADDRESS])
def test_the_readme_renders_without_the_repository(repository):
    markdown = pytest.importorskip("readme_renderer.markdown")
    readme = (ROOT / "README.md").read_text()
    page = load("metadata").readme_elsewhere(readme, repository, "1.2.3")
    html = markdown.render(page)
    assert html, "the page does not render"
    links = [link for link in Links(html).links if not link.startswith("#")]
    assert not [link for link in links if not link.startswith("https://")]
    assert "](" not in page or repository
    if repository:  # every link of the README, to a file that is there
        heads = [f"{ADDRESS}/{kind}/1.2.3/" for kind in ("raw", "blob")]
        paths = [link.removeprefix(h) for link in links for h in heads if link.startswith(h)]
        assert len(paths) == len(re.findall(r"\]\((?!https?:|#)", readme))
        assert all((ROOT / path.partition("#")[0]).is_file() for path in paths)
    else:
        assert "take SMOTE's place in an imbalanced-learn `Pipeline`" in " ".join(page.split())
        assert readme.count("```") == page.count("```")


def test_links_in_text_and_images():
    elsewhere = load("metadata").readme_elsewhere
    text = (
        "![Figure](docs/a.png)\n\nSee [the page](docs/b.md#part), [us](https://c.example), [d](#d)."
    )
    assert elsewhere(text, ADDRESS, "1.0") == (
        f"![Figure]({ADDRESS}/raw/1.0/docs/a.png)\n\nSee "
        f"[the page]({ADDRESS}/blob/1.0/docs/b.md#part), [us](https://c.example), [d](#d)."
    )
    assert elsewhere(text, "", "1.0") == "\n\nSee the page, [us](https://c.example), [d](#d)."


def test_addresses_by_the_names_that_the_index_knows():
    addresses = load("metadata").addresses
    assert addresses("", "") == {}
    assert list(addresses(ADDRESS, "")) == ["Source", "Issues"]
    documentation = addresses(ADDRESS, "https://docs.example")["Documentation"]
    assert documentation == "https://docs.example"  # what the HTML view of a sampler leads to


def test_lowest_versions_are_those_of_the_project():
    lowest = load("lowest").lowest
    found = lowest(PROJECT["project"])
    assert found["scikit-learn"] == "1.7"
    extras = PROJECT["project"]["optional-dependencies"]
    (pinned,) = {text for texts in extras.values() for text in texts if text.startswith("torch==")}
    assert f"torch=={found['torch']}" == pinned
    for wrong, message in [({"a": ["x"]}, "no lower bound"), ({"a": ["x>=1", "x>=2"]}, "several")]:
        with pytest.raises(ValueError, match=message):
            lowest({"name": "p", "dependencies": [], "optional-dependencies": wrong})


def test_every_package_that_is_imported_is_required():
    names = {"sklearn": "scikit-learn", "imblearn": "imbalanced-learn", "arff": "liac-arff"}
    required = load("lowest").lowest(PROJECT["project"]).keys() | {"skadan"}
    imported = set()
    for path in (ROOT / "skadan").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Import):
                imported |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and not node.level:
                imported.add(node.module.partition(".")[0])
    packages = {names.get(name, name) for name in imported - sys.stdlib_module_names}
    assert packages >= {"torch", "scikit-learn", "pandas"}
    assert packages <= required


def test_citation_is_of_this_version():
    yaml = pytest.importorskip("yaml")
    citation = yaml.safe_load((ROOT / "docs" / "CITATION.cff").read_text())
    assert citation["cff-version"] == "1.2.0"
    assert {"message", "title", "authors", "type"} <= citation.keys()
    assert citation["license"] == PROJECT["project"]["license"]
    assert citation["version"] == skadan.__version__
    (paper,) = citation["references"]
    assert paper["doi"] in (ROOT / "README.md").read_text()


def test_changes_begin_with_this_version():
    text = (ROOT / "docs" / "changes.md").read_text()
    headings = re.findall(r"^## (\S+?),? ", text, re.MULTILINE)
    assert headings[0] == skadan.__version__


def test_the_command_says_what_it_was_called(capsys):
    command = pkgutil.resolve_name(PROJECT["project"]["scripts"]["skadan"])
    assert command(["augment", "gone.csv", "--target", "y", "--out", "gone/out.csv"]) == 1
    asked = run(["-m", "skadan", "--help"], ROOT)
    assert asked.startswith("usage: python -m skadan ")
    script = "import sys; from skadan._cli import main; sys.argv = ['skadan', '--help']; main()"
    assert run(["-c", script], ROOT).startswith("usage: skadan ")
