"""Files of `save_sampler` that were made up, with a right digest."""

import json
import re
import tracemalloc

import pytest
from conftest import SETTINGS
from safetensors.numpy import load, save

from skadan import load_sampler, save_sampler
from skadan._saving import files


def files_of(classes, problem, folder):
    """The bytes of a file of each sampler."""
    X, y, _ = problem
    path, out = folder / "generator", {}
    for cls in classes:
        save_sampler(cls(**SETTINGS[cls]).fit(X, y), path)
        out[cls] = path.read_bytes()
    return out


def parts_of(data):
    size = int.from_bytes(data[:8], "little")
    texts = json.loads(data[8 : 8 + size])["__metadata__"]
    return json.loads(texts["skadan"]), json.loads(texts["contents"]), load(data)


def sealed(origin, contents, arrays):
    """A file with a right digest, whatever it holds."""
    contents = contents if isinstance(contents, str) else json.dumps(contents)
    texts = {"skadan": json.dumps(origin), "contents": contents}
    texts["sha256"] = files._checksum(texts, arrays)
    return save(arrays, metadata=texts)


def refused(data, path, match=""):
    """Refused by a ValueError that names the file, without much memory."""
    path.write_bytes(data)
    tracemalloc.start()
    try:
        with pytest.raises(ValueError, match=rf"(?s){re.escape(str(path))}.*{match}"):
            load_sampler(path)
        assert tracemalloc.get_traced_memory()[1] < 2**26 + 10 * len(data)
    finally:
        tracemalloc.stop()
