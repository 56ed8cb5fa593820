"""Compute scores against the number of synthetic sets."""

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
    """Hold the result of `augmentation_curve`, and print a table of mean scores.

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
        """Return a table: mean and standard deviation over the repeats, for each number of sets."""
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
    """Score a pipeline for several numbers of synthetic sets that its sampler adds.

    This is the experiment of figures 6 to 8 and 10 of Yi & Mak (2020). In each fold and repeat, the
    sampler is fitted once and draws the largest number of sets. Smaller numbers use the first rows
    of each class. A set has the size and the class counts of the fold's training rows
    (`skadan.Replicate`). Predictions are pooled over all folds before they are scored, so a fold
    may lack a class.

    Parameters
    ----------
    estimator : imblearn.pipeline.Pipeline
        A pipeline of any steps, one sampler, and steps that end with a classifier. This function
        sets the sampler's ``sampling_strategy`` and, for each repeat, every ``random_state``.
    X : {array-like, dataframe, sparse matrix} of shape (n_samples, n_features)
        Real rows.
    y : array-like of shape (n_samples,)
        The classes of these rows.
    groups : array-like of shape (n_samples,), default=None
        Groups for `cv`, such as speakers.
    cv : int, cross-validation generator or iterable, default=None
        As in scikit-learn; None means 5 stratified folds. Each row must be held out exactly once.
    n_sets : sequence of int, default=(0, 1, 2, 5, 10)
        Numbers of synthetic sets, 0 or more; 0 trains on the real rows alone.
    synthetic_only : bool, default=False
        Train on synthetic rows without the real ones (Fig. 8). `n_sets` must then be 1 or more.
    metric : callable, default=unweighted_average_recall
        ``metric(y_true, y_pred)``, computed on the pooled predictions.
    n_repeats : int, default=3
        Trainings of the sampler and the classifier in each fold. The spread of the scores is that
        between seeds. It does not include the spread between test sets.
    random_state : int, RandomState instance or None, default=None
        Seed from which the seed of each repeat is drawn.
    n_jobs : int, default=None
        Number of folds and repeats that run at a time.
    verbose : int, default=0
        As in `joblib.Parallel`.

    Returns
    -------
    curve : AugmentationCurve
        A Bunch that prints as a table of its scores: ``n_sets`` of shape (n_points,), ``scores``
        (n_points, n_repeats), ``predictions`` (n_points, n_repeats, n_samples), and the true
        labels ``y`` (n_samples,).

    Raises
    ------
    ValueError
        If `estimator` does not have exactly one sampler with steps after it, `n_sets` is empty or
        has a number that is too small, or a row is not held out exactly once.

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
    before, sampler, after = _split_pipeline(estimator)
    points = _check_n_sets(n_sets, synthetic_only)
    X, y, groups = indexable(X, y, groups)
    labels = np.asarray(y)
    folds = list(check_cv(cv, labels, classifier=True).split(X, labels, groups))
    _check_partition(folds, len(labels))
    rng = check_random_state(random_state)
    seeds = rng.randint(np.iinfo(np.int32).max, size=n_repeats)

    # Seeds are drawn before the jobs start, so the result does not depend on n_jobs.
    jobs = [(r, fold) for r in range(n_repeats) for fold in folds]
    with resending():
        results = Parallel(n_jobs=n_jobs, verbose=verbose)(
            delayed(_predict_fold)(
                *(_clone_with_seed(part, int(seeds[r])) for part in (before, sampler, after)),
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


def _split_pipeline(pipeline: Any) -> tuple[Pipeline | None, Any, Pipeline]:
    """Split a pipeline into the steps before the sampler, the sampler, and the steps after it."""
    steps = getattr(pipeline, "steps", [])
    places = [i for i, (_, step) in enumerate(steps) if hasattr(step, "fit_resample")]
    if len(places) != 1 or places[0] == len(steps) - 1:
        raise ValueError(
            f"estimator={pipeline!r}: pass an imblearn Pipeline with exactly one sampler and a "
            "classifier after it."
        )
    (i,) = places
    return Pipeline(steps[:i]) if i else None, steps[i][1], Pipeline(steps[i + 1 :])


def _check_n_sets(n_sets: Sequence[int], synthetic_only: bool) -> np.ndarray:
    """Return `n_sets` as an array, after checking it."""
    points = np.asarray(n_sets)
    least = int(synthetic_only)
    if points.ndim != 1 or not len(points) or points.dtype.kind not in "iu" or min(points) < least:
        raise ValueError(
            f"n_sets={points.tolist()}: give whole numbers of {least} or more"
            + (", since synthetic_only leaves out the real rows." if synthetic_only else ".")
        )
    return points


def _check_partition(folds: list, n_rows: int) -> None:
    """Refuse folds that do not hold out each row exactly once."""
    held_out = np.bincount(np.concatenate([test for _, test in folds]), minlength=n_rows)
    if (held_out != 1).any():
        row = np.flatnonzero(held_out != 1)[0]
        raise ValueError(
            f"cv holds out row {row} {held_out[row]} times: pooled predictions need a cv that "
            "holds out each row exactly once, such as LeaveOneGroupOut."
        )


def _clone_with_seed(step: Any, seed: int) -> Any:
    """Return a clone of a pipeline or a step, with all its seeds set."""
    if step is None:
        return None
    step = clone(step)
    names = [name for name in step.get_params() if name.split("__")[-1] == "random_state"]
    return step.set_params(**dict.fromkeys(names, seed))


def _predict_fold(
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
    """Return predictions for the held-out rows, for each number of sets."""
    X_train, y_train = _safe_indexing(X, train), _safe_indexing(y, train)
    X_test = _safe_indexing(X, test)
    if before is not None:
        X_train = before.fit_transform(X_train, y_train)
        X_test = before.transform(X_test)
    # The largest number of sets is drawn once; the smaller training sets are subsets of its rows.
    if n_sets.max():
        sampler.set_params(sampling_strategy=Replicate(int(n_sets.max())))
        X_train, y_train = sampler.fit_resample(X_train, y_train)
    subsets = nested_sets(y_train, len(train), n_sets, synthetic_only=synthetic_only)
    return [
        clone(after)
        .fit(_safe_indexing(X_train, chosen), _safe_indexing(y_train, chosen))
        .predict(X_test)
        for chosen in subsets
    ]


def nested_sets(
    y: ArrayLike, n_real: int, n_sets: Iterable[int], *, synthetic_only: bool = False
) -> Iterator[np.ndarray]:
    """Yield the row indices of smaller training sets within a set with many synthetic rows.

    Parameters
    ----------
    y : array-like of shape (n_samples,)
        Labels of the real rows, followed by those of the synthetic rows.
    n_real : int
        Number of real rows.
    n_sets : iterable of int
        Numbers k of sets. Each class gets k times its number of real rows, or all there are.
    synthetic_only : bool, default=False
        Leave the real rows out.

    Yields
    ------
    rows : ndarray of int
        For each k, indices of the real rows and of the first k n_c synthetic rows of each class c.

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
