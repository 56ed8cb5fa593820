"""The tables of the results page come from records: cells, gains, and where a cell stays empty."""

import re

import numpy as np
import pytest
from conftest import ROOT, load_example

RIGHT = {"none": 6, "SMOTE": 9, "WADAN": 12}  # of the 12 rows, at the better penalty


@pytest.fixture(scope="module")
def program():
    return load_example("studies/results_page")


def write_records(path, y, seeds, best, lacking=()):
    """Records of one fold for each seed, with more right predictions at one penalty."""
    resumable, folds = (load_example(f"studies/{name}") for name in ("resumable", "evidence_folds"))
    for scenario, arm, seed in [
        (s, a, n) for s in ("unbalanced", "full", "few-5") for a in RIGHT for n in seeds
    ]:
        predicted = {}
        for name, grid in folds.GRIDS.items():
            if (arm, name) not in lacking:
                for k, penalty in enumerate(grid):
                    right = np.arange(12) < RIGHT[arm] - (k != best)
                    predicted[f"{name} {penalty:g}"] = np.where(right, y, 1 - y).tolist()
        record = {"arm": arm, "seed": seed, "fold": 0, "scenario": scenario, "sets": 1}
        resumable.append(path, record | {"rows": list(range(12)), "predicted": predicted})


def test_the_page_is_made_of_records(program, tmp_path):
    y = np.tile([0, 1], 6)
    for name in ("emodb", "ravdess"):
        np.savez(tmp_path / f"{name}.npz", y=np.array(["calm", "glad"])[y])
    write_records(tmp_path / "evidence_emodb.jsonl", y, (2, 3), 0)
    write_records(tmp_path / "evidence_ravdess.jsonl", y, (2,), 1, lacking=[("SMOTE", "SVC")])
    page = tmp_path / "page.md"
    page.write_text("# Results\n")
    options = ["--emodb", str(tmp_path / "emodb.npz"), "--ravdess", str(tmp_path / "ravdess.npz")]
    options += ["--records", str(tmp_path), "--page", str(page)]
    program.main(options)
    text = page.read_text()
    program.main(options)
    assert page.read_text() == text
    assert text.startswith("# Results\n\n<!-- EmoDB, very unequal classes: written by")
    tables = dict(re.findall(r"<!-- ([^:]*): written by \S+ -->\n\n(.*?)\n<!--", text, re.DOTALL))
    lines = {
        title: {line.split(" | ")[0][2:]: line.split(" | ")[1:] for line in table.splitlines()}
        for title, table in tables.items()
    }
    unequal = lines["EmoDB, very unequal classes"]
    # The penalty is RAVDESS's best one, at which a row fewer is right on EmoDB.
    assert unequal["none"][0] == "41.7"
    assert unequal["WADAN"][0].startswith("91.7, +50.0 (")
    assert unequal["SMOTE"][1] == ""  # no penalty to be had on RAVDESS
    assert unequal["ADASYN"] == ["", "", " |"]  # not run
    assert lines["RAVDESS, very unequal classes"]["SMOTE"][1] == ""
    assert lines["RAVDESS, complete sets"]["WADAN"][0].startswith("91.7, +50.0")
    assert lines["few rows"]["EmoDB"][0] in ("5", "10", "20")


def test_the_page_has_a_place_for_every_table(program):
    page = (ROOT / "docs" / "results.md").read_text()
    names = re.findall(rf"<!-- (.*): written by {program.PROGRAM} -->", page)
    assert names == [
        "EmoDB, very unequal classes",
        "RAVDESS, very unequal classes",
        "EmoDB, complete sets",
        "RAVDESS, complete sets",
        "few rows",
    ]
    assert all(f"<!-- {name}: end -->" in page for name in names)
