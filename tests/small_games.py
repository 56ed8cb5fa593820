"""Games small enough for float64 NumPy: networks, a batch, and their terms by the reference."""

from functools import partial

import numpy as np
import reference
import torch

from skadan.games import ADANGame as AnyADANGame
from skadan.games import Batch, Conditioned, Draw

M, D, K, N_LATENT, N_NOISE = 11, 9, 3, 5, 4  # rows, columns, classes, size of h, size of z
RTOL = 1e-6
LAYERS = {"autoencoder_layers": (8, 7), "latent_layers": (6, 6)}
GAN_SIZES = {"n_noise": N_NOISE, "hidden_layers": (8, 7)}
ADANGame = partial(AnyADANGame, n_latent=N_LATENT, n_noise=N_NOISE, **LAYERS)


def make_networks(game, rng):
    """Float64 networks with random weights and biases."""
    networks = game.networks(D, K).double()
    with torch.no_grad():
        for parameter in networks.parameters():
            parameter.copy_(torch.from_numpy(rng.normal(size=parameter.shape) * 0.6))
    return networks


def make_batch(rng, n_noise=N_NOISE):
    def labels():
        return torch.from_numpy(np.eye(K)[rng.integers(K, size=M)])

    x, z, mu = rng.normal(size=(M, D)), rng.normal(size=(M, n_noise)), rng.uniform(size=(M, 1))
    draw = Draw(torch.from_numpy(z), labels(), torch.from_numpy(mu))
    weight = torch.from_numpy(rng.uniform(1, 3, size=M))
    return Batch(torch.from_numpy(x), labels(), weight, None, draw)


def layers(network):
    """(W, b) of each layer, as the reference takes them."""
    values = [p.detach().numpy() for p in network.parameters()]
    return list(zip(values[::2], values[1::2], strict=True))


def forward(networks, batch, conditional=False):
    """Everything the equations need, by the reference network."""
    x, y, y_fake = (t.numpy() for t in (batch.x, batch.y, batch.draw.y))
    y_fake = y if conditional else y_fake
    net = {name: layers(network) for name, network in networks.named_children()}
    h = reference.mlp(net["encoder"], x)
    h_hat = reference.mlp(net["generator"], np.hstack([batch.draw.z.numpy(), y_fake]))
    return net, x, y, y_fake, h, h_hat


def critic_rows(critic, x, y):
    """Scores by the reference network, whichever way the label enters."""
    if isinstance(critic, Conditioned):
        return reference.mlp(layers(critic), np.hstack([x, y]))
    scores = [reference.mlp(layers(network), x) for network in critic.networks]
    return np.stack(scores, axis=1)[np.arange(len(x)), y.argmax(1)]


def total(terms):
    return sum(terms.values()).item()
