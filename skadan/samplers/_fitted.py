"""What a fit leaves behind: the attributes of a fitted sampler."""

from collections.abc import Iterable
from typing import NamedTuple


class Attribute(NamedTuple):
    """A fitted attribute: its name, type and text in the documentation."""

    name: str
    kind: str
    text: str
    saved: bool = True  # whether a file of `save_sampler` keeps it


def names_of_saved(attributes: Iterable[Attribute]) -> set[str]:
    """Return the names of the attributes that files keep."""
    return {attribute.name for attribute in attributes if attribute.saved}


IS_SYNTHETIC = Attribute(
    "is_synthetic_",
    "ndarray of shape (n_samples_new,)",
    "Which rows of the last `fit_resample` are synthetic.",
    saved=False,
)
STRATEGY = Attribute(
    "sampling_strategy_", "dict", "Number of rows to make of each class.", saved=False
)
OF_EVERY_SAMPLER = (
    Attribute("classes_", "ndarray of shape (n_classes,)", "The classes, sorted."),
    IS_SYNTHETIC,
    Attribute(
        "sample_indices_",
        "ndarray of shape (n_samples_new,)",
        "For each row of the last `fit_resample` the index of the real row that it is, or of one "
        "of its class that it was made of: whose deviation it has a share of, or which ``anchor`` "
        "mixes in. With a ``center`` no synthetic row is made of one real row alone. -1 where "
        "there is none. Groups, weights and other columns follow by it.",
        saved=False,
    ),
    STRATEGY,
    Attribute("n_features_in_", "int", "Number of columns."),
    Attribute("data_min_", "ndarray of shape (n_features,)", "Smallest value of each column."),
    Attribute("data_max_", "ndarray of shape (n_features,)", "Largest value of each column."),
    Attribute(
        "is_whole_", "ndarray of shape (n_features,)", "Which columns hold whole numbers only."
    ),
    Attribute(
        "feature_names_in_",
        "ndarray of shape (n_features,)",
        "Column names, where all are strings.",
    ),
)
OF_TRAINING = (
    Attribute(
        "history_",
        "dict of str to ndarray of shape (n_epochs,)",
        "Mean of each loss term, epoch by epoch.",
    ),
    Attribute("n_iter_", "int", "Epochs trained."),
    Attribute("device_", "str", "Where it was trained."),
)
OF_FROZEN = (
    IS_SYNTHETIC,
    Attribute(
        "sample_indices_",
        "ndarray of shape (n_samples_new,)",
        "For each real row of the last `fit_resample` its index in the rows given; -1 for each "
        "synthetic row, which comes from the rows of the training.",
        saved=False,
    ),
    Attribute(
        "training_indices_",
        "ndarray of shape (n_samples_new,)",
        "For each synthetic row of the last `fit_resample` the index, in the table that the "
        "sampler was trained on, of a row of its class that it was made of; -1 where there is "
        "none, and for each real row.",
        saved=False,
    ),
    STRATEGY,
)
