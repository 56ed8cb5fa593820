"""The statistics of the board: penalties of other families, gains over tables, ranks, intervals."""

from itertools import product

import numpy as np
import pytest
from board_records import record, scores_of
from conftest import load_example

FAMILIES = ["a", "a", "b", "c", "c", "d"]


@pytest.fixture(scope="module")
def scores():
    load_example("board")
    from board_parts import scores

    return scores


def test_the_penalty_of_a_table_is_the_best_on_other_families(scores):
    values = np.random.default_rng(0).uniform(size=(6, 4))
    found = scores.choose(values, FAMILIES)
    for table, family in enumerate(FAMILIES):
        others = [row for row, f in zip(values, FAMILIES, strict=True) if f != family]
        assert found[table] == np.argmax(np.mean(others, axis=0))
    assert scores.choose(values[:2], FAMILIES[:2]) == [None, None]


def test_the_penalty_of_a_table_does_not_look_at_its_family(scores):
    values = np.random.default_rng(0).uniform(size=(6, 4))
    found = scores.choose(values, FAMILIES)
    for k, family in enumerate(FAMILIES):
        other = values.copy()
        other[np.array(FAMILIES) == family] = np.random.default_rng(k).uniform(-9, 9, 4)
        assert scores.choose(other, FAMILIES)[k] == found[k]


def test_each_arm_has_its_own_penalty(scores):
    rising, falling = [10, 20, 30, 40, 50], [50, 40, 30, 20, 10]
    odd = [0, 0, 99, 0, 0]  # best of its table at a penalty that no other table wants
    records = [record(t, "none", 0, rising) for t in "ab"] + [record("c", "none", 0, odd)]
    records += [record(t, "SMOTE", 0, falling) for t in "abc"]
    found = scores.score(records, "LinearSVC")
    assert found.chosen["SMOTE"] == ["LinearSVC 0.01"] * 3
    assert found.of("SMOTE").tolist() == [[50], [50], [50]]
    assert found.chosen["none"][2] == "LinearSVC 100"
    assert found.of("none")[2] == 0  # not 99


def test_a_loss_is_best_where_it_is_lowest(scores):
    rising = [0.1, 0.2, 0.3, 0.4, 0.5]
    records = [record(t, "none", 0, [50] * 5, log_loss=rising) for t in "abc"]
    assert scores.score(records, "LinearSVC", "log_loss").of("none").tolist() == [[0.1]] * 3
    assert scores.score(records, "LinearSVC", "auc").arms == []  # older records have none


def test_a_gain_is_over_the_seeds_that_both_arms_have(scores):
    records = [record(t, "none", seed, [seed] * 5) for t in "ab" for seed in (0, 1, 8)]
    records += [record(t, "SMOTE", seed, [seed + 2] * 5) for t in "ab" for seed in (0, 1)]
    records += [record("b", "WADAN", 8, [9] * 5), record("a", "WADAN", 8, [9] * 5)]
    found = scores.score(records, "LinearSVC")
    assert found.gains("SMOTE", "none").tolist() == [2, 2]
    assert found.gains("WADAN", "none").tolist() == [1, 1]
    assert np.isnan(found.gains("WADAN", "SMOTE")).all()  # no seed in common
    assert scores.gain(found, "WADAN", "SMOTE") is None


def test_means_are_over_the_classifiers_that_both_arms_have(scores):
    """An arm that one classifier lacks is compared on the others, on both sides."""
    records = []
    for table, arm in product("abc", ("none", "SMOTE", "prior correction")):
        gain = {"none": 0, "SMOTE": 1, "prior correction": 6}[arm]
        made = record(table, arm, 0, [50 + gain] * 5, "logistic")
        if arm != "prior correction":  # an SVC has no probabilities
            made["recall"] |= record(table, arm, 0, [70 + 3 * gain] * 4, "SVC")["recall"]
        records.append(made)
    every = scores.score_all(records)
    assert list(every) == ["SVC", "logistic"]
    assert scores.mean_gains(every, "SMOTE", "none").tolist() == [2, 2, 2]  # (3 + 1) / 2
    assert scores.mean_gains(every, "prior correction", "none").tolist() == [6, 6, 6]
    assert scores.mean_gains(every, "prior correction", "SMOTE").tolist() == [5, 5, 5]
    assert list(scores.with_probabilities(every)) == ["logistic"]


def test_gains(scores):
    found = scores_of([[1, 2, 3, 4], [2, 2, 2, np.nan], [4, 1, 3, 9]])
    gain = scores.gain(found, "WADAN", "none")
    assert gain.points == pytest.approx(np.mean([3, -1, 0, 5]))
    assert (gain.wins, gain.losses, gain.n_tables) == (2, 1, 4)
    assert (gain.worst, gain.worst_table) == (-1, "t1")
    assert scores.gain(found, "WADAN", "SMOTE").n_tables == 3
    gains = found.gains("WADAN", "none")
    assert scores.summary(gains, found.tables, found.of_domain("speech")).points == 2
    assert scores.gain(found, "WADAN", "none", "narrow") is None
    assert scores.gain(found, "WADAN", "ADAN") is None
    same = scores.gain(found, "none", "none")
    assert (same.points, same.low, same.high, same.p) == (0, 0, 0, 1)


def test_the_interval_is_over_tables(scores):
    gains = np.random.default_rng(0).normal(3, 2, size=300)
    low, high = scores.interval(gains)
    half = 1.96 * gains.std() / np.sqrt(300)
    assert low == pytest.approx(gains.mean() - half, abs=0.1 * half)
    assert high == pytest.approx(gains.mean() + half, abs=0.1 * half)
    assert scores.interval(np.full(9, 2.5)) == (2.5, 2.5)
    assert np.isnan(scores.interval(gains[:1])).all()


def test_a_sure_gain_and_a_matter_of_chance(scores):
    noise = np.random.default_rng(0).normal(size=40)
    found = scores_of([np.zeros(40), noise + 2, noise - noise.mean()])
    sure, chance = (scores.gain(found, arm, "none") for arm in ("SMOTE", "WADAN"))
    assert sure.low > 1
    assert sure.p < 1e-6
    assert chance.low < 0 < chance.high
    assert chance.p > 0.1


def test_ranks(scores):
    arms, ranks = scores_of([[1, 2, 3], [2, 2, 9], [4, 1, 3]]).ranked
    assert arms == ["none", "SMOTE", "WADAN"]
    np.testing.assert_array_equal(ranks, [[3, 1.5, 2.5], [2, 1.5, 1], [1, 3, 2.5]])


def test_an_arm_of_few_tables_leaves_the_ranks_of_the_others(scores):
    values = np.random.default_rng(0).normal(size=(3, 20))
    values[1, :2] = np.nan
    arms, ranks = scores_of(values).ranked
    assert (len(arms), ranks.shape) == (3, (3, 18))
    values[1, 2] = np.nan
    arms, ranks = scores_of(values).ranked
    assert (arms, ranks.shape) == (["none", "WADAN"], (2, 20))


def test_kinds(scores):
    kinds = [scores.About("x", "x", 20, d).kind for d in (19, 20, 40, 41)]
    assert kinds == ["narrow", "between", "between", "wide"]


def test_holm(scores):
    np.testing.assert_allclose(scores.holm([0.01, 0.04, 0.03, 0.8]), [0.04, 0.09, 0.09, 0.8])
    np.testing.assert_allclose(scores.holm([0.5, 0.6]), [1, 1])
