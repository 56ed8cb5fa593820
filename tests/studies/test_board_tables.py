"""The tables of the board: fetched from a server of this machine, checked, and kept."""

import hashlib
import re
import zipfile
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import numpy as np
import pytest
from conftest import ROOT, load_example

BOARD = ROOT.parent / "shared" / "data" / "board"
KEEL = """@relation tiny
@attribute Sex {M, F}
@attribute Length real[0.1, 9.5]
@attribute Class {positive, negative}
@data
F, 0.5, negative
M, 1.5, positive
F, 2.5, negative
"""
CSV = "id,age,weight,kind,person\n1,30,70.5,sick,a\n2,40,60.25,well,b\n3,50,80,sick,a\n"
TABLES = {  # what a recipe is to give, and the recipe
    "keel": (
        ([[1, 0, 0.5], [0, 1, 1.5], [1, 0, 2.5]], ["negative", "positive", "negative"], None),
        'package = "tiny-data==1.0"\nfile = "tiny/tiny.dat"\nformat = "keel"\nlabel = "Class"',
    ),
    "csv": (
        ([[30, 70.5], [40, 60.25], [50, 80]], ["sick", "well", "sick"], ["a", "b", "a"]),
        'url = "https://data.example/folder/people.csv"\nformat = "csv"\nlabel = "kind"\n'
        'groups = "person"\ndrop = ["id"]',
    ),
    "plain": (
        ([[1, 2], [3, 4]], [0, 1], [7, 8]),
        'url = "https://data.example/plain.csv"\nformat = "csv without header"\nlabel = 0\n'
        "groups = 1",
    ),
}


@pytest.fixture(scope="module")
def program():
    return load_example("board_tables")


@pytest.fixture(scope="module")
def parts(program):
    """The modules of the program by name."""
    from board_parts import fetching, sources, tables

    return {"fetching": fetching, "sources": sources, "tables": tables}


class Handler(SimpleHTTPRequestHandler):
    """Serves a folder, notes what was asked for, and breaks off in the middle of some files."""

    def do_GET(self):
        self.server.asked.append(self.path)
        if self.path in self.server.broken:
            self.send_response(200)
            self.send_header("Content-Length", "1000000")
            self.end_headers()
            self.wfile.write(b"id,age\n1,")
            return
        super().do_GET()

    def log_message(self, *_):
        pass


@pytest.fixture
def server(tmp_path):
    """A server with the source files of all tables."""
    folder = tmp_path / "served"
    index = folder / "simple" / "tiny-data"
    for path in (folder / "folder", index):
        path.mkdir(parents=True)
    (folder / "folder" / "people.csv").write_text(CSV)
    (folder / "plain.csv").write_text("0,7,1,2\n1,8,3,4\n")
    with zipfile.ZipFile(index / "tiny_data-1.0-py3-none-any.whl", "w") as wheel:
        wheel.writestr("tiny/tiny.dat", KEEL)
        about = "tiny_data-1.0.dist-info"
        wheel.writestr(
            f"{about}/METADATA", "Metadata-Version: 2.1\nName: tiny-data\nVersion: 1.0\n"
        )
        wheel.writestr(f"{about}/WHEEL", "Wheel-Version: 1.0\nTag: py3-none-any\n")
        wheel.writestr(f"{about}/RECORD", "")
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, directory=str(folder)))
    server.asked, server.broken, server.folder = [], set(), folder
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def run(program, parts, server, tmp_path):
    """Run the program on the list of small tables; keywords change a table's list entry."""

    def run(*options, changes=(), folder="out"):
        wheel = next(server.folder.rglob("*.whl")).read_bytes()
        text = f'[packages]\n"tiny-data==1.0" = "{hashlib.sha256(wheel).hexdigest()}"\n'
        for name, ((X, y, groups), recipe) in TABLES.items():
            digest = parts["sources"].table_digest(np.array(X), np.array(y), groups)
            text += f'[tables.{name}]\ndomain = "small: {name}"\nrows = {len(X)}\ncolumns = 2\n'
            text += f'classes = 2\nsource = "S {name}"\nreference = "R"\nlicence = "L"\n'
            text += f'digest = "{digest}"\n[tables.{name}.fetch]\n{recipe}\n'
        text += '[tables.lost]\ndomain = "small"\nrows = 9\ncolumns = 9\nclasses = 2\n'
        text += 'source = "a lost disk"\nreference = "R"\nlicence = "L"\n'
        text += f'digest = "{"0" * 64}"\nmissing = "no recipe has been checked"\n'
        for old, new in changes:
            assert old in text
            text = text.replace(old, new)
        (tmp_path / "list.toml").write_text(text)
        arguments = ["--list", str(tmp_path / "list.toml"), "--out", str(tmp_path / folder)]
        arguments += ["--cache", str(tmp_path / "cache")]
        url = f"http://127.0.0.1:{server.server_address[1]}"
        return program.main([*arguments, "--base-url", url, *options])

    return run


def files(folder):
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


def test_tables_are_fetched_and_the_board_reads_them(run, parts, tmp_path, capsys):
    assert run() == 0
    found = parts["tables"].sources([tmp_path / "out"])
    assert set(found) == set(TABLES)
    for name, ((X, y, groups), _) in TABLES.items():
        table = parts["tables"].read(found[name])
        assert (table.domain, table.family) == ("small", name)
        np.testing.assert_array_equal(table.X, X)
        np.testing.assert_array_equal(table.y, np.unique(y, return_inverse=True)[1])
        if groups:
            np.testing.assert_array_equal(table.groups, np.unique(groups, return_inverse=True)[1])
        else:
            assert table.groups is None
    out = capsys.readouterr().out
    assert "Not obtainable by this program (1):" in out
    assert "lost: no recipe has been checked. a lost disk. R." in out
    assert "3 tables in" in out


def test_a_second_run_makes_no_request(run, server, tmp_path):
    run()
    assert server.asked
    server.asked.clear()
    assert run() == 0
    assert run(folder="another") == 0  # rebuilt from the cache
    assert not server.asked
    assert (tmp_path / "another" / "csv.npz").exists()


def test_only_some_tables(run, tmp_path, server):
    assert run("--only", "plain") == 0
    assert server.asked == ["/plain.csv"]
    assert run("--only", "csv") == 0
    assert files(tmp_path / "out") == ["csv.npz", "manifest.csv", "plain.npz"]
    manifest = (tmp_path / "out" / "manifest.csv").read_text().splitlines()
    assert [line.split(",")[0] for line in manifest] == ["name", "csv", "plain"]


def test_another_table_than_the_boards_is_refused(run, server, parts, tmp_path, capsys):
    path = server.folder / "plain.csv"
    path.write_text(path.read_text().replace("4", "5"))
    assert run() == 1
    out = capsys.readouterr().out
    (X, y, groups), _ = TABLES["plain"]
    expected = parts["sources"].table_digest(np.array(X), y, groups)
    found = parts["sources"].table_digest(np.array([[1, 2], [3, 5]]), y, groups)
    assert f"plain: ValueError: its digest is {found}, expected {expected}" in out
    assert f"Delete its source file in {tmp_path / 'cache'}" in out
    assert "another copy of S plain (R)" in out
    assert files(tmp_path / "out") == ["csv.npz", "keel.npz", "manifest.csv"]


def test_a_table_in_the_folder_is_checked(run, parts, tmp_path, capsys):
    run()
    path = tmp_path / "out" / "csv.npz"
    parts["sources"].save_table(path, np.zeros((3, 2)), np.array([0, 1, 0]))
    assert run() == 1
    assert f"Delete {path} and run" in capsys.readouterr().out
    path.unlink()
    assert run() == 0


def test_a_table_that_one_makes_oneself_is_accepted(run, parts, tmp_path):
    X, y = np.eye(2), np.array([0, 1])
    digest = parts["sources"].table_digest(X, y)
    (tmp_path / "out").mkdir()
    parts["sources"].save_table(tmp_path / "out" / "lost.npz", X, y)
    assert run("--only", "lost", changes=[("0" * 64, digest)]) == 0
    assert "\nlost," in (tmp_path / "out" / "manifest.csv").read_text()
    assert run("--only", "lost") == 1


def test_another_wheel_than_the_lists_is_refused(run, capsys, tmp_path):
    run("--only", "keel")
    (tmp_path / "out" / "keel.npz").unlink()
    wheel = tmp_path / "cache" / "tiny_data-1.0-py3-none-any.whl"
    wheel.write_bytes(b"no wheel")
    assert run("--only", "keel") == 1
    out = capsys.readouterr().out
    assert f"{wheel} has the SHA-256 {hashlib.sha256(b'no wheel').hexdigest()}, expected" in out
    assert "delete it" in out


@pytest.mark.parametrize(
    ("break_it", "message"),
    [
        (lambda server: (server.folder / "folder" / "people.csv").unlink(), "HTTP Error 404"),
        (lambda server: server.broken.add("/folder/people.csv"), "IncompleteRead"),
        (lambda server: (server.folder / "folder" / "people.csv").write_text("a\n1\n"), "KeyError"),
    ],
    ids=["not there", "interrupted", "other columns"],
)
def test_what_fails_does_not_stop_the_others(run, server, tmp_path, capsys, break_it, message):
    break_it(server)
    assert run() == 1
    out = capsys.readouterr().out
    assert message in out
    assert "2 tables in" in out
    assert "1 failed" in out
    assert "csv.npz" not in files(tmp_path)
    assert not [name for name in files(tmp_path) if name.endswith(".part")]
    assert ("people.csv" in files(tmp_path / "cache")) == (message == "KeyError")


def test_a_package_that_is_not_there(run, server, capsys):
    next(server.folder.rglob("*.whl")).rename(server.folder / "away.whl")
    assert run() == 1
    assert "keel: OSError: pip could not download tiny-data==1.0" in capsys.readouterr().out


def test_the_digest_is_of_content(parts):
    digest, rng = parts["sources"].table_digest, np.random.default_rng(0)
    X, y, groups = rng.normal(size=(6, 3)), np.array([0, 1, 2, 0, 1, 2]), np.arange(6) // 2
    same = digest(X, y, groups)
    assert (
        digest(np.asfortranarray(X, dtype=np.float32), np.array(list("abcabc")), groups + 5) == same
    )
    others = [(X.T, y, groups), (-X, y, groups), (X, y[::-1], groups), (X, y, None)]
    assert len({same, *(digest(*table) for table in others)}) == 5
    assert digest(np.zeros((2, 1)), y[:2]) == digest(-np.zeros((2, 1)), y[:2])


@pytest.mark.parametrize("options", [[], ["--out", "x", "--only", "nothing"]])
def test_what_the_command_line_lacks(program, options, capsys):
    with pytest.raises(SystemExit):
        program.main(options)
    assert "--out FOLDER is needed" in (error := capsys.readouterr().err) or "'nothing'" in error


def test_the_list(parts):
    tables, packages = parts["sources"].load_list()
    assert len(tables) == 55
    for table in tables.values():
        assert bool(table.fetch) != bool(table.missing)
        assert re.fullmatch("[0-9a-f]{64}", table.digest)
        assert table.source
        assert table.reference
        assert table.licence
        if "package" in table.fetch:
            assert table.fetch["package"] in packages
        assert table.fetch.get("format", "csv") in parts["fetching"].READERS
        assert table.fetch.get("format") != "pickle.xz" or "package" in table.fetch


def test_the_page_shows_the_list(program, parts, tmp_path):
    kept = (ROOT / "docs" / "board_tables.md").read_text()
    page = tmp_path / "page.md"
    page.write_text(kept)
    assert program.main(["--page", str(page)]) == 0
    assert page.read_text() == kept
    for name in parts["sources"].load_list()[0]:
        assert f"| {name} |" in kept


@pytest.mark.skipif(not BOARD.exists(), reason="the board's tables are not here")
def test_the_digests_are_those_of_the_boards_tables(parts):
    tables, _ = parts["sources"].load_list()
    assert {path.stem for path in BOARD.glob("*.npz")} == set(tables)
    for name, table in tables.items():
        with np.load(BOARD / f"{name}.npz") as file:
            assert file["X"].shape == (table.rows, table.columns)
            assert len(np.unique(file["y"])) == table.classes
        assert parts["sources"].file_digest(BOARD / f"{name}.npz") == table.digest
