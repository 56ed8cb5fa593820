"""Small tables: of text, with speaker, emotion and two features; and of arrays."""

import numpy as np
import pandas as pd

HEAD = "speaker;emotion;f;n"


def rows(n=18, speaker="0{}", f="{}.5", extra=""):
    """Rows of speaker, emotion, two features and whatever comes behind."""
    rng = np.random.default_rng(0)
    for i in range(n):
        emotion = "ang" if i % 4 == 0 else "neu"
        value = f.format(int(rng.integers(100)))
        yield f"{speaker.format(1 + i % 3)};{emotion};{value};{int(rng.integers(9))}{extra}\n"


def write_table(folder, X, y, **columns):
    """Write features, labels ("emotion") and further columns to a file, and return its path."""
    frame = pd.DataFrame(X).add_prefix("f").assign(emotion=y, **columns)
    path = folder / "written.csv"
    frame.to_csv(path, index=False)
    return path


def command_line(path):
    """Return the arguments that evaluate a table with the labels "emotion", quickly."""
    return ["evaluate", str(path), "--target", "emotion", "--epochs", "2"]
