"""Rows pass through the networks in blocks: as many come out as went in, each what it is alone."""

import numpy as np
import pytest
from conftest import SMALL

from skadan import NoiseSampler, WADANSampler
from skadan._models import arrays

BLOCK = 4


@pytest.fixture(params=[1, BLOCK - 1, BLOCK, BLOCK + 1, 3 * BLOCK + 1])
def n_rows(request, monkeypatch):
    """Numbers of rows around whole blocks, which are small here."""
    monkeypatch.setattr(arrays, "BLOCK_ROWS", BLOCK)
    return request.param


@pytest.fixture(scope="module")
def copier(problem):
    """A sampler whose synthetic rows are real ones, stretched about the centre of their class."""
    X, y, _ = problem
    return WADANSampler(**SMALL, anchor=1.0, own_share=1.0).fit(X, y)


def test_codes_and_back(copier, problem, n_rows):
    """Row by row: the codes of a block, and the rows of codes."""
    rows = problem[0][:n_rows]
    codes = copier.encode(rows)
    alone = [copier.encode(row[None])[0] for row in rows]
    np.testing.assert_allclose(codes, alone, rtol=1e-4, atol=1e-6)
    alone = [copier.decode(code[None])[0] for code in codes]
    np.testing.assert_allclose(copier.decode(codes), alone, rtol=1e-4, atol=1e-6)


def test_synthetic_rows(copier, problem, n_rows):
    X, y, _ = problem
    labels = y[:n_rows]
    X_new, y_new, index = copier.sample(labels, random_state=1, return_indices=True)
    means = np.stack([X[y == k].mean(0) for k in range(3)])
    f, n = copier._model.real_rows.predictive.factors, np.bincount(y)
    centers = X.mean(0) + f[:, None] * (means - X.mean(0))
    stretch = np.sqrt((1 + f / n) * n / (n - 1))
    assert len(set(f)) == len(set(stretch)) == 3
    expected = centers[labels] + stretch[labels, None] * (X[index] - means[labels])
    np.testing.assert_allclose(X_new, expected, atol=1e-4)
    np.testing.assert_array_equal(y_new, labels)
    codes = copier.sample_latent(labels, random_state=1)
    assert len(np.unique(codes, axis=0)) == n_rows  # each of a draw of its own
    from_codes = copier.sample_from_codes(codes, labels, random_state=1)
    np.testing.assert_allclose(from_codes, X[index], atol=1e-4)


def test_noisy_rows(problem, n_rows):
    X, y, _ = problem
    sampler = NoiseSampler(noise_scale=0.0, random_state=0).fit(X, y)
    X_new, _, index = sampler.sample(y[:n_rows], return_indices=True)
    np.testing.assert_allclose(X_new, X[index], rtol=1e-5, atol=1e-6)
