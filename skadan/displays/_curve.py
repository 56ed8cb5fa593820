"""Draw scores against the number of synthetic sets (Figs. 6 to 8 and 10 of the paper)."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from ..model_selection import augmentation_curve
from ._base import Display
from ._style import SYNTHETIC


class AugmentationCurveDisplay(Display):
    """Draw scores against the number of synthetic sets (figures 6 to 8 and 10 of Yi & Mak 2020).

    Parameters
    ----------
    n_sets : array-like of shape (n_points,)
        Numbers of sets.
    scores : array-like of shape (n_points, n_repeats)
        The score of each point and repeat.
    score_name : str, default="UAR"
        Name of the vertical axis.

    Attributes
    ----------
    ax_ : matplotlib Axes
        The axis of the drawing.
    figure_ : matplotlib Figure
        The figure of that axis.
    line_ : matplotlib Line2D
        The curve of the means.
    band_ : matplotlib PolyCollection or None
        The mean plus and minus one standard deviation over the repeats; None for one repeat.
    baseline_ : matplotlib Line2D or None
        The mean without augmentation; None if `n_sets` does not contain 0.

    Examples
    --------
    >>> import matplotlib
    >>> matplotlib.use("Agg")
    >>> from skadan.displays import AugmentationCurveDisplay
    >>> display = AugmentationCurveDisplay(n_sets=[0, 1], scores=[[0.5, 0.6], [0.6, 0.7]]).plot()
    >>> display.line_.get_ydata()
    array([0.55, 0.65])
    """

    def __init__(self, *, n_sets: ArrayLike, scores: ArrayLike, score_name: str = "UAR") -> None:
        self.n_sets = n_sets
        self.scores = scores
        self.score_name = score_name

    @classmethod
    def from_estimator(
        cls,
        estimator: Any,
        X: ArrayLike,
        y: ArrayLike,
        *,
        score_name: str = "UAR",
        label: str | None = None,
        ax: Any = None,
        **parameters: Any,
    ) -> "AugmentationCurveDisplay":
        """Compute the curve of a pipeline and draw it.

        Parameters
        ----------
        estimator : imblearn.pipeline.Pipeline
            As for `skadan.model_selection.augmentation_curve`.
        X : array-like of shape (n_samples, n_features)
            Real rows.
        y : array-like of shape (n_samples,)
            The classes of these rows.
        score_name : str, default="UAR"
            Name of the vertical axis.
        label : str, default=None
            As for `plot`.
        ax : matplotlib Axes, default=None
            As for `plot`.
        **parameters
            Further keywords of `augmentation_curve`.

        Returns
        -------
        display : AugmentationCurveDisplay
            The display, drawn.
        """
        curve = augmentation_curve(estimator, X, y, **parameters)
        return cls.from_curve(curve, score_name=score_name, label=label, ax=ax)

    @classmethod
    def from_curve(
        cls, curve: Any, *, score_name: str = "UAR", label: str | None = None, ax: Any = None
    ) -> "AugmentationCurveDisplay":
        """Draw the result of `augmentation_curve`.

        Parameters
        ----------
        curve : Bunch
            The result, with ``n_sets`` and ``scores``.
        score_name : str, default="UAR"
            Name of the vertical axis.
        label : str, default=None
            As for `plot`.
        ax : matplotlib Axes, default=None
            As for `plot`.

        Returns
        -------
        display : AugmentationCurveDisplay
            The display, drawn.
        """
        display = cls(n_sets=curve.n_sets, scores=curve.scores, score_name=score_name)
        return display.plot(ax, label=label)

    def plot(
        self,
        ax: Any = None,
        *,
        label: str | None = None,
        color: Any = SYNTHETIC,
        marker: str = "o",
    ) -> "AugmentationCurveDisplay":
        """Draw the display.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            The axis to draw on; None creates a figure. Several curves may share an axis.
        label : str, default=None
            Name of the curve in the legend.
        color : matplotlib colour, default="#0072b2"
            Colour of the curve and its band.
        marker : str, default="o"
            Marker of the points.

        Returns
        -------
        display : AugmentationCurveDisplay
            The display itself.
        """
        ax = self._set_up_axis(ax)
        order = np.argsort(self.n_sets)
        n_sets, scores = np.asarray(self.n_sets)[order], np.asarray(self.scores)[order]
        mean = scores.mean(1)
        (self.line_,) = ax.plot(n_sets, mean, marker=marker, color=color, label=label)
        self.band_ = self.baseline_ = None
        if scores.shape[1] > 1:
            spread = scores.std(1, ddof=1)
            self.band_ = ax.fill_between(
                n_sets, mean - spread, mean + spread, color=color, alpha=0.15, linewidth=0
            )
        if (n_sets == 0).any():
            # Several curves on an axis share one entry in the legend: matplotlib leaves out labels
            # that begin with an underscore.
            drawn = any(line.get_label() == "no augmentation" for line in ax.get_lines())
            self.baseline_ = ax.axhline(
                mean[n_sets == 0][0],
                color="black",
                linestyle=":",
                linewidth=1,
                label="_no augmentation" if drawn else "no augmentation",
            )
        ax.set_xticks(n_sets)
        ax.set_xlabel("synthetic sets added")
        ax.set_ylabel(self.score_name)
        if ax.get_legend_handles_labels()[0]:
            ax.legend()
        return self
