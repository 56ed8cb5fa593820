"""Samplers of other packages, which need not be installed: CTGAN, TVAE and TabEBM."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import numpy as np
from imblearn.utils import check_sampling_strategy

PACKAGES = {"CTGAN": "ctgan", "TVAE": "ctgan", "TabEBM": "tabebm"}
SECONDS = 600  # for one fit
DRAWS = 20  # at most, until a class has the rows that it lacks


class TooSlow(Exception):
    """A fit took longer than ten minutes."""


def is_installed(arm: str) -> bool:
    """Return whether the package of an arm is installed; most arms need no other package."""
    return arm not in PACKAGES or find_spec(PACKAGES[arm]) is not None


@contextmanager
def time_limit(seconds: int) -> Iterator[None]:
    """Raise `TooSlow` after a number of seconds. Signals need the main thread."""

    def stop(*_: Any) -> None:
        raise TooSlow

    before = signal.signal(signal.SIGALRM, stop)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def peer_rows(
    arm: str, Z: np.ndarray, y: np.ndarray, strategy: Any, seed: int
) -> tuple[np.ndarray, np.ndarray]:
    """Return the rows and, below them, the rows that a peer makes for the smaller classes."""
    missing = {c: n for c, n in check_sampling_strategy(strategy, y, "over-sampling").items() if n}
    make = tabebm_rows if arm == "TabEBM" else ctgan_rows
    with time_limit(SECONDS):
        new = make(arm, Z, y, missing, seed)
    labels = np.repeat(list(new), [len(rows) for rows in new.values()])
    return np.vstack([Z, *new.values()]), np.concatenate([y, labels.astype(y.dtype)])


def ctgan_rows(arm: str, Z: np.ndarray, y: np.ndarray, missing: dict, seed: int) -> dict:
    """Return rows by class from a CTGAN or TVAE that is trained with the label as a column.

    It draws rows of any label, and those with the wanted label are kept, so a rare class may get
    fewer rows than it lacks.
    """
    import pandas as pd
    import torch

    torch.manual_seed(seed)
    np.random.seed(seed)  # noqa: NPY002 - the package uses it
    table = pd.DataFrame(Z, columns=[f"x{j}" for j in range(Z.shape[1])])
    table["label"] = y.astype(str)
    synthesizer = getattr(import_module("ctgan"), arm)()
    synthesizer.fit(table, ["label"])
    made = {}
    for c, n in missing.items():
        condition = ("label", str(c)) if arm == "CTGAN" else ()
        found = np.empty((0, Z.shape[1]))
        for _ in range(DRAWS):
            drawn = synthesizer.sample(max(n, 100), *condition)
            of_class = drawn["label"].astype(str) == str(c)
            found = np.vstack([found, drawn.loc[of_class].drop(columns="label").to_numpy(float)])
            if len(found) >= n:
                break
        made[c] = found[:n]
    return made


def tabebm_rows(arm: str, Z: np.ndarray, y: np.ndarray, missing: dict, seed: int) -> dict:
    """Return rows by class from TabEBM: Langevin steps on the energy of a TabPFN."""
    make = import_module("tabebm.TabEBM").TabEBM().generate
    if not missing:
        return {}
    made = make(Z, y, num_samples=max(missing.values()), seed=seed)
    return {c: np.asarray(made[f"class_{c}"])[:n] for c, n in missing.items()}
