"""
========================
How fast, and of what
========================

Times training and sampling against their reference points, the two sides of each ratio in turn
within one run, and writes the tables to ``docs/performance.md``. ::

    python examples/studies/benchmark_speed.py
    python examples/studies/benchmark_speed.py --data FILE.npz  # and on real rows, group by group

The yardstick is a plain statement of Algorithm 1: five updates an iteration, each with its own
forward pass and a backward pass to the weights it moves, default Adam.
"""

import argparse
import multiprocessing
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from itertools import pairwise
from pathlib import Path

import numpy as np
import torch
from imblearn.over_sampling import SMOTE
from rich.console import Console
from torch import nn
from torch.nn.functional import logsigmoid
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils.flop_counter import flop_registry

from skadan import Replicate, WADANSampler, __version__
from skadan._models.coordinates import RowSpace
from skadan._torch.linear import affine
from skadan._torch.settings import torch_settings
from skadan._training.batches import Batches, Table
from skadan._training.cuda_graph import captured
from skadan._training.loop import Optimizers, step
from skadan._training.precision import in_precision, n_weights
from skadan.games.adan import ADANGame
from skadan.games.base import cross_entropy
from skadan.games.divergences import CrossEntropy, WassersteinDivergence

ROOT = Path(__file__).resolve().parents[2]
N_CLASSES = 7
DIVERGENCES = {"ADAN": CrossEntropy(), "WADAN": WassersteinDivergence()}
say = Console(stderr=True).print

# %%
# Two trainings: the paper's algorithm as printed, and the library's.


def make_table(n, d):
    """Random z-scores with labels."""
    x = torch.randn(n, d, generator=torch.Generator().manual_seed(0))
    return Table(x, torch.eye(N_CLASSES)[torch.arange(n) % N_CLASSES], torch.ones(n))


def plain_mlp(*sizes):
    """A multilayer perceptron of torch's own layers."""
    layers = []
    for n_in, n_out in pairwise(sizes):
        layers += [nn.Linear(n_in, n_out), nn.ReLU()]
        nn.init.xavier_uniform_(layers[-2].weight)
    return nn.Sequential(*layers[:-1])


class Plain:
    """Algorithm 1 as it is printed."""

    def __init__(self, table, divergence, batch_size=128):
        self.table, self.wasserstein = table, isinstance(divergence, WassersteinDivergence)
        self.batch_size = batch_size
        d = table.x.shape[1]
        self.networks = nn.ModuleDict(
            {
                "encoder": plain_mlp(d, 800, 800, 100),
                "decoder": plain_mlp(100, 800, 800, d),
                "classifier": plain_mlp(100, 100, 100, N_CLASSES),
                "generator": plain_mlp(100 + N_CLASSES, 100, 100, 100),
                "discriminator": plain_mlp(100, 100, 100, 1),
            }
        )
        self.adam = {
            name: torch.optim.Adam(network.parameters(), lr=1e-4)
            for name, network in self.networks.items()
        }

    def descend(self, name, loss):
        self.adam[name].zero_grad()
        loss.backward(inputs=list(self.networks[name].parameters()))
        self.adam[name].step()

    def critic_loss(self, x, z, y_fake, mu):
        net, D = self.networks, self.networks["discriminator"]
        h, h_hat = net["encoder"](x), net["generator"](torch.cat([z, y_fake], 1))
        if not self.wasserstein:
            return -logsigmoid(D(h)).mean() - logsigmoid(-D(h_hat)).mean()
        mixed = ((1 - mu) * h + mu * h_hat).detach().requires_grad_()
        (slope,) = torch.autograd.grad(D(mixed).sum(), mixed, create_graph=True)
        return D(h).mean() - D(h_hat).mean() + 10 * slope.norm(dim=1).pow(5).mean()

    def generator_loss(self, z, y_fake):
        net = self.networks
        h_hat = net["generator"](torch.cat([z, y_fake], 1))
        score = net["discriminator"](h_hat)
        score = score if self.wasserstein else logsigmoid(-score)
        return score.mean() + cross_entropy(net["classifier"](h_hat), y_fake).mean()

    def epoch(self):
        net, table = self.networks, self.table
        for rows in torch.randperm(len(table.x)).split(self.batch_size):
            x, y, m = table.x[rows], table.y[rows], len(rows)
            z, y_fake = torch.randn(m, 100), table.y[torch.randint(len(table.y), (m,))]
            mu = torch.rand(m, 1)
            logits = net["classifier"](net["encoder"](x))
            self.descend("classifier", cross_entropy(logits, y).mean())
            self.descend("discriminator", self.critic_loss(x, z, y_fake, mu))
            reconstruction = (x - net["decoder"](net["encoder"](x))).square().sum(1).mean()
            self.descend("decoder", reconstruction)
            h = net["encoder"](x)
            reconstruction = (x - net["decoder"](h)).square().sum(1).mean()
            class_term = cross_entropy(net["classifier"](h), y).mean()
            self.descend("encoder", reconstruction + class_term)
            self.descend("generator", self.generator_loss(z, y_fake))


class Ours:
    """The library's training, at the paper's setting unless told otherwise."""

    def __init__(self, table, divergence, row_space=False, precision="float32", device="cpu"):
        generator = torch.Generator(device).manual_seed(0)
        table = Table(*(tensor.to(device) for tensor in vars(table).values()))
        d = table.x.shape[1]
        if row_space:
            u = RowSpace.of(table.x, generator).project(table.x)
            table = Table(u, table.y, table.weight)
        self.game = ADANGame(divergence)
        self.networks = self.game.networks(table.x.shape[1], N_CLASSES, device, d)
        self.networks.initialise(generator)
        self.view = in_precision(self.networks, precision)
        self.batches = Batches(table, 128, 100, 0.0, generator)
        optimizers = Optimizers(self.view, self.game.turns, 1e-4, (0.9, 0.999))

        def advance(rows):
            batch = self.batches.batch(rows)
            return step(self.game, self.view, optimizers, batch, self.batches.draw)

        self.advance = captured(advance, self.game, generator)

    def epoch(self):
        for rows in self.batches.epoch():
            self.advance(rows)


# %%
# Ratios are medians over rounds in which both sides run once.


def alternate(runs, n_rounds):
    """Seconds of each callable, taken in turn; the first round is not counted."""
    seconds = {name: [] for name in runs}
    for _ in range(n_rounds + 1):
        for name, function in runs.items():
            start = time.perf_counter()
            function()
            seconds[name].append(time.perf_counter() - start)
    return {name: values[1:] for name, values in seconds.items()}


def ratio(slow, fast):
    """Median of the ratios, round by round."""
    return statistics.median(a / b for a, b in zip(slow, fast, strict=True))


def epoch_rows(table, n_rounds):
    """Table rows: an epoch of each kind against plain Algorithm 1 and against full width."""
    for name, divergence in DIVERGENCES.items():
        runs = {
            "plain": Plain(table, divergence),
            "full width": Ours(table, divergence),
            "full width, bfloat16": Ours(table, divergence, precision="bfloat16"),
            "row space": Ours(table, divergence, row_space=True),
            "row space, bfloat16": Ours(table, divergence, True, "bfloat16"),
        }
        seconds = alternate({key: run.epoch for key, run in runs.items()}, n_rounds)
        for key, values in seconds.items():
            yield (
                f"{name}, {'plain Algorithm 1' if key == 'plain' else key}",
                f"{statistics.median(values):.3f}",
                f"{ratio(seconds['plain'], values):.2f}",
                f"{ratio(seconds['full width'], values):.2f}",
            )


# %%
# What the arithmetic allows: operations counted, rates of matrix product and memory measured.


class CountOperations(TorchDispatchMode):
    """Adds up the floating-point operations of torch's own matrix products inside the block."""

    total = 0

    def __torch_dispatch__(self, function, types, args=(), kwargs=None):
        kwargs = kwargs or {}
        out = function(*args, **kwargs)
        count = flop_registry.get(function._overloadpacket)
        if count is not None:
            self.total += count(*args, **kwargs, out_val=out)
        return out


def products(widths, m, product):
    """The three products of each layer of an autoencoder, as the training does them."""
    layers = []
    for n_in, n_out in pairwise(widths):
        x, W, g = torch.randn(m, n_in), torch.randn(n_out, n_in), torch.randn(m, n_out)
        layers.append((x, W, g))

    def run():
        for x, W, g in layers:
            product(x, W), product(g, W.T), product(g.T, x.T)

    return run, sum(3 * 2 * m * W.numel() for _, W, _ in layers)


def onednn(x, W):
    """x W' as the library has large layers multiplied: by oneDNN where that pays."""
    return affine(x, W, None)


def counted(ours):
    """Floating-point operations of an epoch, made by products that torch can count."""
    torch.backends.mkldnn.enabled = False
    with CountOperations() as counter:
        ours.epoch()
    torch.backends.mkldnn.enabled = True
    return counter.total


def limit_rows(table, n_rounds):
    """Table rows: operations, bytes, rates and the share of the limit that an epoch reaches."""
    for name, row_space in (("full width", False), ("row space", True)):
        ours = Ours(table, DIVERGENCES["WADAN"], row_space)
        work = counted(ours)
        m, width = ours.batches.size, ours.batches.table.x.shape[1]
        widths = (width, 800, 800, 100, 800, 800, width)
        fastest, flops = products(widths, m, onednn)
        default, _ = products(widths, m, lambda x, W: x @ W.T)
        a, b = torch.randn(2**24), torch.randn(2**24)
        seconds = alternate(
            {
                "epoch": ours.epoch,
                "fastest": fastest,
                "default": default,
                "memory": lambda a=a, b=b: torch.add(a, b, out=a),
            },
            n_rounds,
        )
        epoch, fastest, default, memory = (np.array(values) for values in seconds.values())
        rate, bandwidth = flops / fastest, 3 * 4 * a.numel() / memory
        moved = 28 * n_weights(ours.networks) * ours.batches.n_batches
        yield (
            name,
            f"{work / 1e9:.1f}",
            f"{moved / 1e9:.2f}",
            f"{np.median(flops / default) / 1e9:.0f}",
            f"{np.median(rate) / 1e9:.0f}",
            f"{np.median(bandwidth) / 1e9:.1f}",
            f"{np.median(work / rate / epoch):.2f}",
            f"{np.median((work / rate + moved / bandwidth) / epoch):.2f}",
        )


# %%
# Whole fits, growth with rows, sampling, memory, real data.


def fit_rows(table, n_rounds):
    """Table rows: a whole fit at the default setting against 1,500 epochs of plain Algorithm 1."""
    X, y = table.x.numpy(), table.y.argmax(1).numpy()
    plain = Plain(table, DIVERGENCES["WADAN"])
    runs = {
        "plain epoch": plain.epoch,
        "fit": lambda: WADANSampler(random_state=0, device="cpu").fit(X, y),
    }
    seconds = alternate(runs, n_rounds)
    whole = [1500 * s for s in seconds["plain epoch"]]
    yield (
        f"{statistics.median(whole):.0f}",
        f"{statistics.median(seconds['fit']):.1f}",
        f"{ratio(whole, seconds['fit']):.1f}",
    )


def growth_rows(d, n_rounds):
    """Table rows: WADAN epochs of growing tables."""
    runs = {}
    for n in (480, 2000, 10_000):
        table = make_table(n, d)
        runs[f"{n}, full width"] = (n, Ours(table, DIVERGENCES["WADAN"]))
        if 2 * n <= d:
            runs[f"{n}, row space"] = (n, Ours(table, DIVERGENCES["WADAN"], row_space=True))
    seconds = alternate({name: run.epoch for name, (_, run) in runs.items()}, n_rounds)
    for name, values in seconds.items():
        median = statistics.median(values)
        yield name, f"{median:.3f}", f"{1e3 * median / runs[name][0]:.3f}"


def gpu_rows(d, n_rounds):
    """Table rows: absolute times of an epoch on the GPU."""
    for n in (480, 2000, 10_000):
        table = make_table(n, d)
        for name, divergence in DIVERGENCES.items():
            runs = {}
            for precision in ("float32", "bfloat16"):
                ours = Ours(table, divergence, precision=precision, device="cuda")

                def epoch(ours=ours):
                    ours.epoch()
                    torch.cuda.synchronize()

                epoch(), epoch()  # until the graph is captured
                runs[precision] = epoch
            seconds = alternate(runs, n_rounds)
            medians = [1e3 * statistics.median(values) for values in seconds.values()]
            yield f"{name}, {n:,} rows", *(f"{ms:.2f}" for ms in medians)


def sampling_rows(table, n_rounds, n_new=10_000):
    """Table rows: synthetic rows a second."""
    X, y = table.x.numpy(), table.y.argmax(1).numpy()
    k = n_new // len(X)
    fitted = WADANSampler(max_epochs=1, random_state=0, device="cpu").fit(X, y)
    runs = {
        "SMOTE": lambda: SMOTE(sampling_strategy=Replicate(k), random_state=0).fit_resample(X, y),
        "WADAN": lambda: fitted.sample(k * len(X)),
    }
    seconds = alternate(runs, n_rounds)
    for name, values in seconds.items():
        yield (
            name,
            f"{k * len(X) / statistics.median(values):,.0f}",
            f"{ratio(seconds['SMOTE'], values):.2f}",
        )


FIT = """
from pathlib import Path
import numpy as np
from skadan import WADANSampler
X = np.random.default_rng(0).standard_normal(({n}, {d}), dtype=np.float32)
WADANSampler(max_epochs=2, device="cpu").fit(X, np.arange({n}) % 7)
status = Path("/proc/self/status").read_text().split()
print(int(status[status.index("VmHWM:") + 1]) / 2**20)
"""


def memory_rows(d):
    """Table rows: peak memory of a process that does nothing but fit, GiB (Linux).

    Not by `getrusage`, whose peak a process inherits from the one that starts it.
    """
    for n in (480, 10_000):
        command = [sys.executable, "-c", FIT.format(n=n, d=d)]
        peak = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        yield f"{n:,} x {d:,}", f"{float(peak):.2f}"


def thread_rows(table, n_rounds):
    """Table rows: two threads against one, alone and beside two busy processes."""
    ours = Ours(table, DIVERGENCES["WADAN"])

    def with_threads(n):
        def epoch():
            with torch_settings(n):
                ours.epoch()

        return epoch

    runs = {"two": with_threads(2), "one": with_threads(1)}
    context = multiprocessing.get_context("spawn")
    load = [context.Process(target=busy, daemon=True) for _ in range(2)]
    for name in ("nothing else started", "two busy processes beside it"):
        seconds = alternate(runs, n_rounds)
        yield (
            name,
            *(f"{statistics.median(v):.3f}" for v in seconds.values()),
            (f"{ratio(seconds['two'], seconds['one']):.2f}"),
        )
        for process in load:
            if not process.is_alive() and process.pid is None:
                process.start()
        time.sleep(5)
    for process in load:
        process.kill()


def busy():
    """Load one core."""
    torch.set_num_threads(1)
    a = torch.randn(800, 800)
    while True:
        a @ a


def real_rows(data):
    """Table row: the comparison example's WADAN arm, all groups, two jobs."""
    script = ROOT / "examples" / "plot_compare_samplers.py"
    with tempfile.TemporaryDirectory() as folder:
        figure = Path(folder) / "figure.png"
        command = [sys.executable, script, "--data", data, "--arms", "WADAN", "--figure", figure]
        start = time.perf_counter()
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        yield data.stem, f"{time.perf_counter() - start:.0f}"


# %%
# Put together.


def markdown(title, note, columns, rows):
    """One section with its table; each row is shown as soon as it is measured."""
    say(f"\n[bold]{title}[/bold]  ({' | '.join(columns)})")
    lines = [f"## {title}", "", note, "", f"| {' | '.join(columns)} |"]
    lines.append("|---" * len(columns) + "|")
    for row in rows:
        say("  " + " | ".join(row))
        lines.append(f"| {' | '.join(row)} |")
    return "\n".join([*lines, ""])


def processor():
    """Name of the processor, where the system tells it."""
    info = Path("/proc/cpuinfo")
    names = info.read_text().splitlines() if info.exists() else []
    found = [line.partition(":")[2].strip() for line in names if line.startswith("model name")]
    return found[0] if found else platform.processor() or platform.machine()


def main(arguments=None):
    """Measure every table and write the page."""
    parser = argparse.ArgumentParser(description="Time training and sampling.")
    parser.add_argument("--rows", type=int, default=480)
    parser.add_argument("--columns", type=int, default=4368)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--data", type=Path, help="npz file with X, y and groups")
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "performance.md")
    args = parser.parse_args(arguments)
    table = make_table(args.rows, args.columns)
    shape = f"{args.rows:,} x {args.columns:,}"
    start = time.perf_counter()
    few = max(args.rounds // 3, 1)
    with torch_settings(1):
        sections = [
            markdown(
                f"One epoch, {shape}",
                "The paper's setting, one thread; ratios are medians of rounds in which all run "
                "in turn. Above 1 is faster.",
                ("training", "seconds", "against plain", "against full width"),
                epoch_rows(table, args.rounds),
            ),
            markdown(
                "Share of the machine's limit",
                "A WADAN epoch in float32. Operations are those of its matrix products; bytes are "
                "what Adam reads and writes (28 a weight); a matrix rate is that of the "
                "autoencoder's own products on their own, by torch's default library and by the "
                "one that the training calls, whose rate is the limit; the memory rate is that of "
                "adding two long vectors.",
                (
                    "training",
                    "GFLOP",
                    "Adam, GB",
                    "default matrix rate, GFLOP/s",
                    "matrix rate, GFLOP/s",
                    "memory rate, GB/s",
                    "share, products alone",
                    "share, products and Adam",
                ),
                limit_rows(table, args.rounds),
            ),
            markdown(
                "A whole fit",
                f"`WADANSampler()` as it comes, {shape}, against 1,500 epochs of plain Algorithm 1 "
                "(1,500 times a measured epoch), one thread.",
                ("plain, seconds", "fit, seconds", "ratio"),
                fit_rows(table, few),
            ),
            markdown(
                "Growth with rows",
                f"A WADAN epoch at the paper's setting, {args.columns:,} columns, one thread.",
                ("rows", "seconds", "milliseconds a row"),
                growth_rows(args.columns, few),
            ),
            markdown(
                "Sampling",
                f"From {shape}: synthetic rows a second, all included but the training.",
                ("sampler", "rows a second", "against SMOTE"),
                sampling_rows(table, args.rounds),
            ),
            markdown(
                "Memory",
                "Peak of a process that fits at the default setting (two epochs), Python and torch "
                "included.",
                ("table", "GiB"),
                memory_rows(args.columns),
            ),
            markdown(
                "Threads",
                f"A WADAN epoch, {shape}, full width: seconds with two threads and one.",
                ("load", "two threads", "one thread", "two / one"),
                thread_rows(table, few),
            ),
        ]
        if torch.cuda.is_available():
            sections.append(
                markdown(
                    f"One epoch on {torch.cuda.get_device_name()}",
                    f"The paper's setting, {args.columns:,} columns, captured; milliseconds.",
                    ("training", "float32", "bfloat16"),
                    gpu_rows(args.columns, args.rounds),
                )
            )
        if args.data:
            sections.append(
                markdown(
                    "Leave one group out",
                    "`WADANSampler()`, `StandardScaler`, `LinearSVC` on every fold, two jobs "
                    "(`plot_compare_samplers.py --arms WADAN`): seconds in all, start-up included.",
                    ("data", "seconds"),
                    real_rows(args.data),
                )
            )
    no_gpu = "" if torch.cuda.is_available() else " No GPU: that path has not been measured."
    title = f"""# Performance

Written by `python examples/studies/benchmark_speed.py{" --data FILE.npz" if args.data else ""}`.
{processor()}, {multiprocessing.cpu_count()} cores, which other work may have shared; Python
{platform.python_version()}, torch {torch.__version__}, numpy {np.__version__}, skadan
{__version__}; {time.perf_counter() - start:.0f} s in all.{no_gpu}
"""
    args.out.write_text("\n".join([title, *sections]))
    say(f"\nWritten: {args.out}")


if __name__ == "__main__":
    main()
