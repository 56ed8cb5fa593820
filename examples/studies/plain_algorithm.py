"""Algorithm 1 of the paper, line by line. The benchmark compares the library with it."""

from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn.functional import logsigmoid

from skadan.games import cross_entropy

N_NOISE = N_LATENT = 100


class PlainAlgorithm:
    """Algorithm 1 with five updates per iteration, each with its own forward and backward pass.

    Parameters
    ----------
    x : Tensor of shape (n, d)
        z-scores.
    y : Tensor of shape (n, K)
        One-hot labels.
    wasserstein : bool
        Whether to use the losses of WADAN instead of those of ADAN.
    """

    def __init__(self, x: Tensor, y: Tensor, wasserstein: bool, batch_size: int = 128) -> None:
        self.x, self.y, self.wasserstein, self.batch_size = x, y, wasserstein, batch_size
        self.generator = torch.Generator().manual_seed(0)
        n_columns, n_classes = x.shape[1], y.shape[1]
        sizes = {
            "encoder": (n_columns, 800, 800, N_LATENT),
            "decoder": (N_LATENT, 800, 800, n_columns),
            "classifier": (N_LATENT, 100, 100, n_classes),
            "generator": (N_NOISE + n_classes, 100, 100, N_LATENT),
            "discriminator": (N_LATENT, 100, 100, 1),
        }
        self.networks = {name: self._mlp(*widths) for name, widths in sizes.items()}
        self.adam = {
            name: torch.optim.Adam(network.parameters(), lr=1e-4)
            for name, network in self.networks.items()
        }

    def _mlp(self, *sizes: int) -> nn.Sequential:
        """Return a multilayer perceptron of torch layers."""
        layers: list[nn.Module] = []
        for n_in, n_out in pairwise(sizes):
            layer = nn.Linear(n_in, n_out)
            nn.init.xavier_uniform_(layer.weight, generator=self.generator)
            layers += [layer, nn.ReLU()]
        return nn.Sequential(*layers[:-1])

    def epoch(self) -> None:
        """Train for one epoch."""
        order = torch.randperm(len(self.x), generator=self.generator)
        for rows in order.split(self.batch_size):
            self.iteration(self.x[rows], self.y[rows])

    def iteration(self, x: Tensor, y: Tensor) -> None:
        """Run lines 2 to 11 of Algorithm 1 on one batch: update C, D, R, E and G in turn."""
        n_rows = len(x)
        z = torch.randn(n_rows, N_NOISE, generator=self.generator)
        y_fake = self.y[torch.randint(len(self.y), (n_rows,), generator=self.generator)]
        mu = torch.rand(n_rows, 1, generator=self.generator)
        self._descend("classifier", self._class_loss(x, y))
        self._descend("discriminator", self._critic_loss(x, z, y_fake, mu))
        self._descend("decoder", self._reconstruction_loss(x))
        self._descend("encoder", self._encoder_loss(x, y))
        self._descend("generator", self._generator_loss(z, y_fake))

    def _descend(self, name: str, loss: Tensor) -> None:
        """Take one Adam step with a single network."""
        self.adam[name].zero_grad()
        loss.backward(inputs=list(self.networks[name].parameters()))
        self.adam[name].step()

    def _class_loss(self, x: Tensor, y: Tensor) -> Tensor:
        """Return Eq. 11."""
        net = self.networks
        return cross_entropy(net["classifier"](net["encoder"](x)), y).mean()

    def _reconstruction_loss(self, x: Tensor) -> Tensor:
        """Return Eq. 12."""
        net = self.networks
        return (x - net["decoder"](net["encoder"](x))).square().sum(1).mean()

    def _encoder_loss(self, x: Tensor, y: Tensor) -> Tensor:
        """Return Eq. 13, from one pass of the encoder."""
        net = self.networks
        h = net["encoder"](x)
        reconstruction = (x - net["decoder"](h)).square().sum(1).mean()
        return reconstruction + cross_entropy(net["classifier"](h), y).mean()

    def _critic_loss(self, x: Tensor, z: Tensor, y_fake: Tensor, mu: Tensor) -> Tensor:
        """Return Eq. 10 (ADAN) or 17 (WADAN)."""
        net, D = self.networks, self.networks["discriminator"]
        h, h_hat = net["encoder"](x), net["generator"](torch.cat([z, y_fake], 1))
        if not self.wasserstein:
            return -logsigmoid(D(h)).mean() - logsigmoid(-D(h_hat)).mean()
        mixed = ((1 - mu) * h + mu * h_hat).detach().requires_grad_()
        (slope,) = torch.autograd.grad(D(mixed).sum(), mixed, create_graph=True)
        return D(h).mean() - D(h_hat).mean() + 10 * slope.norm(dim=1).pow(5).mean()

    def _generator_loss(self, z: Tensor, y_fake: Tensor) -> Tensor:
        """Return Eq. 14 (ADAN) or 18 (WADAN)."""
        net = self.networks
        h_hat = net["generator"](torch.cat([z, y_fake], 1))
        score = net["discriminator"](h_hat)
        score = score if self.wasserstein else logsigmoid(-score)
        return score.mean() + cross_entropy(net["classifier"](h_hat), y_fake).mean()
