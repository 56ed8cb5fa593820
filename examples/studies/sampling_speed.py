"""How fast a fitted sampler draws synthetic rows, compared with SMOTE."""

from collections.abc import Iterator
from statistics import median

import numpy as np
from imblearn.over_sampling import SMOTE
from paper_setting import in_words
from performance_page import Section
from timing import alternate, call_timer, ratio

from skadan import Replicate, WADANSampler
from skadan.model_selection import smote_neighbors


def sampling_section(X: np.ndarray, y: np.ndarray, n_rounds: int, n_new: int = 10_000) -> Section:
    """Count the synthetic rows per second of WADAN and SMOTE."""

    def lines() -> Iterator[tuple[str, ...]]:
        n_sets = n_new // len(X)
        fitted = WADANSampler(max_epochs=1, random_state=0, device="cpu").fit(X, y)
        smote = SMOTE(
            sampling_strategy=Replicate(n_sets), k_neighbors=smote_neighbors(y), random_state=0
        )
        timers = {
            "SMOTE": call_timer(lambda: smote.fit_resample(X, y)),
            "WADAN": call_timer(lambda: fitted.sample(n_sets * len(X))),
        }
        seconds = alternate(timers, n_rounds)
        for name, values in seconds.items():
            rate, against_smote = n_sets * len(X) / median(values), ratio(seconds["SMOTE"], values)
            yield name, f"{rate:,.0f}", f"{against_smote:.2f}"

    return Section(
        "Sampling",
        f"From {in_words(X)}: synthetic rows per second, everything but the training included.",
        ("sampler", "rows a second", "against SMOTE"),
        lines(),
    )
