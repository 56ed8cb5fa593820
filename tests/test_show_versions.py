"""What a bug report gets to see."""

from skadan import __version__, show_versions


def test_it_names_what_matters_and_no_folder(capsys):
    show_versions()
    lines = dict(line.split(": ", 1) for line in capsys.readouterr().out.splitlines())
    assert lines["skadan"] == __version__
    assert {"python", "torch", "numpy", "scikit-learn", "imbalanced-learn", "GPU"} <= lines.keys()
    assert not [value for value in lines.values() if "/" in value]


def test_a_package_may_be_missing(capsys, monkeypatch):
    monkeypatch.setattr("skadan._show_versions.PACKAGES", ("skadan", "no-such-package"))
    show_versions()
    assert "no-such-package: not installed" in capsys.readouterr().out
