"""Evaluate a classifier with and without each remedy for rare classes."""

from collections.abc import Sequence
from typing import Any

from ._cost import announce
from ._cross_validation import cross_validate
from ._folds import outer_folds
from ._problem import read_problem
from ._report import EvaluationReport
from ._settings import DEFAULT_ARMS, Settings


def evaluate(
    X: Any,
    y: Any,
    *,
    groups: Any = None,
    group_name: str | None = None,
    classifier: str = "logistic",
    arms: Sequence[str] = DEFAULT_ARMS,
    n_folds: int | None = None,
    n_seeds: int = 1,
    n_sets: int | None = None,
    max_epochs: int | None = None,
    impute: str | None = None,
    random_state: int = 0,
    n_jobs: int | None = None,
    verbose: int = 0,
) -> EvaluationReport:
    """Find out whether synthetic rows, class weights or prior correction help on a table.

    ``skadan evaluate`` does the same from a shell. Every arm is cross-validated: features are
    z-scored, the sampler of the arm (if it has one) adds rows to the training rows, and the
    classifier predicts the rows that are held out. The penalty of the classifier, or what takes its
    place, is chosen for each arm on inner folds of the training rows.

    Parameters
    ----------
    X : array-like, sparse matrix or DataFrame of shape (n_samples, n_features)
        Features, numbers only.
    y : array-like of shape (n_samples,)
        Labels: text or whole numbers.
    groups : array-like of shape (n_samples,), default=None
        Groups, such as speakers or patients: rows of a group are held out together.
    group_name : str, default=None
        What a group is, such as "speaker"; None takes the name of `groups` if it has one.
    classifier : str, default="logistic"
        "logistic", "svc" (linear), "linearsvc", "rbf", "knn", "mlp", "forest" or "boosting".
    arms : sequence of str
        What to compare with the classifier alone: "weights" (class weights), "prior"
        (`skadan.PriorCorrectedClassifier`), "partial" (rows that fill rare classes a quarter of the
        way, then prior correction), "smote", "duplication", "noise", "shrunken", "adan" and
        "wadan". The default is all but "duplication", "noise" and "adan".
    n_folds : int, default=None
        Number of folds; None means ten, or one for each group if there are fewer groups.
    n_seeds : int, default=1
        Number of seeds over which scores are averaged.
    n_sets : int, default=None
        Samplers, except that of "partial", add this many sets of the size of the training set; None
        means that they fill every class up to the largest.
    max_epochs : int, default=None
        Epochs of ADAN and WADAN; None means as many as they need.
    impute : {"median", "mean"}, default=None
        Statistic of the training rows that fills missing cells; None refuses missing cells.
    random_state : int, default=0
        Seed of folds and samplers.
    n_jobs : int, default=None
        Number of processes; None means one, -1 all processors.
    verbose : int, default=0
        1 or more prints the number of fits, about how long they take, and a progress bar.

    Returns
    -------
    report : EvaluationReport
        Scores, gains with intervals, and a recommendation.

    Raises
    ------
    ValueError
        If an argument is not one of those above, a cell is not finite, a label is missing, there
        is a single class, the labels are measurements, or the classifier fails without any remedy
        as well as with each.

    See Also
    --------
    skadan.model_selection.augmentation_curve : Compare numbers of synthetic rows.

    Examples
    --------
    >>> import numpy as np
    >>> from skadan.evaluation import evaluate
    >>> rng = np.random.default_rng(6)
    >>> y = np.repeat(["common", "rare"], [200, 30])
    >>> X = rng.normal(size=(230, 3)) + 0.9 * (y == "rare")[:, None]
    >>> report = evaluate(X, y, arms=["prior", "smote"], n_folds=5)
    >>> report.recommended
    'prior'
    >>> report.to_frame().loc["prior", ["recall_low", "recall_high"]].gt(0).tolist()
    [True, True]
    """
    if group_name is None and isinstance(getattr(groups, "name", None), str):
        group_name = groups.name
    settings = Settings(
        classifier=classifier,
        # list() would split a single name into letters; `Settings` refuses it, and None.
        arms=arms if isinstance(arms, str) or arms is None else list(arms),
        n_folds=n_folds,
        n_seeds=n_seeds,
        n_sets=n_sets,
        max_epochs=max_epochs,
        impute=impute,
        n_jobs=n_jobs,
        random_state=random_state,
        group_name=group_name,
    )
    problem = read_problem(X, y, groups, impute, group_name)
    folds = outer_folds(problem, settings)
    if verbose:
        announce(problem, folds, settings)
    outcome = cross_validate(problem, folds, settings, bool(verbose))
    if not outcome.labels:
        raise ValueError(outcome.failed["none"])
    return EvaluationReport(problem, settings, folds, outcome)
