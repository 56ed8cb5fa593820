"""One feature of real and synthetic rows (Fig. 5 of the paper)."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from ._base import Display
from ._style import REAL, SYNTHETIC


class FeatureHistogramDisplay(Display):
    """Histograms of one feature, real and synthetic, as in figure 5 of Yi & Mak (2020).

    Parameters
    ----------
    values : array-like of shape (n_samples,)
        The feature in real rows.
    new_values : array-like of shape (n_samples_new,)
        The feature in synthetic rows.
    feature_name : str, default=None
        Name of the horizontal axis.

    Attributes
    ----------
    edges_ : ndarray of shape (n_bins + 1,)
        Edges of the bins: those of Freedman and Diaconis for the real values, continued over the
        range of the synthetic ones.
    density_, new_density_ : ndarray of shape (n_bins,)
        Heights of the bins.
    ax_ : matplotlib Axes
        The axis of the drawing.
    figure_ : matplotlib Figure
        The figure of that axis.

    Examples
    --------
    >>> import matplotlib
    >>> matplotlib.use("Agg")
    >>> import numpy as np
    >>> from skadan.displays import FeatureHistogramDisplay
    >>> rng = np.random.default_rng(0)
    >>> display = FeatureHistogramDisplay(
    ...     values=rng.normal(size=200), new_values=rng.normal(size=300), feature_name="pitch"
    ... ).plot()
    >>> display.ax_.get_xlabel()
    'pitch'
    """

    def __init__(
        self, *, values: ArrayLike, new_values: ArrayLike, feature_name: str | None = None
    ) -> None:
        self.values = values
        self.new_values = new_values
        self.feature_name = feature_name

    @classmethod
    def from_estimator(
        cls,
        sampler: Any,
        X: Any,
        y: ArrayLike,
        *,
        feature: int | str = 0,
        random_state: Any = None,
        ax: Any = None,
    ) -> "FeatureHistogramDisplay":
        """Draw a feature of real rows beside one synthetic row for each of their labels.

        Parameters
        ----------
        sampler : estimator
            Fitted, with ``sample``.
        X : {array-like, dataframe} of shape (n_samples, n_features)
            Real rows.
        y : array-like of shape (n_samples,)
            The classes of these rows.
        feature : int or str, default=0
            Number or name of the column.
        random_state : int, RandomState instance or None, default=None
            Seed of the draw.
        ax : matplotlib Axes, default=None
            As for `plot`.

        Returns
        -------
        display : FeatureHistogramDisplay
            The display, drawn.
        """
        X_new, _ = sampler.sample(y, random_state=random_state)
        return cls.from_arrays(X, X_new, feature=feature, ax=ax)

    @classmethod
    def from_arrays(
        cls, X: Any, X_new: Any, *, feature: int | str = 0, ax: Any = None
    ) -> "FeatureHistogramDisplay":
        """Draw a feature of real and synthetic rows, of whatever sampler.

        Parameters
        ----------
        X, X_new : {array-like, dataframe} of shape (n_samples, n_features)
            Real and synthetic rows.
        feature : int or str, default=0
            Number of the column, or its name where the rows are data frames.
        ax : matplotlib Axes, default=None
            As for `plot`.

        Returns
        -------
        display : FeatureHistogramDisplay
            The display, drawn.

        Raises
        ------
        ValueError
            If there is no such column.
        """
        columns = [str(c) for c in getattr(X, "columns", [])]
        if isinstance(feature, str):
            if feature not in columns:
                raise ValueError(f"feature={feature!r} is no column of X.")
            number, name = columns.index(feature), feature
        else:
            if not 0 <= feature < np.shape(X)[1]:
                raise ValueError(f"feature={feature}, but X has {np.shape(X)[1]} columns.")
            number, name = feature, columns[feature] if columns else f"feature {feature}"
        real, new = (np.asarray(rows)[:, number] for rows in (X, X_new))
        return cls(values=real, new_values=new, feature_name=name).plot(ax)

    def plot(self, ax: Any = None) -> "FeatureHistogramDisplay":
        """Draw: real values filled, synthetic ones as an outline.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            The axis to draw on; None makes a figure.

        Returns
        -------
        display : FeatureHistogramDisplay
            The display itself.
        """
        real, new = np.asarray(self.values, float), np.asarray(self.new_values, float)
        self.edges_ = _edges(real, new)
        self.density_, _ = np.histogram(real, self.edges_, density=True)
        self.new_density_, _ = np.histogram(new, self.edges_, density=True)
        ax = self._open(ax)
        ax.stairs(self.density_, self.edges_, fill=True, color=REAL, alpha=0.6, label="real")
        ax.stairs(self.new_density_, self.edges_, color=SYNTHETIC, linewidth=2, label="synthetic")
        ax.set_xlabel(self.feature_name or "value")
        ax.set_ylabel("density")
        ax.legend()
        return self


def _edges(real: np.ndarray, new: np.ndarray, most: int = 200) -> np.ndarray:
    """Return Freedman and Diaconis's bins of `real` over the range of both, at most `most`."""
    edges = np.histogram_bin_edges(real, "fd")
    low, high = min(real.min(), new.min()), max(real.max(), new.max())
    if low == high:
        return edges[[0, -1]]  # numpy's, one unit wide
    n_bins = min(most, int(np.ceil((high - low) / (edges[1] - edges[0]))))
    return np.linspace(low, high, n_bins + 1)
