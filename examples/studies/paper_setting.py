"""What the benchmark trains: the paper's setting on a random table."""

from typing import Any

import numpy as np

from skadan import ADANSampler, WADANSampler

N_CLASSES = 7
SAMPLERS = {"ADAN": ADANSampler, "WADAN": WADANSampler}


def random_table(n_rows: int, n_columns: int) -> tuple[np.ndarray, np.ndarray]:
    """Return normal numbers (n_rows, n_columns) in float32, and labels of balanced classes."""
    rng = np.random.default_rng(0)
    X = rng.standard_normal((n_rows, n_columns), dtype=np.float32)
    return X, np.arange(n_rows) % N_CLASSES


def paper_sampler(name: str, **keywords: Any) -> ADANSampler | WADANSampler:
    """Return ADAN or WADAN at the paper's setting, by default for three epochs on one thread."""
    short = {"max_epochs": 3, "n_threads": 1, "device": "cpu", "random_state": 0}
    return SAMPLERS[name](**SAMPLERS[name].paper_params() | short | keywords)


def in_words(X: np.ndarray) -> str:
    """Return the size of a table as text, such as "480 x 4,368"."""
    return f"{X.shape[0]:,} x {X.shape[1]:,}"
