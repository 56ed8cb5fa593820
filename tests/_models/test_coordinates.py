"""The row space: exact for the training rows, and the game it stands for."""

import numpy as np
import pytest
import torch
from conftest import TRAINING

from skadan import GameSampler
from skadan._models.arrays import BLOCK_ROWS
from skadan._models.coordinates import AllColumns, RowSpace, choose_coordinates
from skadan.games import ADANGame, Batch, CrossEntropy, WassersteinDivergence, Width

N, D = 12, 40


@pytest.fixture
def generator():
    return torch.Generator().manual_seed(0)


@pytest.fixture
def x(generator):
    return torch.randn(N, D, generator=generator)


def test_training_rows_come_back(x, generator):
    space = RowSpace.of(x, generator)
    assert (space.n_columns, space.n_coordinates) == (D, N)
    np.testing.assert_allclose(space.basis.T @ space.basis, np.eye(N), atol=1e-6)
    torch.testing.assert_close(space.expand(space.project(x)), x)


def test_rank_and_not_row_count_is_the_width(x, generator):
    x = torch.cat([x, x[:3], x[:2] + x[2:4]])
    space = RowSpace.of(x - x.mean(0), generator)
    assert space.n_coordinates == torch.linalg.matrix_rank(x - x.mean(0)) < len(x) - 1
    torch.testing.assert_close(space.expand(space.project(x - x.mean(0))), x - x.mean(0))


def test_variance_is_spread_over_the_axes(generator):
    """Rows along a few directions: no coordinate takes most of it, as principal axes would."""
    x = torch.randn(100, 4, generator=generator) @ torch.randn(4, 300, generator=generator)
    x += 0.1 * torch.randn(100, 300, generator=generator)
    share = RowSpace.of(x, generator).project(x).square().mean(0)
    assert share.max() < 10 * share.mean()


def test_auto_takes_it_where_it_halves_the_width(x, generator):
    def choice(row_space, table):
        return type(choose_coordinates(row_space, table, generator))

    assert choice("auto", x) is RowSpace
    assert choice("auto", x[:, : 2 * N]) is RowSpace
    assert choice("auto", x[:, : 2 * N - 1]) is AllColumns
    assert choice(True, x[:, :5]) is RowSpace
    assert choice(False, x) is AllColumns


def test_it_is_the_full_width_game_restricted_to_the_span(x, generator):
    """First and last layers W B and B'W: the same losses, and gradients carried over by B."""
    game = ADANGame(WassersteinDivergence(), autoencoder_layers=(8, 7), latent_layers=(6, 6))
    full = game.networks(D, 3).initialise(generator).double()
    narrow = game.networks(Width(N, fan=D), 3).double()
    space = RowSpace.of(x, generator)
    x, basis = x.double(), torch.from_numpy(space.basis).double()
    basis, _ = torch.linalg.qr(basis)  # orthonormal to double precision
    with torch.no_grad():
        last = full.decoder[-1]
        last.weight.copy_(basis @ (basis.T @ last.weight))  # R stays in the span
        last.bias.copy_(basis @ torch.arange(N).double())
        narrow.load_state_dict(
            full.state_dict()
            | {
                "encoder.0.weight": full.encoder[0].weight @ basis,
                "decoder.4.weight": basis.T @ last.weight,
                "decoder.4.bias": basis.T @ last.bias,
            }
        )
    y, weight = torch.eye(3).double()[torch.arange(N) % 3], torch.ones(N).double()

    def losses(networks, rows):
        batch = game.embed(networks, Batch(rows, y, weight, None))
        return game.autoencoder_loss(networks, batch)

    wide, thin = losses(full, x), losses(narrow, x @ basis)
    for name in wide:
        torch.testing.assert_close(thin[name], wide[name])
    slope = [
        torch.autograd.grad(sum(terms.values()), [net.encoder[0].weight, net.decoder[-1].weight])
        for terms, net in ((wide, full), (thin, narrow))
    ]
    torch.testing.assert_close(slope[1][0], slope[0][0] @ basis)
    torch.testing.assert_close(slope[1][1], basis.T @ slope[0][1])


def test_first_layer_starts_as_at_full_width(generator):
    """Pre-activations of unit-variance rows have the variance that D columns would give them."""
    n, d = 200, 4000
    x = torch.randn(n, d, generator=generator)
    u = RowSpace.of(x, generator)
    game = ADANGame(WassersteinDivergence(), autoencoder_layers=(300,))
    wide = game.networks(d, 3).initialise(generator)
    thin = game.networks(Width(n, fan=d), 3).initialise(generator)
    variances = [
        (rows @ net.encoder[0].weight.T).var().item()
        for rows, net in ((x, wide), (u.project(x), thin))
    ]
    np.testing.assert_allclose(variances[1], variances[0], rtol=0.05)
    np.testing.assert_allclose(
        thin.decoder[-1].weight.var().item(), wide.decoder[-1].weight.var().item(), rtol=0.05
    )


def test_residual_plus_reconstruction_is_the_row(small, problem):
    """x - R(E(x)) is kept in the row space, and is exact there."""
    X, y, _ = problem
    sampler = small(row_space=True).fit(X, y)
    lost = sampler._model.coordinates.expand(
        torch.from_numpy(sampler._model.real_rows.residuals)
    ).numpy()
    order = np.argsort(y, kind="stable")
    back = sampler.decode(sampler.encode(X))[order] + lost * sampler._model.scaling.scale
    np.testing.assert_allclose(back, X[order], atol=1e-4)


@pytest.mark.parametrize("row_space", [True, False])
def test_many_rows_come_in_blocks_of_the_same_draw(small, problem, row_space):
    """Beyond one chunk, codes and rows stay those of their labels."""
    X, y, _ = problem
    sampler = small(row_space=row_space, center=None, residuals=False, anchor=0.0).fit(X, y)
    labels = np.arange(2 * BLOCK_ROWS + 7) % 3
    X_new, y_new = sampler.sample(labels, random_state=1)
    np.testing.assert_array_equal(y_new, labels)
    codes = sampler.sample_latent(labels, random_state=1)
    np.testing.assert_allclose(X_new, sampler.decode(codes), rtol=1e-6)
    assert not np.isclose(X_new[:BLOCK_ROWS], X_new[BLOCK_ROWS : 2 * BLOCK_ROWS]).all(1).any()


class Blank(ADANGame):
    """A decoder that makes the mean of the table, 0 in z-scores, of every code."""

    def decode(self, networks, h):
        """Zeros, which its weights cannot change."""
        return 0 * networks.decoder(h)


@pytest.mark.parametrize("row_space", [True, False])
@pytest.mark.parametrize("n_constant", [0, 10])
def test_a_mean_error_is_that_of_a_column(problem, row_space, n_constant):
    """Closed form: the mean square of z-scores is 1, whatever coordinates the networks see."""
    X, y, _ = problem
    X = np.hstack([np.ones((len(X), n_constant)), X])
    game = Blank(CrossEntropy(), autoencoder_layers=(8,), reconstruction_weight="mean")
    keywords = TRAINING | {"batch_size": len(X), "row_space": row_space}
    history = GameSampler(game=game, **keywords).fit(X, y).history_
    np.testing.assert_allclose(history["reconstruction"], 1, rtol=1e-5)
