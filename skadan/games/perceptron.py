"""A multilayer perceptron's passes, written out: autograd costs more than its small products.

With v_0 = x and v_l = relu(v_{l-1} W_l' + b_l), the last layer without the relu, a function of the
output has the slopes

    u_{l-1} = (u_l W_l) * [v_{l-1} > 0],

the last of them, u_0, at the input, and the gradients u_l' v_{l-1} and sum u_l of W_l and b_l.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import torch
from torch import Tensor, nn

from .._torch.linear import affine, slope_of_input, slope_of_weight

through_relu = torch.ops.aten.threshold_backward  # (u, v, 0): u where v > 0, else 0


@dataclass(frozen=True)
class Perceptron:
    """The layers of an `mlp`, and the label that it may see beside its input.

    Parameters
    ----------
    layers : sequence of nn.Linear
        With a ReLU between two of them.
    label : Tensor of shape (m, K) or None
        One-hot labels, which follow the columns of every m rows of input.

    Examples
    --------
    >>> import torch
    >>> from skadan.games import Networks, mlp
    >>> from skadan.games.perceptron import Perceptron
    >>> networks = Networks(f=mlp((4, 8, 1))).initialise(torch.Generator().manual_seed(0))
    >>> f, x = Perceptron.of(networks.f), torch.ones(5, 4)
    >>> torch.equal(f.forward(x)[-1], networks.f(x))
    True
    """

    layers: Sequence[nn.Linear]
    label: Tensor | None = None

    @classmethod
    def of(cls, network: nn.Module) -> "Perceptron | None":
        """The passes of a network as `mlp` makes it; None for any other."""
        modules = list(network) if isinstance(network, nn.Sequential) else []
        layers, between = modules[::2], modules[1::2]
        plain = len(modules) % 2 == 1 and all(isinstance(module, nn.ReLU) for module in between)
        linear = [layer for layer in layers if isinstance(layer, nn.Linear)]
        whole = len(linear) == len(layers) and all(layer.bias is not None for layer in linear)
        return cls(linear) if plain and whole else None

    def seeing(self, label: Tensor | None) -> "Perceptron":
        """The same network, with these labels (m, K) beside its input."""
        return Perceptron(self.layers, label)

    def forward(self, x: Tensor) -> list[Tensor]:
        """The values v_0 to v_L of rows x (m, n), or of several m stacked."""
        values = [self._beside_labels(x)]
        for layer in self.layers[:-1]:
            values.append(affine(values[-1], layer.weight, layer.bias).relu_())
        last = self.layers[-1]
        return [*values, affine(values[-1], last.weight, last.bias)]

    def backward(self, values: list[Tensor], slope: Tensor) -> list[Tensor]:
        """The slopes u_1 to u_L of a function whose slope at the output is `slope`, u_L."""
        slopes = [slope]
        for layer, value in zip(self.layers[:0:-1], values[-2:0:-1], strict=True):
            slopes.insert(0, through_relu(slope_of_input(slopes[0], layer.weight), value, 0))
        return slopes

    def at_input(self, slope: Tensor) -> Tensor:
        """The slope u_0 (m, n) at the input, without the label's part, from u_1."""
        W = self.layers[0].weight
        if self.label is not None:
            W = W[:, : W.shape[1] - self.label.shape[1]]
        return slope_of_input(slope, W)

    def gradients(
        self, values: list[Tensor], slopes: list[Tensor], n_biased: int | None = None
    ) -> list[Tensor]:
        """The gradients of all weights, in the order of `parameters`.

        Parameters
        ----------
        values, slopes : list of Tensor
            As `forward` and `backward` returned them.
        n_biased : int, default=None
            How many of the rows, from the first, the biases have a part in; None for all.

        Returns
        -------
        gradients : list of Tensor
            Of the weight and the bias of each layer.
        """
        found = []
        for layer, v, u in zip(self.layers, values, slopes, strict=False):
            found += [slope_of_weight(u, v, layer.weight), u[:n_biased].sum(0)]
        return found

    def replace_by_tangents(self, values: list[Tensor], start: int, direction: Tensor) -> None:
        """Replace the values of the rows from `start` on by their derivatives along a direction.

        The network is linear where its ReLUs do not change, so the derivative of <q, u_0> by W_l is
        u_l' t_{l-1}, with t_l the derivative of v_l along q: what `gradients` then returns.
        """
        values[0][start:] = 0  # the label does not move
        values[0][start:, : direction.shape[1]] = direction
        for layer, (before, after) in zip(self.layers[:-1], pairwise(values[:-1]), strict=True):
            tangent = affine(before[start:], layer.weight, None)
            after[start:] = through_relu(tangent, after[start:], 0)

    def _beside_labels(self, x: Tensor) -> Tensor:
        if self.label is None:
            return x
        m, n_label = self.label.shape
        stacked = x.view(-1, m, x.shape[1])
        labels = self.label.expand(len(stacked), m, n_label)
        return torch.cat([stacked, labels], dim=2).view(len(x), -1)
