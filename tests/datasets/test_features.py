"""Feature extraction against opensmile itself, and everything that a folder of recordings holds."""

import hashlib
import sys
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from conftest import ROOT, write_utterance

from skadan.datasets import _feature_cache, _features, extract_features

opensmile = pytest.importorskip("opensmile")
soundfile = pytest.importorskip("soundfile")
audformat = pytest.importorskip("audformat")
SET = "IS09_emotion"  # 384 columns, the quickest


@pytest.fixture
def files(tmp_path):
    paths = [tmp_path / f"{i}.wav" for i in range(3)]
    for i, path in enumerate(paths):
        write_utterance(path, seed=i)
    return paths


@pytest.fixture
def computed(monkeypatch):
    """The recordings that openSMILE was run on, in this process."""
    seen = []
    compute = _features._compute
    monkeypatch.setattr(
        _features, "_compute", lambda part, *rest: seen.append(part.file) or compute(part, *rest)
    )
    return seen


def test_features_are_opensmiles(files):
    ours = extract_features(files, SET)
    theirs = opensmile.Smile(feature_set=opensmile.FeatureSet.IS09).process_files(
        [*map(str, files)]
    )
    pd.testing.assert_frame_equal(ours, theirs, check_index_type=False)
    assert ours.to_numpy().dtype == np.float32
    assert np.ptp(ours.to_numpy(), axis=0).max() > 0


@pytest.mark.parametrize(
    "name",
    ["IS09", "IS10_paraling", "IS11_speaker_state", "IS13_ComParE", "ComParE_2016", "eGeMAPSv02"],
)
def test_feature_sets_by_name(name):
    assert isinstance(_features._member(name), opensmile.FeatureSet)


def test_an_unknown_feature_set_is_named(files):
    with pytest.raises(ValueError, match=r"feature_set='IS99' is not one of .*IS11_speaker_state"):
        extract_features(files, "IS99")


@pytest.mark.slow
def test_processes_give_the_same_rows_in_order(files, monkeypatch):
    monkeypatch.setattr(_features, "CHUNK", 1)
    pd.testing.assert_frame_equal(
        extract_features(files, SET, n_jobs=2), extract_features(files, SET)
    )


def test_cache_knows_contents(files, tmp_path, computed):
    cache = tmp_path / "cache"
    first = extract_features(files, SET, cache=cache)
    assert len(computed) == 3
    pd.testing.assert_frame_equal(extract_features(files, SET, cache=cache), first)
    assert len(computed) == 3
    write_utterance(files[1], seed=9)
    changed = extract_features(files, SET, cache=cache)
    assert computed[3:] == [str(files[1])]
    pd.testing.assert_frame_equal(changed.iloc[[0, 2]], first.iloc[[0, 2]])
    assert (changed.iloc[1] != first.iloc[1]).any()
    renamed = files[0].rename(tmp_path / "renamed.wav")
    again = extract_features([renamed], SET, cache=cache)
    np.testing.assert_array_equal(again, first.iloc[[0]])
    extract_features([renamed], SET, mixdown=True, cache=cache)  # another setting
    extract_features([renamed], "eGeMAPSv02", cache=cache)
    assert len(computed) == 6


def test_one_cache_holds_the_features_of_every_setting(files, tmp_path, monkeypatch):
    """With a cache as without; numbers that tell all that features depend on stand for them."""

    def telling(part, contents, settings):
        said = repr((contents, part.start, part.end, settings)).encode()
        values = np.frombuffer(hashlib.sha256(said).digest(), np.uint8).astype(np.float32)
        return _feature_cache.Entry(values, 0.4, 16000)

    names = [f"byte {i}" for i in range(32)]
    monkeypatch.setattr(_features, "_smile", lambda _: SimpleNamespace(feature_names=names))
    monkeypatch.setattr(_features, "_compute", telling)
    spans = [(0, 0.3), (0, 0.35), (0.05, 0.3), (0.05, 0.35), (0.05, None), (0, None)]
    parts = audformat.segmented_index(
        [str(file) for file in files for _ in spans],
        [f"{start}s" for _ in files for start, _ in spans],
        [pd.NaT if end is None else f"{end}s" for _ in files for _, end in spans],
    )
    settings = [
        {"feature_set": name, "sampling_rate": hertz, "mixdown": mixdown}
        for name in (SET, "IS10_paraling")
        for hertz in (None, 8000, 12000)
        for mixdown in (False, True)
    ]
    expected = [extract_features(parts, **setting) for setting in settings]
    different = {row.tobytes() for features in expected for row in features.to_numpy()}
    assert len(different) == len(settings) * len(parts)
    for _ in range(2):  # when it is filled, and when it is read
        for setting, features in zip(settings, expected, strict=True):
            cached = extract_features(parts, **setting, cache=tmp_path / "cache")
            pd.testing.assert_frame_equal(cached, features)


def test_the_cache_of_another_opensmile_is_not_taken(files, tmp_path, computed, monkeypatch):
    for version in ("1.0", "1.1", "1.0"):
        monkeypatch.setattr(opensmile, "__version__", version)
        extract_features(files[:1], SET, cache=tmp_path)
    assert len(computed) == 2


def test_an_interrupted_run_keeps_what_it_has(files, tmp_path, monkeypatch, computed):
    compute = _features._compute

    def interrupted(part, *rest):
        if part.file == str(files[2]):
            raise KeyboardInterrupt
        return compute(part, *rest)

    with monkeypatch.context() as patch:
        patch.setattr(_features, "_compute", interrupted)
        with pytest.raises(KeyboardInterrupt):
            extract_features(files, SET, cache=tmp_path / "cache")
    del computed[:]
    extract_features(files, SET, cache=tmp_path / "cache")
    assert computed == [str(files[2])]
    assert not list((tmp_path / "cache").rglob("*.part"))


def test_bad_recordings_are_named_in_one_error_or_skipped(files, tmp_path):
    bad = {
        name: tmp_path / f"{name}.wav" for name in ("broken", "empty", "silent", "short", "gone")
    }
    bad["broken"].write_bytes(b"no audio at all")
    soundfile.write(bad["empty"], np.zeros(0), 16000)
    soundfile.write(bad["silent"], np.zeros(16000), 16000)
    write_utterance(bad["short"], seed=0, seconds=0.005)
    everything = [files[0], *bad.values(), files[1]]
    with pytest.raises(ValueError, match="5 recording") as error:
        extract_features(everything, SET)
    for name, what in {
        "broken": "not readable",
        "empty": "empty",
        "silent": "silent",
        "short": "too short",
        "gone": "No such file",
    }.items():
        (line,) = [line for line in str(error.value).splitlines() if f"{name}.wav" in line]
        assert what in line
    with pytest.warns(UserWarning, match="5 recording.s. left out"):
        kept = extract_features(everything, SET, on_error="skip")
    pd.testing.assert_frame_equal(kept, extract_features(files[:2], SET))
    with pytest.warns(UserWarning, match="left out"):
        none = extract_features([bad["empty"]], SET, on_error="skip")
    assert none.shape == (0, 384)
    with pytest.raises(ValueError, match="on_error='ignore'"):
        extract_features(files, SET, on_error="ignore")


def test_channels(files, tmp_path):
    signals = [soundfile.read(file)[0] for file in files[:2]]
    stereo, mean = tmp_path / "stereo.wav", tmp_path / "mean.wav"
    soundfile.write(stereo, np.stack(signals, 1), 16000, subtype="FLOAT")
    soundfile.write(mean, np.mean(signals, 0), 16000, subtype="FLOAT")
    np.testing.assert_array_equal(
        extract_features([stereo], SET), extract_features([files[0]], SET)
    )
    np.testing.assert_allclose(
        extract_features([stereo], SET, mixdown=True), extract_features([mean], SET), rtol=1e-4
    )


def test_rates(files, tmp_path):
    write_utterance(tmp_path / "high.flac", seed=0, rate=44100)
    both = [files[0], tmp_path / "high.flac"]
    with pytest.warns(UserWarning, match=r"\[16000, 44100\] Hz.*pass sampling_rate"):
        own = extract_features(both, SET)
    alike = extract_features(both, SET, sampling_rate=16000)
    np.testing.assert_array_equal(alike.iloc[0], own.iloc[0])
    own_choice = {"sampling_rate": 16000, "resample": True}
    theirs = opensmile.Smile(feature_set=opensmile.FeatureSet.IS09, **own_choice)
    np.testing.assert_array_equal(alike.iloc[[1]], theirs.process_file(str(both[1])))
    assert (alike.iloc[1] != own.iloc[1]).any()


def test_progress_goes_to_standard_error(files, capsys):
    extract_features(files, SET, verbose=1)
    out, err = capsys.readouterr()
    assert not out
    assert "3/3" in err
    extract_features(files, SET)
    assert capsys.readouterr().err == ""


def test_a_missing_package_names_the_extra(files, monkeypatch):
    monkeypatch.setitem(sys.modules, "opensmile", None)
    with pytest.raises(ImportError, match=r"needs opensmile.*pip install 'skadan\[audio\]'"):
        extract_features(files, SET)


@pytest.mark.slow
def test_importing_skadan_needs_no_extra():
    import subprocess

    code = (
        "import sys, skadan, skadan.datasets, skadan.metrics, skadan.model_selection, skadan._cli\n"
        "names = {'opensmile', 'audb', 'audformat', 'soundfile', 'arff', 'matplotlib'}\n"
        "sys.exit(str(names & set(sys.modules)) if names & set(sys.modules) else 0)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT)
