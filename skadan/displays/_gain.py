"""Draw gains in recall over a reference, with their intervals, as a forest plot."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from ..metrics import recall_gain
from ._base import Display
from ._style import SYNTHETIC


class RecallGainDisplay(Display):
    """Draw gains in unweighted average recall with their intervals, one line each.

    Parameters
    ----------
    gains : mapping of str to sequence of three floats
        By name, the gain and the ends of its interval, from -1 to 1, such as the results of
        `skadan.metrics.recall_gain`.
    reference : str, default="none"
        Name of the reference.

    Attributes
    ----------
    ax_ : matplotlib Axes
        The axis of the drawing.
    figure_ : matplotlib Figure
        The figure of that axis.
    bars_ : list of matplotlib ErrorbarContainer
        Point and interval of each line.

    See Also
    --------
    skadan.metrics.recall_gain : Compute a gain and its interval.

    Examples
    --------
    >>> import matplotlib
    >>> matplotlib.use("Agg")
    >>> from skadan.displays import RecallGainDisplay
    >>> gains = {"SMOTE": (0.01, -0.02, 0.04), "WADAN": (0.08, 0.03, 0.14)}
    >>> display = RecallGainDisplay(gains=gains).plot()
    >>> display.ax_.get_xlabel()
    'gain over none, in points of unweighted average recall'
    """

    def __init__(self, *, gains: Mapping[str, Sequence[float]], reference: str = "none") -> None:
        self.gains = gains
        self.reference = reference

    @classmethod
    def from_predictions(
        cls,
        y_true: ArrayLike,
        predictions: Mapping[str, ArrayLike],
        *,
        reference: str | None = None,
        random_state: Any = None,
        ax: Any = None,
        **parameters: Any,
    ) -> "RecallGainDisplay":
        """Compute the gains of predictions over those of a reference, and draw them.

        Parameters
        ----------
        y_true : array-like of shape (n_samples,)
            Labels.
        predictions : mapping of str to array-like of shape (n_samples,) or (n_seeds, n_samples)
            Predictions by name, including those of the reference.
        reference : str, default=None
            Name of the predictions to compare with; None means the first.
        random_state : int, RandomState instance or None, default=None
            Seed of the intervals' resamples.
        ax : matplotlib Axes, default=None
            As for `plot`.
        **parameters
            Further keywords of `skadan.metrics.recall_gain`.

        Returns
        -------
        display : RecallGainDisplay
            The display, drawn.

        Raises
        ------
        ValueError
            If there are no predictions with that name, or no others.
        """
        names = list(predictions)
        if reference is None:
            reference = next(iter(names), "")
        if reference not in predictions or len(names) < 2:
            raise ValueError(
                f"reference={reference!r} and predictions of {names}: pass the reference's "
                "predictions and at least one other."
            )
        gains = {
            name: recall_gain(
                y_true, labels, predictions[reference], random_state=random_state, **parameters
            )
            for name, labels in predictions.items()
            if name != reference
        }
        return cls(gains=gains, reference=reference).plot(ax)

    def plot(self, ax: Any = None, *, color: Any = SYNTHETIC) -> "RecallGainDisplay":
        """Draw the display.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            The axis to draw on; None creates a figure.
        color : matplotlib colour, default="#0072b2"
            Colour of points and intervals.

        Returns
        -------
        display : RecallGainDisplay
            The display itself.
        """
        ax = self._set_up_axis(ax)
        self.bars_ = []
        for place, values in enumerate(self.gains.values()):
            gain, low, high = 100 * np.asarray(values, dtype=float)
            self.bars_.append(
                ax.errorbar(
                    gain,
                    place,
                    # A gain may be slightly outside its percentile interval, and matplotlib
                    # refuses negative lengths.
                    xerr=[[max(gain - low, 0)], [max(high - gain, 0)]],
                    fmt="o",
                    color=color,
                    capsize=4,
                )
            )
        ax.axvline(0, color="black", linewidth=1, zorder=0)
        ax.set_yticks(range(len(self.gains)), list(self.gains))
        # From bottom to top, so that the first gain is at the top.
        ax.set_ylim(len(self.gains) - 0.5, -0.5)
        ax.set_xlabel(f"gain over {self.reference}, in points of unweighted average recall")
        return self
