"""Tensors of any dtype, device and setting: kept, or refused by name."""

import numpy as np
import pytest
import sklearn
import torch
from conftest import DEVICES, SETTINGS, SMALL, UNTRAINED, same_tensor

from skadan import (
    NoiseSampler,
    Replicate,
    WADANSampler,
    save_sampler,
)
from skadan.samplers._containers import RowFormat, cast, cast_tensor
from skadan.samplers._layouts import empty_tensor

FLOATS = [torch.float16, torch.bfloat16, torch.float32, torch.float64]
WHOLE = [torch.int8, torch.uint8, torch.int16, torch.int32, torch.int64]
pytestmark = pytest.mark.usefixtures("dispatch")


@pytest.mark.parametrize("dtype", [*FLOATS, *WHOLE, torch.bool], ids=str)
def test_every_dtype_is_kept(problem, dtype):
    X = torch.from_numpy((20 * np.abs(problem[0])).round() - (dtype == torch.bool)).to(dtype)
    X_new, _ = NoiseSampler(random_state=0).fit_resample(X, problem[1])
    same_tensor(X_new[:45], X)


@pytest.mark.parametrize("dtype", [*FLOATS, *WHOLE, torch.uint16, torch.bool], ids=str)
def test_values_are_held_in_range_as_those_of_arrays(dtype):
    values = np.array([-3e300, -3e30, -0.6, 0.5, 1.5, 200.0, 3e30, 3e300])
    ours = cast_tensor(torch.from_numpy(values), dtype)
    assert ours.dtype == dtype
    assert not dtype.is_floating_point or ours.isfinite().all()
    if dtype != torch.bfloat16:
        expected = cast(values, np.dtype(str(dtype).removeprefix("torch.")))
        np.testing.assert_array_equal(ours.numpy(), expected)


def test_no_gradient_goes_through(problem):
    X = torch.from_numpy(problem[0]).requires_grad_()
    sampler = WADANSampler(**SMALL, sampling_strategy=Replicate(1))
    X_new, _ = sampler.fit_resample(X, problem[1])
    codes = sampler.encode(X).requires_grad_()
    assert not X_new.requires_grad
    assert not sampler.decode(codes).requires_grad
    assert torch.equal(X_new[:45], X)


def test_in_inference_mode(tensors):
    with torch.inference_mode():
        X_new, _ = WADANSampler(**SMALL).fit_resample(*tensors)
    same_tensor(X_new[:45], tensors[0])


def test_a_table_that_is_refused_is_named(tensors):
    X, y = tensors
    holes = X.clone()
    holes[3, 2], holes[0, 7] = float("nan"), float("nan")
    with pytest.raises(ValueError, match=r"NaN in 2 place\(s\), column\(s\) 2, 7"):
        NoiseSampler().fit(holes, y)
    with pytest.raises(ValueError, match="2D array"):
        NoiseSampler().fit(X[:, 0], y)
    with pytest.raises(ValueError, match="inconsistent numbers of samples"):
        NoiseSampler().fit(X, y[:-1])
    with pytest.raises(ValueError, match="y has no label in row 0 and 44 more"):
        NoiseSampler().fit(X, y * float("nan"))
    with pytest.raises(TypeError, match=r"X is a tensor of torch.sparse_coo: pass X\.to_dense\(\)"):
        NoiseSampler().fit(X.to_sparse(), y)
    sampler = WADANSampler(**SMALL).fit(X, y)
    with pytest.raises(ValueError, match="X has 3 features"):
        sampler.encode(X[:, :3])
    with pytest.raises(ValueError, match="H has 3 columns, but n_latent=4"):
        sampler.decode(X[:, :3])
    with pytest.raises(ValueError, match="contains NaN"):
        sampler.decode(holes[:, :4])
    with pytest.raises(ValueError, match=r"label.* 9 that the sampler was not trained on"):
        sampler.sample(y + 9)


def test_without_dispatch_arrays_come_back(tensors):
    X, y = (part.cpu() for part in tensors)
    with sklearn.config_context(array_api_dispatch=False):
        sampler = WADANSampler(**SMALL).fit(X, y)
        made = [*sampler.fit_resample(X, y), sampler.encode(X), sampler.decode(X[:, :4])]
        assert all(isinstance(part, np.ndarray) for part in made)


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float8_e4m3fn], ids=str)
def test_without_dispatch_a_dtype_that_numpy_lacks_is_named(problem, dtype):
    X, y = (torch.from_numpy(part) for part in problem[:2])
    sampler = WADANSampler(**SMALL).fit(X, y)
    with sklearn.config_context(array_api_dispatch=False):
        for name, act in {
            "X": lambda: NoiseSampler().fit(X.to(dtype), y),
            "y": lambda: NoiseSampler().fit(X, y.to(dtype)),
            "H": lambda: sampler.decode(X[:, :4].to(dtype)),
        }.items():
            with pytest.raises(TypeError, match=rf"{name} is a tensor of {dtype}.*{name}\.float"):
                act()


@pytest.mark.parametrize("elsewhere", ["meta", *DEVICES[1:]])
def test_without_dispatch_another_device_is_told_what_to_do(tensors, elsewhere):
    X, y = (part.cpu() for part in tensors)
    sampler = WADANSampler(**SMALL).fit(X, y)
    with sklearn.config_context(array_api_dispatch=False):
        for name, act in {
            "X": lambda: sampler.encode(X.to(elsewhere)),
            "y": lambda: sampler.sample(y.to(elsewhere)),
            "H": lambda: sampler.decode(X[:, :4].to(elsewhere)),
        }.items():
            message = (
                rf"{name} is a tensor on {elsewhere}.*array_api_dispatch=True.*{name}\.cpu\(\)"
            )
            with pytest.raises(TypeError, match=message):
                act()


def test_a_device_that_is_not_there_becomes_the_cpu():
    rows = RowFormat(("tensor", "float32", "cuda:99"), "<f4")
    made = rows.wrap(2, 3, iter([torch.ones(2, 3, dtype=torch.float64)]))
    same_tensor(made, torch.ones(2, 3))
    assert empty_tensor("int64", "cpu").dtype == torch.int64


def test_a_device_that_a_file_cannot_name(tensors, tmp_path):
    sampler = NoiseSampler().fit(*tensors)
    for layout in (("tensor", "float64", "meta"), ("tensor", "load", "cpu"), ("tensor", "float64")):
        sampler._format = RowFormat(layout, "<f8")
        with pytest.raises(TypeError, match="is not a container of rows"):
            save_sampler(sampler, tmp_path / "thing.safetensors")


def test_rows_lie_in_no_memory_of_the_caller(tensors):
    """What a caller does to the outcome leaves the table as it was."""
    X, y = tensors
    before = X.clone()
    for cls in UNTRAINED:
        X_new, _ = cls(**SETTINGS[cls]).fit_resample(X, y)
        X_new.zero_()
    assert torch.equal(X, before)


def test_scikit_learn_says_what_it_needs(monkeypatch):
    monkeypatch.delenv("SCIPY_ARRAY_API")
    with (
        pytest.raises(RuntimeError, match="SCIPY_ARRAY_API=1"),
        sklearn.config_context(array_api_dispatch=True),
    ):
        pass
