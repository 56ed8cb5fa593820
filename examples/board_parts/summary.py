"""The main result of the board in one table, for README and results page."""

import numpy as np
from board_parts.figures import SHOWN, TITLES
from board_parts.report import FEWER, Grid, arms_of, over_none
from board_parts.scores import in_words, mean_gain, score_all

# Names of arms with class names of this library as code.
CODE = {
    "ShrunkenSampler": "`ShrunkenSampler`",
    "WADAN": "`WADANSampler`",
    "partial ShrunkenSampler + correction": "partial `ShrunkenSampler` + correction",
    "partial WADAN + correction": "partial `WADANSampler` + correction",
}


def summary_grid(records: list[dict]) -> Grid:
    """Return gains over none: mean recall and AUC over all classifiers, then recall of each."""
    recall, auc = score_all(records), score_all(records, "auc")
    lines = []
    for arm in (arm for arm in arms_of(recall) if arm in SHOWN):
        means = [in_words(mean_gain(every, arm, "none")) for every in (recall, auc)]
        cells = (over_none(scores, arm) for scores in recall.values())
        lines.append((CODE.get(arm, SHOWN[arm][0]), *means, *cells))
    levels = (f"{np.nanmean(scores.of('none')):.1f}" for scores in recall.values())
    both = (np.nanmean([s.of("none") for s in every.values()]) for every in (recall, auc))
    lines.insert(0, ("nothing: UAR or AUC in percent", *(f"{m:.1f}" for m in both), *levels))
    names = (TITLES.get(name, name) for name in recall)
    columns = ("", "UAR, mean", "AUC, mean", *names)
    title = f"Gain over nothing in points ({FEWER} on fewer tables)"
    title = f"{title}; means are over the classifiers that a remedy suits"
    return Grid(title, columns, lines, is_markdown=True)
