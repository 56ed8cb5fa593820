"""Collect the fitted state of a sampler in one record, for files."""

from typing import Any, NamedTuple

from ._containers import RowFormat
from ._fitted import names_of_saved
from ._labels import LabelFormat
from .base import SyntheticSampler


class State(NamedTuple):
    """Hold the fitted state of a sampler.

    Parameters
    ----------
    model : Model
        The model that draws rows.
    rows : RowFormat
        Format of the rows of the training data.
    labels : LabelFormat
        Format of its labels.
    attributes : dict
        The fitted attributes that files keep, by name.
    """

    model: Any
    rows: RowFormat
    labels: LabelFormat
    attributes: dict[str, Any]


def kept_attributes(sampler: SyntheticSampler) -> set[str]:
    """Return the names of the fitted attributes that files keep."""
    return names_of_saved(sampler._fitted_attributes)


def state_of(sampler: SyntheticSampler) -> State:
    """Return the fitted state of a sampler; raise an error if it is not fitted."""
    model = sampler._fitted_model()
    names = sorted(kept_attributes(sampler) & vars(sampler).keys())
    attributes = {name: getattr(sampler, name) for name in names}
    return State(model, sampler._format, sampler._labels(), attributes)


def restore(sampler: SyntheticSampler, state: State) -> None:
    """Set the fitted state of another sampler with the same parameters."""
    sampler._model, sampler._format, sampler._label_format = state.model, state.rows, state.labels
    for name, value in state.attributes.items():
        setattr(sampler, name, value)
