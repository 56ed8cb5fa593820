"""Recordings that go wrong one at a time, and a cache that the disk or another has damaged."""

import os
import threading

import joblib
import numpy as np
import pandas as pd
import pytest
from conftest import write_utterance

from skadan.datasets import _feature_cache, _features, extract_features

pytestmark = pytest.mark.slow

opensmile = pytest.importorskip("opensmile")
soundfile = pytest.importorskip("soundfile")
audformat = pytest.importorskip("audformat")
SET = "IS09_emotion"


@pytest.fixture
def files(tmp_path):
    paths = [tmp_path / f"{i}.wav" for i in range(3)]
    for i, path in enumerate(paths):
        write_utterance(path, seed=i)
    return paths


def signal_of(path):
    return soundfile.read(path, dtype="float32")[0]


DEAD = {
    "zeros": lambda n: np.zeros(n),
    "an offset": lambda n: np.full(n, 0.01),
    "noise of the line": lambda n: np.random.default_rng(0).integers(-1, 2, n) / 2**15,
}


@pytest.mark.parametrize("kind", DEAD)
@pytest.mark.parametrize("channel", [0, 1, 2])
def test_the_channel_that_is_heard(kind, channel, files, tmp_path):
    """Whichever it is; where several are, the first of them, as opensmile does."""
    signal = signal_of(files[0])
    dead = DEAD[kind](len(signal))
    channels = [dead] * channel + [signal, signal_of(files[1])]
    path = tmp_path / "channels.wav"
    soundfile.write(path, np.stack(channels, 1), 16000, subtype="FLOAT")
    np.testing.assert_array_equal(extract_features([path], SET), extract_features(files[:1], SET))


def test_channels_that_cancel_each_other(files, tmp_path):
    signal = signal_of(files[0])
    path = tmp_path / "cancel.wav"
    soundfile.write(path, np.stack([signal, -signal], 1), 16000, subtype="FLOAT")
    with pytest.raises(ValueError, match=r"cancel\.wav: silent: its channels cancel"):
        extract_features([path], SET, mixdown=True)
    assert len(extract_features([path], SET)) == 1


@pytest.mark.parametrize("rate", [1, 7, 50, 2**30])
def test_rates_that_opensmile_refuses(rate, files, tmp_path):
    path = tmp_path / "odd.wav"
    soundfile.write(path, signal_of(files[0]), rate)
    with pytest.warns(UserWarning, match=r"1 recording.s. left out:\n.*odd\.wav: "):
        kept = extract_features([files[0], path, files[1]], SET, on_error="skip")
    pd.testing.assert_frame_equal(kept, extract_features(files[:2], SET))


@pytest.mark.skipif(os.name != "posix", reason="names are UTF-16 there")
@pytest.mark.parametrize("cached", [False, True])
def test_names_that_are_no_text(cached, files, tmp_path):
    odd = os.fsencode(tmp_path) + b"/b\xff.wav"
    with open(odd, "wb") as file:
        file.write(files[0].read_bytes())
    cache = tmp_path / "cache" if cached else None
    for name in (odd, os.fsdecode(odd), str(tmp_path / "\0.wav")):
        with pytest.warns(UserWarning, match=r"1 recording.s. left out"):
            kept = extract_features([name, files[1]], SET, on_error="skip", cache=cache)
        assert len(kept) == 1
    with pytest.raises(ValueError, match=r"b\\udcff\.wav: its name is not UTF-8: rename it"):
        extract_features([odd], SET)
    named = [os.fsencode(files[0]), files[1].parent]  # a path as bytes, and a folder
    with pytest.warns(UserWarning, match="Is a directory"):
        assert len(extract_features(named, SET, on_error="skip")) == 1


def test_what_opensmile_itself_raises(files, monkeypatch):
    smile = _features._smile

    def broken(settings):
        class Broken:
            feature_names = smile(settings).feature_names

            def process_signal(self, signal, rate):
                raise ZeroDivisionError("of its own")

        return Broken()

    monkeypatch.setattr(_features, "_smile", broken)
    with pytest.raises(ValueError, match=r"0\.wav: openSMILE cannot process .*of its own"):
        extract_features(files[:1], SET)


def test_a_single_path_is_no_list(files):
    for single in (str(files[0]), files[0], os.fsencode(files[0])):
        with pytest.raises(TypeError, match=r"is a single path: pass a list"):
            extract_features(single, SET)


@pytest.mark.parametrize("rate", [0, -1, -16000, 0.5, 16000.0, "16000", True, np.nan])
def test_rates_that_there_are_not(rate, files):
    with pytest.raises(ValueError, match=r"sampling_rate=.*: give a number of Hz"):
        extract_features(files, SET, sampling_rate=rate)


def test_a_rate_of_numpys(files):
    ours = extract_features(files, SET, sampling_rate=np.int64(8000))
    pd.testing.assert_frame_equal(ours, extract_features(files, SET, sampling_rate=8000))


def test_segments_are_opensmiles(files, tmp_path):
    names = [str(file) for file in files]
    index = audformat.segmented_index(
        [names[0], names[0], names[1], names[2]],
        ["0.05s", "0.1s", "0s", "0.123456s"],
        ["0.3s", pd.NaT, pd.NaT, "0.333333s"],
    )
    smile = opensmile.Smile(feature_set=opensmile.FeatureSet.IS09)
    theirs = smile.process_index(index)
    for cache in (None, tmp_path / "cache", tmp_path / "cache"):
        ours = extract_features(index, SET, cache=cache)
        np.testing.assert_array_equal(ours, theirs)
        pd.testing.assert_index_equal(ours.index, theirs.index, exact=False)
    whole = extract_features(audformat.segmented_index(names), SET, cache=tmp_path / "cache")
    pd.testing.assert_frame_equal(whole, extract_features(files, SET))
    pd.testing.assert_frame_equal(extract_features(whole.index, SET), whole)
    pd.testing.assert_frame_equal(extract_features(audformat.filewise_index(names), SET), whole)


def test_segments_that_there_are_not(files):
    name = str(files[0])
    for start, end in (("0.3s", "0.1s"), ("-1s", "1s")):
        with pytest.raises(ValueError, match="is not a part of a recording"):
            extract_features(audformat.segmented_index([name], [start], [end]), SET)
    for start, end, what in (("9s", "10s", "empty"), ("0.1s", "0.11s", "too short")):
        index = audformat.segmented_index([name], [start], [end])
        with pytest.raises(ValueError, match=rf"0\.wav \(.* to .*\): {what}"):
            extract_features(index, SET)


@pytest.fixture
def cached(files, tmp_path):
    """The features of the first recording, where they are kept, and a function that takes them."""

    def extract():
        return extract_features(files[:1], SET, cache=tmp_path / "cache")

    features = extract()
    (entry,) = (tmp_path / "cache").rglob("*.npz")
    return features, entry, extract


def test_500_damaged_entries(cached):
    """A bit that has flipped makes no entry, or the same one."""
    features, path, _ = cached
    data, whole = path.read_bytes(), _feature_cache.load(path)
    rng, n_lost = np.random.default_rng(0), 0
    for place in rng.integers(len(data), size=500):
        changed = bytearray(data)
        changed[place] ^= 1 << int(rng.integers(8))
        path.write_bytes(changed)
        entry = _feature_cache.load(path)
        n_lost += entry is None
        if entry is not None:
            np.testing.assert_array_equal(entry.values, features.iloc[0])
            assert entry[1:] == whole[1:]
    assert n_lost > 250


def test_a_damaged_entry_is_computed_again(cached):
    features, path, extract = cached
    data = path.read_bytes()
    flipped = bytearray(data)
    flipped[len(data) // 3] ^= 4
    for contents in (b"", data[:50], data[:-1], data[len(data) // 2 :], b"x" * 99, flipped):
        path.write_bytes(contents)
        pd.testing.assert_frame_equal(extract(), features)
        assert path.read_bytes() == data


def test_the_entry_of_another_recording(cached, files, tmp_path):
    features, path, extract = cached
    other = extract_features(files[1:2], SET, cache=tmp_path / "cache")
    (second,) = set(path.parent.iterdir()) - {path}
    path.write_bytes(second.read_bytes())
    pd.testing.assert_frame_equal(extract(), features)
    assert (other.to_numpy() != features.to_numpy()).any()


def test_calls_beside_each_other(files, tmp_path):
    """Threads that fill one cache, none of which sees half an entry."""
    expected, found = extract_features(files, SET), []

    def extract():
        try:
            found.append(extract_features(files, SET, cache=tmp_path / "cache"))
        except BaseException as error:
            found.append(error)

    threads = [threading.Thread(target=extract) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for features in found:
        pd.testing.assert_frame_equal(features, expected)
    assert len(found) == 8
    assert not list((tmp_path / "cache").rglob("*.part"))


@pytest.mark.slow
@pytest.mark.parametrize("backend", ["threading", "multiprocessing", "loky", "sequential"])
def test_backends_of_joblib(backend, files, tmp_path, monkeypatch):
    monkeypatch.setattr(_features, "CHUNK", 1)
    expected = extract_features(files, SET)
    with joblib.parallel_backend(backend):
        ours = extract_features(files, SET, n_jobs=2, cache=tmp_path / "cache")
    pd.testing.assert_frame_equal(ours, expected)
