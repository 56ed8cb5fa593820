"""The networks of a game: multilayer perceptrons and the record that holds them."""

from collections.abc import Sequence
from itertools import pairwise
from math import sqrt
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn

from .._torch.linear import Linear


class Width(int):
    """A layer's width that carries a second number, `fan`, for Xavier's bound.

    Where a network sees r coordinates in place of d columns, its first and last layers are r units
    wide. With d in the bound of their weights, what they compute has the distribution that it would
    have at full width.

    Parameters
    ----------
    units : int
        The number itself.
    fan : int, default=None
        What the bound counts; None for the number itself, or what it already counts.

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
        """`n` units more, which count as themselves.

        Parameters
        ----------
        n : int
            Units.

        Returns
        -------
        width : Width
            The sum.
        """
        return Width(self + n, self.fan + n)


class Networks(nn.Module):
    """The networks of one game, each an attribute under its own name.

    Parameters
    ----------
    **networks : nn.Module
        By name. Their weights need not be set: see `initialise`.

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

        def __getattr__(self, name: str) -> nn.Module: ...

    def initialise(self, rng: torch.Generator) -> "Networks":
        """Xavier-uniform weights and zero biases of all linear layers, in place (section IV-D).

        A subclass that holds other layers with random weights overrides this, and draws from `rng`.

        Parameters
        ----------
        rng : torch.Generator
            On the device of the networks.

        Returns
        -------
        self : Networks
            The networks.
        """
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
    """A fully connected network: ReLU everywhere but on the output.

    The weights are left empty: see `Networks.initialise`. A layer on its own would draw them
    from torch's global generator, which belongs to the caller.

    Parameters
    ----------
    widths : sequence of int
        Of the input, the hidden layers and the output; a `Width` where Xavier's bound shall count
        another number.
    device : torch.device or str, default="cpu"
        Where its weights are.

    Returns
    -------
    network : nn.Sequential
        From (m, first width) to (m, last width).

    Examples
    --------
    >>> from skadan.games import mlp
    >>> [type(layer).__name__ for layer in mlp((4, 3, 2))]
    ['Linear', 'ReLU', 'Linear']
    """
    layers: list[nn.Module] = []
    for n_in, n_out in pairwise(map(Width, widths)):
        fans = (n_in.fan, n_out.fan)
        keywords: dict[str, Any] = {"fans": fans, "device": device, "dtype": torch.float32}
        layers.append(nn.utils.skip_init(Linear, int(n_in), int(n_out), **keywords))
        layers.append(nn.ReLU(inplace=True))
    return nn.Sequential(*layers[:-1])


def concatenate(*parts: Tensor) -> Tensor:
    """[a, b], the paper's concatenation of vectors, row by row.

    Parameters
    ----------
    *parts : Tensor of shape (m, n_i)
        Such as noise and one-hot labels.

    Returns
    -------
    row : Tensor of shape (m, sum of n_i)
        Side by side.

    Examples
    --------
    >>> import torch
    >>> from skadan.games import concatenate
    >>> concatenate(torch.zeros(5, 2), torch.ones(5, 3)).shape
    torch.Size([5, 5])
    """
    return torch.cat(parts, dim=1)


class Conditioned(nn.Module):
    """A network that sees the label beside its input: f([x, y]).

    Parameters
    ----------
    widths : sequence of int
        As for `mlp`, the label not counted.
    n_classes : int
        Width of a one-hot label.
    device : torch.device or str, default="cpu"
        Where its weights are.

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
        """f([x, y]) of rows x (m, n) and one-hot labels y (m, K)."""
        return self.network(concatenate(x, y))


class PerClass(nn.Module):
    """A network for each class: f_k(x) for a row of class k.

    Parameters
    ----------
    widths : sequence of int
        Of each network, as for `mlp`.
    n_classes : int
        How many networks.
    device : torch.device or str, default="cpu"
        Where their weights are.

    Examples
    --------
    >>> from skadan.games import PerClass
    >>> len(PerClass((4, 8, 1), n_classes=3).networks)
    3
    """

    capturable = False  # the host has to know how many rows each class has

    def __init__(
        self, widths: Sequence[int], n_classes: int, device: torch.device | str = "cpu"
    ) -> None:
        super().__init__()
        self.networks = nn.ModuleList(mlp(widths, device) for _ in range(n_classes))

    def forward(self, x: Tensor, y: Tensor) -> Tensor:
        """Each row of x (m, n) through the network of its class in y (m, K)."""
        rows = [column.nonzero()[:, 0] for column in y.T]
        outputs = [network(x[own]) for network, own in zip(self.networks, rows, strict=True)]
        return torch.cat(outputs)[torch.cat(rows).argsort()]
