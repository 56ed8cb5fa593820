"""Equations in plain NumPy, float64: the truth that losses and synthetic rows are held against.

They are the paper's, and that of `Predictive.compose`.
"""

import numpy as np


def mlp(layers, x):
    """ReLU network; `layers` is a list of (W, b), W of shape (out, in)."""
    for i, (W, b) in enumerate(layers):
        x = x @ W.T + b
        if i < len(layers) - 1:
            x = np.maximum(x, 0)
    return x


def input_gradient(layers, x):
    """Gradient of a scalar ReLU network with respect to each input row."""
    masks = []
    for W, b in layers[:-1]:
        x = x @ W.T + b
        masks.append(x > 0)
        x = np.maximum(x, 0)
    slope = np.repeat(layers[-1][0], len(x), axis=0)
    for (W, _), mask in zip(layers[-2::-1], masks[::-1], strict=True):
        slope = (slope * mask) @ W
    return slope


def sigmoid(t):
    return 1 / (1 + np.exp(-t))


def cross_entropy(logits, y):
    p = np.exp(logits - logits.max(1, keepdims=True))
    p /= p.sum(1, keepdims=True)
    return -(y * np.log(p)).sum(1)


def eq10(real, fake):
    """L_D of ADAN from the critic's logits."""
    return -np.log(sigmoid(real)).mean() - np.log(1 - sigmoid(fake)).mean()


def eq11(logits, y, weight):
    return (weight * cross_entropy(logits, y)).mean()


def eq12(x, x_hat):
    return ((x - x_hat) ** 2).sum(1).mean()


def eq14(fake, logits, y, alpha):
    """L_G of ADAN from the critic's and the classifier's logits of fake codes."""
    return (np.log(1 - sigmoid(fake))[:, 0] + alpha * cross_entropy(logits, y)).mean()


def eq17(layers, h, h_hat, mu, weight, power):
    """L_D of WADAN."""
    mixed = (1 - mu) * h + mu * h_hat
    norm = np.sqrt((input_gradient(layers, mixed) ** 2).sum(1))
    return (mlp(layers, h) - mlp(layers, h_hat)).mean() + weight * (norm**power).mean()


def eq18(fake, logits, y, alpha):
    """L_G of WADAN."""
    return (fake[:, 0] + alpha * cross_entropy(logits, y)).mean()


def predictive(X, y):
    """Factors f of the centres, shares alpha and spreads c of the classes, (K,), of z-scores X.

    From covariance matrices, class by class.
    """
    n = np.bincount(y)
    v, degrees = n - 1, n.sum() - len(n)
    means = np.stack([X[y == k].mean(0) for k in range(len(n))])
    scatters = np.stack([(e := X[y == k] - means[k]).T @ e for k in range(len(n))])
    s = np.trace(scatters.sum(0)) / degrees  # over rows, not over classes
    s_k = np.array([np.trace(own) / free if free else s for own, free in zip(scatters, v)])  # noqa: B905
    f = np.clip(1 - (1 / n - 1 / n.sum()) * s_k / (means**2).sum(1), 0.15, 1)
    pooled, difference = squares(scatters, v)

    def variance(v):
        return (1 + pooled) / np.maximum(v, 1)

    bias = difference + variance(degrees)
    alpha = np.where(v > 0, bias / (bias + variance(v)), 0)
    return f, alpha, (v * s_k / s + 5) / (v + 5)


def squares(scatters, v):
    """Return tr(S^2) / tr(S)^2 of all classes, and how much those of the classes differ."""

    def square(scatter, v):
        found = (scatter**2).sum() / np.trace(scatter) ** 2
        return np.clip(v**2 / ((v - 1) * (v + 2)) * (found - 1 / v), 0, 1)

    total, weight = 0.0, 0
    for own, free in zip(scatters, v):  # noqa: B905
        rest = scatters.sum(0) - own
        if free > 1:
            both = (own * rest).sum() / np.trace(own) / np.trace(rest)
            total += free * (square(own, free) - 2 * both + square(rest, v.sum() - free))
            weight += free
    return square(scatters.sum(0), v.sum()), max(total / weight, 0)


def predictive_rows(labels, means, n, own, of_any, f, alpha, c):
    """Rows of a class's predictive, (m, d), of the deviations `own` and `of_any` from class means.

    By class: `means` (K, d) and the numbers of rows `n`, f, alpha and c.
    """
    n_k, f_k = n[labels, None], f[labels, None]
    alpha_k, c_k = alpha[labels, None], c[labels, None]
    scatter = np.sqrt(alpha_k * n_k / (n_k - 1)) * own
    scatter += np.sqrt((1 - alpha_k) * c_k * n.sum() / (n.sum() - len(n))) * of_any
    return f_k * means[labels] + np.sqrt(1 + f_k / n_k) * scatter
