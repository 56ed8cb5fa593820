"""Tables drawn from known densities, and the best recall that any classifier can reach on them."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
from scipy import stats

from skadan.datasets import make_speaker_classification

N_CHECKED = 20_000  # rows of each class for measuring the best recall
BLOCK = 4_000  # of them at once, to save memory


class Law(Protocol):
    """The distribution of a row, with the methods of SciPy's multivariate distributions."""

    def rvs(self, size: int, random_state: np.random.Generator) -> np.ndarray: ...

    def logpdf(self, X: np.ndarray) -> np.ndarray: ...


@dataclass(frozen=True)
class IndependentColumns:
    """Independent columns, each with a univariate SciPy distribution."""

    columns: Any  # a frozen distribution whose parameters are arrays of shape (d,)

    def rvs(self, size: int, random_state: np.random.Generator) -> np.ndarray:
        shape = (size, *self.columns.mean().shape)
        return self.columns.rvs(size=shape, random_state=random_state).astype(float)

    def logpdf(self, X: np.ndarray) -> np.ndarray:
        logarithm = getattr(self.columns, "logpmf", None) or self.columns.logpdf
        return logarithm(X).sum(axis=1)


@dataclass(frozen=True)
class Clusters:
    """A mixture of distributions with equal weights."""

    parts: tuple[Law, ...]

    def rvs(self, size: int, random_state: np.random.Generator) -> np.ndarray:
        draws = np.array([part.rvs(size, random_state=random_state) for part in self.parts])
        return draws[random_state.integers(len(self.parts), size=size), np.arange(size)]

    def logpdf(self, X: np.ndarray) -> np.ndarray:
        summed = np.logaddexp.reduce([part.logpdf(X) for part in self.parts])
        return summed - np.log(len(self.parts))


@dataclass(frozen=True)
class Problem:
    """A classification problem: rows of each class, the distribution of each class, and groups.

    A row is a draw from the distribution of its class (``laws``) plus the shift of its group, which
    is a draw from ``shift``. ``with_shift`` are the distributions of the sum for a new group.
    """

    counts: tuple[int, ...]
    laws: tuple[Law, ...]
    n_groups: int = 0
    shift: Law | None = None
    with_shift: tuple[Law, ...] = field(default=())

    def draw(self, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.ndarray | None]:
        """Return X, y and groups (or None) of a table."""
        rows = [law.rvs(n, random_state=rng) for law, n in zip(self.laws, self.counts, strict=True)]
        X, y = np.concatenate(rows), np.repeat(np.arange(len(self.counts)), self.counts)
        if self.shift is None:
            return X, y, None
        groups = np.concatenate([np.arange(n) % self.n_groups for n in self.counts])
        return X + self.shift.rvs(self.n_groups, random_state=rng)[groups], y, groups

    def best_uar(self, rng: np.random.Generator, n: int = N_CHECKED) -> float:
        """Return the unweighted average recall, in percent, of the best possible classifier.

        That classifier predicts the class of the highest density, whatever the sizes of the
        classes. Its recall is measured on n rows of each class, so its error is about 0.2 points.
        """
        laws, hits = self.with_shift or self.laws, 0
        for c, law in enumerate(laws):
            for first in range(0, n, BLOCK):
                X = law.rvs(min(BLOCK, n - first), random_state=rng)
                hits += np.sum(np.argmax([other.logpdf(X) for other in laws], axis=0) == c)
        return 100 * hits / (n * len(laws))


def normal_columns(mean: np.ndarray, scale: Any = 1.0) -> Law:
    """Return independent normal columns."""
    return IndependentColumns(stats.norm(mean, np.broadcast_to(scale, mean.shape)))


def covariance(rng: np.random.Generator, d: int, n_factors: int, size: float = 1.0) -> np.ndarray:
    """Return a covariance: unit noise plus some strong random directions."""
    loadings = size * rng.normal(size=(d, n_factors))
    return loadings @ loadings.T + np.eye(d)


def means(rng: np.random.Generator, k: int, d: int, distance: float, n_columns: int) -> np.ndarray:
    """Return class means that differ in n columns; two are about ``distance`` apart."""
    centres = np.zeros((k, d))
    columns = rng.choice(d, n_columns, replace=False)
    centres[:, columns] = rng.normal(size=(k, n_columns)) * distance / np.sqrt(2 * n_columns)
    return centres


def wide_equal(rng: np.random.Generator) -> Problem:
    """Two balanced classes that differ in the means of 50 of 1000 columns."""
    centres = means(rng, 2, 1000, 3.0, 50)
    return Problem((60, 60), tuple(normal_columns(mean) for mean in centres))


def wide_unequal_scales(rng: np.random.Generator) -> Problem:
    """A rare class with other means and, in 40 columns, a larger scale."""
    centres, scales = means(rng, 2, 600, 2.0, 60), np.ones((2, 600))
    scales[1, rng.choice(600, 40, replace=False)] = 1.3
    return Problem((70, 20), tuple(map(normal_columns, centres, scales)))


def wide_factors(rng: np.random.Generator) -> Problem:
    """Three classes of very unequal size with a shared covariance of five strong factors."""
    centres, shared = means(rng, 3, 300, 3.5, 40), covariance(rng, 300, 5)
    return Problem((80, 40, 12), tuple(stats.multivariate_normal(m, shared) for m in centres))


def wide_counts(rng: np.random.Generator) -> Problem:
    """Poisson counts whose rates differ in 60 of 300 columns."""
    rates, change = np.exp(rng.normal(size=300)), np.zeros((2, 300))
    change[:, :60] = 0.15 * rng.normal(size=(2, 60))
    laws = [IndependentColumns(stats.poisson(r)) for r in rates * np.exp(change)]
    return Problem((90, 25), tuple(laws))


def wide_overdispersed_counts(rng: np.random.Generator) -> Problem:
    """Negative binomial counts of four classes, the smallest of ten rows."""
    d, size = 280, 2.0
    rates = np.exp(1 + rng.normal(size=d))
    laws = []
    for _ in range(4):
        mean = rates * np.exp(0.25 * rng.normal(size=d) * (rng.random(d) < 0.4))
        laws.append(IndependentColumns(stats.nbinom(np.full(d, size), size / (size + mean))))
    return Problem((60, 40, 20, 10), tuple(laws))


def between_skewed(rng: np.random.Generator) -> Problem:
    """Five classes of log-normal columns."""
    centres = means(rng, 5, 160, 3.0, 40)
    laws = [stats.lognorm(np.full(160, 0.8), scale=np.exp(0.8 * mean)) for mean in centres]
    return Problem((50, 40, 30, 20, 10), tuple(map(IndependentColumns, laws)))


def between_heavy_tails(rng: np.random.Generator) -> Problem:
    """Two classes of Student's t with three degrees of freedom and correlated columns."""
    centres, shared = means(rng, 2, 200, 4.0, 30), covariance(rng, 200, 3)
    return Problem((120, 40), tuple(stats.multivariate_t(m, shared, df=3) for m in centres))


def between_groups(rng: np.random.Generator) -> Problem:
    """Three classes, and ten groups that each shift their rows in six directions."""
    d, directions = 200, 6
    centres, shift = means(rng, 3, d, 3.0, 30), covariance(rng, d, directions, 0.3) - np.eye(d)
    laws = tuple(normal_columns(mean) for mean in centres)
    both = tuple(stats.multivariate_normal(mean, np.eye(d) + shift) for mean in centres)
    law = stats.multivariate_normal(np.zeros(d), shift, allow_singular=True)
    return Problem((80, 50, 30), laws, n_groups=10, shift=law, with_shift=both)


def narrow_equal(rng: np.random.Generator) -> Problem:
    """Two correlated normal classes of six columns, ten to one."""
    centres, shared = means(rng, 2, 6, 3.0, 4), covariance(rng, 6, 2)
    return Problem((300, 30), tuple(stats.multivariate_normal(m, shared) for m in centres))


def narrow_unequal(rng: np.random.Generator) -> Problem:
    """Three normal classes with a covariance each."""
    centres = means(rng, 3, 8, 2.0, 8)
    laws = [stats.multivariate_normal(m, covariance(rng, 8, 2)) for m in centres]
    return Problem((200, 100, 40), tuple(laws))


def narrow_clusters(rng: np.random.Generator) -> Problem:
    """Two classes of two clusters each, as in exclusive or: no line separates them."""
    corners = np.array([[[-1, -1], [1, 1]], [[-1, 1], [1, -1]]])  # exclusive or
    centres = np.concatenate([1.5 * corners, np.zeros((2, 2, 3))], axis=2)
    parts = [
        tuple(stats.multivariate_normal(m, np.eye(5)) for m in of_class) for of_class in centres
    ]
    return Problem((250, 50), tuple(map(Clusters, parts)))


PROBLEMS: dict[str, Callable[[np.random.Generator], Problem]] = {
    f"gen_{make.__name__}": make
    for make in (
        wide_equal,
        wide_unequal_scales,
        wide_factors,
        wide_counts,
        wide_overdispersed_counts,
        between_skewed,
        between_heavy_tails,
        between_groups,
        narrow_equal,
        narrow_unequal,
        narrow_clusters,
    )
}
SPEAKERS = "gen_wide_speakers"  # from skadan.datasets; its densities are not known


def generate(name: str, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray | None, str]:
    """Return X, y, groups (or None) and the best recall in percent ("" if not known)."""
    if name == SPEAKERS:
        weights = (4, 3, 2, 1)
        X, y, groups = make_speaker_classification(
            240, n_speakers=8, weights=weights, random_state=seed
        )
        return X, y, groups, ""
    rng = np.random.default_rng([seed, list(PROBLEMS).index(name)])
    problem = PROBLEMS[name](rng)
    X, y, groups = problem.draw(rng)
    return X, y, groups, f"{problem.best_uar(rng):.2f}"
