"""load_table: one table through every kind of file."""

import sys

import numpy as np
import pandas as pd
import pytest

from skadan.datasets import load_table


@pytest.fixture
def frame():
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(rng.normal(size=(5, 3)), columns=["F0_mean", "energy", "jitter"])
    frame.insert(0, "name", [f"a{i}" for i in range(5)])
    frame.insert(1, "frameTime", 0.0)
    frame["emotion"] = ["sad", "glad", "sad", "glad", "sad"]
    frame["speaker"] = [3, 3, 8, 8, 8]
    return frame


def write_arff(frame, path):
    kinds = {"name": "string", "emotion": "{sad,glad}"}
    lines = ["@relation openSMILE_features", ""]
    lines += [f"@attribute {c} {kinds.get(c, 'numeric')}" for c in frame.columns]
    lines += ["", "@data", ""]
    lines += [",".join(map(repr, row)).replace('"', "'") for row in frame.values.tolist()]
    path.write_text("\n".join(lines) + "\n")


WRITERS = {
    "commas.csv": lambda frame, path: frame.to_csv(path, index=False),
    "opensmile.csv": lambda frame, path: frame.to_csv(path, index=False, sep=";"),
    "bom.csv": lambda frame, path: frame.to_csv(path, index=False, encoding="utf-8-sig"),
    "tabs.tsv": lambda frame, path: frame.to_csv(path, index=False, sep="\t"),
    "table.parquet": lambda frame, path: frame.to_parquet(path, index=False),
    "indexed.parquet": lambda frame, path: frame.set_index(["name", "frameTime"]).to_parquet(path),
    "table.arff": write_arff,
}


@pytest.mark.parametrize("name", WRITERS)
def test_every_kind_of_file(name, frame, tmp_path):
    WRITERS[name](frame, tmp_path / name)
    table = load_table(tmp_path / name, target="emotion", groups="speaker")
    assert table.feature_names == ["F0_mean", "energy", "jitter"]
    np.testing.assert_allclose(table.data, frame[table.feature_names])
    assert table.target.tolist() == frame["emotion"].tolist()
    assert table.groups.tolist() == frame["speaker"].tolist()
    assert list(table.frame.columns) == list(frame.columns)
    with pytest.warns(UserWarning, match="'speaker' looks like a group"):
        whole = load_table(tmp_path / name)
    assert whole.target is None
    assert whole.groups is None
    assert whole.feature_names == ["F0_mean", "energy", "jitter"]
    assert whole.left_out["speaker"] == "looks like a group"
    assert whole.left_out["frameTime"] == "written by openSMILE or audformat"


def test_arff_with_missing_values(tmp_path):
    path = tmp_path / "table.arff"
    path.write_text("@relation r\n@attribute a real\n@attribute b real\n@data\n1,?\n2,3\n")
    table = load_table(path)
    np.testing.assert_array_equal(table.data, [[1, np.nan], [2, 3]])
    path.write_text("@relation r\n@attribute a real\n@data\nx\n")
    with pytest.raises(ValueError, match=r"table\.arff: "):
        load_table(path)


def test_npz(tmp_path):
    X, y, speaker = np.eye(3), np.array(["a", "b", "a"]), np.array([1, 2, 2])
    np.savez(tmp_path / "own.npz", X=X, y=y, groups=speaker, feature_names=["p", "q", "r"])
    table = load_table(tmp_path / "own.npz")
    np.testing.assert_array_equal(table.data, X)
    assert table.target.tolist() == y.tolist()
    assert table.groups.tolist() == speaker.tolist()
    assert table.feature_names == ["p", "q", "r"]
    np.savez(tmp_path / "other.npz", X=X, label=y, who=speaker)
    table = load_table(tmp_path / "other.npz", target="label", groups="who")
    assert table.groups.tolist() == speaker.tolist()
    assert table.feature_names == ["x0", "x1", "x2"]
    with pytest.raises(ValueError, match=r"other\.npz: it has no 'y' for the target"):
        load_table(tmp_path / "other.npz")


def test_what_is_refused(frame, tmp_path, monkeypatch):
    path = tmp_path / "table.csv"
    frame.to_csv(path, index=False)
    with pytest.raises(ValueError, match=r"no 'emotoin' for the target.*'emotion'"):
        load_table(path, target="emotoin")
    with pytest.raises(FileNotFoundError, match=r"no file .*gone\.csv"):
        load_table(tmp_path / "gone.csv")
    (tmp_path / "table.dta").touch()
    with pytest.raises(ValueError, match=r"'\.dta' is not one of \.csv, .*\.npz"):
        load_table(tmp_path / "table.dta")
    frame[["name", "emotion"]].to_csv(path, index=False)
    with pytest.raises(ValueError, match="no column of numbers"):
        load_table(path)
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(ImportError, match=r"pip install 'skadan\[tables\]'"):
        load_table(path)
