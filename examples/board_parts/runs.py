"""One run of the board: a table, an arm and a seed, over all folds."""

import time
from typing import Any

import numpy as np
from board_parts.arms import training_set, wrapper
from board_parts.classifiers import Rows, by_classifier, in_span
from board_parts.tables import Table, folds, kept
from sklearn.preprocessing import StandardScaler

from skadan import Replicate
from skadan.metrics import unweighted_average_recall

KEY = ("table", "scenario", "seed", "arm")


def strategy_of(scenario: str) -> Any:
    """What a sampler is asked for: every class as large as the largest, or one set more of each."""
    return Replicate(1) if scenario == "full" else "auto"


def run(table: Table, scenario: str, seed: int, arm: str, classifiers: list[str]) -> dict[str, Any]:
    """The record: unweighted average recall of each classifier and penalty, over all folds."""
    predicted: dict[str, np.ndarray] = {}
    seconds = 0.0
    for fold, (train, test) in enumerate(folds(table, seed)):
        train = train[kept(table.y[train], scenario, seed, fold)]
        y = table.y[train]
        if len(np.unique(y)) < 2:
            continue
        varies = np.ptp(table.X[train], axis=0) > 0
        scaler = StandardScaler().fit(table.X[train][:, varies])
        Z, Z_test = (scaler.transform(table.X[rows][:, varies]) for rows in (train, test))
        start = time.process_time()
        Z, y = training_set(arm, Z, y, strategy_of(scenario), seed)
        seconds += time.process_time() - start
        class_weight = "balanced" if arm == "class weights" else None
        whole, spanned = Rows(Z, y, Z_test), None
        for name in classifiers:
            if name != "forest" and spanned is None:
                Z_span, Z_test_span = in_span(Z, Z_test)
                spanned = Rows(Z_span, y, Z_test_span)
            rows = whole if name == "forest" else spanned
            wrap = wrapper(arm, name, seed)
            for setting, labels in by_classifier(name, rows, class_weight, seed, wrap):
                predicted.setdefault(setting, np.full(len(table.y), -1))[test] = labels
    recalls = {
        setting: round(100 * unweighted_average_recall(table.y, labels), 2)
        for setting, labels in predicted.items()
    }
    key = dict(zip(KEY, (table.name, scenario, seed, arm), strict=True))
    return key | {"seconds": round(seconds, 2), "recall": recalls}
