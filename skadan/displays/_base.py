"""What all displays share: an axis to draw on, and its figure."""

from typing import Any

from .._optional import require


class Display:
    """A display draws on one axis. It keeps the axis in `ax_` and the figure in `figure_`."""

    ax_: Any
    figure_: Any

    def _open(self, ax: Any, title: str | None = None) -> Any:
        """Return the axis to draw on: `ax`, or the only one of a new figure."""
        if ax is None:
            _, ax = require("matplotlib.pyplot", "plot").subplots(layout="constrained")
        self.ax_, self.figure_ = ax, ax.figure
        if title:
            ax.set_title(title)
        return ax
