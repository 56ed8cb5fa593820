"""How real and fake are scored: the second axis, beside the game.

A divergence states two losses of a critic, a function of rows that returns one score each. Both
return named terms whose sum is minimised.
"""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.functional import logsigmoid

Critic = Callable[[Tensor], Tensor]  # (m, n_latent) -> (m, 1)
Terms = dict[str, Tensor]


@dataclass(frozen=True)
class CrossEntropy:
    """The vanilla adversarial loss (Eq. 10, and the first term of Eq. 14).

    The critic returns logits, so D = sigmoid(critic).

    Parameters
    ----------
    saturating : bool, default=True
        The generator minimises log(1 - D(G)), as Eq. 14 prints it; otherwise -log D(G), as Eq. 3.
    """

    saturating: bool = True

    def critic_loss(self, critic: Critic, real: Tensor, fake: Tensor, mu: Tensor) -> Terms:
        """-E log D(real) - E log(1 - D(fake)): Eq. 10. `mu` plays no part."""
        return {
            "critic_real": -logsigmoid(critic(real)).mean(),
            "critic_fake": -logsigmoid(-critic(fake)).mean(),
        }

    def generator_loss(self, critic: Critic, fake: Tensor) -> Terms:
        """E log(1 - D(fake)) (Eq. 14), or -E log D(fake) (Eq. 3)."""
        logits = critic(fake)
        loss = logsigmoid(-logits) if self.saturating else -logsigmoid(logits)
        return {"generator": loss.mean()}


@dataclass(frozen=True)
class WassersteinDivergence:
    """Wasserstein divergence (Wu et al., ECCV 2018): Eq. 17 and the first term of Eq. 18.

    Parameters
    ----------
    penalty_weight : float, default=10.0
        lambda > 0.
    penalty_power : float, default=5.0
        p > 1.
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
        return {
            "critic_real": critic(real).mean(),
            "critic_fake": -critic(fake).mean(),
            "gradient_penalty": self.penalty_weight * norm.pow(self.penalty_power).mean(),
        }

    def generator_loss(self, critic: Critic, fake: Tensor) -> Terms:
        """E D(fake): Eq. 18."""
        return {"generator": critic(fake).mean()}


NON_SATURATING = CrossEntropy(saturating=False)

Divergence = CrossEntropy | WassersteinDivergence
