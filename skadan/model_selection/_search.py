"""A grid search that trains a sampler once a fold."""

import os
from collections.abc import Callable, Iterable
from tempfile import TemporaryDirectory
from typing import Any

from imblearn.pipeline import Pipeline
from sklearn.base import clone
from sklearn.model_selection import GridSearchCV, ParameterGrid

from .._resending import resending
from ._once import TrainOnce, training_of


class ResamplingSearchCV(GridSearchCV):
    """Grid search over a pipeline with a sampler, which is trained once a fold.

    `sklearn.model_selection.GridSearchCV` trains the sampler anew for each candidate. Here the
    candidates of a fold share one training, and the steps before it, as far as they differ in
    nothing that training depends on: in the sampler's ``sampling_strategy``, ``center``,
    ``own_share``, ``anchor`` and ``residuals`` (``noise_scale`` of `skadan.NoiseSampler`), and in
    all that comes behind it. A grid over other parameters, say ``max_epochs``, trains once for each
    of their values. The scores are those of `GridSearchCV`, bit for bit, with an int or a
    RandomState as the sampler's ``random_state``; with None there, candidates share a seed within
    a fold, and differ by their parameters alone.

    Training takes place inside each fold, on its training rows: nothing leaks.

    Parameters
    ----------
    estimator : imblearn.pipeline.Pipeline
        Exactly one sampler of this package that trains, steps before it as you like, and a
        classifier behind it. A ``memory`` that it has serves the last fit, of the best candidate.
    param_grid : dict or list of dict
        Values to try of each parameter, by name, such as ``aug__anchor``.
    scoring : str, callable, list, tuple or dict, default=None
        As for `GridSearchCV`, and so are all that follow.
    n_jobs : int, default=None
        Candidates and folds at a time. Trainings come first. A process whose candidate needs one
        that another is at waits for it.
    refit : bool, str or callable, default=True
        Fit the best candidate on all rows. This is one training more.
    cv : int, cross-validation generator or iterable, default=None
        None is 5 stratified folds. Groups go to `fit`.
    verbose : int, default=0
        Messages.
    pre_dispatch : int or str, default="2*n_jobs"
        How many jobs are handed out beforehand.
    error_score : "raise" or float, default=nan
        The score of a candidate that fails. One whose training fails lets the next try again.
    return_train_score : bool, default=False
        Score the training rows, too.

    Attributes
    ----------
    cv_results_ : dict of ndarray
        Scores and times of the candidates, in the order of the grid. ``mean_fit_time`` of one
        that trained, or waited for a training, contains that.
    best_estimator_ : imblearn.pipeline.Pipeline
        The best candidate, fitted on all rows.
    best_params_ : dict
        Its parameters.
    best_score_ : float
        Its mean score over the folds.
    best_index_ : int
        Its place in ``cv_results_``.
    scorer_ : callable or dict
        What scored.
    n_splits_ : int
        Number of folds.
    refit_time_ : float
        Seconds that the last fit took.
    multimetric_ : bool
        Whether there are several scores.

    Raises
    ------
    ValueError
        From ``fit``, if `estimator` is no imblearn Pipeline with one sampler of this package and
        a classifier behind it.

    See Also
    --------
    skadan.FrozenSampler : A fitted sampler that draws and never trains.
    augmentation_curve : Score against the number of synthetic sets.

    Notes
    -----
    ``fit(X, y, groups=groups)``, ``predict``, ``score`` and all other methods are `GridSearchCV`'s.

    Trained samplers are in a temporary folder while the search runs: for each fold and training one
    model, and a table for each step before the sampler. It lies in the folder of the pipeline's
    ``memory`` if it has one. On several machines it needs one, in a place that all of them see.

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

    def _run_search(self, evaluate_candidates: Callable, *, callback_ctx: Any = None) -> None:
        name = _sampler_of(self.estimator)
        with TemporaryDirectory(prefix="skadan-", dir=_place(self.estimator.memory)) as folder:

            def evaluate(candidates: Iterable[dict], **context: Any) -> Any:
                shared = [
                    parameters | {"memory": self._memory(name, parameters, folder, place)}
                    for place, parameters in enumerate(candidates)
                ]
                return evaluate_candidates(_trainings_first(shared), **context)

            # scikit-learn below 1.9 has no callbacks, and its search takes no context of theirs.
            context = {} if callback_ctx is None else {"callback_ctx": callback_ctx}
            with resending():
                super()._run_search(evaluate, **context)

    def _memory(self, sampler: str, parameters: dict, folder: str, place: int) -> TrainOnce:
        """Make the memory of a candidate's pipeline."""
        candidate = clone(self.estimator).set_params(**clone(parameters, safe=False))
        names = [name for name, _ in candidate.steps]
        upto = candidate.steps[: names.index(sampler) + 1] if sampler in names else []
        live = [step for _, step in upto if step not in (None, "passthrough")]
        return TrainOnce(folder, training_of(live) if live else "", len(live), place)

    def _format_results(
        self, candidate_params: list, n_splits: int, out: list, more_results: Any = None
    ) -> dict:
        """Format results in the order of the grid, without the memories."""
        places = [parameters["memory"].place for parameters in candidate_params]
        parts = [out[start : start + n_splits] for start in range(0, len(out), n_splits)]
        in_order = [part for _, part in sorted(zip(places, parts, strict=True), key=lambda p: p[0])]
        flat = [result for part in in_order for result in part]
        grid = list(ParameterGrid(self.param_grid))
        return super()._format_results(grid, n_splits, flat, more_results)


def _trainings_first(candidates: list[dict]) -> list[dict]:
    """Put one candidate of each training before the others, so that trainings run side by side."""
    seen: set[str] = set()
    first: list[dict] = []
    others: list[dict] = []
    for candidate in candidates:
        training = candidate["memory"].training
        (others if training in seen else first).append(candidate)
        seen.add(training)
    return first + others


def _place(memory: Any) -> str | None:
    """Return the folder of a pipeline's memory, which is made; None if it has none."""
    location = (
        memory if isinstance(memory, str | os.PathLike) else getattr(memory, "location", None)
    )
    if location is None:
        return None
    os.makedirs(location, exist_ok=True)
    return os.fspath(location)


def _sampler_of(pipeline: Any) -> str:
    """Return the name of the step that is a sampler which trains."""
    steps = pipeline.steps if isinstance(pipeline, Pipeline) else []
    names = [name for name, step in steps if hasattr(step, "_for_any_draw")]
    if len(names) != 1 or steps[-1][0] == names[0]:
        raise ValueError(
            f"estimator={pipeline!r}: ResamplingSearchCV takes an imblearn Pipeline of exactly one "
            "sampler of skadan that trains, such as WADANSampler, and a classifier behind it. For "
            "others there is sklearn.model_selection.GridSearchCV."
        )
    return names[0]
