"""Results files: packed without loss, kept files unchanged, runs of one's own continued."""

import gzip
import hashlib
import json
import shutil

import pytest
from conftest import ROOT, load_example

RESULTS = ROOT / "docs" / "results"
FILES = sorted(path.name for path in RESULTS.glob("*.jsonl*"))
KEYS = {
    "board": ("table", "scenario", "seed", "arm"),
    "emodb": ("arm", "seed", "fold", "sets", "setting"),
    "evidence": ("arm", "seed", "fold", "scenario", "sets"),
    "paper": ("experiment", "arm", "seed", "fold", "sets"),
}


def packed(content: bytes) -> bytes:
    """Without the time: the workers of a test run must name the same tests."""
    return gzip.compress(content, mtime=0)


@pytest.fixture(scope="module")
def files():
    return load_example("studies/resumable")


@pytest.mark.parametrize("name", FILES)
def test_kept_files_are_as_they_were(files, name):
    content = (RESULTS / name).read_bytes()
    assert files.frozen_checksums(RESULTS)[name] == hashlib.sha256(content).hexdigest()
    kind = name.partition(".")[0].partition("_")[0]
    records = files.load(RESULTS / name, KEYS[kind])
    if name.endswith(".gz"):
        content = gzip.decompress(content)
    assert len(records) == content.count(b"\n")
    lines = set(content.splitlines(keepends=True))
    for record in records.values():
        assert files.line(record).encode() in lines
        predicted = record.get("predicted", {})
        for labels in predicted.values() if isinstance(predicted, dict) else [predicted]:
            n_rows = record["shape"][0] if kind == "board" else len(record["rows"])
            assert len(labels) == n_rows > 0


def test_every_kept_file_is_there(files):
    assert sorted(files.frozen_checksums(RESULTS)) == FILES


@pytest.mark.parametrize("name", FILES)
def test_a_flipped_bit_is_noticed(files, name, tmp_path):
    shutil.copy(RESULTS / files.CHECKSUMS, tmp_path)
    content = bytearray((RESULTS / name).read_bytes())
    content[len(content) // 2] ^= 1
    (tmp_path / name).write_bytes(content)
    with pytest.raises(ValueError, match=rf"{name} has changed.*git checkout"):
        files.load(tmp_path / name, ("seed",))
    (tmp_path / name).unlink()
    with pytest.raises(ValueError, match=rf"{name} has changed"):
        files.load(tmp_path / name, ("seed",))


@pytest.mark.parametrize(
    ("predicted", "classes"),
    [
        ({"SVC 1": [0, 9, 3, 3], "MLP 1": [1, 1, 1, 0]}, None),
        (["glad", "sad", "calm", "glad"], ["calm", "glad", "sad"]),
        ({"SVC 1": [-1, 10, 0, 0]}, [-1, 0, 10]),
        ({"SVC 1": [0.5, 1.5, 0.5, 0.5]}, [0.5, 1.5]),
        ({"SVC 1": [True, False, True, True]}, [False, True]),
        ({}, None),
    ],
    ids=["digits", "text", "more than digits", "numbers", "truth", "nothing"],
)
@pytest.mark.parametrize("rows", [[4, 5, 6, 7], [7, 2, 3, 0], [0, 2, 4, 6]])
def test_packing_loses_nothing(files, predicted, classes, rows):
    record = {"seed": 0, "rows": rows, "predicted": predicted, "seconds": 0.1}
    stored = json.loads(files.line(record))
    assert stored.get("classes") == classes
    assert files.pack(stored) == stored
    assert repr(files.unpack(stored)) == repr(record)  # 1 is no True, and order counts


def test_neighbouring_rows_become_ranges(files):
    assert files.as_ranges([0, 1, 2, 7, 5, 6]) == "0-2,7,5-6"
    assert files.from_ranges(files.as_ranges([])) == []


def test_labels_that_outnumber_the_characters_stay_a_list(files):
    record = {"rows": list(range(70)), "predicted": {"SVC 1": list(range(70))}}
    assert files.pack(record) == {"rows": "0-69", "predicted": record["predicted"]}
    assert files.unpack(files.pack(record)) == record


def work(seed):
    return {"seed": seed, "rows": [0, 1], "predicted": ["a", "b"]}


def test_a_compressed_file_is_continued(files, tmp_path):
    path = tmp_path / "own.jsonl.gz"
    for wanted in ([(0,)], [(0,), (1,)]):
        found = files.run(work, wanted, ("seed",), path, 1)
        assert found == files.load(path, ("seed",)) == {key: work(*key) for key in wanted}
    assert gzip.decompress(path.read_bytes()).decode().count("\n") == 2


def test_a_file_of_ones_own_is_continued_in_either_format(files, tmp_path):
    path = tmp_path / "own.jsonl"
    path.write_text(json.dumps(work(0)) + "\n")  # as earlier versions wrote it
    found = files.run(work, [(0,), (1,)], ("seed",), path, 1)
    assert found == files.load(path, ("seed",)) == {(0,): work(0), (1,): work(1)}
    assert json.loads(path.read_text().splitlines()[1])["predicted"] == "01"


@pytest.mark.parametrize("name", ["own.jsonl", "own.jsonl.gz"])
def test_half_a_line_is_left_out_and_the_next_one_begins_anew(files, tmp_path, capsys, name):
    """Wherever the disk was full, or the run was killed, and also if only the newline lacks."""
    path = tmp_path / name
    whole, last = (files.compress(path, files.line(work(seed)).encode()) for seed in (0, 1))
    for end in range(len(last)):
        path.write_bytes(whole + last[:end])
        capsys.readouterr()
        found = files.load(path, ("seed",))
        is_whole = name == "own.jsonl" and end == len(last) - 1
        assert list(found) == ([(0,), (1,)] if is_whole else [(0,)])
        assert ("half a record" in capsys.readouterr().err) == (bool(end) and not is_whole)
        assert path.read_bytes() == whole + last[:end]  # reading changes nothing
        files.append(path, work(2))
        assert list(files.load(path, ("seed",))) == [*found, (2,)]
        assert capsys.readouterr().err == ""
    path.write_bytes(last[:5])  # and there is no other line
    assert files.load(path, ("seed",)) == {}
    files.append(path, work(2))
    assert list(files.load(path, ("seed",))) == [(2,)]


def test_zeros_at_the_end_are_half_a_line(files, tmp_path):
    path = tmp_path / "own.jsonl"
    path.write_bytes(files.line(work(0)).encode() + bytes(40))
    assert files.run(work, [(0,), (1,)], ("seed",), path, 1).keys() == {(0,), (1,)}
    assert path.read_text() == files.line(work(0)) + files.line(work(1))


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("own.jsonl", b'{"seed"\n{"seed":0}\n', "line 1, is not a record of this study"),
        ("own.jsonl", b'{"seed":0}\n{"corpus":1}\n', "line 2, is not a record of this study"),
        ("own.jsonl", b'{"seed":0}\n5\n', "line 2, is not a record of this study"),
        ("notes.md", b"A page, with no newline", "line 1, is not a record of this study"),
        ("own.jsonl.gz", b"not compressed", "is damaged, or is not compressed"),
        ("own.jsonl.gz", packed(b'{"seed":0}\n') + b"more", "is damaged"),
        ("own.jsonl.gz", packed(b"1")[:-9] + packed(b"2"), "is damaged"),
        ("own.jsonl.gz", packed(b"1")[:-6] + bytes(6) + packed(b"2"), "is damaged"),
    ],
)
def test_what_no_interruption_leaves_is_an_error_and_stays(files, tmp_path, name, content, message):
    path = tmp_path / name
    path.write_bytes(content)
    for use in (
        lambda: files.load(path, ("seed",)),
        lambda: files.run(work, [(1,)], ("seed",), path, 1),
    ):
        with pytest.raises(ValueError, match=message):
            use()
    assert path.read_bytes() == content


def test_one_run_at_a_time_adds_to_a_file(files, tmp_path):
    """A killed one leaves no lock, and one that finds all records needs none."""
    path = tmp_path / "own.jsonl"

    def second(seed):
        with pytest.raises(ValueError, match=f"Another run is adding to {path}: wait"):
            files.run(pytest.fail, [(5,)], ("seed",), path, 1)
        assert files.run(pytest.fail, [], ("seed",), path, 1) == {}
        return work(seed)

    (tmp_path / ".own_jsonl.lock").touch()
    assert list(files.run(second, [(0,), (1,)], ("seed",), path, 1)) == [(0,), (1,)]
    assert list(files.run(work, [(5,)], ("seed",), path, 1)) == [(5,)]
    assert list(tmp_path.iterdir()) == [path]


def test_what_another_run_has_just_added_is_not_done_again(files, tmp_path, monkeypatch):
    path, hold_lock = tmp_path / "own.jsonl", files.hold_lock

    def after_another(path):
        files.append(path, work(0))
        return hold_lock(path)

    monkeypatch.setattr(files, "hold_lock", after_another)
    files.run(work, [(0,), (1,)], ("seed",), path, 1)
    assert path.read_text() == files.line(work(0)) + files.line(work(1))


def test_keeping_packs_and_lists_and_nothing_is_added_after(files, tmp_path):
    old, plain = tmp_path / "old.jsonl", tmp_path / "plain.jsonl"
    old.write_text(json.dumps(work(0)) + "\n")
    plain.write_text('{"seed": 0, "recall": 1.0}\n')
    keep = load_example("studies/keep_results")
    sums = keep.main([str(tmp_path)])
    assert sums == files.frozen_checksums(tmp_path)
    assert plain.read_text() == '{"seed": 0, "recall": 1.0}\n'  # there was nothing to pack
    assert old.read_text() == files.line(work(0))
    assert keep.main([str(tmp_path)]) == sums
    assert files.run(work, [(0,)], ("seed",), old, 1) == {(0,): work(0)}
    for add in (
        lambda: files.run(pytest.fail, [(1,)], ("seed",), old, 1),
        lambda: files.append(old, work(1)),
    ):
        with pytest.raises(ValueError, match=r"old\.jsonl must not change"):
            add()
    assert old.read_text() == files.line(work(0))


def test_the_board_adds_nothing_to_a_kept_file(files, tmp_path):
    path = tmp_path / "board.jsonl"
    (tmp_path / files.CHECKSUMS).write_text(f"{files.checksum(b'')}  board.jsonl\n")
    path.touch()
    load_example("board")
    from board_parts import runs

    with pytest.raises(ValueError, match=r"board\.jsonl must not change"):
        runs.run_all({}, path, [("table", 0, {"none": ["SVC"]})], "cut", 1)
