"""Refuse unknown keywords, and suggest the right name."""

import difflib
import inspect
from collections.abc import Iterable

# Parameters of SMOTE and of libraries that train networks, with their names here.
MEANT = {
    "epochs": "max_epochs",
    "n_epochs": "max_epochs",
    "num_epochs": "max_epochs",
    "lr": "learning_rate",
    "latent_dim": "n_latent",
    "seed": "random_state",
    "ratio": "sampling_strategy",
    "cuda": "device",
    "n_jobs": "n_threads",
}
NEIGHBOURS = ("k_neighbors", "m_neighbors", "n_neighbors")


def refuse_unknown_keywords(cls: type, keywords: Iterable[str]) -> None:
    """Refuse keywords that a sampler does not have.

    Raises
    ------
    TypeError
        The message suggests a keyword if one is similar.
    """
    parameters = inspect.signature(cls.__init__).parameters  # type: ignore[misc]
    if any(parameter.kind is parameter.VAR_KEYWORD for parameter in parameters.values()):
        return
    for name in keywords:
        if name in parameters:
            continue
        if name in NEIGHBOURS:
            hint = "It interpolates between no neighbours: leave it out."
        else:
            close = difflib.get_close_matches(name, parameters, n=1)
            meant = MEANT.get(name, close[0] if close else "")
            hint = f"Did you mean {meant}?" if meant in parameters else "See its documentation."
        raise TypeError(f"{cls.__name__} has no parameter {name!r}. {hint}")
