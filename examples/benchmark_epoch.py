"""
==========================================
One epoch, against a plain Algorithm 1
==========================================

Times one epoch of the paper's literal setting against a plain statement of Algorithm 1 (five
updates, each with its own forward pass and backward to the weights it moves, default Adam), the two
in turn within one run. Also: one thread against two, alone and beside busy processes, and the peak
memory of a fit. ::

    python examples/benchmark_epoch.py
"""

import argparse
import multiprocessing
import platform
import resource
import statistics
import time

import numpy as np
import torch
from torch.nn.functional import logsigmoid

from skadan import WADANSampler, __version__
from skadan._adan import ADANGame
from skadan._batch import Batches, Table
from skadan._divergences import CrossEntropy, WassersteinDivergence
from skadan._game import cross_entropy
from skadan._threads import torch_threads
from skadan._training import Optimizers, step

N_CLASSES, N_NOISE = 7, 100


def make_table(n, d):
    """Random z-scores with labels."""
    generator = torch.Generator().manual_seed(0)
    x = torch.randn(n, d, generator=generator)
    return Table(x, torch.eye(N_CLASSES)[torch.arange(n) % N_CLASSES], torch.ones(n))


def make_networks(game, d):
    """Networks of the paper's sizes."""
    networks = game.networks(d, N_CLASSES)
    return networks.initialise(torch.Generator().manual_seed(0))


class Plain:
    """Algorithm 1 as it is printed."""

    def __init__(self, table, divergence, batch_size=128):
        self.table, self.wasserstein = table, isinstance(divergence, WassersteinDivergence)
        self.batch_size = batch_size
        self.game = ADANGame(divergence)
        self.networks = make_networks(self.game, table.x.shape[1])
        self.adam = {
            name: torch.optim.Adam(network.parameters(), lr=1e-4)
            for name, network in self.networks.named_children()
        }

    def descend(self, name, loss):
        self.adam[name].zero_grad()
        loss.backward(inputs=list(getattr(self.networks, name).parameters()))
        self.adam[name].step()

    def critic_loss(self, x, z, y_fake, mu):
        net, D = self.networks, self.networks.discriminator
        h, h_hat = net.encoder(x), self.game.generate(net, z, y_fake)
        if not self.wasserstein:
            return -logsigmoid(D(h)).mean() - logsigmoid(-D(h_hat)).mean()
        mixed = ((1 - mu) * h + mu * h_hat).detach().requires_grad_()
        (slope,) = torch.autograd.grad(D(mixed).sum(), mixed, create_graph=True)
        return D(h).mean() - D(h_hat).mean() + 10 * slope.norm(dim=1).pow(5).mean()

    def generator_loss(self, z, y_fake):
        net = self.networks
        h_hat = self.game.generate(net, z, y_fake)
        score = net.discriminator(h_hat)
        score = score if self.wasserstein else logsigmoid(-score)
        return score.mean() + cross_entropy(net.classifier(h_hat), y_fake).mean()

    def epoch(self):
        net, table = self.networks, self.table
        for rows in torch.randperm(len(table.x)).split(self.batch_size):
            x, y, m = table.x[rows], table.y[rows], len(rows)
            z, y_fake = torch.randn(m, N_NOISE), table.y[torch.randint(len(table.y), (m,))]
            mu = torch.rand(m, 1)
            self.descend("classifier", cross_entropy(net.classifier(net.encoder(x)), y).mean())
            self.descend("discriminator", self.critic_loss(x, z, y_fake, mu))
            reconstruction = (x - net.decoder(net.encoder(x))).square().sum(1).mean()
            self.descend("decoder", reconstruction)
            h = net.encoder(x)
            reconstruction = (x - net.decoder(h)).square().sum(1).mean()
            self.descend("encoder", reconstruction + cross_entropy(net.classifier(h), y).mean())
            self.descend("generator", self.generator_loss(z, y_fake))


class Ours:
    """The library's step at the same setting."""

    def __init__(self, table, divergence):
        self.game = ADANGame(divergence)
        self.networks = make_networks(self.game, table.x.shape[1])
        generator = torch.Generator().manual_seed(0)
        self.batches = Batches(table, 128, N_NOISE, 0.0, generator)
        self.optimizers = Optimizers(self.networks, self.game.turns, 1e-4, (0.9, 0.999))

    def epoch(self):
        for batch in self.batches.epoch():
            step(self.game, self.networks, self.optimizers, batch, self.batches.draw)


def alternate(runs, n_rounds):
    """Seconds of each callable, taken in turn; the first round is not counted."""
    seconds = {name: [] for name in runs}
    for _ in range(n_rounds + 1):
        for name, function in runs.items():
            start = time.perf_counter()
            function()
            seconds[name].append(time.perf_counter() - start)
    return {name: values[1:] for name, values in seconds.items()}


def report(title, seconds):
    """Medians, and the median of the ratios round by round."""
    (slow_name, slow), (fast_name, fast) = seconds.items()
    ratio = statistics.median(a / b for a, b in zip(slow, fast, strict=True))
    print(
        f"{title}: {slow_name} {statistics.median(slow):.3f} s, "
        f"{fast_name} {statistics.median(fast):.3f} s, ratio {ratio:.2f}",
        flush=True,
    )


def busy():
    """Load one core."""
    torch.set_num_threads(1)
    a = torch.randn(800, 800)
    while True:
        a @ a


def compare_threads(table, n_rounds):
    """One thread against two, alone and with a busy process on each of two cores."""
    ours = Ours(table, WassersteinDivergence())

    def with_threads(n):
        def epoch():
            with torch_threads(n):
                ours.epoch()

        return epoch

    runs = {"two threads": with_threads(2), "one thread": with_threads(1)}
    report("WADAN epoch, nothing else started", alternate(runs, n_rounds))
    context = multiprocessing.get_context("spawn")
    load = [context.Process(target=busy, daemon=True) for _ in range(2)]
    for process in load:
        process.start()
    time.sleep(5)
    report("WADAN epoch, beside two busy processes", alternate(runs, n_rounds))
    for process in load:
        process.kill()


def fit_memory(n, d):
    """Peak memory of a process that fits two epochs, GiB."""
    X = np.random.default_rng(0).normal(size=(n, d)).astype(np.float32)
    y = np.arange(n) % N_CLASSES
    WADANSampler(**WADANSampler.paper_params() | {"max_epochs": 2}, device="cpu").fit(X, y)
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20


def main():
    """Print every figure with the machine and the versions."""
    parser = argparse.ArgumentParser(description="Time one epoch against a plain Algorithm 1.")
    parser.add_argument("--rows", type=int, default=480)
    parser.add_argument("--columns", type=int, default=4368)
    parser.add_argument("--rounds", type=int, default=9)
    args = parser.parse_args()
    print(
        f"{args.rows} x {args.columns}; skadan {__version__}, torch {torch.__version__}, "
        f"Python {platform.python_version()}, {multiprocessing.cpu_count()} cores"
    )
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        memory = pool.apply(fit_memory, (args.rows, args.columns))
    print(f"peak memory of a fit: {memory:.2f} GiB")
    table = make_table(args.rows, args.columns)
    with torch_threads(1):
        for divergence in (CrossEntropy(), WassersteinDivergence()):
            runs = {
                "plain": Plain(table, divergence).epoch,
                "skadan": Ours(table, divergence).epoch,
            }
            name = "ADAN" if isinstance(divergence, CrossEntropy) else "WADAN"
            report(f"{name} epoch, one thread", alternate(runs, args.rounds))
    compare_threads(table, args.rounds)


if __name__ == "__main__":
    main()
