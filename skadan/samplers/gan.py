"""The paper's GAN baselines as samplers."""

from collections.abc import Sequence
from dataclasses import dataclass
from numbers import Integral
from typing import ClassVar

from sklearn.utils._param_validation import Interval

from ..games.gan import GANGame
from ..games.networks import Conditioned, PerClass
from ._docstrings import documented
from .adversarial import AdversarialSampler

COUNT = Interval(Integral, 1, None, closed="left")


@dataclass(kw_only=True, eq=False, repr=False)
class _GANFamily(AdversarialSampler):
    """What a GAN for each class and a conditional GAN share: everything but the label's way in."""

    n_noise: int = 100
    hidden_layers: Sequence[int] = (800, 800)
    critic_steps: int = 1
    learning_rate: float = 1e-4

    _parameter_constraints: ClassVar[dict] = {
        **AdversarialSampler._parameter_constraints,
        "n_noise": [COUNT],
        "hidden_layers": ["array-like"],
        "critic_steps": [COUNT],
    }

    conditioning: ClassVar[type]

    def _game(self, n_columns: int) -> GANGame:
        return GANGame(
            self.conditioning,
            n_noise=self.n_noise,
            hidden_layers=tuple(self.hidden_layers),
            critic_steps=self.critic_steps,
        )


@documented
@dataclass(kw_only=True, eq=False, repr=False)
class GANSampler(_GANFamily):
    """A generative adversarial network for each class, in the space of the rows.

    A baseline of Yi & Mak [1]_ (Eqs. 2, 3): generator G_k and discriminator D_k of class k play
    for themselves, on the rows of that class alone. Expect little of it where a class has few rows.

    Parameters
    ----------
    {parameters}

    Attributes
    ----------
    {attributes}

    See Also
    --------
    ConditionalGANSampler : One generator for all classes.
    WADANSampler : Generation in a latent space.

    References
    ----------
    .. [1] L. Yi and M.-W. Mak, "Improving Speech Emotion Recognition With Adversarial Data
       Augmentation Network", IEEE Transactions on Neural Networks and Learning Systems, 2020.

    Examples
    --------
    >>> from skadan import GANSampler, Replicate
    >>> from skadan.datasets import make_speaker_classification
    >>> X, y, _ = make_speaker_classification(n_samples=40, n_features=60, random_state=0)
    >>> sampler = GANSampler(sampling_strategy=Replicate(1), max_epochs=2, random_state=0)
    >>> X_new, y_new = sampler.fit_resample(X, y)
    >>> X_new.shape
    (80, 60)
    """

    conditioning: ClassVar[type] = PerClass


@documented
@dataclass(kw_only=True, eq=False, repr=False)
class ConditionalGANSampler(_GANFamily):
    """A conditional generative adversarial network, in the space of the rows.

    A baseline of Yi & Mak [1]_ (Eqs. 5, 6): generator and discriminator see the label.

    Parameters
    ----------
    {parameters}

    Attributes
    ----------
    {attributes}

    See Also
    --------
    GANSampler : A generator for each class.
    WADANSampler : Generation in a latent space.

    References
    ----------
    .. [1] L. Yi and M.-W. Mak, "Improving Speech Emotion Recognition With Adversarial Data
       Augmentation Network", IEEE Transactions on Neural Networks and Learning Systems, 2020.

    Examples
    --------
    >>> from skadan import ConditionalGANSampler, Replicate
    >>> from skadan.datasets import make_speaker_classification
    >>> X, y, _ = make_speaker_classification(n_samples=40, n_features=60, random_state=0)
    >>> sampler = ConditionalGANSampler(
    ...     sampling_strategy=Replicate(1), max_epochs=2, random_state=0
    ... )
    >>> X_new, y_new = sampler.fit_resample(X, y)
    >>> X_new.shape
    (80, 60)
    """

    conditioning: ClassVar[type] = Conditioned
