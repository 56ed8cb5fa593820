"""Tables are compared by the names of their columns, and labels only with labels of their kind."""

import matplotlib
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from sklearn.decomposition import PCA

from skadan import NoiseSampler
from skadan._matching import check_same_kind, with_columns_of
from skadan.displays import EmbeddingDisplay, FeatureHistogramDisplay, RecallGainDisplay
from skadan.metrics import (
    auc_gain,
    classifier_two_sample_test,
    conditional_hit_rate,
    maximum_mean_discrepancy,
    near_copy_share,
    nearest_neighbour_ratio,
    one_vs_rest_auc,
    quality_report,
    recall_gain,
    unweighted_average_recall,
)

matplotlib.use("Agg")
NAMES = list("abcd")
Y = np.arange(40) % 2
TEXT = np.array(["0", "1"])[Y]


def tables():
    """Real and synthetic rows, whose columns are of very different sizes."""
    rng = np.random.default_rng(0)
    X = (rng.normal(size=(40, 4)) + Y[:, None]) * [1, 10, 100, 1000]
    return X, np.vstack([X[:10], X[10:] + rng.normal(size=(30, 4))])


def report(X_fitted, X):
    """A report on rows `X`; the sampler has the columns of `X_fitted`."""
    return quality_report(NoiseSampler(random_state=0).fit(X_fitted, Y), X, Y, random_state=0)


def embedded(X, X_new):
    return EmbeddingDisplay.from_arrays(X, Y, X_new, Y, embedding=PCA(2, random_state=0)).points


COMPARISONS = {
    "mmd": maximum_mean_discrepancy,
    "hit rate": lambda X, X_new: conditional_hit_rate(X, Y, X_new, Y),
    "two samples": lambda X, X_new: classifier_two_sample_test(X, X_new, random_state=0),
    "ratio": nearest_neighbour_ratio,
    "copies": near_copy_share,
    "report": lambda X_fitted, X: str(report(X_fitted, X)),
    "embedding": embedded,
    "histogram": lambda X, X_new: (
        FeatureHistogramDisplay.from_arrays(X, X_new, feature=1).new_values
    ),
}
compared = pytest.mark.parametrize("compare", COMPARISONS.values(), ids=COMPARISONS)


@compared
@pytest.mark.parametrize("frame", [pd.DataFrame, pl.from_pandas], ids=["pandas", "polars"])
def test_the_order_of_columns_does_not_matter(compare, frame):
    real, new = (pd.DataFrame(rows, columns=NAMES) for rows in tables())
    expected = compare(frame(real), frame(new))
    found = compare(frame(real), frame(new[["c", "a", "d", "b"]]))
    np.testing.assert_array_equal(found, expected)


@compared
def test_other_columns_are_refused(compare):
    real, new = (pd.DataFrame(rows, columns=NAMES) for rows in tables())
    with pytest.raises(
        ValueError, match=r"feature names .* X_new lacks \['[de]'\].*X lacks \['[de]'\]"
    ):
        compare(real, new.rename(columns={"d": "e"}))


def test_only_names_are_matched():
    """Without names, or with numbers for names that differ, columns are compared by place."""
    real, new = (pd.DataFrame(rows, columns=NAMES) for rows in tables())
    assert with_columns_of(real.to_numpy(), new) is new
    assert with_columns_of(real, new.to_numpy()).shape == new.shape
    numbered = new.set_axis([5, 6, 7, 8], axis=1)
    assert with_columns_of(real.set_axis(range(4), axis=1), numbered) is numbered
    turned = with_columns_of(numbered, numbered[[7, 5, 8, 6]])
    pd.testing.assert_frame_equal(turned, numbered)
    arrow = pa.Table.from_pandas(new)
    assert with_columns_of(arrow, arrow.select(["b", "a", "d", "c"])).column_names == NAMES
    twice = new.set_axis(["a", "a", "b", "c"], axis=1)
    assert with_columns_of(twice, twice) is twice
    with pytest.raises(ValueError, match="columns that share a name"):
        with_columns_of(twice, twice.iloc[:, ::-1])


SCORES = np.eye(2)[Y]


@pytest.mark.parametrize(("y", "other"), [(Y, TEXT), (TEXT, Y), (Y == 1, TEXT)])
def test_numbers_are_no_text(y, other):
    """No label would match, so that a figure of such labels says nothing."""
    X = tables()[0]
    for compare in (
        lambda: unweighted_average_recall(y, other),
        lambda: recall_gain(y, other, y),
        lambda: recall_gain(y, [y, y], [other, other]),
        lambda: one_vs_rest_auc(y, SCORES, classes=other[:2]),
        lambda: auc_gain(y, SCORES, SCORES, classes=other[:2]),
        lambda: conditional_hit_rate(X, y, X, other),
        lambda: EmbeddingDisplay.from_arrays(X, y, X, other, embedding=PCA(2)),
        lambda: RecallGainDisplay.from_predictions(y, {"none": y, "one": other}),
    ):
        with pytest.raises(ValueError, match=r"has labels that are .*, such as .*convert one"):
            compare()


def test_labels_of_one_kind_may_differ_in_dtype():
    for other in (Y.astype(float), Y == 1, Y.astype(object), pd.Series(Y, dtype="Int64")):
        assert recall_gain(Y, other, Y) == (0, 0, 0)
    for other in (TEXT.astype(object), pd.Series(TEXT, dtype="category"), pl.Series(TEXT)):
        assert recall_gain(TEXT, other, TEXT) == (0, 0, 0)
    check_same_kind(y_true=[1.0, np.nan], y_pred=[None, 1], classes=None)
    with pytest.raises(ValueError, match=r"y_pred has labels that are text, such as 'b'.*as 1:"):
        check_same_kind(y_true=[1, 2], y_pred=np.array([1, "b"], dtype=object))
