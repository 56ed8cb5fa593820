"""Build the networks of a game: multilayer perceptrons, and the module that holds them."""

from collections.abc import Sequence
from itertools import pairwise
from math import sqrt
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn

from .._torch.linear import Linear


class Width(int):
    """Store a layer's width, together with the number `fan` to use in Xavier's bound.

    In the row space a network sees r coordinates instead of d columns, so its first and last layers
    are r units wide. If the bound of their weights uses d, the layers' outputs have the same
    distribution as at full width.

    Parameters
    ----------
    units : int
        The width.
    fan : int, default=None
        The width to use in the bound. None means `units`, or its own `fan` if it is a `Width`.

    Examples
    --------
    >>> from skadan.games import Width
    >>> width = Width(40, fan=4000)
    >>> width + 1, width.plus(3).fan
    (41, 4003)
    """

    fan: int

    def __new__(cls, units: int, fan: int | None = None) -> "Width":
        width = super().__new__(cls, units)
        width.fan = int(getattr(units, "fan", units)) if fan is None else fan
        return width

    def plus(self, n: int) -> "Width":
        """Return a width with `n` more units, which also add `n` to the fan.

        Parameters
        ----------
        n : int
            Number of units to add.

        Returns
        -------
        width : Width
            The wider width.
        """
        return Width(self + n, self.fan + n)


class Networks(nn.Module):
    """Hold the networks of one game, each as an attribute under its own name.

    Parameters
    ----------
    **networks : nn.Module
        The networks, by name. Their weights may be uninitialised: see `initialise`.

    Examples
    --------
    >>> import torch
    >>> from skadan.games import Networks, mlp
    >>> networks = Networks(encoder=mlp((4, 3, 2)), decoder=mlp((2, 3, 4)))
    >>> networks.initialise(torch.Generator().manual_seed(0)).encoder(torch.zeros(5, 4)).shape
    torch.Size([5, 2])
    """

    def __init__(self, **networks: nn.Module) -> None:
        super().__init__()
        for name, network in networks.items():
            self.add_module(name, network)

    if TYPE_CHECKING:
        # nn.Module says that an attribute may be a tensor, but all of these are networks.
        def __getattr__(self, name: str) -> nn.Module: ...

    def initialise(self, rng: torch.Generator) -> "Networks":
        """Set Xavier-uniform weights and zero biases of all linear layers, in place (section IV-D).

        Override this in a subclass that has other layers with random weights, and draw them from
        `rng`.

        Parameters
        ----------
        rng : torch.Generator
            Random state, on the device of the networks.

        Returns
        -------
        self : Networks
            The networks.
        """
        # nn.init.xavier_uniform_ would use the layer's own widths, which the row space narrows.
        with torch.no_grad():
            for module in self.modules():
                if isinstance(module, nn.Linear):
                    fans = (module.in_features, module.out_features)
                    bound = sqrt(6 / sum(module.fans if isinstance(module, Linear) else fans))
                    module.weight.uniform_(-bound, bound, generator=rng)
                    if module.bias is not None:
                        module.bias.zero_()
        return self


def mlp(widths: Sequence[int], device: torch.device | str = "cpu") -> nn.Sequential:
    """Build a fully connected network with a ReLU after every layer but the last.

    The weights are uninitialised: see `Networks.initialise`. A plain `nn.Linear` would draw them
    from torch's global generator, and so change the caller's random numbers.

    Parameters
    ----------
    widths : sequence of int
        Widths of the input, the hidden layers and the output. Use a `Width` if Xavier's bound
        should use another number.
    device : torch.device or str, default="cpu"
        Device of the weights.

    Returns
    -------
    network : nn.Sequential
        Maps (m, first width) to (m, last width).

    Examples
    --------
    >>> from skadan.games import mlp
    >>> [type(layer).__name__ for layer in mlp((4, 3, 2))]
    ['Linear', 'ReLU', 'Linear']
    """
    layers: list[nn.Module] = []
    for n_in, n_out in pairwise(map(Width, widths)):
        fans = (n_in.fan, n_out.fan)
        # float32 whatever torch's default dtype is: the caller may have changed it.
        keywords: dict[str, Any] = {"fans": fans, "device": device, "dtype": torch.float32}
        layers.append(nn.utils.skip_init(Linear, int(n_in), int(n_out), **keywords))
        layers.append(nn.ReLU(inplace=True))
    return nn.Sequential(*layers[:-1])


def concatenate(*parts: Tensor) -> Tensor:
    """Concatenate tensors side by side: [a, b] in the paper's notation.

    Parameters
    ----------
    *parts : Tensor of shape (m, n_i)
        Tensors with one row per sample, such as noise and one-hot labels.

    Returns
    -------
    row : Tensor of shape (m, sum of n_i)
        The tensors' columns, in order.

    Examples
    --------
    >>> import torch
    >>> from skadan.games import concatenate
    >>> concatenate(torch.zeros(5, 2), torch.ones(5, 3)).shape
    torch.Size([5, 5])
    """
    return torch.cat(parts, dim=1)


class Conditioned(nn.Module):
    """Apply one network to the input joined with the label: f([x, y]).

    Parameters
    ----------
    widths : sequence of int
        As for `mlp`, without the label's columns.
    n_classes : int
        Width of a one-hot label.
    device : torch.device or str, default="cpu"
        Device of the weights.

    Examples
    --------
    >>> import torch
    >>> from skadan.games import Conditioned, Networks
    >>> f = Conditioned((4, 8, 1), n_classes=3)
    >>> _ = Networks(f=f).initialise(torch.Generator().manual_seed(0))
    >>> f(torch.zeros(5, 4), torch.zeros(5, 3)).shape
    torch.Size([5, 1])
    """

    capturable = True

    def __init__(
        self, widths: Sequence[int], n_classes: int, device: torch.device | str = "cpu"
    ) -> None:
        super().__init__()
        first, *others = widths
        self.network = mlp((Width(first).plus(n_classes), *others), device)

    def forward(self, x: Tensor, y: Tensor) -> Tensor:
        """Return f([x, y]) for rows x (m, n) and one-hot labels y (m, K)."""
        return self.network(concatenate(x, y))


class PerClass(nn.Module):
    """Apply a separate network for each class: f_k(x) for a row of class k.

    Parameters
    ----------
    widths : sequence of int
        Widths of each network, as for `mlp`.
    n_classes : int
        Number of networks.
    device : torch.device or str, default="cpu"
        Device of the weights.

    Examples
    --------
    >>> from skadan.games import PerClass
    >>> len(PerClass((4, 8, 1), n_classes=3).networks)
    3
    """

    # The shapes depend on how many rows each class has in the batch, which a CUDA graph cannot.
    capturable = False

    def __init__(
        self, widths: Sequence[int], n_classes: int, device: torch.device | str = "cpu"
    ) -> None:
        super().__init__()
        self.networks = nn.ModuleList(mlp(widths, device) for _ in range(n_classes))

    def forward(self, x: Tensor, y: Tensor) -> Tensor:
        """Return f_k(x) for each row of x (m, n), with its class k from y (m, K)."""
        row_indices = [column.nonzero()[:, 0] for column in y.T]
        outputs = [f(x[indices]) for f, indices in zip(self.networks, row_indices, strict=True)]
        # argsort of a permutation is its inverse: it puts the rows back in the order of x.
        return torch.cat(outputs)[torch.cat(row_indices).argsort()]
