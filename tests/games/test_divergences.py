"""How real and fake are scored, against closed forms."""

import numpy as np
import reference
import torch
from small_games import N_LATENT, RTOL, M

from skadan.games import CrossEntropy, WassersteinDivergence


def test_eq_3_is_the_non_saturating_generator(rng):
    logits = torch.from_numpy(rng.normal(size=(M, 1)))
    loss = CrossEntropy(saturating=False).generator_loss(lambda h: h, logits)["generator"]
    expected = -np.log(reference.sigmoid(logits.numpy())).mean()
    np.testing.assert_allclose(loss.item(), expected, rtol=RTOL)


def test_linear_critic_has_its_weight_as_slope(rng):
    """Closed form: the penalty of a linear critic is lambda ||w||^p wherever it is taken."""
    w = torch.from_numpy(rng.normal(size=(N_LATENT, 1)))
    real, fake = (torch.from_numpy(rng.normal(size=(M, N_LATENT))) for _ in range(2))
    terms = WassersteinDivergence(3.0, 4.0).critic_loss(
        lambda h: h @ w, real, fake, torch.full((M, 1), 0.5, dtype=torch.float64)
    )
    expected = 3.0 * np.linalg.norm(w.numpy()) ** 4
    np.testing.assert_allclose(terms["gradient_penalty"].item(), expected, rtol=RTOL)


def test_critic_turn_leaves_the_callers_codes_alone(rng):
    """lerp at mu = 0 and 1 may return its argument: requires_grad_ must not leak onto it."""
    real, fake = torch.zeros(2, 3), torch.ones(2, 3)
    critic = torch.nn.Linear(3, 1)
    WassersteinDivergence().critic_loss(critic, real, fake, torch.zeros(2, 1))
    assert not real.requires_grad
    assert not fake.requires_grad
