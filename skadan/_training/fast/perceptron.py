"""Compute forward and backward passes of a multilayer perceptron.

The layers have the values v_0 = x and v_l = relu(v_{l-1} W_l' + b_l); the last layer has no relu. A
function of the output has the slopes

    u_{l-1} = (u_l W_l) * [v_{l-1} > 0],

of which u_0, at the input, has no factor [v > 0]. Its gradients are u_l' v_{l-1} for W_l and
sum u_l for b_l.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import torch
from torch import Tensor, nn

from ..._torch.linear import affine, slope_of_input, slope_of_weight

through_relu = torch.ops.aten.threshold_backward  # (u, v, 0): u where v > 0, else 0


@dataclass(frozen=True)
class Perceptron:
    """Compute with the layers of an `mlp`, and with labels beside its input if there are any.

    Parameters
    ----------
    layers : sequence of nn.Linear
        Linear layers, with a ReLU between each two.
    label : Tensor of shape (m, K) or None
        One-hot labels, appended to the columns of each m rows of the input.

    Examples
    --------
    >>> import torch
    >>> from skadan.games import Networks, mlp
    >>> from skadan._training.fast.perceptron import Perceptron
    >>> networks = Networks(f=mlp((4, 8, 1))).initialise(torch.Generator().manual_seed(0))
    >>> f, x = Perceptron.of(networks.f), torch.ones(5, 4)
    >>> torch.equal(f.forward(x)[-1], networks.f(x))
    True
    """

    layers: Sequence[nn.Linear]
    label: Tensor | None = None

    @classmethod
    def of(cls, network: nn.Module) -> "Perceptron | None":
        """Return the perceptron of a network that `mlp` built, or None for any other network."""
        modules = list(network) if isinstance(network, nn.Sequential) else []
        layers, between = modules[::2], modules[1::2]
        alternates = len(modules) % 2 == 1 and all(isinstance(relu, nn.ReLU) for relu in between)
        linear = [layer for layer in layers if isinstance(layer, nn.Linear)]
        have_biases = len(linear) == len(layers) and all(layer.bias is not None for layer in linear)
        return cls(linear) if alternates and have_biases else None

    def with_label(self, label: Tensor | None) -> "Perceptron":
        """Return the same network with these labels (m, K) beside its input."""
        return Perceptron(self.layers, label)

    def forward(self, x: Tensor) -> list[Tensor]:
        """Return the values v_0 to v_L for rows x (m, n), or for several m rows stacked."""
        values = [self._append_labels(x)]
        for layer in self.layers[:-1]:
            # In place, because `backward` needs only the values after the ReLU.
            values.append(affine(values[-1], layer.weight, layer.bias).relu_())
        last = self.layers[-1]
        return [*values, affine(values[-1], last.weight, last.bias)]

    def backward(self, values: list[Tensor], slope: Tensor) -> list[Tensor]:
        """Return the slopes u_1 to u_L of a function with the slope u_L at the output."""
        slopes = [slope]
        # From the last layer to the second, each with the values that it takes.
        for layer, value in zip(self.layers[:0:-1], values[-2:0:-1], strict=True):
            slopes.insert(0, through_relu(slope_of_input(slopes[0], layer.weight), value, 0))
        return slopes

    def at_input(self, slope: Tensor) -> Tensor:
        """Return the slope u_0 (m, n) at the input, without the label's columns, from u_1."""
        W = self.layers[0].weight
        if self.label is not None:
            W = W[:, : W.shape[1] - self.label.shape[1]]
        return slope_of_input(slope, W)

    def gradients(
        self, values: list[Tensor], slopes: list[Tensor], n_biased: int | None = None
    ) -> list[Tensor]:
        """Return the gradients of all weights, in the order of `parameters`.

        Parameters
        ----------
        values, slopes : list of Tensor
            Results of `forward` and `backward`.
        n_biased : int, default=None
            Number of leading rows that count for the biases; None for all.

        Returns
        -------
        gradients : list of Tensor
            Gradients of the weight and the bias of each layer.
        """
        gradients = []
        # strict=False: `values` also holds the output, which no layer takes.
        for layer, v, u in zip(self.layers, values, slopes, strict=False):
            gradients += [slope_of_weight(u, v, layer.weight), u[:n_biased].sum(0)]
        return gradients

    def replace_by_tangents(self, values: list[Tensor], start: int, direction: Tensor) -> None:
        """Replace the values of rows from `start` on with their derivatives along `direction`.

        The network is linear as long as no ReLU changes its state. The derivative of <q, u_0> by
        W_l is therefore u_l' t_{l-1}, where t_l is the derivative of v_l along q. `gradients` then
        returns this derivative, as it multiplies slopes by values.
        """
        values[0][start:] = 0  # the label is constant: its derivative is 0
        values[0][start:, : direction.shape[1]] = direction
        for layer, (before, after) in zip(self.layers[:-1], pairwise(values[:-1]), strict=True):
            tangent = affine(before[start:], layer.weight, None)
            after[start:] = through_relu(tangent, after[start:], 0)

    def _append_labels(self, x: Tensor) -> Tensor:
        """Return x with the labels beside each stack of m rows."""
        if self.label is None:
            return x
        m, n_label = self.label.shape
        stacked = x.view(-1, m, x.shape[1])
        labels = self.label.expand(len(stacked), m, n_label)
        return torch.cat([stacked, labels], dim=2).view(len(x), -1)
