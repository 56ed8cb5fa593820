"""Commands on tables with missing cells, samples in columns, or features of odd names."""

import io

import numpy as np
import pandas as pd
import pytest

from skadan._cli import main
from skadan.datasets import load_table

COUNTS = {"often": 40, "rare": 11}


@pytest.fixture
def table(tmp_path):
    rng = np.random.default_rng(0)
    y = np.repeat(list(COUNTS), list(COUNTS.values()))
    X = rng.normal(size=(len(y), 4)) + (y == "rare")[:, None]
    frame = pd.DataFrame(X).add_prefix("g").assign(flag=rng.random(len(y)) > 0.5, y=y)
    frame.loc[3, "g2"] = frame.loc[45, "g0"] = np.nan
    frame.to_csv(tmp_path / "t.csv", index=False)
    return frame


def evaluate(path, *options):
    arms = ["--folds", "3", "--arms", "smote", "shrunken"]
    return main(["evaluate", str(path), "--target", "y", *arms, *options])


def augment(path, out, *options):
    options = ["--sampler", "shrunken", "--out", str(out), *options]
    return main(["augment", str(path), "--target", "y", *options])


def test_missing_cells_are_refused_with_the_option_that_fills_them(table, tmp_path, capsys):
    path, text = tmp_path / "t.csv", "NaN in 2 place(s), column(s) 'g0', 'g2'. Pass --impute median"
    assert evaluate(path) == 1
    assert text in capsys.readouterr().err
    assert augment(path, tmp_path / "o.csv") == 1
    assert text in capsys.readouterr().err
    assert not (tmp_path / "o.csv").exists()


@pytest.mark.parametrize("strategy", ["median", "mean"])
@pytest.mark.slow
def test_missing_cells_are_filled(table, tmp_path, capsys, strategy):
    path, out = tmp_path / "t.csv", tmp_path / "o.csv"
    assert evaluate(path, "--impute", strategy) == 0
    said = capsys.readouterr().out
    assert f"; {strategy} in missing cells" in said
    assert "smote" in said
    assert augment(path, out, "--impute", strategy) == 0
    made = pd.read_csv(out)
    real = ~made["is_synthetic"]
    pd.testing.assert_frame_equal(made[real].drop(columns="is_synthetic"), table)
    assert len(made) == 2 * COUNTS["often"]
    assert made[~real].notna().all(axis=None)


@pytest.mark.slow
def test_the_value_is_that_of_the_training_rows(table, tmp_path, monkeypatch):
    """Each model sees the median of its own training rows, never one of held-out rows."""
    from skadan.evaluation import _arms as arms

    seen = []

    class Recording(arms.StandardScaler):
        def fit(self, X, y=None, sample_weight=None):
            seen.append(X)
            return super().fit(X, y, sample_weight)

    monkeypatch.setattr(arms, "StandardScaler", Recording)
    assert evaluate(tmp_path / "t.csv", "--impute", "median") == 0
    for column, hole in (("g2", 3), ("g0", 45)):
        j = list(table).index(column)
        known = set(table[column].dropna())
        for X in seen:
            filled = [value for value in X[:, j] if value not in known]
            there = [value for value in X[:, j] if value in known]
            assert len(filled) <= 1, hole
            assert all(value == np.median(there) for value in filled)
    assert len({len(X) for X in seen}) > 1


def test_infinite_cells_are_refused_all_the_same(table, tmp_path, capsys):
    table.loc[1, "g1"] = np.inf
    table.to_csv(tmp_path / "t.csv", index=False)
    assert evaluate(tmp_path / "t.csv", "--impute", "median") == 1
    assert "infinity in 1 place(s), column(s) 'g1'. Drop the columns" in capsys.readouterr().err


@pytest.mark.slow
def test_samples_in_columns(table, tmp_path, capsys):
    sideways = io.StringIO()
    table.dropna().T.to_csv(sideways)
    path = tmp_path / "s.csv"
    path.write_text(sideways.getvalue())
    assert evaluate(path) == 1
    assert "the samples seem to be in columns: pass --transpose" in capsys.readouterr().err
    assert evaluate(path, "--transpose") == 0
    transposed = capsys.readouterr().out
    table.dropna().to_csv(path, index=False)
    assert evaluate(path) == 0
    assert capsys.readouterr().out == transposed


@pytest.mark.parametrize("name", ["y", "groups", "is_synthetic"])
def test_a_feature_with_the_name_of_another_column(tmp_path, capsys, name):
    y = np.repeat(["a", "b"], [8, 4])
    features = {"X": np.arange(24.0).reshape(12, 2), "feature_names": [name, "q"]}
    np.savez(tmp_path / "t.npz", y=y, groups=np.arange(12) % 3, **features)
    out = tmp_path / "o.csv"
    assert (
        main(["augment", str(tmp_path / "t.npz"), "--sampler", "shrunken", "--out", str(out)]) == 1
    )
    assert f"t.npz: the feature '{name}' has the name of a column" in capsys.readouterr().err
    assert not out.exists()


@pytest.mark.parametrize("true", ["True", "TRUE"])
def test_imputed_flags_and_whole_numbers_stay_such(tmp_path, true):
    """The file that is written can be read again, and its columns are what they were."""
    rng = np.random.default_rng(0)
    lines, false = ["a,flag,n,y"], {"True": "False", "TRUE": "FALSE"}[true]
    for i in range(30):
        flag = "" if i == 4 else [true, false][i % 2]
        n = "" if i == 7 else str(i % 5)
        lines.append(f"{rng.normal():.3f},{flag},{n},{'rare' if i < 8 else 'often'}")
    (tmp_path / "t.csv").write_text("\n".join(lines) + "\n")
    assert augment(tmp_path / "t.csv", tmp_path / "o.csv", "--impute", "mean") == 0
    made = load_table(tmp_path / "o.csv", target="y")
    assert made.feature_names == ["a", "flag", "n"]
    new = made.data[made.is_synthetic]
    assert set(new["flag"]) <= {0.0, 1.0}
    assert (new["n"] == new["n"].round()).all()


def test_imputed_nullable_columns_of_parquet(table, tmp_path):
    frame = table.dropna().assign(k=pd.array([1, None, *range(47)], dtype="Int64"))
    frame.to_parquet(tmp_path / "k.parquet")
    out = tmp_path / "o.parquet"
    assert augment(tmp_path / "k.parquet", out, "--impute", "mean") == 0
    assert pd.read_parquet(out)["k"].isna().sum() == 1
