"""Share the steps up to the trained sampler between the candidates of a search, in each fold."""

import pickle
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import joblib
from filelock import FileLock

from .._files import written_whole

WAIT = 0.02  # seconds between two checks whether another process has finished


class TrainOnce:
    """Serve as the memory of a candidate's pipeline, and fit each step up to the sampler once.

    A pipeline passes its steps, one after the other, to its memory to be fitted. The first
    candidate that reaches a step in a fold fits it and stores the result in a file. The other
    candidates, in any process, wait for that file and read it. For the sampler, the file holds a
    sampler fitted for any draw; each candidate draws from that model with its own parameters.

    Parameters
    ----------
    folder : path
        Folder of the files.
    training : str
        Name for everything but the rows that the results depend on. Candidates that share a
        training have the same name.
    n_steps : int
        Number of shared steps, counted from the first.
    place : int
        Position of the candidate in its grid.
    """

    def __init__(self, folder: str, training: str, n_steps: int, place: int) -> None:
        self.folder, self.training, self.n_steps, self.place = folder, training, n_steps, place
        self._step, self._fold = 0, ""

    def __repr__(self) -> str:
        return "<one training a fold>"

    def cache(self, function: Callable) -> Callable:
        """Return a function that fits a step with `function`, or loads the stored result."""
        return partial(self._fit, function)

    def _fit(self, function: Callable, step: Any, X: Any, y: Any, **others: Any) -> Any:
        """Fit or load one step; the sampler of a shared training draws with its own parameters."""
        # A pipeline fits its steps in order, and each candidate has its own TrainOnce, so counting
        # the calls tells which step this is.
        self._step += 1
        if self._step > self.n_steps:
            return function(step, X, y, **others)
        # Only the rows that enter the first step: those of later steps follow from them.
        self._fold = self._fold or joblib.hash((X, y))
        if not hasattr(step, "for_any_draw"):
            return self._load_or_make(partial(function, step, X, y, **others))
        trained = self._load_or_make(lambda: step.for_any_draw().fit(X, y))
        return *step.resample_with(trained, X, y), step

    def _load_or_make(self, make: Callable) -> Any:
        """Return the stored result of this step; if there is none, make and store it."""
        path = Path(self.folder, f"{self.training}-{self._step}-{self._fold}")
        if not path.parent.is_dir():
            raise FileNotFoundError(
                f"The folder of the search's trainings, {self.folder}, is not on this machine: "
                "set the pipeline's memory to a folder that all machines can access."
            )
        # If a process dies, the system releases its lock, and the next process trains.
        with FileLock(path.with_suffix(".lock"), poll_interval=WAIT):
            if not path.exists():
                with written_whole(path) as file:
                    pickle.dump(_make_picklable(make()), file)
        with path.open("rb") as file:
            return pickle.load(file)


def training_of(steps: list) -> str:
    """Return a name for steps that end with a sampler; equal names mean an equal training."""
    *before, sampler = steps
    # `for_any_draw` resets parameters that only sampling uses, so that they do not change the name.
    if hasattr(sampler, "for_any_draw"):
        sampler = (type(sampler), sampler.for_any_draw().get_params(deep=False))
    try:
        return joblib.hash([before, sampler])
    except (pickle.PicklingError, AttributeError, TypeError):  # for example, it holds a lambda
        return joblib.hash(_make_picklable([before, sampler]))


def _make_picklable(value: Any) -> Any:
    """Return `value` wrapped so that it pickles even if it uses classes from a notebook."""
    return joblib.wrap_non_picklable_objects(value, keep_wrapper=False)
