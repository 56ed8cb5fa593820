"""What a fit leaves in a sampler, as one record, for files."""

from typing import Any, NamedTuple

from ._containers import RowFormat
from ._fitted import names_of_saved
from ._labels import LabelFormat
from .base import SyntheticSampler


class State(NamedTuple):
    """What a fit has left in a sampler.

    Parameters
    ----------
    model : Model
        What draws rows.
    rows : RowFormat
        What the rows of the table look like.
    labels : LabelFormat
        What its labels look like.
    attributes : dict
        The fitted attributes that files keep, by name.
    """

    model: Any
    rows: RowFormat
    labels: LabelFormat
    attributes: dict[str, Any]


def kept_attributes(sampler: SyntheticSampler) -> set[str]:
    """Return the names of the fitted attributes that files keep."""
    return names_of_saved(sampler._fitted)


def state_of(sampler: SyntheticSampler) -> State:
    """Return what a fit has left in a sampler; raise an error if it is not fitted."""
    model = sampler._trained()
    names = sorted(kept_attributes(sampler) & vars(sampler).keys())
    attributes = {name: getattr(sampler, name) for name in names}
    return State(model, sampler._format, sampler._labels(), attributes)


def restore(sampler: SyntheticSampler, state: State) -> None:
    """Put into a sampler what a fit has left in another one of the same parameters."""
    sampler._model, sampler._format, sampler._label_format = state.model, state.rows, state.labels
    for name, value in state.attributes.items():
        setattr(sampler, name, value)
