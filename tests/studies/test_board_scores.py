"""The statistics of the board: penalties of other families, gains over tables, ranks, intervals."""

from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from conftest import load_example

FAMILIES = ["a", "a", "b", "c", "c", "d"]


@pytest.fixture(scope="module")
def scores():
    load_example("board")
    from board_parts import scores

    return scores


@pytest.fixture(scope="module")
def figures():
    load_example("board")
    from board_parts import figures

    return figures


def record(table, arm, seed, recalls, family=None):
    """A record of a LinearSVC, whose recalls stand in the order of its grid."""
    from board_parts.classifiers import settings

    return {
        "table": table,
        "scenario": "cut",
        "seed": seed,
        "arm": arm,
        "domain": "speech",
        "family": family or table,
        "shape": [20, 60],
        "recall": dict(zip(settings("LinearSVC"), recalls, strict=True)),
    }


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
    assert found.of("SMOTE").tolist() == [50, 50, 50]
    assert found.chosen["none"][2] == "LinearSVC 100"
    assert found.of("none")[2] == 0  # not 99


def test_only_seeds_that_all_arms_have_count(scores):
    records = [record("a", "none", seed, [seed] * 5) for seed in (0, 1, 8)]
    records += [record("a", "SMOTE", seed, [seed] * 5) for seed in (0, 1)]
    records += [record("b", "none", 0, [7] * 5), record("b", "SMOTE", 1, [7] * 5)]
    means = scores.mean_recalls(records)
    assert set(means["none"]["a"].values()) == {0.5}
    assert set(means["SMOTE"]["a"].values()) == {0.5}
    assert "b" not in means["none"]


def made(scores, values, arms=("none", "SMOTE", "WADAN")):
    """Scores of given values (arms, tables)."""
    values = np.array(values, float)
    tables = [f"t{k}" for k in range(values.shape[1])]
    about = [scores.About("speech" if k % 2 else "omics", t, 20, 60) for k, t in enumerate(tables)]
    return scores.Scores(list(arms), tables, about, values, {})


def test_gains(scores):
    found = made(scores, [[1, 2, 3, 4], [2, 2, 2, np.nan], [4, 1, 3, 9]])
    gain = scores.gain(found, "WADAN", "none")
    assert gain.points == pytest.approx(np.mean([3, -1, 0, 5]))
    assert (gain.wins, gain.losses, gain.n_tables) == (2, 1, 4)
    assert (gain.worst, gain.worst_table) == (-1, "t1")
    assert scores.gain(found, "WADAN", "SMOTE").n_tables == 3
    of_speech = found.of_domain("speech")
    assert scores.gain_on(found, "WADAN", "none", of_speech).points == 2
    assert scores.gain(found, "WADAN", "none", "narrow") is None
    assert scores.gain(found, "WADAN", "ADAN") is None
    same = scores.gain(found, "none", "none")
    assert (same.points, same.low, same.high, same.p) == (0, 0, 0, 1)


def test_a_domain_may_have_the_name_of_a_kind(scores):
    from board_parts.report import by_domain

    found = made(scores, [[1, 2, 3, 4], [2, 2, 2, 2], [4, 9, 3, 9]])
    narrow = [about._replace(n_columns=5) for about in found.about]  # all four, of two domains
    narrow[0] = narrow[0]._replace(domain="narrow")
    found = replace(found, about=narrow)
    assert found.where("narrow").sum() == 4
    assert found.of_domain("narrow").tolist() == [True, False, False, False]
    grid = by_domain(found, "none")
    assert grid.columns == ("arm", "narrow (1)", "omics (1)", "speech (2)")
    assert grid.lines[1] == ("WADAN", "+3.0", "+0.0", "+6.0")


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
    found = made(scores, [np.zeros(40), noise + 2, noise - noise.mean()])
    sure, chance = (scores.gain(found, arm, "none") for arm in ("SMOTE", "WADAN"))
    assert sure.low > 1
    assert sure.p < 1e-6
    assert chance.low < 0 < chance.high
    assert chance.p > 0.1


def test_ranks(scores):
    arms, ranks = made(scores, [[1, 2, 3], [2, 2, 9], [4, 1, 3]]).ranked
    assert arms == ["none", "SMOTE", "WADAN"]
    np.testing.assert_array_equal(ranks, [[3, 1.5, 2.5], [2, 1.5, 1], [1, 3, 2.5]])


def test_an_arm_of_few_tables_leaves_the_ranks_of_the_others(scores):
    values = np.random.default_rng(0).normal(size=(3, 20))
    values[1, :2] = np.nan
    arms, ranks = made(scores, values).ranked
    assert (len(arms), ranks.shape) == (3, (3, 18))
    values[1, 2] = np.nan
    arms, ranks = made(scores, values).ranked
    assert (arms, ranks.shape) == (["none", "WADAN"], (2, 20))


def test_kinds(scores):
    kinds = [scores.About("x", "x", 20, d).kind for d in (19, 20, 40, 41)]
    assert kinds == ["narrow", "between", "between", "wide"]


def test_holm(scores):
    np.testing.assert_allclose(scores.holm([0.01, 0.04, 0.03, 0.8]), [0.04, 0.09, 0.09, 0.8])
    np.testing.assert_allclose(scores.holm([0.5, 0.6]), [1, 1])


def test_critical_difference(figures):
    assert figures.critical_difference(4, 14) == pytest.approx(1.25, abs=0.005)  # Demsar's example


def test_diagrams(scores, figures):
    values = np.random.default_rng(0).normal(loc=[[0], [1], [9]], size=(3, 8))
    found = made(scores, values)
    ranks, domains = figures.draw_ranks(found, "x"), figures.draw_domains(found, "x")
    texts = [text.get_text() for text in ranks.axes[0].texts]
    assert any("WADAN (1.0)" in text for text in texts)
    (panel,) = domains.axes
    assert [label.get_text() for label in panel.get_yticklabels()] == ["speech", "omics"]
    dots = np.concatenate([c.get_offsets()[:, 0] for c in panel.collections[::2]])
    np.testing.assert_allclose(np.sort(dots), np.sort(values[2] - values[1]))
    assert figures.draw_ranks(made(scores, values[:, :2]), "x") is None


@pytest.fixture(scope="module")
def advice(scores):
    from board_parts import advice

    return advice


@pytest.mark.parametrize(
    ("means", "expected"),
    [
        ({"none": 0.0, "class weights": 0.4, "WADAN": 0.4}, "none"),
        ({"none": 0.0, "class weights": 3.0, "shrunken copies": 3.4, "WADAN": 3.6}, "WADAN"),
        (
            {"none": 0.0, "class weights": 3.0, "shrunken copies": 3.4, "WADAN": 3.4},
            "class weights",
        ),
        ({"none": 0.0, "shrunken copies": 5.0, "WADAN": 5.4}, "shrunken copies"),
        ({"none": 0.0, "class weights": -3.0, "WADAN": 1.0}, "WADAN"),
    ],
)
def test_a_dearer_arm_has_to_be_worth_it(advice, means, expected):
    assert advice.choice(means) == expected


def test_advice_by_shape_and_rarest_class(advice):
    """Wide tables with three rows want copies, those with twenty nothing; three others are few."""
    gains = {"none": 0, "shrunken copies": 10, "WADAN": 8}
    records, rows = [], {}
    for number in range(11):
        name, rare = f"t{number}", number < 4
        rows[name] = 3.2 if rare else 20.0
        for arm, gain in gains.items():
            made = record(name, arm, 0, [50 + gain * rare] * 5)
            records.append(made | {"shape": [20, 60] if number < 8 else [20, 10]})
    grid = advice.advice(records, rows)
    assert grid.columns[-2:] == ("shrunken copies", "WADAN")
    assert [line[:6] for line in grid.lines] == [
        ("more than 2 n", "up to 4", "4", "LinearSVC", "`ShrunkenSampler`", "+10.0 (10.0 to 10.0)"),
        ("more than 2 n", "16 and more", "4", "LinearSVC", "nothing", ""),
    ]
    assert grid.lines[0][6:] == ("+10.0", "+8.0")


def test_an_arm_that_one_classifier_lacks_has_a_column_of_its_own(advice):
    from board_parts.classifiers import settings

    records = []
    for number, arm in product(range(4), ("none", "bagged under-sampling", "WADAN")):
        made = record(f"t{number}", arm, 0, [50 + 9 * (arm == "WADAN")] * 5)
        if arm.startswith("bagged"):
            made["recall"] = {}
        made["recall"] |= dict.fromkeys(settings("SVC"), 57 if arm.startswith("bagged") else 50)
        records.append(made)
    grid = advice.advice(records, {f"t{number}": 3.0 for number in range(4)})
    assert grid.columns[-2:] == ("bagged under-sampling", "WADAN")
    assert [line[3:5] + line[6:] for line in grid.lines] == [
        ("SVC", "bagged under-sampling", "+7.0", "+0.0"),
        ("LinearSVC", "`WADANSampler`", "", "+9.0"),
    ]


def test_rows_of_the_rarest_class(advice):
    from board_parts.tables import Table, rare_classes

    y = np.repeat([0, 1, 2], [100, 50, 40])
    table = Table("t", "speech", "t", np.zeros((190, 2)), y, None)
    assert advice.rarest(table, "native", [0, 1]) == 32  # four fifths
    left = {0: 8, 1: 4, 2: 3}  # a tenth of each, or three
    for seed in range(3):
        (rare,) = rare_classes(table, seed)
        assert advice.rarest(table, "cut", [seed]) == left[rare]


def test_the_summary_has_domains_of_some_tables_and_all(figures):
    """Four tables of speech have a row; two others share one; intervals are over tables."""
    records = []
    for number in range(6):
        for arm, gain in {"none": 0, "SMOTE": 1, "WADAN": 3 + number}.items():
            made = record(f"t{number}", arm, 0, [50 + gain] * 5)
            records.append(made | {"domain": "speech" if number < 4 else f"d{number}"})
    figure = figures.draw_summary(records, "cut")
    over_none, over_smote = figure.axes
    ticks = [tick.get_text() for tick in over_none.get_yticklabels()]
    assert ticks == ["other domains (2)", "speech (4)", "all tables (6)"]
    points = [line.get_xdata()[0] for line in over_none.get_lines() if line.get_marker() == "o"]
    np.testing.assert_allclose(points, [7.5, 4.5, 5.5])
    points = [line.get_xdata()[0] for line in over_smote.get_lines() if line.get_marker() == "o"]
    np.testing.assert_allclose(points, [6.5, 3.5, 4.5])
    assert figures.draw_summary([r for r in records if r["arm"] != "SMOTE"], "cut") is None
