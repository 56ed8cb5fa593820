"""No keyword is accepted and then ignored: another value of it makes other rows."""

import functools

import numpy as np
import pytest
from other_values import KEYWORDS, other, small

# Where rows are the same on purpose; `precision` changes large networks alone. What a column holds
# is a matter of the table: test_value_range.py.
SAME_ROWS = (
    "clip",
    "whole_numbers",
    "checkpoint",
    "checkpoint_epochs",
    "device",
    "n_threads",
    "precision",
    "verbose",
)
BESIDE = {"own_share": {"center": "shrunken"}}  # what a keyword has no effect without
CHANGING = [(cls, name) for cls, name in KEYWORDS if name not in SAME_ROWS]


def rows_of(cls, problem, **keywords):
    X, y, _ = problem
    sampler = small(cls, **keywords)
    return sampler.fit_resample(X, y)[0]


@pytest.fixture(scope="module")
def usual(problem):
    """The rows of each class's usual setting, made once."""
    return functools.cache(lambda cls, **beside: rows_of(cls, problem, **beside))


@pytest.mark.parametrize(
    ("cls", "keyword"), CHANGING, ids=[f"{cls.__name__}-{name}" for cls, name in CHANGING]
)
def test_another_value_makes_other_rows(usual, problem, cls, keyword):
    beside = BESIDE.get(keyword, {})
    changed = rows_of(cls, problem, **beside, **{keyword: other(cls, keyword)})
    assert not np.array_equal(changed, usual(cls, **beside))
