"""The report of an evaluation: one page that says what the table of the terminal says, and more."""

import sys
from html.parser import HTMLParser

import numpy as np
import pandas as pd
import pytest

from skadan._cli import main

pytest.importorskip("jinja2")
pytest.importorskip("matplotlib")


RARE = r"rare $\frac{a}{b$"  # no formula


class Page(HTMLParser):
    """Text of a page, and what it would fetch."""

    def __init__(self, text):
        super().__init__()
        self.text, self.fetched, self.n_figures = [], [], 0
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.n_figures += tag == "svg"
        for name, value in attributes:
            if name in ("src", "href", "xlink:href") and not value.startswith("#"):
                self.fetched.append(value)

    def handle_data(self, data):
        self.text.append(data)


@pytest.fixture
def table(tmp_path, monkeypatch):
    rng = np.random.default_rng(0)
    y = np.repeat(["<often>", RARE], [40, 12])
    X = rng.normal(size=(len(y), 5)) + (y == RARE)[:, None]
    frame = pd.DataFrame(X).add_prefix("g").assign(site=np.arange(len(y)) % 4, y=y, note="x")
    frame.loc[3, "g2"] = np.nan
    frame.to_csv(tmp_path / "patients.csv", index=False)
    monkeypatch.chdir(tmp_path)
    return frame


OPTIONS = ["--target", "y", "--groups", "site", "--impute", "median"]


def evaluate(*options):
    return main(["evaluate", "patients.csv", *OPTIONS, *options])


@pytest.mark.slow
def test_a_report(table, tmp_path, capsys, monkeypatch):
    arguments = ["evaluate", "patients.csv", *OPTIONS, "--report", "r.html"]
    arguments += ["--arms", "prior", "smote", "shrunken"]
    monkeypatch.setattr(sys, "argv", ["skadan", *arguments])
    assert main(arguments) == 0
    printed = capsys.readouterr().out.splitlines()
    source = (tmp_path / "r.html").read_text()
    page = Page(source)
    text = " ".join(" ".join(page.text).split())
    assert all(link.startswith("data:") for link in page.fetched)
    assert len(source) < 500_000
    for line in printed[2:6]:  # every figure of the terminal
        assert all(figure in text for figure in line.split()[1:])
    assert printed[0] in text
    assert " ".join(printed[6:]) in text
    assert page.n_figures == 1 + 4 + 1 + 1  # gains, confusions, calibration, rows in the plane
    for fact in ("patients.csv", "52", f"<often> (40), {RARE} (12)", "site: 4", "note (text)"):
        assert fact in text
    assert "1, filled with the median" in text
    assert "skadan evaluate patients.csv --target y" in text
    assert "<often>" not in source  # escaped
    first = source
    assert main(arguments) == 0
    assert (tmp_path / "r.html").read_text() == first


def test_arms_that_fail_and_classifiers_without_probabilities(table, tmp_path, capsys):
    assert evaluate("--classifier", "svc", "--arms", "prior", "smote", "--report", "r.html") == 0
    page = Page((tmp_path / "r.html").read_text())
    text = " ".join(" ".join(page.text).split())
    assert "not possible with linear SVC, which gives no probabilities" in text
    assert "Are the probabilities right?" not in text
    assert page.n_figures == 1 + 2  # gains and confusions; SMOTE cannot be asked for rows


@pytest.mark.parametrize(
    ("path", "message"),
    [("r.pdf", "the name must end in .html"), ("gone/r.html", "there is no folder gone")],
)
def test_what_cannot_be_written_is_refused_first(table, capsys, path, message):
    assert evaluate("--report", path) == 1
    said = capsys.readouterr()
    assert message in said.err
    assert "fits" not in said.err + said.out


def test_what_an_extra_brings(table, capsys, monkeypatch):
    monkeypatch.setitem(sys.modules, "jinja2", None)
    assert evaluate("--report", "r.html") == 1
    assert "pip install 'skadan[report]'" in capsys.readouterr().err
