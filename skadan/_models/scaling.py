"""The sampler's own scaling: constant columns set aside, the rest z-normed (section IV-B)."""

from dataclasses import dataclass

import numpy as np


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

    def scale_rows(self, X: np.ndarray) -> np.ndarray:
        """Return z-scores of the columns that vary, float32."""
        kept = self.varies
        scaled = (X[:, kept].astype(np.float64) - self.mean[kept]) / self.scale[kept]
        return scaled.astype(np.float32)

    def unscale_rows(self, scaled: np.ndarray) -> np.ndarray:
        """Return rows in the table's own units, all d columns, float64."""
        if self.varies.all():
            X = np.multiply(scaled, self.scale, dtype=np.float64)
            X += self.mean
            return X
        X = np.repeat(self.mean[None], len(scaled), axis=0)
        X[:, self.varies] += scaled * self.scale[self.varies]
        return X
