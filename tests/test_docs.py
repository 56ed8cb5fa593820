"""The documentation builds without a warning, gallery and all, and no link in it is dead."""

import importlib
import inspect
import os
import subprocess
import sys
from html.parser import HTMLParser
from typing import get_origin
from urllib.parse import unquote, urlsplit

import pytest
from conftest import ROOT

pytest.importorskip("sphinx")

MODULES = ("", ".datasets", ".displays", ".games", ".metrics", ".model_selection", ".samplers")
# numpydoc's: no docstring or summary; parameters missing, unknown, in another order, without a
# type or text; no return value; no example.
CHECKED = ("GL08", "SS01", "PR01", "PR02", "PR03", "PR04", "PR07", "PR10", "RT01", "RT03", "EX01")


PROTOCOLS = ("Divergence", "EncodingGame", "Game")


def public_objects():
    """Names of all public functions, classes and methods.

    What a game's or a divergence's methods take and return stands in the protocol: theirs say
    which equation they are.
    """
    for suffix in MODULES:
        module = importlib.import_module(f"skadan{suffix}")
        for name in module.__all__:
            thing = getattr(module, name)
            if not callable(thing) or get_origin(thing):  # a type alias has an origin
                continue
            yield f"{module.__name__}.{name}"
            if suffix == ".games" and name not in (*PROTOCOLS, "Networks"):
                continue
            for method, value in inspect.getmembers(thing, inspect.isroutine):
                ours = (getattr(value, "__module__", None) or "").startswith("skadan")
                if inspect.isclass(thing) and ours and not method.startswith("_"):
                    yield f"{module.__name__}.{name}.{method}"


@pytest.mark.parametrize("name", list(public_objects()))
def test_docstring(name):
    validate = pytest.importorskip("numpydoc.validate").validate
    of_method = name.rpartition(".")[0].rpartition(".")[2][0].isupper()
    checked = set(CHECKED) - ({"EX01"} if of_method else set())  # its class has one
    if name.rpartition(".")[2] in PROTOCOLS:
        checked.remove("PR01")  # nobody calls it
    assert not [error for error in validate(name)["errors"] if error[0] in checked]


class Page(HTMLParser):
    """Where a page links to, and what may be linked to in it."""

    def __init__(self, path):
        super().__init__()
        self.links, self.anchors = set(), set()
        self.feed(path.read_text())

    def handle_starttag(self, tag, attributes):
        for name, value in attributes:
            if name in ("id", "name") and value:
                self.anchors.add(value)
            elif name in ("href", "src") and value:
                self.links.add(value)


def dead_links(folder):
    """Links of built pages to files or anchors that are not there."""
    pages = {
        path.resolve(): Page(path) for path in folder.rglob("*.html") if "_static" not in path.parts
    }
    for path, page in pages.items():
        for link in page.links:
            parts = urlsplit(link)
            if parts.scheme or parts.netloc:
                continue
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            anchors = pages[target].anchors if target in pages else {parts.fragment}
            if not target.exists() or (parts.fragment and parts.fragment not in anchors):
                yield path.name, link


# The copy's gallery runs whole, but trains briefly where its examples give no number of epochs.
BRIEF = """
from skadan import ADANSampler, WADANSampler
for cls in (ADANSampler, WADANSampler):
    cls.__init__.__kwdefaults__["max_epochs"] = 3
"""

# Less of the same: the pages run whole, with fewer repeats, settings, trees and recordings. Other
# processes that train know nothing of BRIEF.
SHORTER = {
    "N_TABLES = 12": "N_TABLES = 2",
    "for seed in range(3)": "for seed in range(1)",
    "for seed in range(5)": "for seed in range(1)",
    "N_FOLDS = 3": "N_FOLDS = 2",
    "C = [0.0001, 0.001, 0.01, 0.1, 1]": "C = [0.01, 1]",
    "RandomForestClassifier(min": "RandomForestClassifier(n_estimators=20, min",
    "WADANSampler(random_state=seed)": "WADANSampler(max_epochs=3, random_state=seed)",
    '"W": (1.5, 1.0, 8)': '"W": (1.5, 1.0, 2)',
    '"N": (1.0, 0.4, 8)': '"N": (1.0, 0.4, 2)',
    '"T": (0.8, 0.2, 8)': '"T": (0.8, 0.2, 2)',
}


@pytest.mark.slow
def test_documentation(tmp_path):
    source = tmp_path / "project"  # the build writes beside its sources
    for folder in ("docs", "examples"):
        for path in (ROOT / folder).rglob("*"):
            if path.is_file() and not {"_build", "auto_examples", "generated"} & set(path.parts):
                copy = source / path.relative_to(ROOT)
                copy.parent.mkdir(parents=True, exist_ok=True)
                copy.write_bytes(path.read_bytes())
    pages = {path: path.read_text() for path in (source / "examples").glob("plot_*.py")}
    for long, short in SHORTER.items():
        assert any(long in text for text in pages.values()), f"no page has {long!r}: see SHORTER"
        pages = {path: text.replace(long, short) for path, text in pages.items()}
    for path, text in pages.items():
        path.write_text(text)
    (source / "skadan").symlink_to(ROOT / "skadan")
    with (source / "docs" / "conf.py").open("a") as settings:
        settings.write(BRIEF)
    out = tmp_path / "html"
    command = [sys.executable, "-m", "sphinx", "-W", "--keep-going", "-q", "docs", str(out)]
    done = subprocess.run(
        command, cwd=source, env=os.environ, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert not list(dead_links(out))
    figures = list((out / "_images").glob("sphx_glr_plot_*_001.png"))
    assert len(figures) == len(list((ROOT / "examples").glob("plot_*.py")))
    equations = (out / "equations.html").read_text()
    assert "gradient_penalty" in equations


def test_dead_links_are_found(tmp_path):
    (tmp_path / "a.html").write_text('<a href="b.html#x">1</a><a href="c.html">2</a><i id="y">')
    (tmp_path / "b.html").write_text(
        '<i id="z"><a href="a.html#y">3</a><a href="https://d.e">4</a>'
    )
    assert sorted(dead_links(tmp_path)) == [("a.html", "b.html#x"), ("a.html", "c.html")]
