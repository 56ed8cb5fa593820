"""Over-sample with the paper's adversarial autoencoder."""

from ..games.aae import AAEGame
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
from .latent import LatentSampler


@with_parameters
class AAESampler(LatentSampler):
    """Over-sample with an adversarial autoencoder whose codes follow one Gaussian per class.

    A baseline of Yi & Mak [1]_ (Eqs. 7 to 9): encoder and decoder reconstruct rows, while a critic
    trains the codes to follow a mixture of Gaussians in the plane, one per class. Synthetic rows
    are decoded from the Gaussian of their class.

    Parameters
    ----------
    {sampling_strategy}

    {random_state}

    {clip}

    {whole_numbers}

    {autoencoder_layers}

    {latent_layers}

    prior_radius : float, default=3.0
        Radius of the circle on which the prior has one Gaussian per class.

    prior_std : float, default=0.5
        Standard deviation of each Gaussian of the prior.

    {training_parameters}

    Attributes
    ----------
    {attributes}

    See Also
    --------
    WADANSampler : Learns a generator instead of fixing a prior.

    References
    ----------
    .. [1] L. Yi and M.-W. Mak, "Improving Speech Emotion Recognition With Adversarial Data
       Augmentation Network", IEEE Transactions on Neural Networks and Learning Systems, 2020.

    Examples
    --------
    >>> from skadan import AAESampler, Replicate
    >>> from skadan.datasets import make_speaker_classification
    >>> X, y, _ = make_speaker_classification(n_samples=40, n_features=60, random_state=0)
    >>> sampler = AAESampler(sampling_strategy=Replicate(1), max_epochs=2, random_state=0)
    >>> X_new, y_new = sampler.fit_resample(X, y)
    >>> sampler.encode(X).shape
    (40, 2)
    """

    sampling_strategy: Strategy = "auto"
    random_state: RandomState = None
    clip: Flag = False
    whole_numbers: Flag = False
    autoencoder_layers: Layers = (800, 800)
    latent_layers: Layers = (100, 100)
    prior_radius: Positive = 3.0
    prior_std: Positive = 0.5
    row_space: RowSpace = "auto"
    precision: Precision = "float32"
    max_epochs: Count = 200
    batch_size: Count = 128
    learning_rate: Positive = 5e-4
    betas: Betas = (0.5, 0.9)
    n_threads: Count = 1
    device: Device = "auto"
    checkpoint: Folder = None
    checkpoint_epochs: Count = 20
    verbose: Verbose = 0

    def make_game(self) -> AAEGame:
        """Return the game with the sampler's parameters.

        Returns
        -------
        game : AAEGame
            Networks, turns and losses.
        """
        return AAEGame(
            autoencoder_layers=as_widths(self.autoencoder_layers),
            latent_layers=as_widths(self.latent_layers),
            prior_radius=self.prior_radius,
            prior_std=self.prior_std,
        )
