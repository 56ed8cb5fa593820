"""Fewer columns for wide tables of low rank. Several studies use this."""

import numpy as np


def span(X: np.ndarray, X_test: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return both tables in coordinates of a random orthonormal basis of the span of X's rows.

    Inner products of rows stay the same, so a linear SVM makes the same predictions. The MLP sees
    fewer columns, all of a similar scale.

    Synthetic rows add little to the rank of X. Random mixtures of its rows (a sketch) therefore
    span the same space at a fraction of the cost, if there are more of them than the rank. If the
    rank is more than about a quarter of the columns, little would be gained, and both tables are
    returned unchanged.
    """
    rng, size = np.random.default_rng(0), 512
    while True:
        size = min(2 * size, len(X))
        sketch = X if size == len(X) else rng.normal(size=(size, len(X))) @ X
        _, s, axes = np.linalg.svd(sketch, full_matrices=False)
        axes = axes[s > 1e-5 * s[0]]
        if len(axes) < size or size == len(X):
            break
        if 4 * size > X.shape[1]:
            return X, X_test
    turn = np.linalg.qr(np.random.default_rng(0).normal(size=(len(axes),) * 2))[0]
    axes = turn @ axes
    return X @ axes.T, X_test @ axes.T
