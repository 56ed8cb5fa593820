"""Fewer columns for wide tables of low rank: the experiments share this."""

import numpy as np


def span(X: np.ndarray, X_test: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Both tables in orthonormal coordinates of the span of X's rows, turned at random.

    All products between rows stay as they are, so a linear SVM does not notice; the MLP sees fewer
    columns, of like scale. Synthetic rows hardly add to the rank, and a sketch (random mixtures of
    the rows) that has more rows than that spans the same space at a fraction of the cost. Where a
    sketch of a quarter as many rows as columns is not enough, little is to be won, and both tables
    come back as they are.
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
