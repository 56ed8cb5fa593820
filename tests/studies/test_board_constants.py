"""What a constant is worth: it is changed while a sampler works, and at no other time."""

import numpy as np
import pytest
from conftest import load_example

from skadan import PartialFill, ShrunkenSampler
from skadan._models import predictive


@pytest.fixture(scope="module")
def constants():
    return load_example("board_constants")


def rare_problem():
    rng, y = np.random.default_rng(0), np.repeat([0, 1], [30, 3])
    return rng.normal(size=(33, 40)), y


def test_the_constants_are_those_of_the_package(constants):
    """The second value of each is what the package has."""
    middle = [values[1] for values, *_ in constants.CONSTANTS.values()]
    assert middle[:3] == [predictive.LEAST, predictive.PRIOR, PartialFill().share]
    assert middle[3] == constants.WADANSampler().anchor


def test_a_constant_is_changed_while_the_sampler_works(constants):
    X, y = rare_problem()
    _, make, _ = constants.CONSTANTS["least factor of a centre"]
    rows = {value: make(value)().fit_resample(X, y)[0][33:] for value in (0.15, 0.9)}
    usual = ShrunkenSampler(random_state=constants.SEED).fit_resample(X, y)[0][33:]
    np.testing.assert_array_equal(rows[0.15], usual)
    distance = {value: np.linalg.norm(found.mean(0) - X.mean(0)) for value, found in rows.items()}
    assert distance[0.9] > 2 * distance[0.15]
    assert predictive.LEAST == 0.15


def test_half_of_the_families(constants):
    families = {"a": "x", "b": "y", "c": "x", "d": "z"}
    found = {name: constants.Source(name, "omics", family) for name, family in families.items()}
    assert constants.half(found) == ["a", "c", "d"]


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_it_runs_resumes_and_draws(constants, tmp_path, monkeypatch, capsys):
    rng, y = np.random.default_rng(1), np.repeat([0, 1], [40, 30])
    for name in "abcd":
        X = rng.normal(size=(70, 4)) + y[:, None]
        np.savez(tmp_path / f"{name}.npz", X=X, y=y)
    monkeypatch.setattr(constants, "CLASSIFIERS", ("logistic", "neighbours"))
    few = dict(list(constants.CONSTANTS.items())[:3])
    monkeypatch.setattr(constants, "CONSTANTS", few)
    options = ["--tables", str(tmp_path), "--results", str(tmp_path / "r.jsonl"), "--n-jobs", "1"]
    records = constants.main([*options, "--figure", str(tmp_path / "f.png")])
    assert {record["table"] for record in records} == {"a", "c"}
    assert len(records) == 2 * (1 + 3 * 3)
    printed = capsys.readouterr().out
    assert "share of PartialFill 0.25: UAR +0.0 (0.0 to 0.0)" in printed
    assert (tmp_path / "f.png").stat().st_size > 5000

    def nothing_left(found, path, todo, *_):
        assert todo == []

    monkeypatch.setattr(constants, "run_all", nothing_left)
    assert constants.main([*options, "--figure", str(tmp_path / "f.png")]) == records
