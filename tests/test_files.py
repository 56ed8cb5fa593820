"""A file is written whole or not at all."""

import errno
import os
import stat
import subprocess
import sys

import numpy as np
import pytest

from skadan import _files


def test_a_digest_is_of_dtype_shape_and_values():
    """Whatever their order in memory; a list is another thing than its array."""
    a = np.arange(6)
    rows = a.reshape(2, 3)
    values = [a, rows, rows.T, rows.reshape(3, 2), a.view(np.uint64), a[::-1], a.tolist()]
    assert len({_files.digest(value) for value in values}) == len(values)
    assert _files.digest(np.asfortranarray(rows)) == _files.digest(rows.copy())


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


def mode_of(path):
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o444, 0o755])
def test_a_file_keeps_its_mode_and_is_never_open_to_more(tmp_path, monkeypatch, mode):
    path, take_over = tmp_path / "file", _files._copy_permissions
    path.write_bytes(b"one")
    path.chmod(mode)

    def watched(place, older, part):
        assert mode_of(part) == 0o600  # as it is made
        take_over(place, older, part)

    monkeypatch.setattr(_files, "_copy_permissions", watched)
    with _files.written_whole(path) as file:
        (part,) = parts_of(path)
        assert mode_of(part) == mode
        file.write(b"two")
    assert path.read_bytes() == b"two"
    assert mode_of(path) == mode


def test_what_a_group_may_read_is_not_for_another_group(tmp_path, monkeypatch):
    """As where a file belongs to a group of its owner's that the writer is not in."""
    path, part = tmp_path / "file", tmp_path / "part"
    path.touch()
    path.chmod(0o664)
    part.touch()
    values = list(path.stat())
    values[5] += 1
    asked = []
    monkeypatch.setattr(os, "chown", lambda _, *ids: asked.append(ids), raising=False)
    _files._copy_permissions(path, os.stat_result(values), part)
    assert asked == [(-1, values[5]), (values[4], -1)]
    assert mode_of(part) == 0o604


@pytest.mark.skipif(os.name != "posix", reason="needs symbolic links")
@pytest.mark.parametrize("is_there", [True, False])
def test_a_link_stays_and_its_target_is_new(tmp_path, is_there):
    """Also over several links, relative ones, and into another folder."""
    (tmp_path / "data").mkdir()
    target, link = tmp_path / "data" / "target", tmp_path / "link"
    if is_there:
        target.write_bytes(b"one")
        target.chmod(0o600)
    (tmp_path / "data" / "second").symlink_to("target")
    link.symlink_to(os.path.join("data", "second"))
    with _files.written_whole(link) as file:
        assert len(parts_of(target)) == 1
        file.write(b"two")
    assert link.is_symlink()
    assert target.read_bytes() == b"two"
    assert not target.is_symlink()
    assert not is_there or mode_of(target) == 0o600
    assert len(list(target.parent.iterdir())) == 2


@pytest.mark.skipif(os.name != "posix", reason="needs pipes")
def test_nothing_but_a_file_is_replaced(tmp_path):
    folder, pipe, loop = (tmp_path / name for name in ("folder", "pipe", "loop"))
    folder.mkdir()
    os.mkfifo(pipe)
    loop.symlink_to("loop")
    codes = {folder: errno.EISDIR, pipe: errno.EINVAL, loop: errno.ELOOP}
    for path, code in codes.items():
        with pytest.raises(OSError, match=f"{path} cannot be written") as error:
            _files.written_whole(path).__enter__()
        assert error.value.errno == code
    assert {path.name for path in tmp_path.iterdir()} == {"folder", "pipe", "loop"}
    assert pipe.is_fifo()


def parts_of(path):
    return {file for file in path.parent.iterdir() if file.name.endswith(".part")}


def test_writers_of_one_path_do_not_meet(tmp_path):
    path = tmp_path / "file"
    with _files.written_whole(path) as one, _files.written_whole(path) as two:
        assert len(parts_of(path)) == 2
        for part in parts_of(path):
            with part.open("r+b") as other:
                assert not _files._lock(other)  # they are known to be in use
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


@pytest.mark.skipif(os.name != "posix", reason="processes are hard to tell")
def test_the_next_run_removes_what_a_killed_one_left(tmp_path):
    """Of any file of the folder, but for a part that a process of a container still writes."""
    path = tmp_path / "file"
    child = subprocess.Popen([sys.executable, "-c", ""])
    child.wait()
    left, used = (tmp_path / f".x.csv.{_files._host()}-{child.pid}-{i}.part" for i in "ab")
    left.touch()
    _files._remove_parts_once.cache_clear()
    with used.open("wb") as file:
        assert _files._lock(file)
        with _files.written_whole(path):
            assert not left.exists()
    assert set(tmp_path.iterdir()) == {path, used}
    _files.remove_parts_in(tmp_path)
    assert set(tmp_path.iterdir()) == {path}


def test_a_long_name_has_room_for_its_part(tmp_path):
    path = tmp_path / ("x" * 255)
    with _files.written_whole(path) as file:
        file.write(b"one")
    assert path.read_bytes() == b"one"


def test_the_file_to_be_replaced_may_go_meanwhile(tmp_path, monkeypatch):
    """As when another process ends its training: its mode is kept all the same."""
    path = tmp_path / "a"
    path.write_bytes(b"older")
    path.chmod(0o640)
    copystat = _files.shutil.copystat

    def gone(source, target):
        path.unlink()
        copystat(source, target)

    monkeypatch.setattr(_files.shutil, "copystat", gone)
    with _files.written_whole(path) as file:
        file.write(b"newer")
    assert path.read_bytes() == b"newer"
    assert path.stat().st_mode & 0o777 == 0o640
