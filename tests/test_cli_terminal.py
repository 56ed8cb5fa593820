"""Streams that a command prints to, and what ends it before its time."""

import errno
import io
import os
import re
import shlex
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from matplotlib import pyplot as plt
from small_tables import HEAD, rows

from skadan import ShrunkenSampler, save_sampler
from skadan._cli import commands, main, preparation, terminal


@pytest.mark.parametrize("encoding", ["cp1252", "ascii"])
def test_letters_that_the_terminal_lacks_are_escaped(encoding, small_table, monkeypatch):
    text = f"{HEAD}\n".replace("speaker", "\u8a71\u8005") + "".join(rows(24))
    usual = [part.replace("speaker", "\u8a71\u8005") for part in small_table(text)]
    screens = [io.TextIOWrapper(io.BytesIO(), encoding) for _ in range(2)]
    for name, screen in zip(("stdout", "stderr"), screens, strict=True):
        monkeypatch.setattr(sys, name, screen)
    assert main(["evaluate", *usual, "--arms", "duplication"]) == 0
    printed, progress = (screen.buffer.getvalue().decode(encoding) for screen in screens)
    assert r"one \u8a71\u8005 held out at a time" in printed
    assert "\nduplication " in printed
    assert re.search(r"6/6 .*duplication, \\u8a71\\u8005 03", progress)


class Full(io.StringIO):
    """A file on a full disk."""

    def write(self, text):
        raise OSError(errno.ENOSPC, "No space left on device")


@pytest.mark.parametrize("error", [None, Full()], ids=["closed", "full"])
def test_the_table_is_printed_without_standard_error(error, small_table, capsys, monkeypatch):
    usual = small_table(f"{HEAD}\n" + "".join(rows(24)))
    monkeypatch.setattr(sys, "stderr", error)
    assert main(["evaluate", *usual, "--arms", "duplication"]) == 0
    assert "\nduplication " in capsys.readouterr().out
    assert sys.stderr is error


def test_a_full_standard_output_is_an_error(small_table, capsys, monkeypatch):
    usual = small_table(f"{HEAD}\n" + "".join(rows(24)))
    monkeypatch.setattr(sys, "stdout", Full())
    assert main(["evaluate", *usual, "--arms", "duplication"]) == 1
    assert "skadan evaluate: [Errno 28] No space left on device" in capsys.readouterr().err


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="needs a shell")
@pytest.mark.parametrize("closed", ["2>&-", "<&- >&- 2>&-"])
def test_workers_start_where_streams_are_closed(closed, small_table, tmp_path):
    usual = small_table(f"{HEAD}\n" + "".join(rows(24)))
    command = [sys.executable, "-m", "skadan", "evaluate", *usual, "--arms", "duplication"]
    plot = tmp_path / "a.png"
    line = f"{shlex.join(command)} --jobs 2 --plot {shlex.quote(str(plot))} {closed}"
    done = subprocess.run(line, shell=True, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert ("duplication" in done.stdout) == (closed == "2>&-")
    assert plt.imread(plot).shape[1] == 1050


@pytest.fixture
def drawing(tmp_path, monkeypatch):
    """The arguments of a draw, which ends with an error when so many files are there."""
    (tmp_path / "g").touch()

    def arguments(n_files, error):
        def draw(generator, n_rows, folder, **_):
            folder.mkdir()
            for number in range(n_files):
                (folder / f"part-{number}.parquet").touch()
            raise error

        monkeypatch.setattr(commands, "sample_files", draw)
        return ["sample", str(tmp_path / "g"), "--rows", "9", "--out", str(tmp_path / "o")]

    return arguments


@pytest.mark.parametrize(
    ("error", "code", "words"),
    [
        (KeyboardInterrupt(), 130, "interrupted"),
        (KeyboardInterrupt(int(signal.SIGTERM)), 143, "terminated"),
        (OSError("the disk is full"), 1, "the disk is full"),
    ],
)
@pytest.mark.parametrize("n_files", [0, 5])
def test_what_is_there_is_said(drawing, tmp_path, capsys, n_files, error, code, words):
    error = type(error)(*error.args)  # notes are added to it
    assert main(drawing(n_files, error)) == code
    there = f". 5 of the files are in {tmp_path / 'o'}: delete them to draw again."
    nothing = "" if code == 1 else ", nothing was written."
    said = capsys.readouterr().err
    assert said == f"skadan sample: {words}{there if n_files else nothing}\n"


@pytest.mark.parametrize("error", [MemoryError(), OverflowError("too large a number")])
def test_an_error_of_size_is_one_line(drawing, capsys, error):
    assert main(drawing(0, error)) == 1
    assert capsys.readouterr().err == f"skadan sample: {str(error) or 'MemoryError'}\n"


in_main_thread = pytest.mark.skipif(
    threading.current_thread() is not threading.main_thread() or os.name != "posix",
    reason="only a main thread can handle signals",
)


@in_main_thread
@pytest.mark.parametrize("name", terminal.ENDING)
def test_a_signal_to_end_is_an_interruption(name, drawing, capsys, monkeypatch):
    """So that workers end and parts are removed. What `nohup` ignores stays ignored."""
    arguments, number = drawing(0, ValueError("it went on")), getattr(signal, name)
    monkeypatch.setattr(preparation, "check_sample", lambda _: signal.raise_signal(number))
    before = signal.getsignal(number)
    try:
        signal.signal(number, signal.SIG_DFL)
        assert main(arguments) == 128 + number
        assert signal.getsignal(number) == signal.SIG_DFL
        assert "terminated, nothing was written" in capsys.readouterr().err
        signal.signal(number, signal.SIG_IGN)
        assert main(arguments) == 1
        assert "it went on" in capsys.readouterr().err
    finally:
        signal.signal(number, before)


@in_main_thread
def test_an_interruption_of_imports_ends_at_once(capsys, monkeypatch):
    """Without an exception, which some imports do not survive."""
    codes = []
    monkeypatch.setattr(terminal.os, "_exit", codes.append)
    with terminal.quitting_at_once():
        signal.raise_signal(signal.SIGINT)
    assert codes == [130]
    assert capsys.readouterr().err == "skadan: interrupted, nothing was written.\n"
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc").is_dir(), reason="looks at processes in /proc")
def test_the_workers_of_a_terminated_draw_end(problem, tmp_path):
    X, y, _ = problem
    save_sampler(ShrunkenSampler(random_state=0).fit(X, y), tmp_path / "g")
    out = tmp_path / "rows"
    arguments = ["sample", str(tmp_path / "g"), "--rows", "20000000", "--out", str(out)]
    command = [sys.executable, "-m", "skadan", *arguments, "--jobs", "2"]
    draw = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, start_new_session=True)
    while draw.poll() is None and not list(out.glob("*.parquet")):
        time.sleep(0.05)
    draw.terminate()
    said = draw.communicate(timeout=60)[1]
    assert draw.returncode == 143
    assert "terminated." in said
    assert "Traceback" not in said
    assert all(file.suffix == ".parquet" for file in out.iterdir())
    for _ in range(200):  # until the system has buried the last of them
        living = [pid for pid in Path("/proc").iterdir() if is_of_session(pid, draw.pid)]
        if not living:
            return
        time.sleep(0.05)
    pytest.fail(f"{len(living)} processes live on")


def is_of_session(process, session):
    """Whether a process of /proc is of a session, and no zombie."""
    try:
        state, _, _, found = (process / "stat").read_text().rpartition(")")[2].split()[:4]
    except (OSError, ValueError):
        return False
    return found == str(session) and state != "Z"
