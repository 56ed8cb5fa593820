"""Define how real and fake are scored, independently of the game.

A divergence states two losses: the critic's and the generator's. A critic maps rows, or codes, to
one score each. Both losses return named terms whose sum is minimised.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Tensor
from torch.nn.functional import logsigmoid

from .base import Terms

Critic = Callable[[Tensor], Tensor]  # (m, n_latent) -> (m, 1)


class Divergence(Protocol):
    """Define the two methods of a divergence: the critic's loss and the generator's.

    Both are pure. A frozen dataclass of numbers is enough.

    Examples
    --------
    >>> import torch
    >>> from skadan.games import CrossEntropy
    >>> codes, critic = torch.zeros(4, 2), lambda h: h.sum(1, keepdim=True)
    >>> sorted(CrossEntropy().critic_loss(critic, codes, codes, torch.zeros(4, 1)))
    ['critic_fake', 'critic_real']
    """

    def critic_loss(self, critic: Critic, real: Tensor, fake: Tensor, mu: Tensor) -> Terms:
        """Return the loss that the critic minimises.

        Parameters
        ----------
        critic : callable
            Maps rows or codes (m, n_latent) to scores (m, 1).
        real, fake : Tensor of shape (m, n_latent)
            Real and synthetic rows or codes.
        mu : Tensor of shape (m, 1)
            Mixing weights from U[0, 1], for divergences that score mixtures of real and fake.

        Returns
        -------
        terms : dict of str to Tensor
            Scalars, which are summed. The usual names are ``critic_real`` and ``critic_fake``.
        """

    def generator_loss(self, critic: Critic, fake: Tensor) -> Terms:
        """Return the adversarial loss that the generator minimises.

        Parameters
        ----------
        critic : callable
            As for `critic_loss`.
        fake : Tensor of shape (m, n_latent)
            Output of the generator.

        Returns
        -------
        terms : dict of str to Tensor
            Scalars, which are summed. The usual name is ``generator``.
        """


@dataclass(frozen=True)
class CrossEntropy:
    """Score by cross-entropy: equation 10, and the first term of equation 14.

    The critic returns logits, so D = sigmoid(critic).

    Parameters
    ----------
    saturating : bool, default=True
        If True, the generator minimises log(1 - D(G)), as in Eqs. 1 and 14; otherwise -log D(G),
        as in Eq. 3.

    Examples
    --------
    >>> import torch
    >>> from skadan.games import CrossEntropy
    >>> CrossEntropy(saturating=False).generator_loss(lambda h: h, torch.zeros(2, 1))
    {'generator': tensor(0.6931)}
    """

    saturating: bool = True

    def critic_loss(self, critic: Critic, real: Tensor, fake: Tensor, mu: Tensor) -> Terms:
        """Return Eq. 10, -E log D(real) - E log(1 - D(fake)); `mu` is not used."""
        # log(1 - sigmoid(s)) = logsigmoid(-s), which does not overflow.
        return {
            "critic_real": -logsigmoid(critic(real)).mean(),
            "critic_fake": -logsigmoid(-critic(fake)).mean(),
        }

    def generator_loss(self, critic: Critic, fake: Tensor) -> Terms:
        """Return E log(1 - D(fake)) (Eq. 14), or -E log D(fake) (Eq. 3)."""
        logits = critic(fake)
        loss = logsigmoid(-logits) if self.saturating else -logsigmoid(logits)
        return {"generator": loss.mean()}


@dataclass(frozen=True)
class WassersteinDivergence:
    """Score by the Wasserstein divergence of Wu and others (2018): equations 17 and 18.

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
        """Return Eq. 17, E D(real) - E D(fake) + lambda E ||grad D(x~)||^p.

        Here x~ = (1 - mu) real + mu fake.

        NOTE[DIFF] Algorithm 1 (line 6) mixes x, which has d features, with G(z, y), which has
        n_latent. The critic scores codes, so this mixes the code of x.
        """
        mixed = torch.lerp(real, fake, mu).requires_grad_()  # x~, (m, n_latent)
        # A score depends on its own row only, so the gradient of the sum holds each row's gradient.
        # create_graph: the penalty is itself differentiated by the critic's weights.
        (slope,) = torch.autograd.grad(critic(mixed).sum(), mixed, create_graph=True)
        norm = torch.linalg.vector_norm(slope, dim=1)  # (m,)
        return {
            "critic_real": critic(real).mean(),
            "critic_fake": -critic(fake).mean(),
            "gradient_penalty": self.penalty_weight * norm.pow(self.penalty_power).mean(),
        }

    def generator_loss(self, critic: Critic, fake: Tensor) -> Terms:
        """Return the first term of Eq. 18, E D(fake)."""
        return {"generator": critic(fake).mean()}


NON_SATURATING = CrossEntropy(saturating=False)
