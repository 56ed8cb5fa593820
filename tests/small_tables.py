"""A small table of text: speaker, emotion and two features."""

import numpy as np

HEAD = "speaker;emotion;f;n"


def rows(n=18, speaker="0{}", f="{}.5", extra=""):
    """Rows of speaker, emotion, two features and whatever comes behind."""
    rng = np.random.default_rng(0)
    for i in range(n):
        emotion = "ang" if i % 4 == 0 else "neu"
        value = f.format(int(rng.integers(100)))
        yield f"{speaker.format(1 + i % 3)};{emotion};{value};{int(rng.integers(9))}{extra}\n"
