"""Write an evaluation as one page of HTML, which needs no network to be read."""

import io
import sys
import textwrap
import warnings
from collections.abc import Sequence
from importlib.metadata import version
from importlib.resources import files
from typing import Any

import numpy as np
from sklearn.metrics import recall_score

from .._optional import require
from .._version import __version__
from ..metrics import Gain
from ._arms import SAMPLERS, sampler_of
from ._classifiers import PENALTIES, WITHOUT_PROBABILITIES
from ._cross_validation import Outcome
from ._problem import Problem, imputer_of
from ._settings import Settings
from ._verdict import (
    NAMES,
    Result,
    figures,
    header,
    remarks,
    title_of,
)

LONGEST_NAME = 16  # letters in figures
MOST_MATRICES = 20  # classes, beyond which a confusion matrix cannot be read
LIMITS = (
    "Every arm saw the same held-out rows, so gains are paired; their intervals are a bootstrap "
    "over {unit}. They cover neither the spread between seeds nor that the best of several arms "
    "was picked. Synthetic rows follow the training rows: they cannot supply conditions that are "
    "missing there, and they do not protect privacy."
)


def figures_of(
    problem: Problem, settings: Settings, outcome: Outcome, results: dict[str, Result]
) -> dict[str, Any]:
    """Return the figures of a report by name, as mark-up; one that does not apply is empty."""
    sampled = next((arm for arm in reversed(NAMES) if arm in results and _can_draw(arm)), None)
    # Names of classes are not formulas, even if they have dollars in them. The browser has fonts
    # for letters that matplotlib's font lacks.
    style = {"text.parse_math": False, "svg.fonttype": "none"}
    with require("matplotlib", "report").rc_context(style), warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph .* missing from", UserWarning)
        return {
            "gains": _gains(results),
            "confusions": _confusions(problem, outcome),
            "calibration": _calibration(problem, outcome, settings),
            "embedding": _embedding(problem, outcome, sampled, settings),
            "embedding_of": title_of(sampled) if sampled else "",
        }


def page_of(
    report: Any,
    figures: dict[str, Any],
    title: str,
    command: str,
    facts: Sequence[tuple[str, str]],
) -> str:
    """Return the page of an `EvaluationReport`; `facts` are more to say about the table."""
    problem, settings = report.problem, report.settings
    outcome, results = report.outcome, report.results
    model = report.model_of(report.recommended) if report.recommended in outcome.labels else ""
    jinja2 = require("jinja2", "report")
    template = files(__package__).joinpath("page.html").read_text(encoding="utf-8")
    environment = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined)
    return environment.from_string(template).render(
        figures,
        title=title,
        header=header(settings, report.outer_folds),
        recommendation=report.recommendation,
        remarks=remarks(outcome, results),
        model=repr(model) if model else "",
        penalty_name=PENALTIES[settings.classifier][0],
        rows=[_row(arm, outcome, results, report.recommended) for arm in outcome.arms],
        arms=[title_of(arm) for arm in outcome.labels],
        recalls=_recalls(problem, outcome),
        facts=_facts(problem, settings, facts),
        limits=LIMITS.format(unit="rows" if problem.groups is None else "groups"),
        command=command,
        versions=_versions(),
    )


def _can_draw(arm: str) -> bool:
    """Tell whether the sampler of an arm can be asked for rows of any class."""
    return arm == "partial" or hasattr(SAMPLERS.get(arm), "sample")


def _row(arm: str, outcome: Outcome, results: dict[str, Result], chosen: str) -> dict[str, Any]:
    """Return the cells of an arm in the table of scores."""
    if arm in outcome.failed:
        return {"name": title_of(arm), "failed": outcome.failed[arm], "chosen": False}
    result = results[arm]
    recall_gain, auc_gain = (
        figures(gain) if gain else "" for gain in (result.recall_gain, result.auc_gain)
    )
    return {
        "name": title_of(arm),
        "failed": "",
        "chosen": arm == chosen,
        "recall": f"{100 * result.recall:.1f}",
        "recall_gain": recall_gain,
        "auc": "-" if np.isnan(result.auc) else f"{100 * result.auc:.1f}",
        "auc_gain": auc_gain,
        "penalty": f"{outcome.penalty(arm):.3g}",
    }


def _recalls(problem: Problem, outcome: Outcome) -> list[list[str]]:
    """Return a row of cells for each class: its name, its number of rows, and its recalls."""
    names, counts = np.unique(problem.y, return_counts=True)
    recalls = [
        np.mean([recall_score(problem.y, one, average=None, zero_division=0) for one in runs], 0)
        for runs in outcome.labels.values()
    ]
    return [
        [str(name), str(count), *(f"{100 * of_arm[k]:.1f}" for of_arm in recalls)]
        for k, (name, count) in enumerate(zip(names, counts, strict=True))
    ]


def _facts(
    problem: Problem, settings: Settings, more: Sequence[tuple[str, str]]
) -> list[tuple[str, str]]:
    """Return what was evaluated, as names and texts, and then `more`."""
    names, counts = np.unique(problem.y, return_counts=True)
    classes = ", ".join(f"{name} ({count})" for name, count in zip(names, counts, strict=True))
    facts = [
        ("rows", f"{len(problem.y):,}"),
        ("features", f"{problem.X.shape[1]:,}"),
        ("classes", classes),
    ]
    if problem.groups is not None:
        n_groups = len(np.unique(problem.groups))
        facts.append(("groups", f"{settings.group_name or 'groups'}: {n_groups}"))
    n_missing = int(np.isnan(problem.X).sum())
    if n_missing:
        facts.append(("missing cells", f"{n_missing:,}, filled with the {settings.impute}"))
    return [*facts, *more]


def _versions() -> str:
    packages = ("scikit-learn", "imbalanced-learn", "torch", "numpy")
    found = ", ".join(f"{package} {version(package)}" for package in packages)
    return f"skadan {__version__}; Python {sys.version.split()[0]}; {found}"


# Figures


def _svg(figure: Any) -> Any:
    """Return a figure as mark-up that goes into the page."""
    out = io.StringIO()
    # Without a date and with fixed ids, the same evaluation writes the same page.
    with require("matplotlib", "report").rc_context({"svg.hashsalt": "skadan"}):
        figure.savefig(out, format="svg", metadata={"Date": None})
    text = out.getvalue()
    # Without the XML declaration, which may not be inside a page.
    return require("markupsafe", "report").Markup(text[text.index("<svg") :])


def _axes(width: float, height: float) -> tuple[Any, Any]:
    # Not by pyplot, which would keep every figure in memory and may look for a screen.
    figure = require("matplotlib.figure", "report").Figure(
        figsize=(width, height), layout="constrained"
    )
    return figure, figure.subplots()


def _gains(results: dict[str, Result]) -> Any:
    gains = {title_of(arm): one.recall_gain for arm, one in results.items() if one.recall_gain}
    return _svg(gains_figure(gains)) if gains else ""


def gains_figure(gains: dict[str, Gain]) -> Any:
    """Return a figure of gains over none, one line for each."""
    from ..displays import RecallGainDisplay

    figure, ax = _axes(7, 1.2 + 0.45 * len(gains))
    RecallGainDisplay(gains=gains).plot(ax)
    return figure


def _confusions(problem: Problem, outcome: Outcome) -> list[Any]:
    """Draw a confusion matrix for each arm, over all seeds."""
    if len(outcome.classes) > MOST_MATRICES:
        return []
    from sklearn.metrics import ConfusionMatrixDisplay, confusion_matrix

    found = []
    for arm, labels in outcome.labels.items():
        y = np.tile(problem.y, len(labels))
        matrix = 100 * confusion_matrix(y, labels.ravel(), labels=outcome.classes, normalize="true")
        size = 2.2 + 0.35 * len(outcome.classes)
        figure, ax = _axes(size, size)
        names = short_names(outcome.classes)
        ConfusionMatrixDisplay(matrix, display_labels=names).plot(
            ax=ax, cmap="Blues", colorbar=False, values_format=".0f", xticks_rotation=45
        )
        ax.set_title(textwrap.fill(title_of(arm), 22))
        found.append(_svg(figure))
    return found


def short_names(classes: np.ndarray) -> list[str]:
    """Return names of classes that fit beside a figure, no two of them alike."""
    names = [str(name) for name in classes]
    cut = [name if len(name) <= LONGEST_NAME else f"{name[:LONGEST_NAME]}..." for name in names]
    return cut if len(set(cut)) == len(cut) else [f"{i}: {name}" for i, name in enumerate(cut, 1)]


def _calibration(problem: Problem, outcome: Outcome, settings: Settings) -> Any:
    """Draw reliability curves of the arms, one class against the rest."""
    if settings.classifier in WITHOUT_PROBABILITIES:
        return ""
    from sklearn.calibration import CalibrationDisplay, calibration_curve

    figure, ax = _axes(6, 4)
    is_class = problem.y[:, None] == outcome.classes
    for arm, scores in outcome.scores.items():
        probabilities = np.clip(scores.mean(0), 0, 1)  # -inf for a class without training rows
        share, predicted = calibration_curve(
            is_class.ravel(), probabilities.ravel(), n_bins=8, strategy="quantile"
        )
        CalibrationDisplay(
            share, predicted, probabilities.ravel(), estimator_name=title_of(arm)
        ).plot(ax=ax)
    ax.set(xlabel="predicted probability", ylabel="share of rows of the class")
    return _svg(figure)


def _embedding(problem: Problem, outcome: Outcome, arm: str | None, settings: Settings) -> Any:
    """Draw all rows, and synthetic ones of an arm."""
    if arm is None:
        return ""
    from sklearn.decomposition import PCA

    from ..displays import EmbeddingDisplay

    X = imputer_of(settings.impute).fit_transform(problem.X) if settings.impute else problem.X
    if min(X.shape) < 2:
        return ""
    y = np.array(short_names(outcome.classes))[np.searchsorted(outcome.classes, problem.y)]
    sampler = sampler_of(arm, settings, settings.random_state).fit(X, y)
    figure, ax = _axes(7.5, 4.5)
    EmbeddingDisplay.from_estimator(
        sampler, X, y, embedding=PCA(2), random_state=settings.random_state, ax=ax
    )
    return _svg(figure)
