"""How much synthetic data helps: scores against the number of synthetic sets."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import numpy as np
from imblearn.pipeline import Pipeline
from joblib import Parallel, delayed
from numpy.typing import ArrayLike
from sklearn.base import clone
from sklearn.model_selection import check_cv
from sklearn.utils import Bunch, _safe_indexing, check_random_state, indexable

from .._resending import resending
from .._strategy import Replicate
from ..metrics import unweighted_average_recall


class AugmentationCurve(Bunch):
    """What `augmentation_curve` returns; it prints as a table of mean scores.

    Parameters
    ----------
    **parts : dict of ndarray
        ``n_sets`` of shape (n_points,), ``scores`` (n_points, n_repeats), ``predictions``
        (n_points, n_repeats, n_samples), and ``y`` (n_samples,).

    Examples
    --------
    >>> import numpy as np
    >>> from skadan.model_selection import AugmentationCurve
    >>> AugmentationCurve(n_sets=np.array([0, 1]), scores=np.array([[0.5, 0.6], [0.7, 0.7]]))
    sets   mean    std  (of 2 repeats)
       0 0.5500 0.0707
       1 0.7000 0.0000
    """

    def __init__(self, **parts: np.ndarray) -> None:
        super().__init__(**parts)

    def __repr__(self) -> str:
        """A line for each number of sets: mean and standard deviation over the repeats."""
        n_repeats = self.scores.shape[1]
        lines = [f"sets   mean    std  (of {n_repeats} repeats)"]
        for k, scores in zip(self.n_sets, self.scores, strict=True):
            spread = f"{scores.std(ddof=1):.4f}" if n_repeats > 1 else "-"
            lines.append(f"{k:>4} {scores.mean():.4f} {spread:>6}")
        return "\n".join(lines)


def augmentation_curve(
    estimator: Pipeline,
    X: ArrayLike,
    y: ArrayLike,
    *,
    groups: ArrayLike | None = None,
    cv: Any = None,
    n_sets: Sequence[int] = (0, 1, 2, 5, 10),
    synthetic_only: bool = False,
    metric: Callable[[ArrayLike, ArrayLike], float] = unweighted_average_recall,
    n_repeats: int = 3,
    random_state: Any = None,
    n_jobs: int | None = None,
    verbose: int = 0,
) -> "AugmentationCurve":
    """Score of a pipeline against the number of synthetic sets that its sampler adds.

    Figures 6 to 8 and 10 of Yi & Mak (2020). In each fold and repeat the sampler is fitted once and
    draws the largest number of sets; smaller numbers take the first rows of each class. A set has
    the size and the class counts of the fold's training rows (`skadan.Replicate`). Predictions are
    pooled over all folds before they are scored, so that a fold may lack a class.

    Parameters
    ----------
    estimator : imblearn.pipeline.Pipeline
        One sampler, the steps before it and the classifier steps behind it. The sampler's
        ``sampling_strategy`` and, repeat by repeat, every ``random_state`` in the pipeline are set.
    X : {array-like, dataframe, sparse matrix} of shape (n_samples, n_features)
        Real rows.
    y : array-like of shape (n_samples,)
        Their classes.
    groups : array-like of shape (n_samples,), default=None
        Groups for `cv`, such as speakers.
    cv : int, cross-validation generator or iterable, default=None
        As in scikit-learn; None is 5 stratified folds. Each row must be held out exactly once.
    n_sets : sequence of int, default=(0, 1, 2, 5, 10)
        Numbers of synthetic sets, 0 or more; 0 trains on the real rows alone.
    synthetic_only : bool, default=False
        Train on the synthetic rows without the real ones (Fig. 8); `n_sets` are then 1 or more.
    metric : callable, default=unweighted_average_recall
        ``metric(y_true, y_pred)`` of the pooled predictions.
    n_repeats : int, default=3
        Trainings of the sampler, and of the classifier, in each fold. Their spread is that of
        another seed; it leaves out that of another test set.
    random_state : int, RandomState instance or None, default=None
        Seed of the repeats' seeds.
    n_jobs : int, default=None
        Folds and repeats at a time.
    verbose : int, default=0
        As in `joblib.Parallel`.

    Returns
    -------
    curve : AugmentationCurve
        A Bunch that prints as its scores alone: ``n_sets`` of shape (n_points,), ``scores``
        (n_points, n_repeats), ``predictions`` (n_points, n_repeats, n_samples), and ``y``
        (n_samples,), what was scored against.

    Raises
    ------
    ValueError
        If `estimator` does not hold exactly one sampler with steps behind it, `n_sets` is empty or
        holds a number that is too small, or a row is held out more or less often than once.

    Examples
    --------
    >>> from imblearn.pipeline import Pipeline
    >>> from sklearn.model_selection import LeaveOneGroupOut
    >>> from sklearn.svm import LinearSVC
    >>> from skadan import NoiseSampler
    >>> from skadan.datasets import make_speaker_classification
    >>> from skadan.model_selection import augmentation_curve
    >>> X, y, groups = make_speaker_classification(60, 40, random_state=0)
    >>> pipe = Pipeline([("aug", NoiseSampler()), ("svm", LinearSVC())])
    >>> curve = augmentation_curve(
    ...     pipe, X, y, groups=groups, cv=LeaveOneGroupOut(), n_sets=(0, 2), random_state=0
    ... )
    >>> curve.scores.shape
    (2, 3)
    """
    before, sampler, after = _split(estimator)
    points = _check_n_sets(n_sets, synthetic_only)
    X, y, groups = indexable(X, y, groups)
    labels = np.asarray(y)
    folds = list(check_cv(cv, labels, classifier=True).split(X, labels, groups))
    _check_partition(folds, len(labels))
    rng = check_random_state(random_state)
    seeds = rng.randint(np.iinfo(np.int32).max, size=n_repeats)

    jobs = [(r, fold) for r in range(n_repeats) for fold in folds]
    with resending():
        results = Parallel(n_jobs=n_jobs, verbose=verbose)(
            delayed(_fold)(
                *(_seeded(part, int(seeds[r])) for part in (before, sampler, after)),
                X,
                y,
                *fold,
                points,
                synthetic_only,
            )
            for r, fold in jobs
        )
    predictions = np.empty((len(points), n_repeats, len(labels)), dtype=labels.dtype)
    for (r, (_, test)), predicted in zip(jobs, results, strict=True):
        predictions[:, r, test] = predicted
    scores = [[metric(labels, p) for p in repeats] for repeats in predictions]
    return AugmentationCurve(
        n_sets=points, scores=np.array(scores), predictions=predictions, y=labels
    )


def _split(pipeline: Any) -> tuple[Pipeline | None, Any, Pipeline]:
    """Split a pipeline into the steps before the sampler, the sampler, and the steps behind it."""
    steps = getattr(pipeline, "steps", [])
    places = [i for i, (_, step) in enumerate(steps) if hasattr(step, "fit_resample")]
    if len(places) != 1 or places[0] == len(steps) - 1:
        raise ValueError(
            f"estimator={pipeline!r}: pass an imblearn Pipeline of exactly one sampler and, behind "
            "it, a classifier."
        )
    (i,) = places
    return Pipeline(steps[:i]) if i else None, steps[i][1], Pipeline(steps[i + 1 :])


def _check_n_sets(n_sets: Sequence[int], synthetic_only: bool) -> np.ndarray:
    points = np.asarray(n_sets)
    least = int(synthetic_only)
    if points.ndim != 1 or not len(points) or points.dtype.kind not in "iu" or min(points) < least:
        raise ValueError(
            f"n_sets={points.tolist()}: give whole numbers of {least} or more"
            + (", since synthetic_only leaves out the real rows." if synthetic_only else ".")
        )
    return points


def _check_partition(folds: list, n_rows: int) -> None:
    held_out = np.bincount(np.concatenate([test for _, test in folds]), minlength=n_rows)
    if (held_out != 1).any():
        row = np.flatnonzero(held_out != 1)[0]
        raise ValueError(
            f"cv holds out row {row} {held_out[row]} times: pooled predictions need a cv that "
            "holds out each row exactly once, such as LeaveOneGroupOut."
        )


def _seeded(step: Any, seed: int) -> Any:
    """Clone a pipeline or a step, and set all its seeds."""
    if step is None:
        return None
    step = clone(step)
    names = [name for name in step.get_params() if name.split("__")[-1] == "random_state"]
    return step.set_params(**dict.fromkeys(names, seed))


def _fold(
    before: Pipeline | None,
    sampler: Any,
    after: Pipeline,
    X: Any,
    y: Any,
    train: np.ndarray,
    test: np.ndarray,
    n_sets: np.ndarray,
    synthetic_only: bool,
) -> list[np.ndarray]:
    """Predict the held-out rows, once for each number of sets."""
    X_train, y_train = _safe_indexing(X, train), _safe_indexing(y, train)
    X_test = _safe_indexing(X, test)
    if before is not None:
        X_train = before.fit_transform(X_train, y_train)
        X_test = before.transform(X_test)
    if n_sets.max():
        sampler.set_params(sampling_strategy=Replicate(int(n_sets.max())))
        X_train, y_train = sampler.fit_resample(X_train, y_train)
    rows = nested_sets(y_train, len(train), n_sets, synthetic_only=synthetic_only)
    return [
        clone(after)
        .fit(_safe_indexing(X_train, chosen), _safe_indexing(y_train, chosen))
        .predict(X_test)
        for chosen in rows
    ]


def nested_sets(
    y: ArrayLike, n_real: int, n_sets: Iterable[int], *, synthetic_only: bool = False
) -> Iterator[np.ndarray]:
    """Row numbers of the training sets with fewer synthetic rows inside one with many.

    Parameters
    ----------
    y : array-like of shape (n_samples,)
        Labels of the real rows, then of the synthetic ones.
    n_real : int
        How many are real.
    n_sets : iterable of int
        Numbers k of sets; each class has k times its real rows, as far as there are so many.
    synthetic_only : bool, default=False
        Leave the real rows out.

    Yields
    ------
    rows : ndarray of int
        For each k the real rows and the first k n_c synthetic ones of each class c.

    Examples
    --------
    >>> from skadan.model_selection import nested_sets
    >>> [rows.tolist() for rows in nested_sets(["a", "b", "a", "b", "a", "b"], 2, (0, 1))]
    [[0, 1], [0, 1, 2, 3]]
    """
    y = np.asarray(y)
    real, new = np.arange(n_real), np.arange(n_real, len(y))
    counts = {c: int((y[:n_real] == c).sum()) for c in np.unique(y[:n_real])}
    for k in n_sets:
        chosen = [new[y[n_real:] == c][: k * count] for c, count in counts.items()]
        yield np.concatenate([*([] if synthetic_only else [real]), *chosen])
