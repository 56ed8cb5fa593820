"""The rows that a class would have next: its posterior predictive, as far as it is estimated."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

import numpy as np
from torch import Tensor

from .arrays import to_tensor
from .centers import center_factors, class_sums, variances
from .scatter import own_shares, some_of_each, spreads, squares_of


@dataclass(frozen=True)
class Predictive:
    """Centre and scatter of each class, in coordinates in which the mean of the table is 0.

    Parameters
    ----------
    counts : ndarray of shape (K,)
        Training rows of each class.
    means : ndarray of shape (K, r)
        Their means, float32.
    factors : ndarray of shape (K,)
        Factor of the centre's distance from the mean of the table: see `center_factors`.
    own : ndarray of shape (K,)
        Share of the class's own covariance: see `own_shares`.
    spread : ndarray of shape (K,)
        Variance of the class relative to that of all: see `spreads`.
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
        """Learn from all rows, block by block, and from some of them.

        `take` returns rows by their indices. Every class has a row.
        """
        n = np.bincount(class_index)
        sums, squares = class_sums(blocks, class_index, len(n))
        variance, pooled = variances(sums, squares, n)
        means = sums / n[:, None]
        rows = np.argsort(class_index, kind="stable")[some_of_each(n)]
        shapes = squares_of(take(rows).astype(np.float64), class_index[rows])
        return cls(
            n,
            means.astype(np.float32),
            center_factors(means, variance, n),
            own_shares(shapes, n),
            spreads(variance, pooled, n),
        )

    def adjusted(self, center: str, own_share: float | str) -> "Predictive":
        """Return it with the centres and shares that a sampler's parameters say."""
        factors = np.ones(len(self.counts)) if center == "mean" else self.factors
        own = self.own if isinstance(own_share, str) else np.full(len(self.counts), own_share)
        return replace(self, factors=factors, own=np.where(self.counts > 1, own, 0.0))

    def compose(
        self, own: Tensor, of_any: Tensor, class_index: np.ndarray, donor: np.ndarray
    ) -> Tensor:
        r"""Put rows together of a row of their class and a row of any class, (m, r).

        With e and e' the deviations of the two from the means of their classes,

        .. math:: x = f_k m_k + \sqrt{1 + f_k / n_k}\,\Bigl(
            \sqrt{\alpha_k \tfrac{n_k}{n_k - 1}}\, e
            + \sqrt{(1 - \alpha_k)\, c_k \tfrac{n}{n - K}}\, e' \Bigr)

        The factors n / (n - 1) make up for means that the rows themselves have set, and
        1 + f_k / n_k is for the centre, which is not known exactly: its posterior variance is
        f_k / n_k of that of a row.

        Parameters
        ----------
        own, of_any : Tensor of shape (m, r)
            Rows of the classes `class_index` and `donor`.
        class_index, donor : ndarray of shape (m,)
            The classes.

        Returns
        -------
        rows : Tensor of shape (m, r)
        """
        n, free = self.counts, max(int(self.counts.sum()) - len(self.counts), 1)
        widened = np.sqrt(1 + self.factors / n)
        of_own = widened * np.sqrt(self.own * n / np.maximum(n - 1, 1))
        of_pooled = widened * np.sqrt((1 - self.own) * self.spread * n.sum() / free)

        def by_class(values: np.ndarray, index: np.ndarray) -> Tensor:
            found = to_tensor(values[index].astype(np.float32), own.device)
            return found[:, None] if found.ndim == 1 else found

        return (
            by_class(self.factors[:, None] * self.means, class_index)
            + by_class(of_own, class_index) * (own - by_class(self.means, class_index))
            + by_class(of_pooled, class_index) * (of_any - by_class(self.means, donor))
        )
