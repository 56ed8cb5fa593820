"""Name the arms, classifiers and options of an evaluation, without any heavy import."""

from collections.abc import Sequence
from dataclasses import dataclass
from numbers import Integral

TRAINED = ("adan", "wadan")
UNTRAINED = ("noise", "shrunken")
CORRECTED = ("prior", "partial")
ARMS = ("weights", *CORRECTED, "smote", "duplication", *UNTRAINED, *TRAINED)
DEFAULT_ARMS = ("weights", *CORRECTED, "smote", "shrunken", "wadan")
CLASSIFIERS = {
    "logistic": "logistic regression",
    "svc": "linear SVC",
    "linearsvc": "LinearSVC",
    "rbf": "RBF SVC",
    "knn": "nearest-neighbour classifier",
    "mlp": "MLP",
    "forest": "random forest",
    "boosting": "boosted trees",
}
IMPUTED = ("median", "mean")  # strategies of SimpleImputer


LEAST = {"n_folds": 2, "n_seeds": 1, "n_sets": 1, "max_epochs": 1, "random_state": 0}
MAY_BE_NONE = ("n_folds", "n_sets", "max_epochs")


@dataclass(frozen=True)
class Settings:
    """Hold the options of `evaluate`, which documents them.

    `group_name` is what a group is called, such as "speaker"; None if the groups have no name.
    """

    classifier: str = "logistic"
    arms: Sequence[str] = DEFAULT_ARMS
    n_folds: int | None = None
    n_seeds: int = 1
    n_sets: int | None = None
    max_epochs: int | None = None
    impute: str | None = None
    n_jobs: int | None = None
    random_state: int = 0
    group_name: str | None = None

    def __post_init__(self) -> None:
        """Refuse names that are unknown and numbers that are too small.

        Raises
        ------
        ValueError
            The message names the parameter, its value, and what it can be.
        """
        known = {"classifier": CLASSIFIERS, "impute": (None, *IMPUTED)}
        for name, choices in known.items():
            if getattr(self, name) not in choices:
                raise ValueError(
                    f"{name}={getattr(self, name)!r}: it must be one of {list(choices)}."
                )
        is_list = isinstance(self.arms, Sequence) and not isinstance(self.arms, str)
        if not (is_list and {"none", *ARMS}.issuperset(self.arms)):
            raise ValueError(f"arms={self.arms!r}: it must be a list of names from {list(ARMS)}.")
        for name, least in LEAST.items():
            value = getattr(self, name)
            if value is None and name in MAY_BE_NONE:
                continue
            is_whole = isinstance(value, Integral) and not isinstance(value, bool)
            if not is_whole or int(value) < least:
                raise ValueError(f"{name}={value!r}: it must be a whole number, {least} or more.")
        if not isinstance(self.group_name, str | None):
            raise ValueError(f"group_name={self.group_name!r}: it must be text.")
