"""The table of the evidence study: scores of each arm at a penalty chosen on another corpus."""

import numpy as np
from evidence_folds import GRIDS
from pooled_scores import gain_in_words, pooled_predictions, recalls
from rich.console import Console
from rich.table import Table


def best_setting(records: list[dict], y: np.ndarray, arm: str, name: str) -> str:
    """Return the classifier's setting with the highest mean UAR."""
    settings = [f"{name} {penalty:g}" for penalty in GRIDS[name]]
    scores = [recalls(y, pooled_predictions(records, arm, s, y)).mean() for s in settings]
    return settings[int(np.argmax(scores))]


def print_table(
    records: list[dict],
    y: np.ndarray,
    other_records: list[dict],
    other_y: np.ndarray,
    reference: str,
    names: list[str],
) -> None:
    """Print a line for each classifier and arm, at the penalty that is best on the other corpus."""
    table = Table()
    for column in ("classifier", "arm", "penalty", "UAR %", "sd of seeds", f"against {reference}"):
        table.add_column(column)
    arms = list(dict.fromkeys(r["arm"] for r in records))
    for name in names:
        settings, predicted = {}, {}
        for arm in arms:
            if name == "MLP" and arm == "class weights":
                continue
            settings[arm] = best_setting(other_records, other_y, arm, name)
            predicted[arm] = pooled_predictions(records, arm, settings[arm], y)
        for arm, setting in settings.items():
            scores = recalls(y, predicted[arm])
            gain = (
                "" if arm == reference else gain_in_words(y, predicted[arm], predicted[reference])
            )
            table.add_row(
                name,
                arm,
                setting.split()[1],
                f"{scores.mean():.1f}",
                f"{scores.std(ddof=1):.1f}" if len(scores) > 1 else "",
                gain,
            )
    Console(width=110).print(table)
