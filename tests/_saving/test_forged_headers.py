"""Files whose header lies: refused by it, before the data are read."""

import json
import re
import tracemalloc

import pytest
from forged import files_of, parts_of, refused, sealed

from skadan import ConditionalGANSampler, NoiseSampler, WADANSampler, load_sampler

CLASSES = (WADANSampler, NoiseSampler, ConditionalGANSampler)


@pytest.fixture(scope="module")
def written(problem, tmp_path_factory):
    return files_of(CLASSES, problem, tmp_path_factory.mktemp("files"))


@pytest.mark.parametrize("number", [0, -5, 1, 1.5, True, float("nan"), "3", None, [3], {}, 10**99])
def test_formats_that_there_are_not(number, written, tmp_path):
    origin, contents, arrays = parts_of(written[WADANSampler])
    refused(sealed(origin | {"format": number}, contents, arrays), tmp_path / "file")


@pytest.mark.parametrize(
    ("number", "remedy"), [(2, "fit the sampler again, and save it"), (4, "update skadan")]
)
def test_files_of_other_versions(number, remedy, written, tmp_path):
    _, contents, arrays = parts_of(written[WADANSampler])
    data = sealed({"format": number, "sampler": "Other"}, contents, arrays)
    refused(data, tmp_path / "file", f"is of format {number}, .* reads format 3: {remedy}")


def test_what_a_file_is_belongs_to_its_digest(written, tmp_path):
    data = written[ConditionalGANSampler]
    forged = data.replace(rb"ConditionalGANSampler\"", rb"GANSampler\"           ", 1)
    assert forged != data
    refused(forged, tmp_path / "file", "was altered")


HOSTILE = {
    "deep lists": "[" * 100_000 + "]" * 100_000,
    "lists below the bound of recursion": "[" * 300 + "]" * 300,
    "deep dicts": '{"a":' * 500 + "1" + "}" * 500,
    "unfinished": "[" * 3_000_000,
    "many numbers": "[" + "1," * 3_000_000 + "1]",
    "a number of many digits": "1" * 100_000,
    "a number": "1",
    "text": '"text"',
    "nothing": "",
    "NaN": "NaN",
    "a list": "[]",
    "no parts": "{}",
    "a lone surrogate": '{"params": "\\ud800"}',
}


@pytest.mark.parametrize("what", HOSTILE)
def test_contents_that_are_none(what, written, tmp_path):
    origin, _, arrays = parts_of(written[NoiseSampler])
    refused(sealed(origin, HOSTILE[what], arrays), tmp_path / "file")


def test_a_deep_value(written, tmp_path):
    origin, contents, arrays = parts_of(written[NoiseSampler])
    contents["params"][1].append(["random_state", "HERE"])
    for depth in (5, 40, 200, 900):
        value = '["list", [' * depth + "1" + "]]" * depth
        text = json.dumps(contents).replace('"HERE"', value)
        refused(sealed(origin, text, arrays), tmp_path / "file")


def test_a_dict_of_numbers_that_collide(written, tmp_path):
    origin, contents, arrays = parts_of(written[NoiseSampler])
    pairs = [[k * (2**61 - 1), 0] for k in range(20_000)]
    contents["params"][1].append(["sampling_strategy", ["dict", pairs]])
    refused(sealed(origin, contents, arrays), tmp_path / "file")


@pytest.mark.parametrize(
    "header",
    [
        b'{"__metadata__":{},"a":{"dtype":"F64","shape":[%d],"data_offsets":[0,%d]}}',
        b'{"__metadata__":{"skadan":"{}","contents":"","sha256":""},'
        b'"a":{"dtype":"F64","shape":[%d],"data_offsets":[0,%d]}}',
    ],
)
def test_two_gigabytes_are_refused_by_their_header(header, tmp_path):
    header, path = header % (2**28, 2**31), tmp_path / "file"
    path.write_bytes(len(header).to_bytes(8, "little") + header)
    with path.open("r+b") as file:
        file.truncate(8 + len(header) + 2**31)
    check_sparse(path)


def check_sparse(path):
    tracemalloc.start()
    try:
        with pytest.raises(ValueError, match=re.escape(str(path))):
            load_sampler(path)
        assert tracemalloc.get_traced_memory()[1] < 2**26
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("name", ["model.weights.encoder.0.weight", "model.scaling.mean", "more"])
@pytest.mark.parametrize("swapped", [False, True])
def test_two_gigabytes_in_a_place_where_they_do_not_fit(name, swapped, written, tmp_path):
    """A file of ours but for one array, which its header states to be large."""
    data, path = written[WADANSampler], tmp_path / "file"
    origin, contents, arrays = parts_of(data)
    if swapped:
        contents = json.loads(json.dumps(contents).replace(f'"{name}"]', f'"{name}", ">f8"]'))
    data = sealed(origin, contents, arrays)
    size = int.from_bytes(data[:8], "little")
    header = json.loads(data[8 : 8 + size])
    end = max(a["data_offsets"][1] for n, a in header.items() if n != "__metadata__")
    old = header.get(name, {"data_offsets": [0, 0]})["data_offsets"]
    header[name] = {"dtype": "F64", "shape": [2**28], "data_offsets": [end, end + 2**31]}
    text = json.dumps(header).encode()
    path.write_bytes(len(text).to_bytes(8, "little") + text)
    with path.open("r+b") as file:
        file.truncate(8 + len(text) + end + 2**31 - (old[1] - old[0]))
    check_sparse(path)


@pytest.mark.parametrize(
    "stated",
    [
        {"dtype": "F64", "shape": [-1]},
        {"dtype": "F64", "shape": [2**62, 2**62]},
        {"dtype": "F64", "shape": [1.5]},
        {"dtype": "F64", "shape": "3"},
        {"dtype": "F8_E4M3", "shape": [1]},
        {"dtype": None, "shape": None},
        [],
        None,
    ],
)
def test_arrays_that_there_cannot_be(stated, tmp_path):
    header = json.dumps({"__metadata__": {}, "a": stated}).encode()
    refused(len(header).to_bytes(8, "little") + header + bytes(8), tmp_path / "file")
    for size in (0, 1, 2**31, 2**63, 2**64 - 1):
        refused(size.to_bytes(8, "little") + header, tmp_path / "file")
