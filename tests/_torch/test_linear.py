"""oneDNN's products against float64 NumPy."""

import numpy as np
import pytest
import torch

from skadan._torch import linear
from skadan._torch.linear import (
    LARGE,
    Linear,
    OneDNN,
    affine,
    has_onednn,
    slope_of_input,
    slope_of_weight,
)

needs_onednn = pytest.mark.skipif(not has_onednn(), reason="needs torch's oneDNN")
M, N_IN, N_OUT = 5, 300, 350


@pytest.fixture
def layer():
    generator = torch.Generator().manual_seed(0)

    def normal(*shape):
        return torch.randn(*shape, generator=generator).requires_grad_()

    return normal(M, N_IN), normal(N_OUT, N_IN), normal(N_OUT)


def close(actual, expected):
    np.testing.assert_allclose(actual.detach(), expected, rtol=1e-4, atol=1e-4)


@needs_onednn
@pytest.mark.parametrize("transposed", [False, True])
def test_value_and_gradients(layer, transposed):
    """Of contiguous operands and of transposed views, with and without a bias."""
    x, W, b = layer
    if transposed:
        x, W = (t.detach().T.contiguous().T.requires_grad_() for t in (x, W))
        assert not W.is_contiguous()
    g = torch.randn(M, N_OUT, generator=torch.Generator().manual_seed(1))
    x_, W_, b_, g_ = (t.detach().double().numpy() for t in (x, W, b, g))
    y = OneDNN.apply(x, W, b)
    close(y, x_ @ W_.T + b_)
    for actual, expected in zip(
        torch.autograd.grad(y, (x, W, b), g), (g_ @ W_, g_.T @ x_, g_.sum(0)), strict=True
    ):
        close(actual, expected)
    close(OneDNN.apply(x, W, None), x_ @ W_.T)


@needs_onednn
def test_second_derivatives(layer):
    """A gradient penalty through the layer: d/dW of ||d f/dx||^2, as a critic needs it."""
    x, W, b = layer
    gradients = []
    for product in (OneDNN.apply, torch.nn.functional.linear):
        score = product(x, W, b).square().sum()
        (slope,) = torch.autograd.grad(score, x, create_graph=True)
        gradients.append(torch.autograd.grad(slope.square().sum(), (W, b)))
    for actual, expected in zip(*gradients, strict=True):
        scale = expected.abs().max()
        torch.testing.assert_close(actual / scale, expected / scale, rtol=0, atol=1e-5)


@needs_onednn
def test_which_layers_take_it(layer, monkeypatch):
    def library(x, W, b):
        return type(affine(x, W, b).grad_fn).__name__

    x, W, b = layer
    monkeypatch.setattr(linear, "_has_avx512", lambda: True)
    assert W.numel() >= LARGE
    assert library(x, W, b) == "OneDNNBackward"
    assert library(x, W[:9], b[:9]) != "OneDNNBackward"
    assert library(x.double(), W.double(), b.double()) != "OneDNNBackward"
    with torch.autocast("cpu", torch.bfloat16):
        assert affine(x, W, b).dtype == torch.bfloat16
    monkeypatch.setattr(torch.backends.mkldnn, "enabled", False)
    assert library(x, W, b) != "OneDNNBackward"


def test_no_rows(layer, monkeypatch):
    """As in the network of a class that a batch lacks: oneDNN knows no products without rows."""
    monkeypatch.setattr(linear, "_has_avx512", lambda: True)
    x, W, b = layer
    y = affine(x[:0], W, b)
    assert y.shape == (0, N_OUT)
    for gradient, of in zip(torch.autograd.grad(y.sum(), (x, W, b)), layer, strict=True):
        assert torch.equal(gradient, torch.zeros_like(of))
    assert slope_of_input(y.detach(), W).shape == (0, N_IN)
    assert torch.equal(slope_of_weight(y.detach(), x[:0], W), torch.zeros_like(W))


def test_linear_layer(layer):
    x, W, b = layer
    module = Linear(N_IN, N_OUT)
    module.load_state_dict({"weight": W, "bias": b})
    close(module(x), x.detach().double().numpy() @ W.detach().double().numpy().T + b.tolist())


@pytest.mark.skipif(not torch.backends.mkldnn.is_available(), reason="torch has no oneDNN")
def test_torchs_operator_is_the_one_that_is_called():
    """It is private to torch: a release that changes it has to be noticed."""
    assert has_onednn()


@needs_onednn
@pytest.mark.parametrize("has_avx512", [False, True])
@pytest.mark.parametrize("n_out", [N_OUT, 9])
def test_written_out_slopes(layer, monkeypatch, has_avx512, n_out):
    """Both libraries, for layers of both sizes, give the products that autograd would."""
    calls = []
    apply = OneDNN.apply
    monkeypatch.setattr(linear, "_has_avx512", lambda: has_avx512)
    monkeypatch.setattr(OneDNN, "apply", lambda *a: calls.append(a) or apply(*a))
    x, W = layer[0].detach(), layer[1].detach()[:n_out]
    g = torch.randn(M, n_out, generator=torch.Generator().manual_seed(1))
    x_, W_, g_ = (t.double().numpy() for t in (x, W, g))
    close(slope_of_input(g, W), g_ @ W_)
    close(slope_of_weight(g, x, W), g_.T @ x_)
    assert len(calls) == (2 if has_avx512 and n_out == N_OUT else 0)
