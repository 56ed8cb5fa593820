"""Run a grid search that trains the sampler once per fold."""

import os
import warnings
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from tempfile import TemporaryDirectory
from typing import Any

from imblearn.pipeline import Pipeline
from sklearn.base import clone
from sklearn.model_selection import GridSearchCV, ParameterGrid

from .._resending import resending
from ._once import TrainOnce, training_of


class ResamplingSearchCV(GridSearchCV):
    """Search a parameter grid of a pipeline, and train its sampler once per fold.

    `sklearn.model_selection.GridSearchCV` trains the sampler again for each candidate. Here the
    candidates of a fold share one training, and the steps before it, if they differ only in
    parameters that training does not depend on. These are the sampler's ``sampling_strategy``,
    ``center``, ``own_share``, ``anchor`` and ``residuals`` (for `skadan.NoiseSampler`,
    ``noise_scale``), and all parameters of later steps. A grid over another parameter, such as
    ``max_epochs``, trains once for each of its values. The scores are bit for bit those of
    `GridSearchCV` if the sampler's ``random_state`` is an int or a RandomState. If it is None,
    candidates share a seed within a fold and differ only by their parameters.

    Training uses only the training rows of each fold: nothing leaks.

    Parameters
    ----------
    estimator : imblearn.pipeline.Pipeline
        Any steps, exactly one sampler of this package that trains, and a classifier after it. If
        the pipeline has a ``memory``, only the last fit, of the best candidate, uses it.
    param_grid : dict or list of dict
        Values to try for each parameter, by name, such as ``aug__anchor``. A grid may also replace
        the sampler, by another one or by "passthrough", to compare it with doing without.
    scoring : str, callable, list, tuple or dict, default=None
        As for `GridSearchCV`, like all parameters below.
    n_jobs : int, default=None
        Number of candidates and folds that run at a time. Trainings run first. If a candidate needs
        a training that another process is running, it waits for it.
    refit : bool, str or callable, default=True
        Fit the best candidate on all rows, which takes one more training.
    cv : int, cross-validation generator or iterable, default=None
        None means 5 stratified folds. Pass groups to `fit`.
    verbose : int, default=0
        Amount of messages.
    pre_dispatch : int or str, default="2*n_jobs"
        Number of jobs that are dispatched in advance.
    error_score : "raise" or float, default=nan
        Score of a candidate that fails. If a training fails, the next candidate tries it again.
    return_train_score : bool, default=False
        Whether to score the training rows as well.

    Attributes
    ----------
    cv_results_ : dict of ndarray
        Scores and times of the candidates, in the order of the grid. The ``mean_fit_time`` of a
        candidate includes a training that it ran or waited for.
    best_estimator_ : imblearn.pipeline.Pipeline
        The best candidate, fitted on all rows.
    best_params_ : dict
        Parameters of the best candidate.
    best_score_ : float
        Mean score of the best candidate over the folds.
    best_index_ : int
        Index of the best candidate in ``cv_results_``.
    scorer_ : callable or dict
        The scorer or scorers.
    n_splits_ : int
        Number of folds.
    refit_time_ : float
        Time of the last fit in seconds.
    multimetric_ : bool
        Whether there are several scores.

    Raises
    ------
    ValueError
        From ``fit``, if `estimator` is not an imblearn Pipeline with one sampler of this package
        and a classifier after it.

    See Also
    --------
    skadan.FrozenSampler : A fitted sampler that draws and never trains.
    augmentation_curve : Score a pipeline for several numbers of synthetic sets.

    Notes
    -----
    ``fit(X, y, groups=groups)``, ``predict``, ``score`` and all other methods are `GridSearchCV`'s.

    While the search runs, trained samplers are in a temporary folder: for each fold and training
    one model, and a table for each step before the sampler. The folder is created inside the
    pipeline's ``memory`` if it has one. To run on several machines, set ``memory`` to a folder that
    all of them can access.

    Examples
    --------
    >>> from imblearn.pipeline import Pipeline
    >>> from sklearn.model_selection import LeaveOneGroupOut
    >>> from sklearn.svm import LinearSVC
    >>> from skadan import Replicate, WADANSampler
    >>> from skadan.datasets import make_speaker_classification
    >>> from skadan.model_selection import ResamplingSearchCV
    >>> X, y, groups = make_speaker_classification(60, 40, n_speakers=3, random_state=0)
    >>> sampler = WADANSampler(max_epochs=2, random_state=0)
    >>> pipe = Pipeline([("aug", sampler), ("svm", LinearSVC(random_state=0))])
    >>> grid = {
    ...     "aug__sampling_strategy": [Replicate(1), Replicate(3)],
    ...     "aug__anchor": [0.5, 0.75],
    ...     "svm__C": [0.001, 0.01],
    ... }
    >>> search = ResamplingSearchCV(pipe, grid, cv=LeaveOneGroupOut())
    >>> search.fit(X, y, groups=groups).cv_results_["mean_test_score"].shape
    (8,)
    """

    def fit(self, X: Any, y: Any = None, **params: Any) -> "ResamplingSearchCV":
        """Search, and fit the best candidate on all rows.

        Parameters
        ----------
        X : {array-like, dataframe, sparse matrix} of shape (n_samples, n_features)
            Real rows.
        y : array-like of shape (n_samples,)
            Their classes.
        **params : dict
            ``groups`` and others, as for `GridSearchCV`.

        Returns
        -------
        self : object
            The fitted search.

        Warns
        -----
        UserWarning
            As the sampler does, each text once and not once for each candidate and fold.
        """
        with showing_each_warning_once():
            return super().fit(X, y, **params)

    def _run_search(self, evaluate_candidates: Callable, *, callback_ctx: Any = None) -> None:
        name = _sampler_of(self.estimator)
        parent = _memory_folder(self.estimator.memory)
        with TemporaryDirectory(prefix="skadan-", dir=parent) as folder:

            def evaluate(candidates: Iterable[dict], **context: Any) -> Any:
                # scikit-learn clones the pipeline for each candidate and sets its parameters, so
                # the memory is passed as one more parameter.
                shared = [
                    parameters | {"memory": self._memory(name, parameters, folder, place)}
                    for place, parameters in enumerate(candidates)
                ]
                return evaluate_candidates(_trainings_first(shared), **context)

            # Before scikit-learn 1.9 there are no callbacks, and no such argument.
            context = {} if callback_ctx is None else {"callback_ctx": callback_ctx}
            with resending():
                super()._run_search(evaluate, **context)

    def _memory(self, sampler: str, parameters: dict, folder: str, place: int) -> TrainOnce:
        """Return the memory for a candidate's pipeline."""
        # Parameters are cloned, as in scikit-learn: an estimator in the grid is not shared.
        candidate = clone(self.estimator).set_params(**clone(parameters, safe=False))
        names = [name for name, _ in candidate.steps]
        shared = candidate.steps[: names.index(sampler) + 1] if sampler in names else []
        # A pipeline does not fit None and "passthrough", so TrainOnce must not count them.
        fitted = [step for _, step in shared if step not in (None, "passthrough")]
        return TrainOnce(folder, training_of(fitted) if fitted else "", len(fitted), place)

    def _format_results(
        self, candidate_params: list, n_splits: int, out: list, more_results: Any = None
    ) -> dict:
        """Format results in the order of the grid, and leave out the memories."""
        # `_trainings_first` changed the order of the candidates.
        places = [parameters["memory"].place for parameters in candidate_params]
        parts = [out[start : start + n_splits] for start in range(0, len(out), n_splits)]
        in_order = [part for _, part in sorted(zip(places, parts, strict=True), key=lambda p: p[0])]
        flat = [result for part in in_order for result in part]
        grid = list(ParameterGrid(self.param_grid))
        return super()._format_results(grid, n_splits, flat, more_results)


@contextmanager
def showing_each_warning_once() -> Iterator[None]:
    """Show warnings of one text once, in this process."""
    with warnings.catch_warnings():
        show, seen = warnings.showwarning, set()

        def show_once(message: Any, category: type[Warning], *place: Any, **others: Any) -> None:
            if (str(message), category) not in seen:
                seen.add((str(message), category))
                show(message, category, *place, **others)

        warnings.showwarning = show_once
        yield


def _trainings_first(candidates: list[dict]) -> list[dict]:
    """Move one candidate of each training to the front, so that trainings run in parallel."""
    seen: set[str] = set()
    first: list[dict] = []
    others: list[dict] = []
    for candidate in candidates:
        training = candidate["memory"].training
        (others if training in seen else first).append(candidate)
        seen.add(training)
    return first + others


def _memory_folder(memory: Any) -> str | None:
    """Create and return the folder of a pipeline's memory; return None if it has no memory."""
    location = (
        memory if isinstance(memory, str | os.PathLike) else getattr(memory, "location", None)
    )
    if location is None:
        return None
    os.makedirs(location, exist_ok=True)
    return os.fspath(location)


def _sampler_of(pipeline: Any) -> str:
    """Return the name of the step that is a sampler of this package that trains."""
    steps = pipeline.steps if isinstance(pipeline, Pipeline) else []
    names = [name for name, step in steps if hasattr(step, "for_any_draw")]
    if len(names) != 1 or steps[-1][0] == names[0]:
        raise ValueError(
            f"estimator={pipeline!r}: ResamplingSearchCV takes an imblearn Pipeline with exactly "
            "one sampler of skadan that trains, such as WADANSampler, and a classifier after it. "
            "For other pipelines, use sklearn.model_selection.GridSearchCV."
        )
    return names[0]
