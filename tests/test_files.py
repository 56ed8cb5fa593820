"""A file is written whole or not at all."""

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
