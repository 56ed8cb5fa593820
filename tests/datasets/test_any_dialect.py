"""Whatever is written in whatever dialect: equal when it is read, or refused, never different."""

import csv
import io
import math
import os
from collections import Counter

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from skadan.datasets import load_table

pytestmark = pytest.mark.slow

QUIET = {"deadline": None, "suppress_health_check": list(HealthCheck)}
CASES = 5000 if os.environ.get("HYPOTHESIS_PROFILE") == "nightly" else 500

CHARACTERS = st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"])
NAMES = st.text(CHARACTERS, min_size=1, max_size=8).map(str.strip).filter(bool)
LABELS = st.text(CHARACTERS, min_size=1, max_size=5).filter(lambda text: text.strip() != "")
FLOATS = st.floats(allow_nan=False, allow_infinity=False)


@st.composite
def dialects(draw):
    """A table and a way to write it."""
    separator = draw(st.sampled_from(",;\t|"))
    decimal = draw(st.sampled_from("." if separator == "," else ".,"))
    n_rows = draw(st.integers(1, 6))
    columns = draw(st.lists(NAMES, min_size=2, max_size=4, unique=True))
    kinds = [draw(st.sampled_from(["float", "int", "missing"])) for _ in columns]
    table = {
        name: draw(st.lists(st.integers(-(10**6), 10**6) if k == "int" else FLOATS,
                            min_size=n_rows, max_size=n_rows))
        for name, k in zip(columns, kinds, strict=True)
    }  # fmt: skip
    holes = {
        name: draw(st.lists(st.booleans(), min_size=n_rows, max_size=n_rows))
        if k == "missing"
        else [False] * n_rows
        for name, k in zip(columns, kinds, strict=True)
    }
    return {
        "table": table,
        "holes": holes,
        "labels": draw(st.lists(LABELS, min_size=n_rows,
                                max_size=n_rows)),
        "sep": separator,
        "decimal": decimal,
        "missing": draw(st.sampled_from(["", "?", "NA", "nan", "-nan(ind)", "null"])),
        "quoting": draw(st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL])),
        "newline": draw(st.sampled_from(["\n", "\r\n"])),
        "encoding": draw(st.sampled_from(["utf-8", "utf-8-sig", "utf-16"])),
        "trailing": draw(st.booleans()),
        "index": draw(st.booleans()),
    }  # fmt: skip


def written(d):
    """The text of a table in its dialect."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=d["sep"], quoting=d["quoting"], lineterminator=d["newline"])
    tail = [""] if d["trailing"] else []
    head = [""] if d["index"] else []
    writer.writerow([*head, *d["table"], "the target", *tail])
    for i, label in enumerate(d["labels"]):
        cells = [
            d["missing"] if d["holes"][name][i] else repr(values[i]).replace(".", d["decimal"])
            for name, values in d["table"].items()
        ]
        writer.writerow([*([str(i)] if head else []), *cells, label, *tail])
    return out.getvalue()


def check_equal(table, d):
    """Every column that is read is the one that was written."""
    assert table.target.astype(str).tolist() == [label.strip() for label in d["labels"]]
    for name, values in d["table"].items():
        holes = d["holes"][name]
        if name in table.left_out:
            assert table.left_out[name] != "text"
            continue
        expected = [math.nan if hole else v for v, hole in zip(values, holes, strict=True)]
        np.testing.assert_array_equal(table.data[name].to_numpy(dtype=float), expected)
    assert set(table.feature_names) <= set(d["table"])


@pytest.mark.filterwarnings("ignore:The column:UserWarning")
def test_any_dialect_is_equal_or_refused(tmp_path):
    path, outcomes = tmp_path / "t.csv", Counter()

    @settings(max_examples=CASES, derandomize=CASES == 500, **QUIET)
    @given(dialects())
    def check(d):
        path.write_bytes(written(d).encode(d["encoding"]))
        try:
            table = load_table(path, target="the target")
        except ValueError as error:
            outcomes[str(error)[:60]] += 1
            if not str(error).startswith("t.csv: "):
                raise
            return
        check_equal(table, d)
        outcomes["read"] += 1

    check()
    assert outcomes["read"] > 0.8 * sum(outcomes.values()), outcomes
