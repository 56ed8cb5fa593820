"""The plan of a cluster: closed forms of its three costs."""

import numpy as np
import pytest
from conftest import load_example


@pytest.fixture(scope="module")
def plan():
    return load_example("studies/cluster_plan")


def took(plan, n_tasks, n_workers, a_task=0.0, a_hop=0.0, fits=(12.0,)):
    rng = np.random.default_rng(0)
    return plan.run_seconds(n_tasks, n_workers, np.array(fits), a_task, a_hop, rng)


def test_fits_alone(plan):
    """As many rounds as it takes."""
    assert took(plan, 25, 1) == 25 * 12
    assert took(plan, 25, 10) == 3 * 12
    assert took(plan, 25, 100) == 12


def test_the_scheduler(plan):
    """Workers that always wait for it get a task in turn; the last one ends a fit later."""
    assert took(plan, 1000, 10**4, a_task=0.5) == pytest.approx(1000 * 0.5 + 12)


def test_the_table(plan):
    """It doubles its places with each hop: 1, 3 and 7 workers take one, two and three."""
    for n_workers, hops in [(1, 1), (3, 2), (7, 3)]:
        assert took(plan, n_workers, n_workers, a_hop=2.0) == 12 + 2 * hops


def test_stragglers(plan):
    """As many workers as tasks wait for the longest fit."""
    assert took(plan, 100, 100, fits=(1.0, 50.0)) == 50


def test_the_table_of_the_page(plan):
    lines = plan.main(["--tasks", "10", "--workers", "1", "10", "--spread", "0"])
    assert lines[0][:2] == ["10", "120 s (100 %)"]
