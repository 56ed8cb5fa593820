"""Compute linear layers with MKL or oneDNN, whichever is faster; torch contains both."""

from functools import cache
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.functional import linear

LARGE = 100_000  # weights; in smaller layers the matrix product takes little of the time
ONEDNN_SIGNATURE = (
    "mkldnn::_linear_pointwise(Tensor X, Tensor W, Tensor? B, str attr, "
    "Scalar?[] scalars, str? algorithm) -> Tensor Y"
)


class Linear(nn.Linear):
    """Compute `nn.Linear` with `affine`, and store the widths to use in Xavier's bound.

    Parameters
    ----------
    n_in, n_out : int
        Widths of the layer.
    fans : tuple of two int, default=None
        Widths to use in Xavier's bound; None for `n_in` and `n_out`.
    device, dtype : default=None
        As for `nn.Linear`.
    """

    fans: tuple[int, int]

    def __init__(
        self,
        n_in: int,
        n_out: int,
        fans: tuple[int, int] | None = None,
        device: torch.device | str | None = None,
        dtype: torch.dtype | None = None,
    ) -> None:
        super().__init__(n_in, n_out, device=device, dtype=dtype)
        self.fans = fans or (n_in, n_out)

    def forward(self, x: Tensor) -> Tensor:
        """Return x W' + b, (m, n_out)."""
        return affine(x, self.weight, self.bias)


def affine(x: Tensor, W: Tensor, b: Tensor | None) -> Tensor:
    """Return x W' + b for x (m, n_in), W (n_out, n_in) and b (n_out,) or None.

    On a CPU, torch multiplies float32 matrices with MKL, which uses only half of the vector unit of
    AVX-512 processors that are not Intel's. oneDNN uses all of it: on an AMD EPYC it is 2.3 times
    faster at these shapes, forward and backward. The results differ by rounding. Everything else (a
    GPU, bfloat16, small layers) is left to torch.
    """
    return OneDNN.apply(x, W, b) if uses_onednn(x, W) else linear(x, W, b)


# `OneDNN` multiplies by the transpose of its second argument, as a linear layer does. The two
# gradients below therefore pass W.T and x.T to multiply by W and x.


def slope_of_input(g: Tensor, W: Tensor) -> Tensor:
    """Return g W, the gradient by `affine`'s input x, from that by its output, g (m, n_out)."""
    return OneDNN.apply(g, W.T, None) if uses_onednn(g, W) else g @ W


def slope_of_weight(g: Tensor, x: Tensor, W: Tensor) -> Tensor:
    """Return g' x, the gradient by `affine`'s weight W, from that by its output, g (m, n_out)."""
    # W only decides which library multiplies. The second factor here is x, which may be smaller
    # than LARGE, but a layer uses one library for all its products.
    return OneDNN.apply(g.T, x.T, None) if uses_onednn(x, W) else g.T @ x


def uses_onednn(x: Tensor, W: Tensor) -> bool:
    """Return whether all products of a layer with the weights W use oneDNN."""
    return (
        W.numel() >= LARGE
        and x.dtype == W.dtype == torch.float32
        and x.device.type == W.device.type == "cpu"
        and x.ndim == 2
        and len(x) > 0  # with 0 rows, oneDNN fails in the gradient by W
        and onednn_pays()
        and not torch.is_autocast_enabled("cpu")
    )


def onednn_pays() -> bool:
    """Return whether oneDNN is available, enabled in ``torch.backends.mkldnn``, and faster."""
    return _has_avx512() and has_onednn() and bool(torch.backends.mkldnn.enabled)


@cache
def _has_avx512() -> bool:
    return torch.backends.cpu.get_cpu_capability().startswith("AVX512")


@cache
def has_onednn() -> bool:
    """Return whether torch has oneDNN's linear operator with the signature that `OneDNN` calls.

    The operator is private to torch. If a release of torch changes it, layers fall back to torch's
    own product, and a test of this package fails with that release.
    """
    operator = getattr(torch.ops.mkldnn, "_linear_pointwise", None)
    return (
        torch.backends.mkldnn.is_available()
        and operator is not None
        and str(operator.default._schema) == ONEDNN_SIGNATURE
    )


class OneDNN(torch.autograd.Function):
    """Compute `affine` with oneDNN, with derivatives of any order.

    No other code calls torch's private operator.
    """

    @staticmethod
    def forward(ctx: Any, x: Tensor, W: Tensor, b: Tensor | None) -> Tensor:
        """Return x W' + b."""
        ctx.save_for_backward(x, W)
        return torch.ops.mkldnn._linear_pointwise(x, W, b, "none", [], "")

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> tuple[Tensor | None, ...]:
        """Return the gradients of x, W and b: g W, g' x and the sum of g's rows."""
        # Unlike `affine`, this does not ask `uses_onednn`. Both products are as large as the one in
        # `forward`, although x, the second factor of one, may have fewer values than LARGE.
        # OneDNN.apply, not the operator: the gradient penalty differentiates these products again.
        x, W = ctx.saved_tensors
        needs_x, needs_W, needs_b = ctx.needs_input_grad
        return (
            OneDNN.apply(g, W.T, None) if needs_x else None,
            OneDNN.apply(g.T, x.T, None) if needs_W else None,
            g.sum(0) if needs_b else None,
        )
