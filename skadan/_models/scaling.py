"""The sampler's own scaling: constant columns set aside, the rest z-normed (section IV-B)."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from torch import Tensor

from .._torch.devices import as_float64
from .arrays import to_tensor


@dataclass(frozen=True)
class Scaling:
    """Affine map between a table (n, d) and its z-scores (n, number of columns that vary).

    Parameters
    ----------
    mean, scale : ndarray of shape (d,)
        Mean and standard deviation of each column, float64.
    varies : ndarray of shape (d,)
        Which columns are not constant.
    """

    mean: np.ndarray
    scale: np.ndarray
    varies: np.ndarray

    @classmethod
    def fit(cls, X: np.ndarray) -> "Scaling":
        """Measure mean and standard deviation of each column, also near the limits of float64."""
        X = X.astype(np.float64)
        varies = X.max(0) > X.min(0)
        largest = np.abs(X).max(0)
        largest[largest == 0] = 1.0
        X /= largest
        mean, deviation = X.mean(0) * largest, X.std(0) * largest
        varies &= deviation > 0  # neighbouring floats can differ and still have no spread
        # A constant column comes back as it was: mean() may be off by a rounding.
        mean[~varies], deviation[~varies] = (X[0] * largest)[~varies], 1.0
        return cls(mean, deviation, varies)

    @classmethod
    def of_blocks(cls, blocks: Iterable[np.ndarray]) -> "Scaling":
        """Measure the columns of rows that come in blocks, in one pass over them.

        Means and squares of blocks are put together as Chan, Golub & LeVeque (1983) do.

        Raises
        ------
        ValueError
            If the squares of a column are beyond float64.
        """
        n, mean, squares = 0, np.zeros(1), np.zeros(1)
        low, high = np.full(1, np.inf), np.full(1, -np.inf)
        for block in blocks:
            x = block.astype(np.float64)
            low, high = np.minimum(low, x.min(0)), np.maximum(high, x.max(0))
            with np.errstate(over="ignore", invalid="ignore"):
                own = x.mean(0)
                moved = own - mean
                squares = squares + ((x - own) ** 2).sum(0) + moved**2 * (n * len(x) / (n + len(x)))
                mean = mean + moved * (len(x) / (n + len(x)))
            n += len(x)
        if not np.isfinite(squares).all():
            columns = np.flatnonzero(~np.isfinite(squares))[:5].tolist()
            raise ValueError(
                f"X: the squares of column(s) {columns} are beyond float64: scale them first."
            )
        deviation = np.sqrt(squares / n)
        varies = (high > low) & (deviation > 0)
        mean[~varies], deviation[~varies] = low[~varies], 1.0
        return cls(mean, deviation, varies)

    def scale_rows(self, X: np.ndarray) -> np.ndarray:
        """Return z-scores of the columns that vary, float32."""
        kept = self.varies
        rows, mean, scale = X[:, kept].astype(np.float64), self.mean[kept], self.scale[kept]
        with np.errstate(over="ignore"):
            scaled = (rows - mean) / scale
        beyond = ~np.isfinite(scaled)
        if beyond.any():  # values near the limits of float64 on both sides of 0
            scaled[beyond] = (rows / scale - mean / scale)[beyond]
        return scaled.astype(np.float32)

    def unscale_rows(self, scaled: Tensor) -> Tensor:
        """Return rows in the table's own units, all d columns, float64, on their device."""
        z = as_float64(scaled)
        mean, scale = to_tensor(self.mean, z.device), to_tensor(self.scale, z.device)
        if self.varies.all():
            return z.mul_(scale).add_(mean)
        varies = to_tensor(self.varies, z.device)
        X = mean.repeat(len(z), 1)
        X[:, varies] += z * scale[varies]
        return X
