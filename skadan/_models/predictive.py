"""Compose rows that a class would have next, from its estimated posterior predictive."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

import numpy as np
from torch import Tensor

from .arrays import to_tensor
from .centers import center_factors, class_sums, variances
from .scatter import own_shares, select_rows, spreads, squares_of


@dataclass(frozen=True)
class Predictive:
    """Hold the centre and scatter of each class; the mean of the table is 0.

    Parameters
    ----------
    counts : ndarray of shape (K,)
        Number of training rows of each class.
    means : ndarray of shape (K, r)
        Class means, float32, in z-scores or in coordinates of the row space.
    factors : ndarray of shape (K,)
        Factor that shrinks each mean: see `center_factors`.
    own : ndarray of shape (K,)
        Share of the class's own covariance: see `own_shares`.
    spread : ndarray of shape (K,)
        Variance of the class relative to the pooled variance: see `spreads`.
    """

    counts: np.ndarray
    means: np.ndarray
    factors: np.ndarray
    own: np.ndarray
    spread: np.ndarray

    @classmethod
    def of(
        cls,
        blocks: Iterable[np.ndarray],
        class_index: np.ndarray,
        take: Callable[[np.ndarray], np.ndarray],
    ) -> "Predictive":
        """Estimate from all rows, given in blocks, with class indices (n,).

        `take` returns the rows of given indices. Every class must have a row.
        """
        n = np.bincount(class_index)
        sums, squares = class_sums(blocks, class_index, len(n))
        variance, pooled = variances(sums, squares, n)
        means = sums / n[:, None]
        # Means and variances use all rows; covariances need inner products of all pairs of rows,
        # so they use a selection.
        row_indices = np.argsort(class_index, kind="stable")[select_rows(n)]
        shapes = squares_of(take(row_indices).astype(np.float64), class_index[row_indices])
        return cls(
            n,
            means.astype(np.float32),
            center_factors(means, variance, n),
            own_shares(shapes, n),
            spreads(variance, pooled, n),
        )

    def adjusted(self, center: str, own_share: float | str) -> "Predictive":
        """Return a copy with the centres and shares that a sampler's parameters ask for."""
        factors = np.ones(len(self.counts)) if center == "mean" else self.factors
        own = self.own if isinstance(own_share, str) else np.full(len(self.counts), own_share)
        # A class of one row has no deviations from its mean: all scatter comes from the others.
        return replace(self, factors=factors, own=np.where(self.counts > 1, own, 0.0))

    def compose(
        self, own: Tensor, of_any: Tensor, class_index: np.ndarray, donor: np.ndarray
    ) -> Tensor:
        r"""Compose each row (m, r) from a row of its class and a row of any class.

        Let e and e' be the deviations of the two rows from the means of their classes. Then

        .. math:: x = f_k m_k + \sqrt{1 + f_k / n_k}\,\Bigl(
            \sqrt{\alpha_k \tfrac{n_k}{n_k - 1}}\, e
            + \sqrt{(1 - \alpha_k)\, c_k \tfrac{n}{n - K}}\, e' \Bigr)

        Deviations from an estimated mean are too small; the factors n_k / (n_k - 1) and n / (n - K)
        correct for that. The factor 1 + f_k / n_k adds the uncertainty of the centre, whose
        posterior variance is f_k / n_k times that of a row.

        Parameters
        ----------
        own, of_any : Tensor of shape (m, r)
            Rows of the class itself and of any class.
        class_index, donor : ndarray of shape (m,)
            Classes of the two.

        Returns
        -------
        rows : Tensor of shape (m, r)
        """
        n, degrees = self.counts, max(int(self.counts.sum()) - len(self.counts), 1)
        widening = np.sqrt(1 + self.factors / n)
        own_weight = widening * np.sqrt(self.own * n / np.maximum(n - 1, 1))
        pooled_weight = widening * np.sqrt((1 - self.own) * self.spread * n.sum() / degrees)

        def by_class(values: np.ndarray, index: np.ndarray) -> Tensor:
            """Return the values of each row's class, as a column if they are scalars."""
            picked = to_tensor(values[index].astype(np.float32), own.device)
            return picked[:, None] if picked.ndim == 1 else picked

        return (
            by_class(self.factors[:, None] * self.means, class_index)
            + by_class(own_weight, class_index) * (own - by_class(self.means, class_index))
            + by_class(pooled_weight, class_index) * (of_any - by_class(self.means, donor))
        )
