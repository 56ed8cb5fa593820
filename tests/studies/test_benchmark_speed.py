"""The speed benchmark: that it counts and times what it says, and writes its page."""

import numpy as np
import pytest
import torch
from conftest import DEVICES, SMALL, load_example

from skadan import WADANSampler


@pytest.fixture(scope="module")
def study():
    """A function that loads a module of the studies by name."""
    return lambda name: load_example(f"studies/{name}")


def test_the_clock_keeps_each_epoch(study, problem):
    pytest.importorskip("sklearn.callback")
    X, y, _ = problem
    clock = study("timing").EpochClock()
    sampler = WADANSampler(**SMALL | {"max_epochs": 3}).set_callbacks(clock)
    for _ in range(2):  # a second fit starts anew
        sampler.fit(X, y)
        assert len(clock.seconds) == 3
        assert min(clock.seconds) > 0


def test_timers_take_turns_and_the_first_round_is_not_counted(study):
    timing = study("timing")
    order = []

    def timer(name):
        def run():
            order.append(name)
            return float(len(order))

        return run

    seconds = timing.alternate({"a": timer("a"), "b": timer("b")}, 2)
    assert order == ["a", "b"] * 3
    assert seconds == {"a": [3.0, 5.0], "b": [4.0, 6.0]}
    assert timing.ratio([4.0, 9.0, 8.0], [2.0, 3.0, 1.0]) == 3.0


def test_threads_are_restored(study):
    before = torch.get_num_threads()
    with study("timing").torch_threads(before + 1):
        assert torch.get_num_threads() == before + 1
    assert torch.get_num_threads() == before


def test_operations_are_those_of_matrix_products(study):
    machine_limit = study("machine_limit")
    a, b = torch.ones(3, 5), torch.ones(5, 7)
    with machine_limit.CountOperations() as counter:
        (a @ b).exp()
    assert counter.total == 2 * 3 * 5 * 7
    run, n_operations = machine_limit.autoencoder_layers(20, 4)
    with machine_limit.without_onednn(), machine_limit.CountOperations() as counter:
        run()
    assert counter.total == n_operations
    assert torch.backends.mkldnn.enabled


@pytest.mark.parametrize("wasserstein", [False, True])
def test_plain_algorithm_moves_one_network_at_a_time(study, wasserstein):
    x = torch.randn(12, 6, generator=torch.Generator().manual_seed(0))
    y = torch.eye(3)[torch.arange(12) % 3]
    plain = study("plain_algorithm").PlainAlgorithm(x, y, wasserstein, batch_size=5)
    moved = []

    def weights():
        return {name: network[0].weight.detach().clone() for name, network in nets.items()}

    nets, descend = plain.networks, plain._descend

    def spy(name, loss):
        before = weights()
        descend(name, loss)
        moved.append([k for k, w in weights().items() if not torch.equal(w, before[k])])

    plain._descend = spy
    plain.epoch()
    order = ["classifier", "discriminator", "decoder", "encoder", "generator"]
    assert moved == [[name] for name in order] * 3


@pytest.mark.slow
@pytest.mark.usefixtures("few_epochs")
def test_it_writes_its_page(study, tmp_path, monkeypatch):
    pytest.importorskip("sklearn.callback")
    rng = np.random.default_rng(0)
    y = np.tile(["calm", "glad"], 8)
    np.savez(tmp_path / "real.npz", X=rng.normal(size=(16, 5)), y=y, groups=np.repeat([1, 2], 8))
    benchmark = study("benchmark_speed")
    monkeypatch.setattr("training_speed.TABLE_III", {7: (0.067, 0.15), 21: (0.3, 0.67)})
    monkeypatch.setattr("default_fits.SHAPES", ((40, 4), (35, 80)))
    monkeypatch.setattr("default_fits.GROWING", (40, 50))
    monkeypatch.setattr("latent_rounds.N_ROUNDS", 2)
    monkeypatch.setattr("table_reading.WIDTHS", (7, 9))
    monkeypatch.setattr("whole_processes.MEMORY_ROWS", ())
    monkeypatch.setattr("whole_processes.LONG", (20, 4))
    page = tmp_path / "performance.md"
    arguments = ["--rows", "21", "--columns", "30", "--rounds", "1", "--out", str(page)]
    benchmark.main([*arguments, "--data", str(tmp_path / "real.npz")])
    text = page.read_text()
    titles = [line.removeprefix("## ") for line in text.splitlines() if line.startswith("## ")]
    assert titles == [
        "One epoch, 21 x 30",
        "Share of the machine's limit",
        "A whole fit",
        "The paper's Table III",
        "Fits of many shapes",
        "Growth of a fit with rows",
        "One round of critic and generator",
        "Sampling",
        "Loading a wide table",
        "Memory",
        "Threads",
        "Leave one group out",
    ]
    table = [line for line in text.splitlines() if line.startswith("| WADAN, ")]
    assert [line.split(" | ")[0] for line in table[:2]] == [
        "| WADAN, plain Algorithm 1",
        "| WADAN, full width",
    ]
    assert "| 7, row space | " in text
    assert "| real | " in text


@pytest.mark.slow
@pytest.mark.parametrize("device", DEVICES)
def test_it_writes_the_page_of_a_gpu(study, device, tmp_path, monkeypatch, capsys):
    pytest.importorskip("sklearn.callback")
    benchmark, page = study("benchmark_speed"), tmp_path / "gpu.md"
    monkeypatch.setattr("on_gpu.TABLE_III", {7: (0.067, 0.15)})
    monkeypatch.setattr("on_gpu.SHAPES", ((40, 4),))
    monkeypatch.setattr("on_gpu.N_NEW", 500)
    arguments = ["--gpu", "--columns", "30", "--rounds", "1", "--out", str(page)]
    if device == "cpu":
        monkeypatch.setattr("torch.cuda.is_available", lambda: False)
        with pytest.raises(SystemExit):
            benchmark.main(arguments)
        assert "--gpu: torch finds no GPU" in capsys.readouterr().err
        return
    benchmark.main(arguments)
    text = page.read_text()
    assert text.startswith("# Performance on a GPU")
    for row in ("| ADAN, 7 rows | ", "| WADAN, 7 rows | ", "| 40 x 4 | ", "| 480 x 4,368 | "):
        assert row in text
