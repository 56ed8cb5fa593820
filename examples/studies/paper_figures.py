"""Figures 3 to 10 of the paper."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib import pyplot as plt
from matplotlib.figure import Figure
from paper_corpora import Corpus
from paper_samplers import SAMPLERS, new_sampler
from paper_table import CLASSIFIERS, CONTROL
from pooled_scores import pooled_predictions, recalls

from skadan.displays import (
    AugmentationCurveDisplay,
    EmbeddingDisplay,
    FeatureHistogramDisplay,
    TrainingHistoryDisplay,
)

COLOURS = {"none": "black"} | dict(zip(SAMPLERS, plt.get_cmap("tab10").colors, strict=False))
MARKERS = dict(zip(COLOURS, ".osD^vPX*", strict=True))
# The panels of Fig. 3: title, sampler, and parameters that differ from its defaults. Eqs. 1 and 14
# are the saturating loss of the generator, log(1 - D(G)).
LOSS_PANELS = {
    "(a) original GAN, Eq. 1": ("GAN", {"saturating": True}),
    "(b) GAN, Eqs. 2 and 3": ("GAN", {}),
    "(c) cGAN, Eqs. 5 and 6": ("cGAN", {}),
    "(d) AAE, Eqs. 7 and 8, and 9 for the reconstruction": ("AAE", {}),
    "(e) ADAN, Eqs. 10 to 12 and 14": ("ADAN", {"saturating": True}),
    "(f) WADAN, Eqs. 11, 12, 17 and 18": ("WADAN", {}),
}


def curves(
    records: list[dict],
    corpus: Corpus,
    arms: Sequence[str],
    n_sets: Sequence[int],
    only: bool = False,
) -> Figure:
    """Draw UAR against the number of sets, with real rows (Figs. 6, 7, 10) or without (Fig. 8)."""
    y, points = corpus.y, [k for k in n_sets if k > 0]
    figure, axes = plt.subplots(1, 2, figsize=(14, 5), layout="constrained", sharey=True)

    def uar(arm: str, setting: str) -> np.ndarray:
        return recalls(y, pooled_predictions(records, arm, setting, y)) / 100

    for ax, name in zip(axes, CLASSIFIERS, strict=True):
        base = uar("none", f"{name} 0").mean()
        for arm in arms if only else ("none", *arms):
            scores = [uar(arm, f"{name} {k}{' only' if only else ''}") for k in points]
            if not only:
                scores = [np.full_like(scores[0], base), *scores]
            n = points if only else [0, *points]
            label = CONTROL if arm == "none" else arm
            display = AugmentationCurveDisplay(n_sets=n, scores=scores)
            display.plot(ax, label=label, color=COLOURS[arm], marker=MARKERS[arm])
        if only:
            ax.axhline(base, color="black", linestyle=":", linewidth=1)
            ax.set_xlabel("synthetic sets")
        ax.set_title(name)
        ax.get_legend().remove()
    figure.legend(*ax.get_legend_handles_labels(), loc="outside right center")
    title = "synthetic rows alone (dotted: the real ones)" if only else "UAR against synthetic sets"
    figure.suptitle(f"{corpus.name}: {title}")
    return figure


def panels(n: int, n_columns: int, size: tuple[float, float]) -> tuple[Figure, list[Any]]:
    """Return a figure and its n axes, row by row, each of a size in inches."""
    n_rows = -(-n // n_columns)
    figure, axes = plt.subplots(
        n_rows,
        n_columns,
        figsize=(n_columns * size[0], n_rows * size[1]),
        layout="constrained",
        squeeze=False,
    )
    for ax in axes.flat[n:]:
        ax.remove()
    return figure, list(axes.flat[:n])


def draw_losses(fitted: dict[str, Any], X: np.ndarray, y: np.ndarray, epochs: int | None) -> Figure:
    """Draw Fig. 3. A panel whose parameters are not the defaults trains another sampler."""
    titles = [title for title, (arm, _) in LOSS_PANELS.items() if arm in fitted]
    figure, axes = panels(len(titles), 2, (7, 4))
    for ax, title in zip(axes, titles, strict=True):
        arm, keywords = LOSS_PANELS[title]
        sampler = fitted[arm]
        if keywords:
            sampler = new_sampler(arm, epochs, 0, **keywords).fit(X, y)
        TrainingHistoryDisplay(history=sampler.history_, name=title).plot(ax)
    return figure


def draw_embeddings(fitted: dict[str, Any], X: np.ndarray, y: np.ndarray) -> Figure:
    """Draw Figs. 4 and 9: real and synthetic rows, and their codes, in the plane."""
    spaces = [
        (sampler, space)
        for sampler in fitted.values()
        for space in ("original", "latent")
        if space == "original" or hasattr(sampler, "encode")
    ]
    figure, axes = panels(len(spaces), 2, (7, 5.5))
    for ax, (sampler, space) in zip(axes, spaces, strict=True):
        EmbeddingDisplay.from_estimator(sampler, X, y, space=space, random_state=0, ax=ax)
    return figure


def draw_histograms(fitted: dict[str, Any], X: np.ndarray, y: np.ndarray, feature: int) -> Figure:
    """Draw Fig. 5: one feature in real and synthetic rows."""
    figure, axes = panels(len(fitted), len(fitted), (5, 4))
    for ax, (arm, sampler) in zip(axes, fitted.items(), strict=True):
        FeatureHistogramDisplay.from_estimator(
            sampler, X, y, feature=feature, random_state=0, ax=ax
        )
        ax.set_title(arm)
    return figure


def portraits(
    corpus: Corpus, arms: Sequence[str], epochs: int | None, out: Path, prefix: str = ""
) -> None:
    """Save Figs. 3, 4, 5 (and 9). They illustrate one training on all rows; no score uses it."""
    source = corpus.source or corpus
    X, y, rng = source.X, source.y, np.random.default_rng(0)
    some = np.sort(rng.permutation(len(X))[:1500])
    feature = int(rng.integers(X.shape[1]))
    fitted = {arm: new_sampler(arm, epochs, 0).fit(X, y) for arm in arms}
    figures = {
        "fig3_losses": draw_losses(fitted, X, y, epochs),
        "fig4_embedding": draw_embeddings(fitted, X[some], y[some]),
        "fig5_histogram": draw_histograms(fitted, X, y, feature),
    }
    for name, figure in figures.items():
        figure.savefig(out / f"{prefix}{name}.png", dpi=120)
