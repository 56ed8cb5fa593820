"""Report all quality figures of synthetic rows in one table."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from sklearn.preprocessing import StandardScaler

from ._fidelity import (
    classifier_two_sample_test,
    conditional_hit_rate,
    maximum_mean_discrepancy,
)
from ._novelty import nearest_neighbour_ratio
from ._samples import two_samples

QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)


@dataclass(frozen=True)
class QualityReport:
    """Hold figures of fidelity and novelty, and print them as a table.

    Parameters
    ----------
    discrepancy : float
        Maximum mean discrepancy of z-scores; 0 for equal samples.
    hit_rate : float
        Share of synthetic rows that a classifier of real rows assigns to their label.
    told_apart : float
        Accuracy of a classifier that distinguishes synthetic from real rows; 0.5 is chance.
    ratios : ndarray of shape (5,)
        Quantiles (5, 25, 50, 75 and 95 %) of the distance to the nearest real row, in units of the
        distance between real neighbours.

    Examples
    --------
    >>> from skadan.metrics import QualityReport
    >>> print(QualityReport(0.02, 0.98, 0.6, (0.1, 0.2, 0.3, 0.4, 0.5)))
    maximum mean discrepancy    0.0200   0: equal samples
    conditional hit rate        0.980    1: every row is what it is labelled
    told apart from real rows   0.600    0.5: not at all, 1: always
    distance to a real row      0.10 0.20 0.30 0.40 0.50
                                quantiles 5 to 95 %; 0: a copy, 1: as neighbours
    """

    discrepancy: float
    hit_rate: float
    told_apart: float
    ratios: Any

    def __str__(self) -> str:
        ratios = " ".join(f"{ratio:.2f}" for ratio in self.ratios)
        lines = {
            "maximum mean discrepancy": f"{self.discrepancy:.4f}   0: equal samples",
            "conditional hit rate": f"{self.hit_rate:.3f}    1: every row is what it is labelled",
            "told apart from real rows": f"{self.told_apart:.3f}    0.5: not at all, 1: always",
            "distance to a real row": ratios,
            "": "quantiles 5 to 95 %; 0: a copy, 1: as neighbours",
        }
        return "\n".join(f"{name:<27} {value}" for name, value in lines.items())


def quality_report(
    sampler: Any, X: ArrayLike, y: ArrayLike, *, random_state: Any = None
) -> QualityReport:
    """Draw a synthetic row for each real one, and measure fidelity and novelty.

    On the sampler's training rows the figures are too optimistic. Use rows that it was not trained
    on if you can. None of the figures measures privacy.

    Parameters
    ----------
    sampler : estimator
        A fitted sampler with ``sample``.
    X : array-like of shape (n_samples, n_features)
        Real rows.
    y : array-like of shape (n_samples,)
        The classes of these rows.
    random_state : int, RandomState instance or None, default=None
        Seed of the draw, and of the folds of the two-sample test.

    Returns
    -------
    report : QualityReport
        The figures, which print as a table.

    Raises
    ------
    ValueError
        If the columns of `X` are not those that the sampler was trained on, or `y` holds a label
        that training did not see.

    Examples
    --------
    >>> from skadan import NoiseSampler
    >>> from skadan.datasets import make_speaker_classification
    >>> from skadan.metrics import quality_report
    >>> X, y, _ = make_speaker_classification(60, 40, random_state=0)
    >>> report = quality_report(NoiseSampler(random_state=0).fit(X, y), X, y, random_state=0)
    >>> report.hit_rate
    0.8833333333333333
    """
    real, X_new = two_samples(X, sampler.sample(y, random_state=random_state)[0])
    # Of these figures only the discrepancy depends on the columns' units; the others z-norm inside.
    scaler = StandardScaler().fit(real)
    return QualityReport(
        maximum_mean_discrepancy(scaler.transform(real), scaler.transform(X_new)),
        conditional_hit_rate(real, y, X_new, y),
        classifier_two_sample_test(real, X_new, random_state=random_state).accuracy,
        np.quantile(nearest_neighbour_ratio(real, X_new), QUANTILES),
    )
