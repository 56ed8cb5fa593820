"""
==============================
How much the constants matter
==============================

Four constants of the samplers were set by hand: the least factor of a class centre, the weight of
the pooled variance (in rows), how far rare classes are filled before prior correction, and the
share of a real row in each generated one. This program changes one constant at a time and runs the
board on half of its tables, with a seed that the board does not report::

    python examples/board_constants.py --tables FOLDER --results constants.jsonl --figure FILE.png

The half consists of the tables whose family has an even position in the sorted list of families.
All settings of the samplers were chosen on these tables.
"""

import argparse
from collections.abc import Callable, Sequence
from functools import partial
from importlib import import_module
from pathlib import Path
from unittest import mock

import matplotlib.pyplot as plt
import numpy as np
from board_parts.classifiers import CORRECTION
from board_parts.runs import KEY, run_all, tasks
from board_parts.scores import interval, mean_gains, score_all
from board_parts.tables import Source, read, sources
from sklearn.base import BaseEstimator
from studies import resumable

from skadan import PartialFill, ShrunkenSampler, WADANSampler

SEED = 5
CLASSIFIERS = ("SVC", "logistic", "neighbours", "forest")


class PatchedSampler(BaseEstimator):
    """`ShrunkenSampler` with another value of a constant of the package."""

    def __init__(self, place: str, value: float, random_state: int = SEED) -> None:
        self.place, self.value, self.random_state = place, value, random_state

    def fit_resample(self, X: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Change the constant, resample, and restore it."""
        module, _, name = self.place.rpartition(".")
        with mock.patch.object(import_module(module), name, self.value):
            return ShrunkenSampler(random_state=self.random_state).fit_resample(X, y)


def partly_filled(share: float) -> Callable[[], ShrunkenSampler]:
    """Return what makes a sampler for prior correction, which fills classes by this share."""
    return partial(ShrunkenSampler, center="mean", sampling_strategy=PartialFill(share))


# Of each constant: three values (the second is the package's), a function that takes a value and
# returns what makes the sampler, and a suffix of the arm's name.
CONSTANTS = {
    "least factor of a centre": (
        (0.05, 0.15, 0.3),
        lambda v: partial(PatchedSampler, "skadan._models.predictive.LEAST", v),
        "",
    ),
    "rows' worth of the pooled variance": (
        (1, 5, 20),
        lambda v: partial(PatchedSampler, "skadan._models.predictive.PRIOR", v),
        "",
    ),
    "share of PartialFill": ((0.1, 0.25, 0.5), partly_filled, CORRECTION),
    "anchor": ((0.4, 0.75, 1.0), lambda v: partial(WADANSampler, anchor=v), ""),
}


def half(found: dict[str, Source]) -> list[str]:
    """Return the names of the tables whose family has an even position among all."""
    families = sorted({source.family for source in found.values()})
    return [name for name, source in found.items() if families.index(source.family) % 2 == 0]


def arm_name(constant: str, value: float) -> str:
    """Return the name of the arm with this value."""
    return f"{constant} {value:g}"


def run(found: dict[str, Source], path: Path, n_jobs: int) -> list[dict]:
    """Run what is missing, and return all records."""
    own = {
        arm_name(constant, value): make(value)
        for constant, (values, make, _) in CONSTANTS.items()
        for value in values
    }
    arms = [arm_name(c, v) + suffix for c, (values, _, suffix) in CONSTANTS.items() for v in values]
    names = sorted(half(found), key=lambda name: read(found[name]).cost)
    done = resumable.load(path, KEY)
    todo = tasks(done, names, "cut", [SEED], ["none", *arms], CLASSIFIERS)
    run_all(found, path, todo, "cut", n_jobs, own)
    return list(resumable.load(path, KEY).values())


def draw(records: list[dict], path: Path) -> None:
    """Draw and print the gain of each value over the package's, with intervals over tables."""
    every = {"UAR": score_all(records), "AUC": score_all(records, "auc")}
    figure, panels = plt.subplots(
        1, len(CONSTANTS), figsize=(11, 2.9), sharey=True, layout="constrained"
    )
    for (constant, (values, _, suffix)), axes in zip(CONSTANTS.items(), panels, strict=True):
        usual = arm_name(constant, values[1]) + suffix
        for shift, (measure, scores) in zip((-0.06, 0.06), every.items(), strict=True):
            for place, value in enumerate(values):
                gains = mean_gains(scores, arm_name(constant, value) + suffix, usual)
                gains = gains[~np.isnan(gains)]
                low, high = interval(gains)
                colour = "C0" if measure == "UAR" else "C1"
                axes.plot([place + shift] * 2, [low, high], color=colour)
                label = measure if place == 0 else None
                axes.plot(place + shift, gains.mean(), "o", color=colour, label=label)
                print(
                    f"{constant} {value:g}: {measure} {gains.mean():+.1f} ({low:.1f} to {high:.1f})"
                )
        axes.axhline(0, color="0.6", lw=0.8, zorder=0)
        axes.set_xticks(range(len(values)), [f"{value:g}" for value in values])
        axes.set_xlabel(constant)
    panels[0].set_ylabel("points over the default")
    panels[0].legend(frameon=False)
    figure.savefig(path, dpi=150)


def main(arguments: Sequence[str] | None = None) -> list[dict]:
    """Run the board with each value, draw the gains, and return the records."""
    parser = argparse.ArgumentParser(description="Change one constant at a time.")
    parser.add_argument("--tables", type=Path, nargs="+", required=True)
    parser.add_argument("--results", type=Path, required=True, help="jsonl file, for resuming too")
    parser.add_argument("--figure", type=Path, required=True, metavar="FILE.png")
    parser.add_argument("--n-jobs", type=int, default=2)
    args = parser.parse_args(arguments)
    records = run(sources(args.tables), args.results, args.n_jobs)
    draw(records, args.figure)
    return records


if __name__ == "__main__":
    main()
