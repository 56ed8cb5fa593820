"""What speaks against a ``sampling_strategy`` is said before any training."""

import warnings
from collections import Counter
from types import MappingProxyType

import numpy as np
import pytest

from skadan import NoiseSampler, Replicate, WADANSampler
from skadan.samplers import _wanted

X = np.random.default_rng(0).normal(size=(12, 3))
Y = np.repeat(["common", "rare"], [9, 3])


@pytest.fixture(autouse=True)
def _no_training(request, monkeypatch):
    """Only tests of what is made may train."""
    if "refused" in request.node.name:
        for cls in (NoiseSampler, WADANSampler):
            monkeypatch.setattr(cls, "_learn", None)


@pytest.mark.parametrize("result", [None, 5, "auto", [("rare", 9)], Counter, np.array([9, 9])])
def test_a_callable_that_returns_no_dict_is_refused(result):
    def strategy(y):
        return result

    with pytest.raises(TypeError, match=r"strategy at .* returned .*: it has to return a dict"):
        WADANSampler(sampling_strategy=strategy).fit_resample(X, Y)
    with pytest.raises(TypeError, match="has to return a dict"):
        WADANSampler(sampling_strategy=strategy).fit(X, Y)


@pytest.mark.parametrize("n_rows", [9.5, 9.0, "9", None, True, np.float64(9), [9]])
@pytest.mark.parametrize("make", [lambda asked: asked, lambda asked: lambda y: asked])
def test_numbers_that_are_not_whole_are_refused(n_rows, make):
    with pytest.raises(ValueError, match=r"rows of class 'rare': give a whole number"):
        NoiseSampler(sampling_strategy=make({"rare": n_rows})).fit_resample(X, Y)


@pytest.mark.parametrize("asked", [{"rar": 9}, {"rare": -1}, {"rare": 2}])
def test_other_faults_are_refused_by_imbalanced_learn(asked):
    with pytest.raises(ValueError, match=r"class|samples"):
        NoiseSampler(sampling_strategy=asked).fit_resample(X, Y)


@pytest.mark.parametrize(
    ("strategy", "n_rows"),
    [
        ({"rare": 10**12}, 10**12 + 9),
        ({"rare": 10**30}, 10**30 + 9),
        (lambda y: {"common": 10**12, "rare": 10**12}, 2 * 10**12),
        (Replicate(10**12), 12 * (10**12 + 1)),
        (Replicate(10**25), 12 * (10**25 + 1)),
    ],
)
@pytest.mark.parametrize("cls", [NoiseSampler, WADANSampler])
def test_more_rows_than_memory_holds_are_refused(cls, strategy, n_rows):
    with pytest.raises(ValueError, match=rf"sampling_strategy=.* asks for {n_rows} rows .* GiB"):
        cls(sampling_strategy=strategy).fit_resample(X, Y)


def test_sample_has_the_same_bound():
    sampler = NoiseSampler().fit(X, Y)
    with pytest.raises(ValueError, match=rf"sample\({10**12}\) asks for {10**12} rows"):
        sampler.sample(10**12)


def test_the_bound_is_this_machines_memory(monkeypatch):
    n_bytes = 8 * 18 * 4  # 18 rows of three columns and a label
    monkeypatch.setattr(_wanted, "memory", lambda: n_bytes)
    assert len(NoiseSampler().fit_resample(X, Y)[0]) == 18
    monkeypatch.setattr(_wanted, "memory", lambda: n_bytes - 1)
    with pytest.raises(ValueError, match="asks for 18 rows"):
        NoiseSampler().fit_resample(X, Y)


@pytest.mark.parametrize("make", [dict, MappingProxyType, Counter, lambda d: lambda y: d])
def test_any_mapping_is_taken(make):
    asked = make({"rare": np.int64(5)})
    assert len(NoiseSampler(sampling_strategy=asked).fit_resample(X, Y)[0]) == 14


def test_a_class_of_one_row_that_is_filled_up_is_named():
    y = ["common"] * 10 + ["alone", "lonely"]
    with pytest.warns(UserWarning, match=r"one row of class.* 'alone', 'lonely', and 9 are to"):
        NoiseSampler().fit_resample(X, y)
    with pytest.warns(UserWarning, match=r"one row of class.* 'alone', and 4 are to"):
        NoiseSampler(sampling_strategy={"alone": 5}).fit_resample(X, y)


@pytest.mark.parametrize("strategy", [Replicate(1), {"common": 30}])
def test_a_class_of_one_row_that_is_not_filled_up_is_no_matter(strategy):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        NoiseSampler(sampling_strategy=strategy).fit_resample(X, ["common"] * 11 + ["alone"])
        NoiseSampler().fit(X, ["common"] * 11 + ["alone"])
