"""Scores of predictions that are pooled over all folds. The studies share this."""

from collections.abc import Iterable

import numpy as np

from skadan.metrics import recall_gain, unweighted_average_recall


def pooled_predictions(
    records: Iterable[dict], arm: str, setting: str, y: np.ndarray
) -> np.ndarray:
    """Return the predictions (n_seeds, n_rows) of an arm and setting, pooled over folds.

    A row whose fold was not run has -1, which is not a label. n_seeds counts the seeds that have
    records of this setting, and may be 0.
    """
    chosen = [r for r in records if r["arm"] == arm and setting in r["predicted"]]
    seeds = sorted({r["seed"] for r in chosen})
    predicted = np.full((len(seeds), len(y)), -1).astype(y.dtype)
    for r in chosen:
        predicted[seeds.index(r["seed"]), r["rows"]] = r["predicted"][setting]
    return predicted


def recalls(y: np.ndarray, predicted: np.ndarray) -> np.ndarray:
    """Return the unweighted average recall in percent for each row of (n_seeds, n_rows)."""
    return 100 * np.array([unweighted_average_recall(y, p) for p in predicted])


def gain_in_words(y: np.ndarray, predicted: np.ndarray, reference: np.ndarray) -> str:
    """Return the gain in recall over a reference, in points, with its 95 % interval."""
    gain, low, high = 100 * np.array(recall_gain(y, predicted, reference, random_state=0))
    return f"{gain:+.1f} ({low:.1f} to {high:.1f})"
