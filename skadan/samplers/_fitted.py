"""List the attributes of a fitted sampler, with their documentation."""

from collections.abc import Iterable
from typing import NamedTuple


class Attribute(NamedTuple):
    """Describe a fitted attribute: name, type and text in the documentation."""

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
        "The real row behind each row of the last `fit_resample`: a real row's own index, and for "
        "a synthetic row the index of a row of its class whose deviation it contains, or which "
        "``anchor`` mixes in; -1 if there is none. With a ``center`` each synthetic row is made "
        "from more than one real row. Use it to carry groups, weights and other columns over.",
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
        "Column names, if all of them are strings.",
    ),
)
OF_TRAINING = (
    Attribute(
        "history_",
        "dict of str to ndarray of shape (n_epochs,)",
        "Mean of each loss term, epoch by epoch.",
    ),
    Attribute("n_iter_", "int", "Epochs trained."),
    Attribute("device_", "str", "The device that it was trained on."),
)
OF_FROZEN = (
    IS_SYNTHETIC,
    Attribute(
        "sample_indices_",
        "ndarray of shape (n_samples_new,)",
        "For each real row of the last `fit_resample`, its index in `X`; -1 for each synthetic "
        "row, because its real rows are in the training data.",
        saved=False,
    ),
    Attribute(
        "training_indices_",
        "ndarray of shape (n_samples_new,)",
        "For each synthetic row of the last `fit_resample`, the index of a row of its class that "
        "it was made from, in the sampler's training data; -1 if there is none, and for each real "
        "row.",
        saved=False,
    ),
    STRATEGY,
)
