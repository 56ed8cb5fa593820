"""Provide what all displays share: an axis to draw on, and its figure."""

from typing import Any

from .._optional import require


class Display:
    """Draw on one axis, which is stored in `ax_`, with its figure in `figure_`."""

    ax_: Any
    figure_: Any

    def _set_up_axis(self, ax: Any, title: str | None = None) -> Any:
        """Return the axis to draw on: `ax`, or the axis of a new figure if it is None."""
        if ax is None:
            # The constrained layout leaves room for a legend outside the axis.
            _, ax = require("matplotlib.pyplot", "plot").subplots(layout="constrained")
        self.ax_, self.figure_ = ax, ax.figure
        if title:
            ax.set_title(title)
        return ax
