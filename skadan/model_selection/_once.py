"""What the candidates of a search share in a fold: everything up to the trained sampler."""

import pickle
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import joblib
from filelock import FileLock

from .._files import written_whole

WAIT = 0.02  # seconds between two looks at what another process makes


class TrainOnce:
    """The memory of a candidate's pipeline: each step up to the sampler is fitted once a fold.

    A pipeline hands its steps, one after the other, to its memory to be fitted. The first candidate
    that comes to a step in a fold fits it and leaves the result in a file; the others, in whatever
    process, wait for that file and read it. The sampler alone is not taken as it is: it draws,
    with its own parameters, from the model of one that was fitted for any draw.

    Parameters
    ----------
    folder : path
        Where the files are.
    training : str
        What the results depend on beside the rows: a name that candidates of one training share.
    n_steps : int
        How many steps, from the first one, are shared.
    place : int
        Of the candidate in its grid.
    """

    def __init__(self, folder: str, training: str, n_steps: int, place: int) -> None:
        self.folder, self.training, self.n_steps, self.place = folder, training, n_steps, place
        self._step, self._fold = 0, ""

    def __repr__(self) -> str:
        return "<one training a fold>"

    def cache(self, function: Callable) -> Callable:
        """Return a function that fits a step as `function` does, or looks it up."""
        return partial(self._fit, function)

    def _fit(self, function: Callable, step: Any, X: Any, y: Any, **others: Any) -> Any:
        self._step += 1
        if self._step > self.n_steps:
            return function(step, X, y, **others)
        self._fold = self._fold or joblib.hash((X, y))
        if not hasattr(step, "_for_any_draw"):
            return self._kept(partial(function, step, X, y, **others))
        trained = self._kept(lambda: step._for_any_draw().fit(X, y))
        return *step._fit_resample(X, y, trained), step

    def _kept(self, make: Callable) -> Any:
        """Return what is in the file of this step, or make it where nobody else does."""
        path = Path(self.folder, f"{self.training}-{self._step}-{self._fold}")
        if not path.parent.is_dir():
            raise FileNotFoundError(
                f"The folder of the search's trainings, {self.folder}, is not on this machine: "
                "give the pipeline, as its memory, a folder that all machines see."
            )
        # The system frees the lock of a process that dies: the next one then trains.
        with FileLock(path.with_suffix(".lock"), poll_interval=WAIT):
            if not path.exists():
                with written_whole(path) as file:
                    pickle.dump(_portable(make()), file)
        with path.open("rb") as file:
            return pickle.load(file)


def training_of(steps: list) -> str:
    """Return a name for these steps, the last of which is a sampler: alike for alike training."""
    *before, sampler = steps
    if hasattr(sampler, "_for_any_draw"):
        sampler = (type(sampler), sampler._for_any_draw().get_params(deep=False))
    try:
        return joblib.hash([before, sampler])
    except (pickle.PicklingError, AttributeError, TypeError):  # it holds a lambda, say
        return joblib.hash(_portable([before, sampler]))


def _portable(value: Any) -> Any:
    """Return `value` so that it pickles with the classes and functions of a notebook in it."""
    return joblib.wrap_non_picklable_objects(value, keep_wrapper=False)
