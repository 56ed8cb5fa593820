"""Report an evaluation: as numbers, as text, and as a page."""

import textwrap
from collections.abc import Sequence
from dataclasses import fields
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.neighbors import KNeighborsClassifier
from sklearn.neural_network import MLPClassifier

from .._files import written_whole
from .._optional import require
from ..metrics import Gain
from ._arms import grid_of, model_of
from ._classifiers import mlp_epochs
from ._cross_validation import Outcome
from ._folds import Folds
from ._page import figures_of, page_of
from ._problem import Problem
from ._settings import Settings
from ._verdict import (
    Recommendation,
    Result,
    header,
    recommendation,
    remarks,
    results_of,
    table_lines,
)

WIDTH = 88  # letters of a line of text


class EvaluationReport:
    """Scores of a classifier with and without remedies for rare classes, and what to use.

    `evaluate` returns it. Printed, it is a table and a recommendation; in a notebook it is a page
    with figures, which `save` writes to a file.

    Parameters
    ----------
    problem, settings, outer_folds, outcome
        What was evaluated and found, as `evaluate` passes it.

    Attributes
    ----------
    classes : ndarray of shape (n_classes,)
        Classes, sorted.
    folds : ndarray of int, shape (n_samples,)
        Index of the fold in which each row was held out.
    labels : dict of ndarray of shape (n_seeds, n_samples)
        Predictions of each arm for the rows while they were held out.
    scores : dict of ndarray of shape (n_seeds, n_samples, n_classes)
        Probabilities of each arm, or decision values if the classifier has no probabilities.
    failed : dict of str
        Why an arm has no predictions, by name of the arm.

    See Also
    --------
    evaluate : Make the report.

    Examples
    --------
    >>> import numpy as np
    >>> from skadan.evaluation import evaluate
    >>> rng = np.random.default_rng(0)
    >>> y = np.repeat(["common", "rare"], [40, 12])
    >>> X = rng.normal(size=(52, 4)) + 2.5 * (y == "rare")[:, None]
    >>> report = evaluate(X, y, arms=["weights"], n_folds=4)
    >>> list(report.to_frame().columns[:4])
    ['recall', 'recall_gain', 'recall_low', 'recall_high']
    >>> report.model_of("weights")["classifier"].class_weight
    'balanced'
    """

    def __init__(
        self, problem: Problem, settings: Settings, outer_folds: Folds, outcome: Outcome
    ) -> None:
        self.problem = problem
        self.settings = settings
        self.outer_folds = outer_folds
        self.outcome = outcome
        self.classes, self.folds = outcome.classes, outcome.folds
        self.labels, self.scores, self.failed = outcome.labels, outcome.scores, outcome.failed

    @cached_property
    def results(self) -> dict[str, Result]:
        """Recall, AUC and gains over "none" of each arm that did not fail."""
        return results_of(self.problem, self.outcome)

    @cached_property
    def _recommendation(self) -> Recommendation:
        return recommendation(self.problem, self.outcome, self.results)

    @cached_property
    def _figures(self) -> dict[str, Any]:
        return figures_of(self.problem, self.settings, self.outcome, self.results)

    @property
    def recommended(self) -> str:
        """Name of the arm to use: the cheapest one that no dearer one surely gains over."""
        return self._recommendation.arm

    @property
    def recommendation(self) -> str:
        """What to use, why, and how sure that is."""
        return self._recommendation.text

    @property
    def gains(self) -> dict[str, Gain]:
        """Gains in recall over "none" by arm, as `skadan.displays.RecallGainDisplay` takes them."""
        found = {arm: result.recall_gain for arm, result in self.results.items()}
        return {arm: gain for arm, gain in found.items() if gain is not None}

    def to_frame(self) -> Any:
        """Return the scores of the arms as a frame.

        Returns
        -------
        frame : DataFrame
            A row for each arm: ``recall`` (unweighted average recall) and ``auc`` (one class
            against the rest), between 0 and 1; ``recall_gain`` over "none" with the ends of its
            95 % interval, ``recall_low`` and ``recall_high``, and the same for AUC; ``penalty``,
            the middle one of those chosen; and ``failed``, the reason if an arm has no scores.

        Raises
        ------
        ImportError
            If pandas is not installed.
        """
        rows = {arm: self._row(arm) for arm in self.outcome.arms}
        frame = require("pandas", "tables").DataFrame.from_dict(rows, orient="index")
        frame.index.name = "arm"
        return frame

    def _row(self, arm: str) -> dict[str, Any]:
        result = self.results.get(arm, Result(np.nan, None, np.nan, None))
        row: dict[str, Any] = {}
        for name in ("recall", "auc"):
            gain = getattr(result, f"{name}_gain") or Gain(np.nan, np.nan, np.nan)
            row[name] = getattr(result, name)
            row |= {f"{name}_gain": gain.gain, f"{name}_low": gain.low, f"{name}_high": gain.high}
        penalty = self.outcome.penalty(arm) if arm in self.labels else np.nan
        return row | {"penalty": penalty, "failed": self.failed.get(arm, "")}

    def model_of(self, arm: str) -> Any:
        """Return the model of an arm, not fitted, with the middle one of the penalties chosen.

        Parameters
        ----------
        arm : str
            Name of an arm.

        Returns
        -------
        model : Pipeline or PriorCorrectedClassifier
            What was evaluated, of classes that can be imported: fit it on all rows. An MLP has the
            epochs that the evaluation gives to a table of this length.

        Raises
        ------
        KeyError
            If there is no such arm, or it has no predictions.
        """
        if arm not in self.labels:
            there = ", ".join(self.labels)
            raise KeyError(f"The arm {arm!r} has no predictions; there are {there}.")
        penalty = self.outcome.penalty(arm)
        name, _ = grid_of(arm, self.settings, self.problem.X.shape[1])
        model = model_of(arm, self.settings, self.settings.random_state)
        return with_public_classifier(model.set_params(**{name: penalty}), len(self.problem.y))

    def __str__(self) -> str:
        """Return the table of scores and the recommendation."""
        lines = [header(self.settings, self.outer_folds)]
        lines += table_lines(self.outcome, self.results)
        lines += remarks(self.outcome, self.results)
        return "\n".join([*lines, textwrap.fill(self.recommendation, WIDTH)])

    __repr__ = __str__

    def _repr_html_(self) -> str:
        """Return the page in a separate frame, so that its styles stay out of the notebook."""
        page = require("markupsafe", "report").escape(self.to_html())
        style = "width: 100%; height: 40rem; border: 1px solid #8884"
        return f'<iframe srcdoc="{page}" style="{style}"></iframe>'

    def to_html(
        self,
        *,
        title: str = "Rare classes",
        command: str | None = None,
        facts: Sequence[tuple[str, str]] = (),
    ) -> str:
        """Return one page of HTML that needs no network to be read.

        Parameters
        ----------
        title : str, default="Rare classes"
            The heading.
        command : str, default=None
            What makes the report again; None means the call of `evaluate`.
        facts : sequence of (name, text)
            More about the table, such as the file that it came from.

        Returns
        -------
        page : str
            The page.

        Raises
        ------
        ImportError
            If the extra ``report`` is not installed.
        """
        # The figures are kept: that of the rows fits a sampler.
        return page_of(self, self._figures, title, command or self._call(), facts)

    def save(self, path: str | Path, **options: Any) -> None:
        """Write the page to a file.

        Parameters
        ----------
        path : path
            The file, usually ``.html``.
        **options
            Keywords of `to_html`.
        """
        page = self.to_html(**options)
        with written_whole(Path(path)) as file:
            file.write(page.encode())

    def _call(self) -> str:
        """Return the call of `evaluate` with the options that are not the defaults."""
        usual = Settings()
        names = [field.name for field in fields(Settings) if field.name != "group_name"]
        given = {name: getattr(self.settings, name) for name in names}
        options = [f"{k}={v!r}" for k, v in given.items() if v != getattr(usual, k)]
        groups = [] if self.problem.groups is None else ["groups=groups"]
        return f"evaluate({', '.join(['X', 'y', *groups, *options])})"


def with_public_classifier(model: Any, n_rows: int) -> Any:
    """Replace a classifier of the evaluation's own by scikit-learn's class that it extends.

    What it adapts to the rows in `fit` is set for `n_rows` rows.
    """
    pipeline = getattr(model, "estimator", model)
    classifier = pipeline["classifier"]
    if isinstance(classifier, KNeighborsClassifier):
        n_neighbors = min(classifier.n_neighbors, n_rows)
        pipeline.set_params(classifier=KNeighborsClassifier(n_neighbors))
    elif isinstance(classifier, MLPClassifier):
        parameters = classifier.get_params() | {"max_iter": mlp_epochs(n_rows)}
        pipeline.set_params(classifier=MLPClassifier(**parameters))
    return model
