"""Draw real and synthetic rows in the plane (Figs. 4 and 9 of the paper)."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from sklearn.base import clone
from sklearn.manifold import TSNE
from sklearn.preprocessing import StandardScaler
from sklearn.utils import check_array

from .._matching import check_same_kind, with_columns_of
from ._base import Display
from ._style import legend_outside, mark


class EmbeddingDisplay(Display):
    """Draw real and synthetic rows in the plane (figures 4 and 9 of Yi & Mak 2020).

    Each class has a colour and a marker. Markers are light and open for real rows, dark and filled
    for synthetic ones. In t-SNE, distances between separate clusters mean little.

    Parameters
    ----------
    points : ndarray of shape (n_samples, 2)
        Coordinates of the rows in the plane.
    labels : ndarray of shape (n_samples,)
        Classes of the rows.
    is_synthetic : ndarray of shape (n_samples,)
        Whether each row is synthetic.
    title : str, default=None
        Title of the figure.

    Attributes
    ----------
    ax_ : matplotlib Axes
        The axis of the drawing.
    figure_ : matplotlib Figure
        The figure of that axis.
    scatters_ : dict of tuple to matplotlib PathCollection
        The points, by class and by whether they are synthetic.

    Examples
    --------
    >>> import matplotlib
    >>> matplotlib.use("Agg")
    >>> from sklearn.decomposition import PCA
    >>> from skadan import WADANSampler
    >>> from skadan.datasets import make_speaker_classification
    >>> from skadan.displays import EmbeddingDisplay
    >>> X, y, _ = make_speaker_classification(40, 60, random_state=0)
    >>> sampler = WADANSampler(max_epochs=3, random_state=0).fit(X, y)
    >>> display = EmbeddingDisplay.from_estimator(
    ...     sampler, X, y, space="latent", embedding=PCA(2), random_state=0
    ... )
    >>> display.points.shape
    (80, 2)
    """

    def __init__(
        self,
        *,
        points: np.ndarray,
        labels: np.ndarray,
        is_synthetic: np.ndarray,
        title: str | None = None,
    ) -> None:
        self.points = points
        self.labels = labels
        self.is_synthetic = is_synthetic
        self.title = title

    @classmethod
    def from_estimator(
        cls,
        sampler: Any,
        X: Any,
        y: ArrayLike,
        *,
        space: str = "original",
        embedding: Any = None,
        random_state: Any = None,
        ax: Any = None,
    ) -> "EmbeddingDisplay":
        """Embed real rows and one synthetic row for each, and draw them.

        Parameters
        ----------
        sampler : estimator
            A fitted sampler with ``sample``; for the latent space, with ``encode`` and
            ``sample_latent``.
        X : {array-like, dataframe} of shape (n_samples, n_features)
            Real rows.
        y : array-like of shape (n_samples,)
            The classes of these rows.
        space : {"original", "latent"}, default="original"
            Whether to embed z-normed rows or codes.
        embedding : estimator, default=None
            An estimator whose ``fit_transform`` returns two columns; None means t-SNE.
        random_state : int, RandomState instance or None, default=None
            Seed of the draw and of t-SNE.
        ax : matplotlib Axes, default=None
            As for `plot`.

        Returns
        -------
        display : EmbeddingDisplay
            The display, drawn.

        Raises
        ------
        ValueError
            If `space` is unknown.
        """
        if space not in ("original", "latent"):
            raise ValueError(f"space={space!r}: use 'original' or 'latent'.")
        if space == "latent":
            real, new = sampler.encode(X), sampler.sample_latent(y, random_state=random_state)
        else:
            real, new = X, sampler.sample(y, random_state=random_state)[0]
        return cls.from_arrays(
            real,
            y,
            new,
            y,
            embedding=embedding,
            random_state=random_state,
            title=f"{type(sampler).__name__}, {space} space",
            ax=ax,
        )

    @classmethod
    def from_arrays(
        cls,
        X: Any,
        y: ArrayLike,
        X_new: Any,
        y_new: ArrayLike,
        *,
        embedding: Any = None,
        random_state: Any = None,
        title: str | None = None,
        ax: Any = None,
    ) -> "EmbeddingDisplay":
        """Embed real and synthetic rows of any sampler, and draw them.

        Parameters
        ----------
        X : {array-like, dataframe} of shape (n_samples, n_features)
            Real rows. All rows are z-normed by the mean and standard deviation of these.
        y : array-like of shape (n_samples,)
            The classes of these rows.
        X_new : {array-like, dataframe} of shape (n_samples_new, n_features)
            Synthetic rows. If both are frames, columns are matched by name.
        y_new : array-like of shape (n_samples_new,)
            The classes of these rows.
        embedding : estimator, default=None
            An estimator whose ``fit_transform`` returns two columns; None means t-SNE.
        random_state : int, RandomState instance or None, default=None
            Seed of t-SNE.
        title : str, default=None
            Title of the figure.
        ax : matplotlib Axes, default=None
            As for `plot`.

        Returns
        -------
        display : EmbeddingDisplay
            The display, drawn.

        Raises
        ------
        ValueError
            If the columns differ, or `y` and `y_new` are not both numbers or both text.
        """
        check_same_kind(y=y, y_new=y_new)
        tables = X, with_columns_of(X, X_new)
        real, new = (check_array(rows, dtype=np.float64) for rows in tables)
        scaler = StandardScaler().fit(real)
        rows = np.vstack([scaler.transform(real), scaler.transform(new)])
        if embedding is None:
            # t-SNE's usual 30 needs 91 rows or more.
            perplexity = min(30.0, (len(rows) - 1) / 3)
            embedding = TSNE(perplexity=perplexity, init="pca", random_state=random_state)
        points = clone(embedding).fit_transform(rows)
        display = cls(
            points=points,
            labels=np.concatenate([np.asarray(y), np.asarray(y_new)]),
            is_synthetic=np.repeat([False, True], [len(real), len(new)]),
            title=title,
        )
        return display.plot(ax)

    def plot(self, ax: Any = None) -> "EmbeddingDisplay":
        """Draw the display.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            The axis to draw on; None creates a figure.

        Returns
        -------
        display : EmbeddingDisplay
            The display itself.
        """
        ax = self._set_up_axis(ax, self.title)
        self.scatters_ = {}
        for synthetic in (False, True):  # synthetic rows last, so that they are on top
            for k, c in enumerate(np.unique(self.labels)):
                colour, marker = mark(k)
                chosen = (self.labels == c) & (self.is_synthetic == synthetic)
                look = {"facecolors": colour, "s": 16} if synthetic else {"facecolors": "none"}
                self.scatters_[c, synthetic] = ax.scatter(
                    *self.points[chosen].T,
                    edgecolors=colour,
                    marker=marker,
                    alpha=0.9 if synthetic else 0.5,
                    linewidths=0.8,
                    # matplotlib leaves labels that begin with an underscore out of the legend.
                    label=f"{c}" if synthetic else "_real",
                    **look,
                )
        legend_outside(ax, "filled: synthetic\nopen: real")
        ax.set_xticks([])
        ax.set_yticks([])
        return self
