"""What `evaluate` compares: samplers, class weights, and a classifier behind them."""

import warnings
from argparse import Namespace
from typing import Any, NamedTuple

import numpy as np
from imblearn.over_sampling import SMOTE, RandomOverSampler
from imblearn.pipeline import Pipeline
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC, LinearSVC

from .._strategy import Replicate
from ..model_selection import smote_neighbors
from ..samplers import ADANSampler, NoiseSampler, ShrunkenSampler, WADANSampler
from .arguments import TRAINED

SAMPLERS = {
    "adan": ADANSampler,
    "duplication": RandomOverSampler,
    "noise": NoiseSampler,
    "shrunken": ShrunkenSampler,
    "smote": SMOTE,
    "wadan": WADANSampler,
}
# Both stop long before, where their tolerance is met.
PASSES = 1_000_000  # of LinearSVC over the rows: the usual 1,000 end too early on wide tables
STEPS = 100_000  # of LogisticRegression


class Prediction(NamedTuple):
    """The labels of the held-out rows, or what is wrong; and what was warned of.

    `separates` says whether the classifier has every training row on the right side.
    """

    labels: np.ndarray | None
    separates: bool
    error: str
    warned: list[tuple[str, type[Warning]]]


def sampler_of(name: str, args: Namespace, seed: int) -> Any:
    """Make a sampler by the arguments."""
    strategy = Replicate(args.sets) if args.sets else "auto"
    keywords = {"sampling_strategy": strategy, "random_state": seed}
    if name in TRAINED and args.epochs is not None:
        keywords["max_epochs"] = args.epochs
    return SAMPLERS[name](**keywords)


def classifier_of(args: Namespace, seed: int, class_weight: str | None = None) -> Any:
    """Make the classifier by the arguments."""
    usual = {"C": args.C, "class_weight": class_weight}
    if args.classifier == "svc":
        return SVC(kernel="linear", **usual)
    if args.classifier == "linearsvc":
        return LinearSVC(random_state=seed, max_iter=PASSES, **usual)
    return LogisticRegression(random_state=seed, max_iter=STEPS, **usual)


def is_random(arm: str, args: Namespace) -> bool:
    """Whether another seed may change the predictions of an arm."""
    return arm in SAMPLERS or args.classifier == "linearsvc"  # which draws the order of rows


def pipeline(arm: str, y: np.ndarray, args: Namespace, seed: int) -> Pipeline:
    """Make the pipeline of an arm. It z-norms first, for samplers that measure distances."""
    steps: list[tuple[str, Any]] = [("before", StandardScaler())]
    if arm in SAMPLERS:
        sampler = sampler_of(arm, args, seed)
        if arm == "smote":
            sampler.set_params(k_neighbors=smote_neighbors(y))
        steps.append(("aug", sampler))
    classifier = classifier_of(args, seed, "balanced" if arm == "weights" else None)
    return Pipeline([*steps, ("scale", StandardScaler()), ("classifier", classifier)])


def predict(arm: str, args: Namespace, seed: int, X: Any, y: Any, X_test: Any) -> Prediction:
    """Predict the held-out rows. Warnings are for the process that asked: it shows each once."""
    labels, separates, wrong = None, False, ""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", UserWarning)
        try:
            fitted = pipeline(arm, y, args, seed).fit(X, y)
            labels, separates = fitted.predict(X_test), bool((fitted.predict(X) == y).all())
        except ValueError as error:
            wrong = str(error)[:300]
    return Prediction(labels, separates, wrong, [(str(w.message), w.category) for w in caught])
