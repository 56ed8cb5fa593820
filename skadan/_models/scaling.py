"""Scale columns to z-scores, and leave constant columns out (section IV-B)."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from torch import Tensor

from .._torch.settings import as_float64
from .arrays import to_tensor


@dataclass(frozen=True)
class Scaling:
    """Map a table (n, d) to z-scores of the columns that vary, and back.

    Parameters
    ----------
    mean, scale : ndarray of shape (d,)
        Mean and standard deviation of each column, float64.
    varies : ndarray of shape (d,)
        Whether each column varies, that is, is not constant.
    """

    mean: np.ndarray
    scale: np.ndarray
    varies: np.ndarray

    @classmethod
    def fit(cls, X: np.ndarray) -> "Scaling":
        """Measure the mean and standard deviation of each column; no square overflows."""
        X = X.astype(np.float64)
        varies = X.max(0) > X.min(0)
        # Scaled to 1 first: squares of values near 1e308 would be infinite.
        largest = np.abs(X).max(0)
        largest[largest == 0] = 1.0
        X /= largest
        mean, deviation = X.mean(0) * largest, X.std(0) * largest
        varies &= deviation > 0  # neighbouring floats can differ and still have no spread
        # unscale_rows must return a constant exactly, but mean() may be off by a rounding.
        mean[~varies], deviation[~varies] = (X[0] * largest)[~varies], 1.0
        return cls(mean, deviation, varies)

    @classmethod
    def of_blocks(cls, blocks: Iterable[np.ndarray]) -> "Scaling":
        """Measure the columns of rows that are given in blocks, in one pass.

        Means and sums of squares are merged by the formula of Chan, Golub & LeVeque (1983).

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
                new = x.mean(0)
                shift = new - mean if n else np.zeros_like(new)
                squares = squares + ((x - new) ** 2).sum(0) + shift**2 * (n * len(x) / (n + len(x)))
                mean = new - shift * (n / (n + len(x)))
            n += len(x)
        squares[high == low] = 0  # a constant may overflow: its squares are not used
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
        """Return rows in the table's units, with all d columns, float64, on the same device."""
        x = as_float64(scaled)
        mean, scale = to_tensor(self.mean, x.device), to_tensor(self.scale, x.device)
        if self.varies.all():
            return x.mul_(scale).add_(mean)
        varies = to_tensor(self.varies, x.device)
        X = mean.repeat(len(x), 1)
        X[:, varies] += x * scale[varies]
        return X
