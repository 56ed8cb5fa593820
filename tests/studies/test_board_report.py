"""What the board shows of its records: report, figures and advice."""

from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from board_records import record, scores_of
from conftest import load_example


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


def test_a_domain_may_have_the_name_of_a_kind(report):
    wadan = [0, 2, 3, 2, 4, 2, 5, 2]
    found = scores_of([[0] * 8, [2] * 8, wadan])
    narrow = [about._replace(n_columns=5) for about in found.about]  # all of them
    narrow[::2] = [about._replace(domain="narrow") for about in narrow[::2]]
    found = replace(found, about=narrow)
    assert found.where("narrow").sum() == 8
    assert found.of_domain("narrow").tolist() == [True, False] * 4
    grid = report.by_kind({"LinearSVC": found}, "UAR")
    heads = ("wide (0)", "between (0)", "narrow (8)", "narrow (4)", "speech (4)")
    assert grid.columns == ("arm", *heads)
    assert grid.lines[1] == ("WADAN", "", "", "+2.5", "+3.0", "+2.0")


def test_domains_have_a_dot_for_each_table(scores, figures):
    values = np.random.default_rng(0).normal(loc=[[0], [1], [9]], size=(3, 8))
    figure = figures.draw_domains({"LinearSVC": scores_of(values)}, "x")
    smote, wadan = figure.axes
    assert [label.get_text() for label in smote.get_yticklabels()] == ["speech", "omics"]
    for panel, arm in ((smote, 1), (wadan, 2)):
        dots = np.concatenate([c.get_offsets()[:, 0] for c in panel.collections[::2]])
        np.testing.assert_allclose(np.sort(dots), np.sort(values[arm] - values[0]))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("a|b", r"a\|b"),
        ("<b>x</b> & y", "&lt;b&gt;x&lt;/b&gt; &amp; y"),
        ("a\nb", "a b"),
        ("_x_ [y](z) `c` $m$ *s*", r"\_x\_ \[y\](z) \`c\` \$m\$ \*s\*"),
        ("mx_gastric_urine", "mx_gastric_urine"),
    ],
)
def test_names_stand_for_themselves_on_pages_and_on_the_terminal(report, capsys, name, expected):
    domains = [about._replace(domain=name) for about in scores_of(np.zeros((3, 4))).about]
    found = replace(scores_of(np.arange(12).reshape(3, 4)), about=domains)
    page = report.by_kind({"LinearSVC": found}, "UAR").markdown()
    (head,) = (line for line in page.splitlines() if line.startswith("| arm"))
    assert head == f"| arm | wide (4) | between (0) | narrow (0) | {expected} (4) |"
    worst = replace(found, tables=[name, *found.tables[1:]])
    grid = report.over_rivals({"LinearSVC": worst}, "UAR")
    assert f"({expected})" in grid.markdown()
    report.Grid("title", ("[bold]x", "b"), [(name.replace("\n", " "), "[/red]")]).show(
        report.Console(width=160)
    )
    printed = capsys.readouterr().out
    assert name.replace("\n", " ") in printed
    assert "[bold]x" in printed
    assert "[/red]" in printed


@pytest.mark.parametrize("domain", ["$", "a $x^{ b$ c", r"\$5"])
def test_names_stand_for_themselves_in_figures(figures, domain):
    found = scores_of(np.random.default_rng(0).normal(size=(3, 8)))
    found = replace(found, about=[about._replace(domain=domain) for about in found.about])
    figure = figures.draw_domains({"LinearSVC": found}, "x")
    figure.canvas.draw()
    (label,) = figure.axes[0].get_yticklabels()
    assert label.get_text() == domain
    assert not label.get_parse_math()


@pytest.fixture(scope="module")
def advice(scores):
    from board_parts import advice

    return advice


@pytest.mark.parametrize(
    ("means", "expected"),
    [
        ({"none": 0.0, "class weights": 0.4, "WADAN": 0.4}, "none"),
        ({"none": 0.0, "class weights": 3.0, "ShrunkenSampler": 3.4, "WADAN": 3.6}, "WADAN"),
        (
            {"none": 0.0, "class weights": 3.0, "ShrunkenSampler": 3.4, "WADAN": 3.4},
            "class weights",
        ),
        ({"none": 0.0, "ShrunkenSampler": 5.0, "WADAN": 5.4}, "ShrunkenSampler"),
        ({"none": 0.0, "class weights": -3.0, "WADAN": 1.0}, "WADAN"),
    ],
)
def test_a_dearer_arm_has_to_be_worth_it(advice, means, expected):
    assert advice.choice(means) == expected


def test_advice_by_shape_and_rarest_class(advice):
    """Wide tables with three rows want copies, those with twenty nothing; three others are few."""
    gains = {"none": 0, "ShrunkenSampler": 10, "WADAN": 8}
    records, rows = [], {}
    for number in range(11):
        name, rare = f"t{number}", number < 4
        rows[name] = 3.2 if rare else 20.0
        for arm, gain in gains.items():
            made = record(name, arm, 0, [50 + gain * rare] * 5)
            records.append(made | {"shape": [20, 60] if number < 8 else [20, 10]})
    grid = advice.advice(records, rows)
    assert "| `ShrunkenSampler` " in grid.markdown()
    assert grid.columns == (
        "classifier",
        "more than 2 n columns, up to 4 rows (4 tables)",
        "more than 2 n columns, 16 and more rows (4 tables)",
    )
    assert grid.lines == [("LinearSVC", "`ShrunkenSampler` +10.0 (10.0 to 10.0)", "nothing")]


def test_advice_has_a_line_for_each_classifier_and_arms_that_it_has(advice):
    records = []
    for number, arm in product(range(4), ("none", "prior correction", "WADAN")):
        made = record(f"t{number}", arm, 0, [50 + 9 * (arm == "WADAN")] * 5)
        if arm == "prior correction":  # LinearSVC has no probabilities
            made["recall"] = {}
        logistic = record("", arm, 0, [50 + 7 * (arm != "none")] * 5, "logistic")
        records.append(made | {"recall": made["recall"] | logistic["recall"]})
    grid = advice.advice(records, {f"t{number}": 3.0 for number in range(4)})
    (linear, wadan), (logistic, correction) = grid.lines
    assert (linear, logistic) == ("LinearSVC", "logistic regression")
    assert wadan == "`WADANSampler` +9.0 (9.0 to 9.0)"
    assert correction == "prior correction +7.0 (7.0 to 7.0)"


def test_advice_leaves_out_an_arm_of_fewer_seeds(advice):
    records = []
    for number, arm, seed in product(range(4), ("none", "SMOTE", "WADAN"), (0, 1)):
        gain = {"none": 0, "SMOTE": 1, "WADAN": 9}[arm]
        if (arm, seed) != ("WADAN", 1):
            records.append(record(f"t{number}", arm, seed, [50 + gain] * 5))
    grid = advice.advice(records, {f"t{number}": 3.0 for number in range(4)})
    assert grid.lines[0][-1].startswith("SMOTE +1.0")


def test_rows_of_the_rarest_class(advice):
    from board_parts.tables import Table, rare_classes

    y = np.repeat([0, 1, 2], [100, 50, 40])
    table = Table("t", "speech", "t", np.zeros((190, 2)), y, None)
    assert advice.rarest_class_rows(table, "native", [0, 1]) == 32  # four fifths
    left = {0: 8, 1: 4, 2: 3}  # a tenth of each, or three
    for seed in range(3):
        (rare,) = rare_classes(table, seed)
        assert advice.rarest_class_rows(table, "cut", [seed]) == left[rare]


def shifted(gains, tables=6):
    """Records of two classifiers: none at 50, and arms at 50 plus their gains, table by table."""
    records = []
    for number, (arm, gain) in product(range(tables), gains.items()):
        value = 50 + gain + number * (arm != "none")
        logistic = record(f"t{number}", arm, 0, [value] * 5, "logistic", auc=[value - 3] * 5)
        svc = record(f"t{number}", arm, 0, [value + 1] * 4, "SVC", auc=[value - 2] * 4)
        for measure in ("recall", "auc"):
            logistic[measure] |= svc[measure]
        records.append(logistic)
    return records


def test_the_summary_has_a_row_for_each_classifier_and_their_mean(figures):
    figure = figures.draw_summary(shifted({"none": 0, "SMOTE": 1, "WADAN": 3}), "x")
    recall, auc = figure.axes
    ticks = [tick.get_text() for tick in recall.get_yticklabels()]
    assert ticks == ["mean of those\nthat it suits", "logistic regression", "linear SVC"]
    for axes in (recall, auc):
        points = [line.get_xdata()[0] for line in axes.get_lines() if line.get_marker() in "^X"]
        np.testing.assert_allclose(points, np.array([1, 3] * 3) + 2.5)  # two arms in each row
    assert figures.draw_summary(shifted({"SMOTE": 1}), "x") is None


def test_older_records_have_no_panel_of_ranking(figures):
    records = [record(f"t{k}", arm, 0, [50 + k] * 5) for k in range(4) for arm in ("none", "SMOTE")]
    assert len(figures.draw_summary(records, "x").axes) == 1


@pytest.fixture(scope="module")
def report(scores):
    from board_parts import report

    return report


def test_the_report_counts_every_classifier_and_rival(report):
    records = shifted({"none": 0, "prior correction": 7, "SMOTE": 1, "WADAN": 3})
    found = report.sections(records)
    assert list(found) == ["Recall", "Ranking", "Shapes and domains", "Costs"]
    gains, rivals, duels = found["Recall"]
    assert gains.columns[1:3] == ("SVC", "logistic")
    assert gains.lines[0] == ("none: UAR %", "51.0", "50.0", "50.5", "50.0")
    line = next(line for line in gains.lines if line[0] == "WADAN")
    assert line[1:3] == ("+5.5", "+5.5")
    assert line[3].startswith("+5.5 (")
    assert rivals.columns == (
        "arm",
        "none",
        "prior correction",
        "SMOTE",
        "worst table against none",
    )
    line = next(line for line in rivals.lines if line[0] == "WADAN")
    assert line[2:] == ("-4.0 (-4.0 to -4.0)", "+2.0 (2.0 to 2.0)", "+3.0 (t0)")
    line = next(line for line in duels.lines if line[0] == "WADAN")
    assert line[2].startswith("0\N{EN DASH}6, ")


def test_losses_are_compared_with_those_of_none(report):
    records = []
    for number, arm in product(range(4), ("none", "SMOTE")):
        losses = {name: [0.5 + 0.1 * (arm == "SMOTE")] * 5 for name in report.LOSSES}
        records.append(record(f"t{number}", arm, 0, [50] * 5, "logistic", **losses))
    none, smote = report.probabilities(records).lines
    assert none == ("none: the loss", *["0.500"] * 4)
    assert smote == ("SMOTE", *["+0.100 (0.100 to 0.100)"] * 4)


def test_lda_is_a_line_of_its_own(report):
    records = [
        record(f"t{k}", arm, 0, [50 + k + 2 * (arm != "none")] * 5, "logistic")
        for k, arm in product(range(4), ("none", "prior correction"))
    ]
    records += [record(f"t{k}", "shrinkage LDA", 0, [51 + k], "LDA") for k in range(4)]
    grid = report.reference_lines(records, {"recall": "UAR"})
    assert grid.lines == [("UAR", "52.5", "+1.0 (1.0 to 1.0)", "-1.0 (-1.0 to -1.0)", "")]
    assert "shrinkage LDA" not in report.arms_of(report.score_all(records))


def test_the_introduction_names_arms_of_other_seeds(report):
    records = [record("a", arm, s, [50] * 5) for arm, s in product(("none", "SMOTE"), (0, 1))]
    records.append(record("a", "my | WADAN", 0, [50] * 5))
    assert report.intro(records) == (
        "1 tables; LinearSVC; seeds 0, 1 (my \\| WADAN: seeds 0). Two arms are compared on the "
        "seeds that both have."
    )
    assert report.intro(records[:-1]) == "1 tables; LinearSVC; seeds 0, 1."


def test_a_gain_of_fewer_tables_is_marked(report):
    records = shifted({"none": 0, "SMOTE": 1, "WADAN": 3})
    records = [r for r in records if (r["table"], r["arm"]) != ("t3", "WADAN")]
    lines = {line[0]: line for line in report.by_classifier(report.score_all(records), "UAR").lines}
    assert lines["SMOTE"][1] == "+3.5"
    assert lines["WADAN"][1] == f"+5.4{report.FEWER}"  # 3, 4, 5, 7, 8


def test_the_summary_has_recall_and_ranking_of_all_classifiers(report):
    from board_parts.summary import summary_grid

    grid = summary_grid(shifted({"none": 0, "prior correction": 7, "WADAN": 3}))
    assert grid.columns == (
        "",
        "UAR, mean",
        "AUC, mean",
        "linear SVC",
        "logistic regression",
    )
    none, correction, wadan = grid.lines
    assert none[1:] == ("50.5", "47.5", "51.0", "50.0")
    assert correction[0] == "prior correction"
    assert wadan[0] == "`WADANSampler`"
    assert "\n| `WADANSampler` | +5.5 (" in grid.markdown()  # as code
    assert wadan[1].startswith("+5.5 (")
    assert wadan[2].startswith("+5.5 (")
    assert wadan[3:] == ("+5.5", "+5.5")
