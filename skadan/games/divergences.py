"""How real and fake are scored: the second axis, beside the game.

A divergence states two losses of a critic, a function of rows that returns one score for each. Both
return named terms whose sum is minimised.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, TypeGuard

import torch
from torch import Tensor
from torch.nn.functional import logsigmoid

from .base import Terms, WithGradients
from .perceptron import Perceptron

TINY = torch.finfo(torch.float32).tiny
Critic = Callable[[Tensor], Tensor]  # (m, n_latent) -> (m, 1)


class Divergence(Protocol):
    """What a game asks of a divergence: the loss of the critic, and that of the generator.

    Both are pure. A frozen dataclass of numbers will do.

    Examples
    --------
    >>> import torch
    >>> from skadan.games import CrossEntropy
    >>> codes, critic = torch.zeros(4, 2), lambda h: h.sum(1, keepdim=True)
    >>> sorted(CrossEntropy().critic_loss(critic, codes, codes, torch.zeros(4, 1)))
    ['critic_fake', 'critic_real']
    """

    def critic_loss(self, critic: Critic, real: Tensor, fake: Tensor, mu: Tensor) -> Terms:
        """The loss that the critic descends.

        Parameters
        ----------
        critic : callable
            From rows (m, n_latent) to scores (m, 1).
        real, fake : Tensor of shape (m, n_latent)
            Rows, or codes, to be told apart.
        mu : Tensor of shape (m, 1)
            Mixing weights from U[0, 1], for divergences that look between the two.

        Returns
        -------
        terms : dict of str to Tensor
            Scalars, summed. ``critic_real`` and ``critic_fake`` are the usual names.
        """

    def generator_loss(self, critic: Critic, fake: Tensor) -> Terms:
        """The adversarial loss that the generator descends.

        Parameters
        ----------
        critic : callable
            As for `critic_loss`.
        fake : Tensor of shape (m, n_latent)
            What the generator made.

        Returns
        -------
        terms : dict of str to Tensor
            Scalars, summed. ``generator`` is the usual name.
        """


class WrittenOutDivergence(Divergence, Protocol):
    """A divergence that has its gradients, too, so that they need no autograd."""

    def critic_gradients(
        self, critic: Perceptron, real: Tensor, fake: Tensor, mu: Tensor
    ) -> WithGradients:
        """The terms of `critic_loss`, and the gradients of their sum by the critic's weights."""

    def generator_terms(self, scores: Tensor) -> Terms:
        """The terms of `generator_loss`, from the critic's scores (m, 1)."""

    def generator_slope(self, scores: Tensor) -> Tensor:
        """The slope of their sum at the scores."""


def is_written_out(divergence: Divergence) -> TypeGuard[WrittenOutDivergence]:
    """Tell whether a divergence has its gradients written out.

    Losses and gradients are of one class: who overrides a loss in a subclass means that loss.
    """
    own = {
        "critic_loss",
        "critic_gradients",
        "generator_loss",
        "generator_terms",
        "generator_slope",
    }
    return own <= vars(type(divergence)).keys()


@dataclass(frozen=True)
class CrossEntropy:
    """The vanilla adversarial loss, of equation 10 and the first term of equation 14.

    The critic returns logits, so D = sigmoid(critic).

    Parameters
    ----------
    saturating : bool, default=True
        The generator minimises log(1 - D(G)), as Eqs. 1 and 14 print it; otherwise -log D(G), as
        Eq. 3.

    Examples
    --------
    >>> import torch
    >>> from skadan.games import CrossEntropy
    >>> CrossEntropy(saturating=False).generator_loss(lambda h: h, torch.zeros(2, 1))
    {'generator': tensor(0.6931)}
    """

    saturating: bool = True

    def critic_loss(self, critic: Critic, real: Tensor, fake: Tensor, mu: Tensor) -> Terms:
        """-E log D(real) - E log(1 - D(fake)): Eq. 10. `mu` plays no part."""
        return self._critic_loss(critic(real), critic(fake))

    def _critic_loss(self, on_real: Tensor, on_fake: Tensor) -> Terms:
        return {
            "critic_real": -logsigmoid(on_real).mean(),
            "critic_fake": -logsigmoid(-on_fake).mean(),
        }

    def generator_loss(self, critic: Critic, fake: Tensor) -> Terms:
        """E log(1 - D(fake)) (Eq. 14), or -E log D(fake) (Eq. 3)."""
        return self.generator_terms(critic(fake))

    def generator_terms(self, logits: Tensor) -> Terms:
        """`generator_loss`, from the critic's logits (m, 1)."""
        loss = logsigmoid(-logits) if self.saturating else -logsigmoid(logits)
        return {"generator": loss.mean()}

    def critic_gradients(
        self, critic: Perceptron, real: Tensor, fake: Tensor, mu: Tensor
    ) -> WithGradients:
        """`critic_loss` and its gradients: the slope of -log sigmoid(s) is sigmoid(s) - 1."""
        values = critic.forward(torch.cat([real, fake]))
        on_real, on_fake = values[-1].chunk(2)

        def terms() -> Terms:
            return self._critic_loss(on_real, on_fake)

        slope = torch.cat([on_real.sigmoid() - 1, on_fake.sigmoid()]) / len(real)
        return terms, critic.gradients(values, critic.backward(values, slope))

    def generator_slope(self, logits: Tensor) -> Tensor:
        """The slope of `generator_loss` at the critic's logits."""
        slope = -logits.sigmoid() if self.saturating else logits.sigmoid() - 1
        return slope / len(logits)


@dataclass(frozen=True)
class WassersteinDivergence:
    """The Wasserstein divergence of Wu and others (2018), of equations 17 and 18.

    Parameters
    ----------
    penalty_weight : float, default=10.0
        lambda > 0.
    penalty_power : float, default=5.0
        p > 1.

    Examples
    --------
    >>> import torch
    >>> from skadan.games import WassersteinDivergence
    >>> WassersteinDivergence().generator_loss(lambda h: h, torch.ones(2, 1))
    {'generator': tensor(1.)}
    """

    penalty_weight: float = 10.0
    penalty_power: float = 5.0

    def critic_loss(self, critic: Critic, real: Tensor, fake: Tensor, mu: Tensor) -> Terms:
        """E D(real) - E D(fake) + lambda E ||grad D(x~)||^p, x~ = (1 - mu) real + mu fake: Eq. 17.

        NOTE[DIFF] Algorithm 1 (line 6) mixes x, of d features, with G(z, y), of n_latent; the
        critic judges codes, so it is the code of x that is mixed.
        """
        mixed = torch.lerp(real, fake, mu).requires_grad_()  # x~, (m, n_latent)
        (slope,) = torch.autograd.grad(critic(mixed).sum(), mixed, create_graph=True)
        norm = torch.linalg.vector_norm(slope, dim=1)  # (m,)
        return self._critic_loss(critic(real), critic(fake), norm)

    def _critic_loss(self, on_real: Tensor, on_fake: Tensor, norm: Tensor) -> Terms:
        return {
            "critic_real": on_real.mean(),
            "critic_fake": -on_fake.mean(),
            "gradient_penalty": self.penalty_weight * norm.pow(self.penalty_power).mean(),
        }

    def generator_loss(self, critic: Critic, fake: Tensor) -> Terms:
        """E D(fake): Eq. 18."""
        return self.generator_terms(critic(fake))

    def generator_terms(self, scores: Tensor) -> Terms:
        """`generator_loss`, from the critic's scores (m, 1)."""
        return {"generator": scores.mean()}

    def critic_gradients(
        self, critic: Perceptron, real: Tensor, fake: Tensor, mu: Tensor
    ) -> WithGradients:
        """`critic_loss` and its gradients.

        The penalty's is that of <q, grad D(x~)> by the weights, with its own slope q =
        lambda p ||grad D(x~)||^(p-1) grad D(x~) / ||grad D(x~)|| / m held fixed.
        """
        m = len(real)
        values = critic.forward(torch.cat([real, fake, torch.lerp(real, fake, mu)]))
        on_real, on_fake, _ = values[-1].split(m)
        ones = torch.ones_like(on_real)
        slopes = critic.backward(values, torch.cat([ones / m, -ones / m, ones]))
        slope = critic.at_input(slopes[0][2 * m :])  # grad D(x~), (m, n_latent)
        norm = torch.linalg.vector_norm(slope, dim=1, keepdim=True)  # (m, 1)
        weight, power = self.penalty_weight, self.penalty_power

        def terms() -> Terms:
            return self._critic_loss(on_real, on_fake, norm)

        # At a slope of zero the penalty is flat, as power > 1.
        q = slope * (norm.pow(power - 1) / norm.clamp_min(TINY) * (weight * power / m))
        critic.replace_by_tangents(values, 2 * m, q)
        gradients = critic.gradients(values, slopes, n_biased=2 * m)
        # A constant added to D changes nothing; Adam would make steps of what rounding leaves.
        gradients[-1].zero_()
        return terms, gradients

    def generator_slope(self, scores: Tensor) -> Tensor:
        """The slope of `generator_loss` at the critic's scores."""
        return torch.full_like(scores, 1 / len(scores))


NON_SATURATING = CrossEntropy(saturating=False)
