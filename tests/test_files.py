"""A file is written whole or not at all."""

import os
import subprocess
import sys

import pytest

from skadan import _files


def test_written_whole(tmp_path):
    path = tmp_path / "file"
    with _files.written_whole(path) as file:
        file.write(b"one")

    def fails(folder):
        with _files.written_whole(folder / "file") as file:
            file.write(b"two")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fails(tmp_path)
    assert path.read_bytes() == b"one"
    assert list(tmp_path.iterdir()) == [path]
    with pytest.raises(OSError, match="nowhere/file cannot be written"):
        fails(tmp_path / "nowhere")


def parts_of(path):
    return {file for file in path.parent.iterdir() if file.name.endswith(".part")}


def test_writers_of_one_path_do_not_meet(tmp_path):
    path = tmp_path / "file"
    with _files.written_whole(path) as one, _files.written_whole(path) as two:
        assert len(parts_of(path)) == 2
        one.write(b"one")
        two.write(b"two")
        _files.remove_parts(path)  # both are in use
        assert len(parts_of(path)) == 2
    assert path.read_bytes() == b"one"  # the outer block ends last
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_what_killed_processes_left_is_removed(tmp_path):
    path, other = tmp_path / "file[1]", tmp_path / "file[1].more"
    child = subprocess.Popen([sys.executable, "-c", ""])
    child.wait()
    with _files.written_whole(path):
        (own,) = parts_of(path)
    name = own.name.replace(f"-{os.getpid()}-", f"-{child.pid}-")
    dead = tmp_path / name
    foreign = tmp_path / name.replace(f".{_files._host()}-", ".elsewhere-")
    strange = [tmp_path / f".{path.name}.part", tmp_path / f".{path.name}.a.b.part"]
    neighbour = tmp_path / name.replace(path.name, other.name)
    for file in (dead, foreign, neighbour, *strange):
        file.touch()
    _files.remove_parts(path)
    assert parts_of(path) == {foreign, neighbour, *strange}
    _files.remove_parts(other)
    assert parts_of(path) == {foreign, *strange}


def test_a_long_name_has_room_for_its_part(tmp_path):
    path = tmp_path / ("x" * 255)
    with _files.written_whole(path) as file:
        file.write(b"one")
    assert path.read_bytes() == b"one"
