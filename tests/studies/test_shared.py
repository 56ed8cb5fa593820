"""What the studies share: the span of the rows, and scores of pooled predictions."""

import numpy as np
import pytest
from conftest import load_example


@pytest.mark.parametrize(
    ("n_rows", "rank", "n_columns", "expected"),
    [
        (6, 6, 30, 6),
        (1100, 8, 30, 8),
        pytest.param(1100, 1050, 1050, 1050, marks=pytest.mark.slow),
    ],
    ids=["every row", "a sketch", "hardly fewer columns"],
)
def test_span_keeps_products(n_rows, rank, n_columns, expected):
    rng = np.random.default_rng(0)
    X = rng.normal(size=(n_rows, rank)) @ rng.normal(size=(rank, n_columns))
    X_test = rng.normal(size=(4, n_columns))
    U, U_test = load_example("studies/row_span").span(X, X_test)
    assert U.shape == (n_rows, expected)
    assert (U is X) == (expected == n_columns)
    scale = np.abs(X @ X.T).max()
    np.testing.assert_allclose(U @ U.T, X @ X.T, atol=1e-9 * scale)
    np.testing.assert_allclose(U_test @ U.T, X_test @ X.T, atol=1e-9 * scale)


@pytest.mark.parametrize("labels", [[0, 0, 1, 1], ["calm", "calm", "glad", "glad"]])
def test_predictions_are_pooled_seed_by_seed(labels):
    pooled_scores, y = load_example("studies/pooled_scores"), np.array(labels)

    def record(arm, seed, rows, predicted):
        return {"arm": arm, "seed": seed, "rows": rows, "predicted": {"SVC 1": predicted.tolist()}}

    records = [
        record("none", 3, [0, 2], y[[0, 2]]),
        record("none", 3, [1, 3], y[[1, 1]]),
        record("none", 5, [1, 3], y[[1, 3]]),  # the other fold has not been run
        record("SMOTE", 3, [0, 2], y[[2, 0]]),
    ]
    predicted = pooled_scores.pooled_predictions(records, "none", "SVC 1", y)
    np.testing.assert_array_equal(predicted[0], y[[0, 1, 2, 1]])
    np.testing.assert_array_equal(predicted[1] == y, [False, True, False, True])
    np.testing.assert_allclose(pooled_scores.recalls(y, predicted[:1]), [75])
    assert pooled_scores.pooled_predictions(records, "none", "SVC 2", y).shape == (0, 4)
    assert pooled_scores.gain_in_words(y, predicted[:1], predicted[:1]) == "+0.0 (0.0 to 0.0)"
