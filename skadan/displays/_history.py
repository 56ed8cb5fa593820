"""Draw loss curves (Fig. 3 of the paper)."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from sklearn.utils.validation import check_is_fitted

from ._base import Display
from ._style import legend_outside


class TrainingHistoryDisplay(Display):
    """Draw the losses of a training for each epoch, as in figure 3 of Yi & Mak (2020).

    If the reconstruction error still falls, train for more epochs. With cross-entropy, a critic's
    loss near 0 means that the generator no longer learns. The user guide has more.

    Parameters
    ----------
    history : mapping of str to array-like of shape (n_epochs,)
        The loss terms by name, as in ``history_``.
    name : str, default=None
        Name of the sampler, used as the title.

    Attributes
    ----------
    ax_ : matplotlib Axes
        The axis of the drawing.
    figure_ : matplotlib Figure
        The figure of that axis.
    lines_ : list of matplotlib Line2D
        One line for each term.

    Examples
    --------
    >>> import matplotlib
    >>> matplotlib.use("Agg")
    >>> from skadan import WADANSampler
    >>> from skadan.datasets import make_speaker_classification
    >>> from skadan.displays import TrainingHistoryDisplay
    >>> X, y, _ = make_speaker_classification(40, 60, random_state=0)
    >>> sampler = WADANSampler(max_epochs=3, random_state=0).fit(X, y)
    >>> display = TrainingHistoryDisplay.from_estimator(sampler)
    >>> len(display.lines_) == len(sampler.history_)
    True
    """

    def __init__(self, *, history: Mapping[str, Any], name: str | None = None) -> None:
        self.history = history
        self.name = name

    @classmethod
    def from_estimator(
        cls, sampler: Any, *, terms: Sequence[str] | None = None, ax: Any = None
    ) -> "TrainingHistoryDisplay":
        """Draw the losses of a fitted sampler.

        Parameters
        ----------
        sampler : estimator
            A fitted sampler with ``history_``.
        terms : sequence of str, default=None
            As for `plot`.
        ax : matplotlib Axes, default=None
            As for `plot`.

        Returns
        -------
        display : TrainingHistoryDisplay
            The display, drawn.

        Raises
        ------
        NotFittedError
            If the sampler is not fitted.
        """
        check_is_fitted(sampler, "history_")
        return cls(history=sampler.history_, name=type(sampler).__name__).plot(ax, terms=terms)

    def plot(
        self, ax: Any = None, *, terms: Sequence[str] | None = None
    ) -> "TrainingHistoryDisplay":
        """Draw the display.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            The axis to draw on; None creates a figure.
        terms : sequence of str, default=None
            Names of the terms to draw; None for all. The scale is logarithmic. If a value is 0 or
            less, it is linear around 0.

        Returns
        -------
        display : TrainingHistoryDisplay
            The display itself.

        Raises
        ------
        ValueError
            If a term is unknown.
        """
        terms = list(self.history) if terms is None else list(terms)
        unknown = [term for term in terms if term not in self.history]
        if unknown:
            raise ValueError(f"terms holds {unknown}; the history has {list(self.history)}.")
        ax = self._set_up_axis(ax, self.name)
        # Terms differ in line style as well as in colour, for prints without colour.
        styles = ("-", "--", "-.", ":")
        self.lines_ = []
        for i, term in enumerate(terms):
            losses = np.asarray(self.history[term])
            epochs = np.arange(1, len(losses) + 1)
            style = styles[i % len(styles)]
            self.lines_ += ax.plot(epochs, losses, style, label=term.replace("_", " "))
        values = np.concatenate([np.asarray(self.history[term]) for term in terms])
        if (values > 0).all():
            ax.set_yscale("log")
        else:
            # "symlog" is linear up to this threshold on both sides of 0, and logarithmic beyond it.
            # It must not be 0.
            linear = np.median(np.abs(values)) or 1.0
            ax.set_yscale("symlog", linthresh=linear)
        ax.set_xlabel("epoch")
        ax.set_ylabel("loss")
        legend_outside(ax)
        return self
