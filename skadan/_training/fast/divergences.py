"""Compute the losses of the divergences with their gradients, by hand.

Each function repeats a loss of `skadan.games.divergences` and adds its derivative.
"""

from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn.functional import logsigmoid

from ...games.base import Terms
from ...games.divergences import CrossEntropy, Divergence, WassersteinDivergence
from ..autograd import WithGradients
from .perceptron import Perceptron

TINY = torch.finfo(torch.float32).tiny


class FastDivergence(NamedTuple):
    """Hold the functions that compute a divergence's losses and their derivatives.

    Parameters
    ----------
    critic : callable
        Takes the divergence, the critic, real and fake codes (m, n_latent) and mu (m, 1). Returns
        the terms of the critic's loss, and the gradients of the critic's weights.
    generator : callable
        Takes the divergence and the critic's scores (m, 1) of G's codes. Returns the terms of G's
        loss.
    at_scores : callable
        Takes the same. Returns the derivative of the sum of the terms by the scores, (m, 1).
    """

    critic: Callable[..., WithGradients]
    generator: Callable[..., Terms]
    at_scores: Callable[..., Tensor]


# Cross-entropy: Eq. 10, and the first term of Eq. 14 or Eq. 3


def cross_entropy_of_critic(
    divergence: CrossEntropy, critic: Perceptron, real: Tensor, fake: Tensor, mu: Tensor
) -> WithGradients:
    """Return Eq. 10 with its gradients: the derivative of -log sigmoid(s) is sigmoid(s) - 1."""
    # Real and fake codes go through the critic in one pass: fewer, larger products.
    values = critic.forward(torch.cat([real, fake]))
    on_real, on_fake = values[-1].chunk(2)

    def terms() -> Terms:
        return {
            "critic_real": -logsigmoid(on_real).mean(),
            "critic_fake": -logsigmoid(-on_fake).mean(),
        }

    at_scores = torch.cat([on_real.sigmoid() - 1, on_fake.sigmoid()]) / len(real)
    return terms, critic.gradients(values, critic.backward(values, at_scores))


def cross_entropy_of_generator(divergence: CrossEntropy, scores: Tensor) -> Terms:
    """Return the first term of Eq. 14, or Eq. 3."""
    loss = logsigmoid(-scores) if divergence.saturating else -logsigmoid(scores)
    return {"generator": loss.mean()}


def cross_entropy_at_scores(divergence: CrossEntropy, scores: Tensor) -> Tensor:
    """Return the derivative of `cross_entropy_of_generator` by the critic's scores."""
    slope = -scores.sigmoid() if divergence.saturating else scores.sigmoid() - 1
    return slope / len(scores)


# The Wasserstein divergence: Eqs. 17 and 18


def wasserstein_of_critic(
    divergence: WassersteinDivergence, critic: Perceptron, real: Tensor, fake: Tensor, mu: Tensor
) -> WithGradients:
    """Return Eq. 17 with its gradients.

    The penalty's gradient by the weights is that of <q, grad D(x~)> with q held fixed, where
    q = lambda p ||grad D(x~)||^(p-1) grad D(x~) / ||grad D(x~)|| / m is the derivative of the
    penalty by grad D(x~).
    """
    m = len(real)
    # Rows 0 to m are real, m to 2m fake, and the rest mixed; all arrays below have this order.
    values = critic.forward(torch.cat([real, fake, torch.lerp(real, fake, mu)]))
    on_real, on_fake, _ = values[-1].split(m)
    ones = torch.ones_like(on_real)
    # Slopes of the two means for real and fake rows. For mixed rows the slope is 1, so that the
    # backward pass gives grad D(x~) itself.
    slopes = critic.backward(values, torch.cat([ones / m, -ones / m, ones]))
    slope = critic.at_input(slopes[0][2 * m :])  # grad D(x~), (m, n_latent)
    norm = torch.linalg.vector_norm(slope, dim=1, keepdim=True)  # (m, 1)
    weight, power = divergence.penalty_weight, divergence.penalty_power

    def terms() -> Terms:
        return {
            "critic_real": on_real.mean(),
            "critic_fake": -on_fake.mean(),
            "gradient_penalty": weight * norm.pow(power).mean(),
        }

    # If grad D(x~) is 0, so is q, because power > 1; clamping avoids 0 / 0.
    q = slope * (norm.pow(power - 1) / norm.clamp_min(TINY) * (weight * power / m))
    critic.replace_by_tangents(values, 2 * m, q)
    gradients = critic.gradients(values, slopes, n_biased=2 * m)
    # The last bias adds a constant to D, which cancels in Eq. 17. Its gradient is 0 up to rounding,
    # and Adam would turn that rounding error into steps of full size.
    gradients[-1].zero_()
    return terms, gradients


def wasserstein_of_generator(divergence: WassersteinDivergence, scores: Tensor) -> Terms:
    """Return the first term of Eq. 18."""
    return {"generator": scores.mean()}


def wasserstein_at_scores(divergence: WassersteinDivergence, scores: Tensor) -> Tensor:
    """Return the derivative of `wasserstein_of_generator` by the critic's scores."""
    return torch.full_like(scores, 1 / len(scores))


# Looked up by the exact class, because a subclass may have other losses.
FAST: dict[type[Divergence], FastDivergence] = {
    CrossEntropy: FastDivergence(
        cross_entropy_of_critic, cross_entropy_of_generator, cross_entropy_at_scores
    ),
    WassersteinDivergence: FastDivergence(
        wasserstein_of_critic, wasserstein_of_generator, wasserstein_at_scores
    ),
}
