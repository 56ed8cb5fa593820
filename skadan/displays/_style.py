"""Define the look of the displays: colours, markers and legends."""

from typing import Any

# Okabe & Ito's colours, which colour-blind readers can tell apart. Markers differ as well, for
# prints without colour.
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000", "#b8a800")
MARKERS = ("o", "s", "^", "D", "v", "P", "X", "*")
REAL, SYNTHETIC = "#8c8c8c", "#0072b2"


def mark(k: int) -> tuple[str, str]:
    """Return the colour and marker of class k; the first 64 classes have different pairs."""
    n = len(COLOURS)
    # After each n classes the markers shift by one, so the same colour gets another marker.
    return COLOURS[k % n], MARKERS[(k + k // n) % n]


def legend_outside(ax: Any, title: str | None = None) -> None:
    """Draw a legend to the right of the axis, where it hides no points."""
    ax.legend(
        title=title,
        loc="center left",
        bbox_to_anchor=(1, 0.5),
        fontsize="small",
        title_fontsize="small",
        frameon=False,
    )
