"""A checkpoint is of one training: whatever keyword changes, its state is another file."""

from inspect import signature

import numpy as np
import pytest
from other_values import KEYWORDS, other, small

TRAINED = [(cls, name) for cls, name in KEYWORDS if "checkpoint" in signature(cls).parameters]
IDS = [f"{cls.__name__}-{name}" for cls, name in TRAINED]


@pytest.fixture
def name_of(monkeypatch, tmp_path, problem):
    """The name of the file that a training would keep its state in; nothing is trained."""

    class Stopped(Exception):
        pass

    def stop(*arguments):
        raise Stopped(next(a for a in arguments if hasattr(a, "restore")).path.name)

    monkeypatch.setattr("skadan.samplers.adversarial.train", stop)
    monkeypatch.setattr("skadan._torch.settings._threaded_pids", set())

    def name(cls, X=problem[0], y=problem[1], **keywords):
        sampler = small(cls, **{"checkpoint": tmp_path} | keywords)
        with pytest.raises(Stopped) as stopped:
            sampler.fit(X, y)
        return str(stopped.value)

    monkeypatch.chdir(tmp_path)
    return name


@pytest.mark.parametrize(("cls", "keyword"), TRAINED, ids=IDS)
def test_every_keyword_is_part_of_the_name(name_of, cls, keyword):
    usual, changed = name_of(cls), name_of(cls, **{keyword: other(cls, keyword)})
    # What is learned does not depend on these; `Checkpoint` and the guide say so.
    no_matter = {"checkpoint", "checkpoint_epochs", "verbose", *cls._only_for_sampling}
    assert (usual == changed) == (keyword in no_matter)
    assert usual == name_of(cls)


def test_the_data_are_part_of_the_name(name_of, problem):
    """Values of rows and labels, their order and their type."""
    X, y, _ = problem
    cls = TRAINED[0][0]
    tables = [
        (X, y),
        (np.nextafter(X, np.inf), y),
        (X[::-1], y[::-1]),
        (X[:, ::-1], y),
        (X.astype(np.float32), y),
        (X, np.roll(y, 1)),
        (X, y + 1),
        (X, y.astype(str)),
    ]
    assert len({name_of(cls, *table) for table in tables}) == len(tables)
