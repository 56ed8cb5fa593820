"""How the displays look: colours, markers that do without colour, and legends."""

from typing import Any

# Okabe & Ito's colours, which colour-blind readers can tell apart, from dark to light in grey.
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000", "#b8a800")
MARKERS = ("o", "s", "^", "D", "v", "P", "X", "*")
REAL, SYNTHETIC = "#8c8c8c", "#0072b2"


def mark(k: int) -> tuple[str, str]:
    """Return colour and marker of class k; no two of the first 64 classes share both."""
    n = len(COLOURS)
    return COLOURS[k % n], MARKERS[(k + k // n) % n]


def legend_outside(ax: Any, title: str | None = None) -> None:
    """Draw a legend beside the axis, where it hides nothing."""
    ax.legend(
        title=title,
        loc="center left",
        bbox_to_anchor=(1, 0.5),
        fontsize="small",
        title_fontsize="small",
        frameon=False,
    )
