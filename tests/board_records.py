"""Records and scores of the board, made up for tests."""

import numpy as np


def record(table, arm, seed, recalls, name="LinearSVC", **measures):
    """A record of one classifier, whose recalls are in the order of its grid."""
    from board_parts.classifiers import settings

    grid = settings(name)
    return {
        "table": table,
        "scenario": "cut",
        "seed": seed,
        "arm": arm,
        "domain": "speech",
        "family": table,
        "shape": [20, 60],
        "refused": 0,
        "late": False,
        "seconds": 0.0,
        "seconds_fitting": 0.0,
        "recall": dict(zip(grid, recalls, strict=True)),
        **{measure: dict(zip(grid, found, strict=True)) for measure, found in measures.items()},
    }


def scores_of(values, arms=("none", "SMOTE", "WADAN")):
    """Scores of given values (arms, tables), of one seed."""
    from board_parts.scores import About, Scores

    values = np.array(values, float)[:, :, None]
    tables = [f"t{k}" for k in range(values.shape[1])]
    about = [About("speech" if k % 2 else "omics", t, 20, 60) for k, t in enumerate(tables)]
    return Scores(list(arms), tables, about, values, {})
