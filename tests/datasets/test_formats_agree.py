"""A table in CSV, parquet, ARFF and npz: the same features, labels and groups."""

import csv
import os
from collections import Counter
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pyarrow.parquet
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from skadan.datasets import load_table

pytestmark = pytest.mark.slow

CASES = 5000 if os.environ.get("HYPOTHESIS_PROFILE") == "nightly" else 200
CHARACTERS = st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"])
# Words that are neither numbers nor marks of missing values in any format.
WORDS = st.text(CHARACTERS, max_size=6).map("w{}e".format)
BLANKS = st.sampled_from(["", "", " ", "\u00a0", "\u3000"])
VALUES = {
    "float": st.floats(allow_nan=False, allow_infinity=False),
    "int": st.integers(-(2**53), 2**53),
    "flag": st.booleans(),
    "decimal": st.decimals(-1000, 1000, places=2),
    "text": WORDS,
}
ARROW = {
    "float": pa.float64(),
    "int": pa.int64(),
    "flag": pa.bool_(),
    "decimal": pa.decimal128(8, 2),
    "text": pa.string(),
}


@st.composite
def columns(draw, n_rows, holes=True):
    """A column's kind and its cells; None where one is missing."""
    kind = draw(st.sampled_from(list(VALUES)))
    values = st.one_of(st.none(), VALUES[kind]) if holes and draw(st.booleans()) else VALUES[kind]
    return kind, draw(st.lists(values, min_size=n_rows, max_size=n_rows))


@st.composite
def labels(draw, n_rows):
    """Labels or groups, text perhaps with blanks at its ends."""
    kind, cells = draw(columns(n_rows, holes=False))
    if kind == "text":
        cells = [draw(BLANKS) + cell + draw(BLANKS) for cell in cells]
    return kind, cells


@st.composite
def tables(draw):
    n_rows = draw(st.integers(1, 6))
    features = draw(st.lists(columns(n_rows), min_size=1, max_size=5))
    named = {f"f{j}": column for j, column in enumerate(features)}
    return named | {"the target": draw(labels(n_rows)), "site": draw(labels(n_rows))}


def as_text(cell):
    return "" if cell is None else cell if isinstance(cell, str) else str(cell)


def write_csv(table, path):
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, quoting=csv.QUOTE_ALL)
        writer.writerow(table)
        cells = [list(map(as_text, column)) for _, column in table.values()]
        writer.writerows(zip(*cells, strict=True))


def write_parquet(table, path):
    arrays = {name: pa.array(cells, ARROW[kind]) for name, (kind, cells) in table.items()}
    pyarrow.parquet.write_table(pa.table(arrays), path)


def quoted(text):
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def write_arff(table, path):
    kinds = {"flag": "{True,False}", "text": "string"}
    lines = ["@relation made"]
    lines += [
        f"@attribute {quoted(name)} {kinds.get(kind, 'numeric')} % of a test"
        for name, (kind, _) in table.items()
    ]
    cells = [
        ["?" if c is None else quoted(c) if kind == "text" else str(c) for c in column]
        for kind, column in table.values()
    ]
    lines += ["@data", *(",".join(row) for row in zip(*cells, strict=True))]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8", newline="")


def write_npz(table, path):
    features = {n: column for n, column in table.items() if n.startswith("f")}
    names = [n for n, (kind, c) in features.items() if kind != "text" and set(c) != {None}]
    X = [[np.nan if c is None else float(c) for c in table[name][1]] for name in names]
    kept = {role: [str(c) if isinstance(c, Decimal) else c for c in table[name][1]]
            for role, name in (("y", "the target"), ("groups", "site"))}  # fmt: skip
    np.savez(path, X=np.array(X).T, feature_names=names, **kept)


WRITERS = {"csv": write_csv, "parquet": write_parquet, "arff": write_arff, "npz": write_npz}


def read(suffix, path):
    roles = {} if suffix == "npz" else {"target": "the target", "groups": "site"}
    table = load_table(path, **roles)
    return table.feature_names, np.asarray(table.data, dtype=float), table.target, table.groups


@pytest.mark.filterwarnings("ignore:The column:UserWarning")
def test_all_formats_give_the_same_table(tmp_path):
    outcomes = Counter()

    @settings(
        max_examples=CASES,
        derandomize=CASES < 5000,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(tables())
    def check(table):
        found = {}
        for suffix, write in WRITERS.items():
            path = tmp_path / f"t.{suffix}"
            write(table, path)
            try:
                found[suffix] = read(suffix, path)
            except ValueError as error:
                outcomes[suffix] += 1
                if not str(error).startswith(f"t.{suffix}: "):
                    raise
        names, X, y, groups = found.get("csv", next(iter(found.values()), (None,) * 4))
        for other_names, other_X, other_y, other_groups in found.values():
            assert other_names == names
            np.testing.assert_array_equal(other_X, X)
            for mine, other in ((y, other_y), (groups, other_groups)):
                assert other.tolist() == mine.tolist()
                assert other.dtype.kind == mine.dtype.kind
        outcomes["read"] += len(found)

    check()
    assert outcomes["read"] > 0.8 * sum(outcomes.values()), outcomes
