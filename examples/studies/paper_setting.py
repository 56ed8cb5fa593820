"""The trainings that the benchmark times: the paper's setting on a random table."""

from typing import Any

import numpy as np

from skadan import ADANSampler, WADANSampler

N_CLASSES = 7
SAMPLERS = {"ADAN": ADANSampler, "WADAN": WADANSampler}


def random_table(n_rows: int, n_columns: int) -> tuple[np.ndarray, np.ndarray]:
    """Normal numbers (n_rows, n_columns) in float32, and labels of equal classes."""
    rng = np.random.default_rng(0)
    X = rng.standard_normal((n_rows, n_columns), dtype=np.float32)
    return X, np.arange(n_rows) % N_CLASSES


def paper_sampler(name: str, **keywords: Any) -> ADANSampler | WADANSampler:
    """ADAN or WADAN at the paper's setting: three epochs on one thread, unless told otherwise."""
    short = {"max_epochs": 3, "n_threads": 1, "device": "cpu", "random_state": 0}
    return SAMPLERS[name](**SAMPLERS[name].paper_params() | short | keywords)


def in_words(X: np.ndarray) -> str:
    """The size of a table, as in "480 x 4,368"."""
    return f"{X.shape[0]:,} x {X.shape[1]:,}"
