"""Draw the distribution of one feature in real and synthetic rows (Fig. 5 of the paper)."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from .._matching import with_columns_of
from ._base import Display
from ._style import REAL, SYNTHETIC


class FeatureHistogramDisplay(Display):
    """Draw histograms of one feature in real and synthetic rows (figure 5 of Yi & Mak 2020).

    Parameters
    ----------
    values : array-like of shape (n_samples,)
        Values in real rows.
    new_values : array-like of shape (n_samples_new,)
        Values in synthetic rows.
    feature_name : str, default=None
        Label of the horizontal axis.

    Attributes
    ----------
    edges_ : ndarray of shape (n_bins + 1,)
        Edges of the bins. Their width is chosen for the real values by the rule of Freedman and
        Diaconis, and they cover the range of all values.
    density_, new_density_ : ndarray of shape (n_bins,)
        Heights of the bins, for real and synthetic rows.
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
        """Draw one synthetic row for each real one, and the histograms of a feature.

        Parameters
        ----------
        sampler : estimator
            A fitted sampler with ``sample``.
        X : {array-like, dataframe} of shape (n_samples, n_features)
            Real rows.
        y : array-like of shape (n_samples,)
            The classes of these rows.
        feature : int or str, default=0
            Index or name of the column.
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
        """Draw the histograms of a feature in real and synthetic rows of any sampler.

        Parameters
        ----------
        X, X_new : {array-like, dataframe} of shape (n_samples, n_features)
            Real and synthetic rows. If both are frames, columns are matched by name.
        feature : int or str, default=0
            Index of the column in `X`, or its name if `X` is a data frame.
        ax : matplotlib Axes, default=None
            As for `plot`.

        Returns
        -------
        display : FeatureHistogramDisplay
            The display, drawn.

        Raises
        ------
        ValueError
            If there is no such column, or the columns of two frames differ.
        """
        columns = [str(c) for c in getattr(X, "columns", [])]
        if isinstance(feature, str):
            if feature not in columns:
                raise ValueError(f"feature={feature!r} is not a column of X.")
            number, name = columns.index(feature), feature
        else:
            if not 0 <= feature < np.shape(X)[1]:
                raise ValueError(f"feature={feature}, but X has {np.shape(X)[1]} columns.")
            number, name = feature, columns[feature] if columns else f"feature {feature}"
        real, new = (np.asarray(rows)[:, number] for rows in (X, with_columns_of(X, X_new)))
        return cls(values=real, new_values=new, feature_name=name).plot(ax)

    def plot(self, ax: Any = None) -> "FeatureHistogramDisplay":
        """Draw the real values as filled bars and the synthetic ones as an outline.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            The axis to draw on; None creates a figure.

        Returns
        -------
        display : FeatureHistogramDisplay
            The display itself.
        """
        real, new = np.asarray(self.values, float), np.asarray(self.new_values, float)
        self.edges_ = _bin_edges(real, new)
        self.density_, _ = np.histogram(real, self.edges_, density=True)
        self.new_density_, _ = np.histogram(new, self.edges_, density=True)
        ax = self._set_up_axis(ax)
        ax.stairs(self.density_, self.edges_, fill=True, color=REAL, alpha=0.6, label="real")
        ax.stairs(self.new_density_, self.edges_, color=SYNTHETIC, linewidth=2, label="synthetic")
        ax.set_xlabel(self.feature_name or "value")
        ax.set_ylabel("density")
        ax.legend()
        return self


def _bin_edges(real: np.ndarray, new: np.ndarray, most: int = 200) -> np.ndarray:
    """Return edges over the range of both, with Freedman and Diaconis's bin width for `real`."""
    edges = np.histogram_bin_edges(real, "fd")
    low, high = min(real.min(), new.min()), max(real.max(), new.max())
    if low == high:
        return edges[[0, -1]]  # all values are equal: NumPy's one bin, one unit wide
    # Far outliers among synthetic rows would otherwise need millions of bins.
    n_bins = min(most, int(np.ceil((high - low) / (edges[1] - edges[0]))))
    return np.linspace(low, high, n_bins + 1)
