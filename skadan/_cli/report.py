"""An evaluation as one page of HTML, which needs no network to be read."""

import io
import shlex
import sys
from argparse import Namespace
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.metrics import recall_score

from .._files import written_whole
from .._optional import require
from .._version import __version__
from .arms import SAMPLERS, sampler_of
from .classifiers import PENALTIES, WITHOUT_PROBABILITIES
from .cross_validation import Outcome
from .folds import Folds, Problem
from .verdict import (
    NAMES,
    Result,
    figures,
    header,
    recommendation,
    recommended,
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


def write_report(
    path: Path,
    table: Any,
    problem: Problem,
    folds: Folds,
    outcome: Outcome,
    results: dict[str, Result],
    args: Namespace,
) -> None:
    """Write the page."""
    jinja2 = require("jinja2", "report")
    template = files(__package__).joinpath("report.html").read_text(encoding="utf-8")
    environment = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined)
    chosen = recommended(problem, outcome)
    sampled = next((arm for arm in reversed(NAMES) if arm in results and _can_draw(arm)), None)
    # Names of classes are no formulas, even if they have dollars in them.
    with require("matplotlib", "report").rc_context({"text.parse_math": False}):
        page = environment.from_string(template).render(
            title=f"Rare classes in {args.table.name}",
            header=header(args, folds),
            recommendation=recommendation(problem, outcome, results),
            remarks=remarks(outcome, results),
            penalty_name=PENALTIES[args.classifier][0],
            rows=[_row(arm, outcome, results, chosen) for arm in outcome.arms],
            gains=_gains(results),
            arms=[title_of(arm) for arm in outcome.labels],
            recalls=_recalls(problem, outcome),
            confusions=_confusions(problem, outcome),
            calibration=_calibration(problem, outcome, args),
            embedding=_embedding(problem, outcome, sampled, args),
            embedding_of=title_of(sampled) if sampled else "",
            facts=_facts(table, problem, args),
            limits=LIMITS.format(unit="rows" if problem.groups is None else "groups"),
            command=shlex.join(["skadan", *sys.argv[1:]]),
            versions=_versions(),
        )
    with written_whole(path) as file:
        file.write(page.encode())
    print(f"{path}: the report.", file=sys.stderr)


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
        "penalty": f"{np.median(outcome.penalties[arm]):.3g}",
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


def _facts(table: Any, problem: Problem, args: Namespace) -> list[tuple[str, str]]:
    """Return what was read, as names and texts."""
    names, counts = np.unique(problem.y, return_counts=True)
    classes = ", ".join(f"{name} ({count})" for name, count in zip(names, counts, strict=True))
    facts = [
        ("file", str(args.table)),
        ("rows", f"{len(problem.y):,}"),
        ("features", f"{problem.X.shape[1]:,}"),
        ("labels", f"{args.target or 'y'}: {classes}"),
    ]
    if problem.groups is not None:
        n_groups = len(np.unique(problem.groups))
        facts.append(("groups", f"{args.groups or 'groups'}: {n_groups}"))
    n_missing = int(np.isnan(problem.X).sum())
    if n_missing:
        facts.append(("missing cells", f"{n_missing:,}, filled with the {args.impute}"))
    n_left_out = len(table.target) - len(problem.y)
    if n_left_out:
        facts.append(("synthetic rows", f"{n_left_out:,} in the file, left out"))
    left_out = ", ".join(f"{name} ({why})" for name, why in list(table.left_out.items())[:20])
    more = f" and {len(table.left_out) - 20} more" if len(table.left_out) > 20 else ""
    return [*facts, ("columns left out", f"{left_out}{more}")] if left_out else facts


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
    return require("markupsafe", "report").Markup(text[text.index("<svg") :])


def _axes(width: float, height: float) -> tuple[Any, Any]:
    figure = require("matplotlib.figure", "report").Figure(
        figsize=(width, height), layout="constrained"
    )
    return figure, figure.subplots()


def _gains(results: dict[str, Result]) -> Any:
    from ..displays import RecallGainDisplay

    gains = {title_of(arm): one.recall_gain for arm, one in results.items() if one.recall_gain}
    if not gains:
        return ""
    figure, ax = _axes(7, 1.2 + 0.45 * len(gains))
    RecallGainDisplay(gains=gains).plot(ax)
    return _svg(figure)


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
        ax.set_title(title_of(arm))
        found.append(_svg(figure))
    return found


def short_names(classes: np.ndarray) -> list[str]:
    """Return names of classes that fit beside a figure, no two of them alike."""
    names = [str(name) for name in classes]
    cut = [name if len(name) <= LONGEST_NAME else f"{name[:LONGEST_NAME]}..." for name in names]
    return cut if len(set(cut)) == len(cut) else [f"{i}: {name}" for i, name in enumerate(cut, 1)]


def _calibration(problem: Problem, outcome: Outcome, args: Namespace) -> Any:
    """Draw reliability curves of the arms, one class against the rest."""
    if args.classifier in WITHOUT_PROBABILITIES:
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


def _embedding(problem: Problem, outcome: Outcome, arm: str | None, args: Namespace) -> Any:
    """Draw all rows, and synthetic ones of an arm."""
    if arm is None:
        return ""
    from sklearn.decomposition import PCA
    from sklearn.impute import SimpleImputer

    from ..displays import EmbeddingDisplay

    X = SimpleImputer(strategy=args.impute or "mean", keep_empty_features=True).fit_transform(
        problem.X
    )
    if min(X.shape) < 2:
        return ""
    y = np.array(short_names(outcome.classes))[np.searchsorted(outcome.classes, problem.y)]
    sampler = sampler_of(arm, args, args.seed).fit(X, y)
    figure, ax = _axes(7.5, 4.5)
    EmbeddingDisplay.from_estimator(sampler, X, y, embedding=PCA(2), random_state=args.seed, ax=ax)
    return _svg(figure)
