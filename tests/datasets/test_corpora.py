"""The loaders against small corpora in the published layouts, and EmoDB where it is at hand."""

import numpy as np
import pandas as pd
import pytest
from conftest import ROOT, write_utterance

from skadan.datasets import extract_features, fetch_emodb, load_emodb, load_iemocap

pytest.importorskip("opensmile")
SET = "IS09_emotion"
DATA = ROOT.parent / "shared" / "data"
NAMES = ("03a01Fa", "03a02Wc", "08b01Na", "16b10Td")


@pytest.fixture(scope="module")
def emodb(tmp_path_factory):
    folder = tmp_path_factory.mktemp("emodb")
    for i, name in enumerate(NAMES):
        write_utterance(folder / "wav" / f"{name}.wav", seed=i)
    return folder


def check_emodb(corpus, emodb):
    assert corpus.target.tolist() == ["happiness", "anger", "neutral", "sadness"]
    assert corpus.groups.tolist() == [3, 3, 8, 16]
    assert corpus.filenames == [f"{name}.wav" for name in NAMES]
    features = extract_features([emodb / "wav" / name for name in corpus.filenames], SET)
    np.testing.assert_array_equal(corpus.data, features)
    assert corpus.feature_names == list(features.columns)
    assert corpus.target_names == ["anger", "happiness", "neutral", "sadness"]


def test_emodb(emodb):
    corpus = load_emodb(emodb, feature_set=SET)
    check_emodb(corpus, emodb)
    assert corpus.frame is None
    assert "Burkhardt" in corpus.DESCR
    X, y = load_emodb(emodb / "wav", feature_set=SET, return_X_y=True)
    np.testing.assert_array_equal(X, corpus.data)
    np.testing.assert_array_equal(y, corpus.target)


def test_emodb_as_frame(emodb):
    corpus = load_emodb(emodb, feature_set=SET, as_frame=True)
    assert list(corpus.frame.columns) == [*corpus.feature_names, "target", "groups"]
    pd.testing.assert_frame_equal(corpus.frame[corpus.feature_names], corpus.data)
    pd.testing.assert_series_equal(corpus.frame["target"], corpus.target)
    X, y = load_emodb(emodb, feature_set=SET, as_frame=True, return_X_y=True)
    assert (type(X), type(y)) == (pd.DataFrame, pd.Series)


def test_emodb_skips_with_its_labels(emodb, tmp_path):
    for name in NAMES:
        (tmp_path / f"{name}.wav").write_bytes((emodb / "wav" / f"{name}.wav").read_bytes())
    (tmp_path / "03a02Wc.wav").write_bytes(b"")
    with pytest.warns(UserWarning, match="03a02Wc"):
        corpus = load_emodb(tmp_path, feature_set=SET, on_error="skip")
    assert corpus.target.tolist() == ["happiness", "neutral", "sadness"]
    assert corpus.groups.tolist() == [3, 8, 16]
    assert corpus.filenames == ["03a01Fa.wav", "08b01Na.wav", "16b10Td.wav"]
    (tmp_path / "hello.wav").write_bytes(b"")
    with pytest.raises(ValueError, match=r"hello\.wav .*not named as in EmoDB"):
        load_emodb(tmp_path)
    with pytest.raises(FileNotFoundError, match="holds no wav file"):
        load_emodb(tmp_path / "nowhere")


def test_emodb_in_upper_case(emodb, tmp_path):
    """Neither suffix nor folder decides which recordings there are."""
    for name, as_written in zip(NAMES, (".WAV", ".wav", ".Wav", ".WAV"), strict=True):
        (tmp_path / "WAV").mkdir(exist_ok=True)
        data = (emodb / "wav" / f"{name}.wav").read_bytes()
        (tmp_path / "WAV" / f"{name}{as_written}").write_bytes(data)
    (tmp_path / "WAV" / "._03a01Fa.WAV").write_bytes(b"")
    corpus, usual = load_emodb(tmp_path, feature_set=SET), load_emodb(emodb, feature_set=SET)
    assert corpus.filenames[::3] == ["03a01Fa.WAV", "16b10Td.WAV"]
    np.testing.assert_array_equal(corpus.data, usual.data)
    np.testing.assert_array_equal(corpus.target, usual.target)


@pytest.mark.filterwarnings("ignore:The inplace keyword")  # audformat's use of pandas
def test_fetch_emodb_through_audb(emodb, tmp_path, monkeypatch):
    """The real audb, with a repository on the local file system."""
    audb, audformat = pytest.importorskip("audb"), pytest.importorskip("audformat")
    import shutil

    source = tmp_path / "source"
    shutil.copytree(emodb, source)
    database = audformat.Database("emodb")
    files = [f"wav/{name}.wav" for name in NAMES]
    database["files"] = audformat.Table(audformat.filewise_index(files))
    database.save(source)
    host = tmp_path / "host"
    repository = audb.Repository("local", str(host), "file-system")
    (host / "local").mkdir(parents=True)
    cache = tmp_path / "cache"
    monkeypatch.setattr(audb.config, "REPOSITORIES", [repository])
    monkeypatch.setattr(audb.config, "SHARED_CACHE_ROOT", str(cache))
    audb.publish(source, "1.0.0", repository, verbose=False)
    corpus = fetch_emodb(version="1.0.0", cache_root=cache, feature_set=SET)
    check_emodb(corpus, emodb)


@pytest.fixture(scope="module")
def iemocap(tmp_path_factory):
    """Two sessions, an improvised and a scripted dialogue each, in the licensed layout."""
    folder = tmp_path_factory.mktemp("iemocap")
    labels = {"F000": "ang", "M000": "neu", "F001": "xxx"}
    for session in (1, 2):
        for dialogue in ("impro01", "script01_1"):
            name = f"Ses0{session}F_{dialogue}"
            text = "% [START_TIME - END_TIME] TURN_NAME EMOTION [V, A, D]\n"
            for i, (turn, emotion) in enumerate(labels.items()):
                turn = f"{name}_{turn}"
                text += f"\n[{i}.2900 - {i}.8300]\t{turn}\t{emotion}\t[2.5000, 2.5000, 2.5000]\n"
                text += "C-E2:\tNeutral;\t()\nA-E3:\tval 3; act 2; dom  2;\t()\n"
                path = folder / f"Session{session}" / "sentences" / "wav" / name / f"{turn}.wav"
                write_utterance(path, seed=10 * session + i)
            place = folder / f"Session{session}" / "dialog" / "EmoEvaluation"
            (place / "Categorical").mkdir(parents=True, exist_ok=True)
            (place / f"{name}.txt").write_text(text)
            (place / f"._{name}.txt").write_bytes(b"\x00\xff")  # as in the distribution
            (place / "Categorical" / f"{name}_e1_cat.txt").write_text("not this one")
    return folder


def test_iemocap(iemocap):
    corpus = load_iemocap(iemocap, feature_set=SET)
    assert len(corpus.data) == 12
    assert dict(zip(*np.unique(corpus.target, return_counts=True), strict=True)) == {
        "ang": 4,
        "neu": 4,
        "xxx": 4,
    }
    assert corpus.groups.tolist() == [1] * 6 + [2] * 6
    assert corpus.filenames[:3] == [f"Ses01F_impro01_{t}.wav" for t in ("F000", "F001", "M000")]
    assert corpus.target[:3].tolist() == ["ang", "xxx", "neu"]
    assert corpus.speakers[:3].tolist() == ["Ses01F", "Ses01F", "Ses01M"]


def test_iemocap_in_latin_1_and_upper_case(iemocap, tmp_path):
    import shutil

    shutil.copytree(iemocap, tmp_path / "copy")
    for place in (tmp_path / "copy").rglob("Ses*.txt"):
        place.write_bytes(
            place.read_bytes() + "C-E4:\tNeutral;\t(z\u00f6gernd)\n".encode("latin-1")
        )
    for place in (tmp_path / "copy").rglob("*.wav"):
        place.is_file() and place.rename(place.with_suffix(".WAV"))
    corpus, usual = (load_iemocap(p, feature_set=SET) for p in (tmp_path / "copy", iemocap))
    np.testing.assert_array_equal(corpus.data, usual.data)
    np.testing.assert_array_equal(corpus.target, usual.target)
    assert all(name.endswith(".WAV") for name in corpus.filenames)


def test_iemocap_subsets(iemocap):
    corpus = load_iemocap(
        iemocap, sessions="improvised", classes=("ang", "neu"), feature_set=SET, as_frame=True
    )
    assert corpus.target.tolist() == ["ang", "neu"] * 2
    assert all("impro" in name for name in corpus.filenames)
    assert list(corpus.frame.columns[-3:]) == ["target", "groups", "speakers"]
    scripted = load_iemocap(iemocap, sessions="scripted", feature_set=SET)
    assert all("script" in name for name in scripted.filenames)
    with pytest.raises(ValueError, match=r"classes holds \['joy'\].*'ang', 'neu', 'xxx'"):
        load_iemocap(iemocap, classes=("ang", "joy"))
    with pytest.raises(ValueError, match="sessions='dyadic'"):
        load_iemocap(iemocap, sessions="dyadic")
    with pytest.raises(FileNotFoundError, match="EmoEvaluation"):
        load_iemocap(iemocap / "Session1")


@pytest.mark.skipif(not (DATA / "emodb_wav").exists(), reason="EmoDB's recordings are not here")
def test_emodb_recordings_give_the_known_features():
    files = sorted((DATA / "emodb_wav").glob("*.wav"))[::60]
    features = extract_features(files)
    with np.load(DATA / "emodb_is11.npz") as known:
        rows = np.searchsorted(known["files"], [file.stem for file in files])
        np.testing.assert_allclose(features, known["X"][rows], rtol=1e-6)
        assert list(features.columns) == known["feature_names"].tolist()
