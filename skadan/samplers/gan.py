"""Over-sample with the paper's GAN baselines."""

from collections.abc import Sequence
from typing import ClassVar

from torch import nn

from ..games.divergences import CrossEntropy
from ..games.gan import GANGame
from ..games.networks import Conditioned, PerClass
from ._parameters import (
    Betas,
    Count,
    Device,
    Flag,
    Folder,
    Layers,
    Positive,
    Precision,
    RandomState,
    RowSpace,
    Strategy,
    Verbose,
    as_widths,
    with_parameters,
)
from .adversarial import AdversarialSampler


class _GANFamily(AdversarialSampler):
    """Base class of the GAN samplers, which differ in how the networks take the label."""

    conditioning: ClassVar[type[nn.Module]]
    n_noise: int
    hidden_layers: Sequence[int]
    critic_steps: int
    saturating: bool

    def make_game(self) -> GANGame:
        """Return the game with the sampler's parameters.

        Returns
        -------
        game : GANGame
            Networks, turns and losses.
        """
        return GANGame(
            conditioning=self.conditioning,
            divergence=CrossEntropy(saturating=self.saturating),
            n_noise=self.n_noise,
            hidden_layers=as_widths(self.hidden_layers),
            critic_steps=self.critic_steps,
        )


@with_parameters
class GANSampler(_GANFamily):
    """Over-sample with one generative adversarial network per class, without a latent space.

    A baseline of Yi & Mak [1]_ (Eqs. 1 to 3): generator G_k and critic D_k of class k are trained
    on the rows of that class alone. It needs many rows in each class.

    Time and memory grow with the number of classes, because all these networks are trained
    together: with the default layers and 100 columns, 120 classes take 3 GB, and 500 take 13 GB and
    many hours. Networks that do not fit into memory are refused. `ConditionalGANSampler` has one
    pair of networks for all classes.

    Parameters
    ----------
    {sampling_strategy}

    {random_state}

    {clip}

    {whole_numbers}

    {n_noise}

    {hidden_layers}

    {critic_steps}

    {saturating}

    {training_parameters}

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

    sampling_strategy: Strategy = "auto"
    random_state: RandomState = None
    clip: Flag = False
    whole_numbers: Flag = False
    n_noise: Count = 100
    hidden_layers: Layers = (800, 800)
    critic_steps: Count = 1
    saturating: Flag = False
    row_space: RowSpace = "auto"
    precision: Precision = "float32"
    max_epochs: Count = 200
    batch_size: Count = 128
    learning_rate: Positive = 1e-4
    betas: Betas = (0.5, 0.9)
    n_threads: Count = 1
    device: Device = "auto"
    checkpoint: Folder = None
    checkpoint_epochs: Count = 20
    verbose: Verbose = 0

    conditioning: ClassVar[type[nn.Module]] = PerClass
    _memory_advice: ClassVar[str] = (
        "choose smaller hidden_layers, or ConditionalGANSampler, which has one pair of networks "
        "for all classes"
    )


@with_parameters
class ConditionalGANSampler(_GANFamily):
    """Over-sample with a conditional generative adversarial network, without a latent space.

    A baseline of Yi & Mak [1]_ (Eqs. 5, 6): generator and critic see the label.

    Parameters
    ----------
    {sampling_strategy}

    {random_state}

    {clip}

    {whole_numbers}

    {n_noise}

    {hidden_layers}

    {critic_steps}

    {saturating}

    {training_parameters}

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

    sampling_strategy: Strategy = "auto"
    random_state: RandomState = None
    clip: Flag = False
    whole_numbers: Flag = False
    n_noise: Count = 100
    hidden_layers: Layers = (800, 800)
    critic_steps: Count = 1
    saturating: Flag = False
    row_space: RowSpace = "auto"
    precision: Precision = "float32"
    max_epochs: Count = 200
    batch_size: Count = 128
    learning_rate: Positive = 1e-4
    betas: Betas = (0.5, 0.9)
    n_threads: Count = 1
    device: Device = "auto"
    checkpoint: Folder = None
    checkpoint_epochs: Count = 20
    verbose: Verbose = 0

    conditioning: ClassVar[type[nn.Module]] = Conditioned
